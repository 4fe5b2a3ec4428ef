"""The pages of points: what they show is what the ledger holds, as far as the reader's posts reach."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from apps.core import clock
from apps.core.jobs import drain
from apps.core.models import Entry
from apps.incentives.actions import award_for
from apps.incentives.models import Award, PointHolder, PointRule
from apps.incentives.rulebook import RULES
from apps.ledger.actions import balance
from apps.ledger.verify import verify as verify_ledger
from apps.operations.actions import accept_rollout
from tests.factories import (
    PostFactory,
    UnitFactory,
    a_product,
    bank,
    make_item,
    offered,
    points_given,
)

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"incentives:{name}", args=args)


@pytest.fixture
def world():
    world = bank()
    world.member = PostFactory(role="group_member", unit=world.east).user
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.stranger = PostFactory(role="group_lead", unit=world.west).user
    world.holder = points_given(world.member, title="订烟贷线上化")
    return world


@pytest.fixture
def visit(client):
    def open_as(user, address):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.get(address)

    return open_as


def points_of(user):
    return balance(f"points:person:{user.person_id}")


def given(code):
    return next(rule[5] for rule in RULES if rule[0] == code)


# ── What the rules give ───────────────────────────────────────────────────────────────────────────────────────────


def test_proposer_manager_and_adopters_get_what_the_rulebook_says_and_a_second_run_gives_nothing():
    officer = PostFactory(role="group_lead").user
    product = a_product(officer)
    adopters = []
    for _n in range(2):
        rollout, lead = offered(product, officer)
        accept_rollout(rollout, by=lead)
        adopters.append(lead)
    drain()
    once = given("product_proposer") + given("product_manager") + 2 * given("adopted_proposer")
    assert points_of(officer) == once
    assert [points_of(lead) for lead in adopters] == [given("adopter")] * 2

    for entry in Entry.objects.filter(verb__in=["product.make", "rollout.answer"]):
        award_for(entry)
    drain()

    assert points_of(officer) == once
    assert [points_of(lead) for lead in adopters] == [given("adopter")] * 2
    assert verify_ledger() == []


def test_a_rule_that_has_ended_gives_nothing(world):
    PointRule.objects.filter(code="opportunity_filed").update(ends="2001-01-01")
    points_given(world.member)
    assert points_of(world.member) == given("opportunity_filed")


# ── Who sees what ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_my_points_are_those_of_the_ledger_and_lead_to_what_they_are_for(world, visit):
    item = make_item(world.member, world.east)
    drain()
    assert visit(world.member, url("my_points")).url == world.holder.get_absolute_url()

    response = visit(world.member, world.holder.get_absolute_url())

    context = response.context_data
    total = given("opportunity_filed") + given("item_filed")
    assert context["holder"].points == context["holder"].year_points == points_of(world.member) == total
    assert [award.points for award in context["page"]] == [given("item_filed"), given("opportunity_filed")]
    assert [type(thing).__name__ for thing in context["about"].values()] == ["Item", "Opportunity"]
    assert item.get_absolute_url() in response.content.decode()


def test_a_line_about_what_the_reader_may_not_see_has_no_link_and_no_title(world, visit):
    manager = PostFactory(role="talent_manager", unit=world.root).user
    page = visit(manager, world.holder.get_absolute_url())
    assert list(page.context_data["about"].values()) == [None]
    assert "订烟贷线上化" not in page.content.decode()


def test_who_has_no_points_is_shown_the_way_to_the_rules(world, visit):
    response = visit(world.stranger, url("my_points"))
    assert (response.status_code, url("rule_list") in response.content.decode()) == (200, True)


def test_a_person_sees_their_own_a_lead_the_branchs_and_a_stranger_neither(world, visit):
    points_given(world.lead)
    seen = {
        user: [row.person for row in visit(user, url("holder_list")).context_data["page"]]
        for user in (world.member, world.lead, world.stranger)
    }
    assert seen[world.member] == [world.member.person]
    assert set(seen[world.lead]) == {world.member.person, world.lead.person}
    assert seen[world.stranger] == []
    assert visit(world.stranger, world.holder.get_absolute_url()).status_code == 404
    assert visit(PostFactory(role="system_admin").user, url("my_points")).status_code == 403


@pytest.mark.parametrize("name", ["holder_list", "unit_list"])
@pytest.mark.parametrize("form", ["", "?format=csv", "?format=xlsx"])
def test_lists_and_exports_hold_what_the_person_sees_and_nothing_of_another_branch(world, visit, name, form):
    points_given(world.stranger)
    word = {"holder_list": world.member.person.name, "unit_list": "江州分行"}[name]

    def text(user):
        response = visit(user, url(name) + form)
        data = b"".join(response.streaming_content) if response.streaming else response.content
        if form.endswith("xlsx"):
            rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
            return "\n".join(str(cell) for row in rows for cell in row)
        return data.decode().split("<main", 1)[-1]

    assert word in text(world.lead)
    assert word not in text(world.stranger)


def test_a_unit_has_the_points_of_its_people_together(world, visit):
    points_given(world.lead)
    points_given(world.stranger)
    head = PostFactory(role="unit_head", unit=world.root).user
    page = visit(head, url("unit_list")).context_data["page"]
    three = given("opportunity_filed")
    assert {unit.name: (unit.holders, unit.points, unit.year_points) for unit in page} == {
        "江州分行": (2, 2 * three, 2 * three),
        "云岭分行": (1, three, three),
    }


def test_points_of_last_year_do_not_count_for_this_one(world, visit):
    Award.objects.unscoped("a test").update(at=clock.now().replace(year=clock.today().year - 1))
    holder = visit(world.member, world.holder.get_absolute_url()).context_data["holder"]
    assert (holder.points, holder.year_points) == (given("opportunity_filed"), 0)


def test_the_rules_in_force_stand_on_their_page_with_their_points(world, visit):
    PointRule.objects.filter(code="item_filed").update(ends="2001-01-01")
    rules = visit(world.member, url("rule_list")).context_data["rules"]
    expected = sorted((rule[5] for rule in RULES if rule[0] != "item_filed"), reverse=True)
    assert [rule.points for rule, _who in rules] == expected


def test_filters_narrow_the_lines_and_a_bad_date_shows_none(world, visit):
    make_item(world.member, world.east)
    drain()
    rule = PointRule.objects.get(code="item_filed")
    address = world.holder.get_absolute_url()
    for query, count in [
        (f"?rule={rule.pk}", 1),
        ("?until=2001-01-01", 0),
        ("?since=2001-01-01", 2),
        ("?since=NaN", 0),
    ]:
        assert len(visit(world.member, address + query).context_data["page"].rows) == count, query


def test_the_desk_shows_my_points_of_this_year(world, visit):
    assert world.holder.get_absolute_url() in visit(world.member, "/").content.decode()
    assert world.holder.get_absolute_url() not in visit(world.lead, "/").content.decode()


# ── Every page opens, and costs the same for any number ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(world, visit, client, language):
    client.cookies["django_language"] = language
    for address in [*map(url, ("holder_list", "unit_list", "rule_list")), world.holder.get_absolute_url()]:
        assert visit(world.lead, address).status_code == 200, address


def spent(client, user, address):
    """The queries of one page, and the page. The session is there before counting begins."""
    client.force_login(user, backend="apps.org.adapters.AccountBackend")
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    return len(queries), response


def test_the_lists_take_the_same_number_of_queries_for_1_and_for_30(world, client):
    head = PostFactory(role="unit_head", unit=world.root).user
    addresses = [url("holder_list"), url("unit_list"), world.holder.get_absolute_url()]
    before = [spent(client, head, address)[0] for address in addresses]
    for _n in range(29):
        points_given(PostFactory(role="group_member", unit=UnitFactory(parent=world.root)).user)
        points_given(world.member)

    after = [spent(client, head, address) for address in addresses]

    assert [len(page.context_data["page"].rows) for _cost, page in after] == [30, 30, 30]
    assert [cost for cost, _page in after] == before
    assert PointHolder.objects.unscoped("a test").count() == 30
