"""The pages of units: one tree, level by level, kept by the system administrator."""

import pytest

from apps.core.models import Entry
from apps.org.actions.unit import change_unit
from apps.org.models import Unit
from tests.factories import BusinessLineFactory, PersonFactory, PostFactory, UnitFactory, bank
from tests.org.pages import lines, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    world.admin = PostFactory(role="system_admin", unit=world.root).user
    world.reader = PostFactory(role="liaison", unit=world.west_counter).user
    return world


def shown(response):
    return response.context_data["page"].rows


def test_the_list_shows_one_level_and_goes_deeper_by_a_link(world, visit):
    assert set(shown(visit(world.reader, url("unit_list")))) == {
        world.finance, world.technology, world.east, world.west,
    }  # fmt: skip
    deeper = visit(world.reader, url("unit_list") + f"?under={world.east.pk}")
    assert shown(deeper) == [world.east_counter]
    assert [label for label, _link in deeper.context_data["trail"]] == [world.root.label, world.east.label]


def test_a_word_or_a_kind_searches_all_below(world, visit):
    assert shown(visit(world.reader, url("unit_list") + "?q=古城")) == [world.west_counter]
    assert shown(visit(world.reader, url("unit_list") + f"?q=古城&under={world.east.pk}")) == []
    assert set(shown(visit(world.reader, url("unit_list") + "?kind=sub_branch"))) == {
        world.east_counter,
        world.west_counter,
    }


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    for _number in range(count):
        UnitFactory(parent=world.finance, kind=Unit.Kind.DIVISION)
    address = url("unit_list") + f"?under={world.finance.pk}"
    visit(world.reader, address)
    with django_assert_num_queries(6):
        response = client.get(address)
    assert len(shown(response)) == count


@pytest.mark.parametrize("count", [1, 20])
def test_a_units_page_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    for _number in range(count):
        PostFactory(unit=world.east)
        UnitFactory(parent=world.east, kind=Unit.Kind.SUB_BRANCH)
    visit(world.reader, url("unit_detail", world.east.pk))
    with django_assert_num_queries(11):
        response = client.get(url("unit_detail", world.east.pk))
    assert len(response.context_data["posts"]) == count


def test_a_level_of_many_comes_in_pages_by_key(world, visit):
    for _number in range(60):
        UnitFactory(parent=world.finance, kind=Unit.Kind.DIVISION)
    page = visit(world.reader, url("unit_list") + f"?under={world.finance.pk}").context_data["page"]
    assert len(page.rows) == 50
    assert "after=" in page.next_url
    assert len(shown(visit(world.reader, page.next_url))) == 10


def test_the_export_holds_the_level_that_is_shown(world, visit):
    rows = lines(visit(world.reader, url("unit_list") + f"?under={world.east.pk}&format=csv"))
    assert len(rows) == 2
    assert "江州城东支行" in rows[1]


def test_the_page_of_a_unit_shows_where_it_stands_and_who_holds_posts(world, visit):
    post = PostFactory(role="liaison", unit=world.east_counter, deputy=PersonFactory(name="何以宁"))
    page = visit(world.reader, url("unit_detail", world.east_counter.pk))
    assert [label for label, _link in page.context_data["trail"]] == ["总行", "江州分行", "江州城东支行"]
    assert page.context_data["posts"] == [post]
    assert "何以宁" in page.content.decode()


def test_the_administrator_opens_and_renames_a_unit(world, visit):
    values = {"code": "N1", "kind": "sub_branch", "name": "江州新区支行", "short_name": "", "opened_on": ""}
    visit(world.admin, url("unit_open", world.east.pk), values)
    unit = Unit.objects.get(code="N1")
    assert unit.is_under(world.east)

    visit(
        world.admin,
        url("unit_edit", unit.pk),
        {"name": "江州新城支行", "short_name": "新城", "kind": "sub_branch", "version": 1},
    )

    unit = Unit.objects.get(code="N1")
    assert (unit.name, unit.short_name) == ("江州新城支行", "新城")
    assert list(Entry.objects.about(unit).values_list("verb", flat=True)) == ["unit.open", "unit.change"]


def test_a_taken_code_is_said_and_nothing_typed_is_lost(world, visit):
    values = {"code": world.west.code, "kind": "branch", "name": "南浦分行"}
    page = visit(world.admin, url("unit_open", world.root.pk), values)
    assert page.status_code == 200
    assert page.context_data["form"]["name"].value() == "南浦分行"
    assert len(page.context_data["form"].non_field_errors()) == 1


def test_a_stale_save_overwrites_nothing_and_shows_both(world, visit):
    change_unit(world.east, by=world.admin, name="江州市分行")
    values = {"name": "江州省分行", "short_name": "", "kind": "branch", "version": 1}
    page = visit(world.admin, url("unit_edit", world.east.pk), values)
    world.east.refresh_from_db()
    assert world.east.name == "江州市分行"
    assert [row[1:] for row in page.context_data["both"]] == [("江州市分行", "江州省分行")]

    visit(world.admin, url("unit_edit", world.east.pk), values | {"version": 2})
    world.east.refresh_from_db()
    assert world.east.name == "江州省分行"


def test_who_does_not_keep_units_gets_403(world, visit):
    for name in ("unit_open", "unit_edit", "unit_reorganise"):
        assert visit(world.reader, url(name, world.east.pk)).status_code == 403


def test_an_administrator_of_one_branch_changes_no_other(world, visit):
    local = PostFactory(role="system_admin", unit=world.east).user
    assert visit(local, url("unit_edit", world.east_counter.pk)).status_code == 200
    assert visit(local, url("unit_edit", world.west_counter.pk)).status_code == 403


def test_a_lookup_offers_units_by_name_or_code(world, visit):
    offers = visit(world.reader, url("unit_suggest") + "?parent=江州").context_data["offers"]
    assert [name for _code, name, _more in offers] == ["江州分行", "江州城东支行"]
    assert visit(world.reader, url("unit_suggest") + "?parent=").context_data["offers"] == []


# ── Options of a filter's choice ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lead(world):
    return PostFactory(role="group_lead", unit=world.east).user


def options(response):
    return {option["value"]: option["text"] for option in response.json()["options"]}


def test_before_anything_is_typed_the_units_near_ones_posts_are_offered(world, visit, lead):
    near = options(visit(lead, url("unit_options")))
    assert world.east.pk in near
    assert world.east_counter.pk in near
    assert world.west.pk not in near


def test_every_unit_is_found_by_name_or_code(world, visit, lead):
    assert options(visit(lead, url("unit_options") + f"?q={world.west.code}")).keys() >= {world.west.pk}
    found = options(visit(lead, url("unit_options") + "?q=城东"))
    assert found == {world.east_counter.pk: f"江州城东支行 · {world.east_counter.code}"}


def test_business_lines_are_offered(visit, lead):
    line = BusinessLineFactory(name="跨境金融")
    assert options(visit(lead, url("line_options") + "?q=跨境")) == {line.pk: "跨境金融"}
    assert line.pk in options(visit(lead, url("line_options")))
