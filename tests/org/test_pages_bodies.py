"""Bodies and their seats, liaisons and the units that have none."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.verdict import Refused
from apps.core.versions import seen_of
from apps.org.actions.body import change_body, close_body, open_body, seat
from apps.org.actions.post import hand_over
from apps.org.coverage import Coverage, coverage, coverage_of
from apps.org.models import Body, Membership
from tests.factories import BodyFactory, PersonFactory, PostFactory, UnitFactory, bank
from tests.org.pages import lines, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    world.secretary = PostFactory(role="innovation_secretary", unit=world.root).user
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.stranger = PostFactory(role="group_lead", unit=world.west).user
    return world


def spent(visit, user, address):
    visit(user, address)
    with CaptureQueriesContext(connection) as queries:
        response = visit(user, address)
    return len(queries), len(response.context_data["page"].rows)


# ── Bodies ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_body_is_set_up_seated_and_dissolved_on_its_pages(world, visit):
    today = clock.today().isoformat()
    answer = visit(
        world.secretary, url("body_open"),
        {"kind": "committee", "unit": world.root.code, "name": "创新委员会", "term_starts": "2020-01-01", "term_ends": ""},
    )  # fmt: skip
    body = Body.objects.get()
    assert answer.url == body.get_absolute_url()
    assert visit(world.secretary, answer.url).context_data["missing"] == ["主任", "秘书"]

    chair = PersonFactory(name="陈志远")
    visit(world.secretary, url("body_seat", body.pk), {"person": chair.employee_no, "role": "chair", "starts": "2020-01-01", "ends": ""})  # fmt: skip
    second = visit(world.secretary, url("body_seat", body.pk), {"person": PersonFactory().employee_no, "role": "chair", "starts": today, "ends": ""})  # fmt: skip
    assert second.context_data["form"].non_field_errors()
    page = visit(world.stranger, answer.url).context_data
    assert [(row.person, row.role) for row in page["sitting"]] == [(chair, "chair")]
    assert (page["missing"], bool(page["may_manage"])) == (["秘书"], False)

    visit(world.secretary, url("body_close", body.pk), {})
    body.refresh_from_db()
    assert (body.over, body.sitting()) == (True, [])
    with pytest.raises(Refused):
        seat(body, PersonFactory(), "member", by=world.secretary)
    with pytest.raises(Refused):
        close_body(body, by=world.secretary)


def test_a_seat_ends_and_stands_among_the_former(world, visit):
    body = BodyFactory(unit=world.east)
    row = Membership.objects.create(
        body=body, person=PersonFactory(), starts=clock.today() - timedelta(days=9)
    )
    visit(world.lead, url("body_unseat", body.pk, row.pk), {})
    page = visit(world.lead, body.get_absolute_url()).context_data
    assert ([*page["sitting"]], [*page["others"]]) == ([], [row])
    other = Membership.objects.create(body=BodyFactory(unit=world.east), person=PersonFactory())
    assert visit(world.lead, url("body_unseat", body.pk, other.pk), {}).status_code == 404


def test_a_working_group_is_kept_by_its_own_branch_and_no_other(world, visit):
    body = BodyFactory(unit=world.east, name="江州工作组")
    seen = seen_of(body, ("name", "term_starts", "term_ends"))
    data = {"name": "江州专项工作组", "term_starts": "2020-01-01", "term_ends": "", "seen": seen}
    assert visit(world.stranger, url("body_edit", body.pk), data).status_code == 403
    assert visit(world.stranger, url("body_seat", body.pk), {}).status_code == 403
    assert visit(world.stranger, url("body_close", body.pk), {}).status_code == 403
    assert visit(PostFactory(role="liaison", unit=world.east).user, url("body_open")).status_code == 403
    visit(world.lead, url("body_edit", body.pk), data)
    body.refresh_from_db()
    assert (body.name, body.over) == ("江州专项工作组", False)


def test_two_bodies_of_a_unit_do_not_have_one_name(world):
    open_body(world.east, by=world.lead, kind="office", name="办公室", term_starts=clock.today())
    second = open_body(world.east, by=world.lead, kind="office", name="二办", term_starts=clock.today())
    with pytest.raises(Refused):
        change_body(second, by=world.lead, name="办公室")


def test_the_list_of_bodies_shows_chair_and_secretary_and_leaves_out_those_whose_term_is_over(world, visit):
    body = BodyFactory(unit=world.root, name="创新委员会")
    BodyFactory(unit=world.root, name="上届委员会", term_ends=clock.today() - timedelta(days=1))
    for role in ("chair", "secretary", "member"):
        Membership.objects.create(body=body, person=PersonFactory(name=role), role=role)
    assert [row.pk for row in visit(world.lead, url("body_list")).context_data["page"]] == [body.pk]
    row = lines(visit(world.lead, url("body_list") + "?term=now&format=csv"))[1].split(",")
    assert row[:6] == ["创新委员会", "委员会", "总行", "chair", "secretary", "3"]


# ── Liaisons ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_units_without_a_liaison_are_listed_by_branch_and_exported(world, visit):
    PostFactory(role="liaison", unit=world.east_counter)
    PostFactory(role="liaison", unit=world.west_counter, ends=clock.today() - timedelta(days=1))
    UnitFactory(parent=world.east, kind="sub_branch", closed_on=clock.today())
    page = visit(world.lead, url("liaison_gaps"))
    assert [unit.pk for unit in page.context_data["page"]] == [world.west_counter.pk]
    assert page.context_data["may_ask"] == set()
    assert visit(world.stranger, url("liaison_gaps")).context_data["may_ask"] == {world.west_counter.pk}
    exported = lines(visit(world.lead, url("liaison_gaps") + "?format=csv"))
    assert [row.split(",")[:2] for row in exported[1:]] == [["云岭古城支行", "云岭分行"]]
    assert (
        list(visit(world.lead, url("liaison_gaps") + f"?unit={world.east.code}").context_data["page"]) == []
    )


def test_a_branch_shows_how_many_of_its_units_have_a_liaison_and_how_they_work(world, visit):
    second = UnitFactory(parent=world.east, kind="sub_branch", name="江州城西支行")
    UnitFactory(parent=world.east, kind="sub_branch")
    PostFactory(role="liaison", unit=world.east_counter, full_time=False, deputy=PersonFactory())
    PostFactory(role="liaison", unit=second)
    PostFactory(role="liaison", unit=second, ends=clock.today() - timedelta(days=1))
    figures = {row.branch.pk: row for row in coverage()}
    east, west = figures[world.east.pk], figures[world.west.pk]
    assert (east.units, east.covered, east.gaps, east.full_time, east.part_time, east.with_deputy) == (
        3,
        2,
        1,
        1,
        1,
        1,
    )
    assert (west.units, west.gaps) == (1, 1)
    assert coverage_of(world.east) == Coverage(world.east, 3, 2, 1, 1, 1)
    assert coverage_of(world.root) == Coverage(world.root, 4, 2, 1, 1, 1)
    assert url("liaison_gaps") + f"?unit={world.east.code}" in visit(world.lead, world.east.get_absolute_url()).content.decode()  # fmt: skip


def test_the_list_says_of_a_former_liaison_whether_what_was_open_went_over(world, visit):
    past = {"starts": clock.today() - timedelta(days=90), "ends": clock.today() - timedelta(days=1)}
    kept, left = (PostFactory(role="liaison", unit=world.east_counter, **past) for _n in range(2))
    standing = PostFactory(role="liaison", unit=world.east_counter)
    hand_over(kept, to=standing.person, by=world.lead)
    context = visit(world.lead, url("liaison_list") + "?standing=over").context_data
    assert ({post.pk for post in context["page"]}, context["handed"]) == ({kept.pk, left.pk}, {kept.pk})
    assert [post.pk for post in visit(world.lead, url("liaison_list")).context_data["page"]] == [standing.pk]


def test_a_deputy_is_named_on_the_page_by_those_who_may(world, visit):
    post, deputy = PostFactory(role="liaison", unit=world.east_counter), PersonFactory()
    seen = seen_of(post, ("full_time", "deputy"))
    data = {"full_time": "part", "deputy": deputy.employee_no, "seen": seen}
    assert visit(world.stranger, url("liaison_edit", post.pk), data).status_code == 403
    assert visit(world.lead, url("liaison_edit", post.pk), data | {"deputy": post.person.employee_no}).context_data["form"].non_field_errors()  # fmt: skip
    visit(world.lead, url("liaison_edit", post.pk), data)
    post.refresh_from_db()
    assert (post.full_time, post.deputy) == (False, deputy)


def test_naming_a_liaison_starts_from_the_unit_that_has_none(world, visit):
    form = visit(world.lead, url("post_ask") + f"?role=liaison&unit={world.east_counter.code}").context_data[
        "form"
    ]
    assert (form["role"].value(), form["unit"].value()) == ("liaison", world.east_counter.code)


def test_the_lists_take_the_same_queries_for_1_and_for_30(world, visit):
    names = {"body_list": "", "liaison_list": "", "liaison_gaps": f"?unit={world.west.code}"}

    def fill(count):
        for _n in range(count):
            body = BodyFactory(unit=world.east)
            Membership.objects.create(body=body, person=PersonFactory(), role="chair")
            PostFactory(role="liaison", unit=world.east_counter, deputy=PersonFactory())
            UnitFactory(parent=world.west, kind="sub_branch")

    def costs():
        return {name: spent(visit, world.lead, url(name) + query) for name, query in names.items()}

    fill(1)
    few = costs()
    fill(29)
    many = costs()
    assert {name: cost for name, (cost, _rows) in many.items()} == {
        name: cost for name, (cost, _rows) in few.items()
    }
    assert {name: many[name][1] - few[name][1] for name in names} == {"body_list": 29, "liaison_list": 29, "liaison_gaps": 29}  # fmt: skip
    assert max(cost for cost, _rows in few.values()) <= 18
