"""Units merge, move and close by two hands; what the approver saw is what happens, and the past keeps the unit of its time."""

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType

from apps.core import clock
from apps.core.jobs import drain
from apps.core.models import Entry, Notice
from apps.core.verdict import Refused
from apps.org.actions.post import ask_post
from apps.org.actions.reorganisation import ask_reorganisation, check_again, drop_reorganisation
from apps.org.actions.request import approve_request, decline_request, renew_request, withdraw_request
from apps.org.actions.unit import open_unit
from apps.org.kinds import Overtaken
from apps.org.models import Access, Authority, Person, Post, Reorganisation, Request, Unit
from apps.org.reorganising.sight import kept_by_units
from tests.factories import BodyFactory, PersonFactory, PostFactory, UnitFactory, make_item, make_project
from tests.org.reorganisations import administered_bank, approved, asked, fresh, planned, shape, sound

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return administered_bank()


def verbs(thing):
    return list(Entry.objects.about(thing).order_by("pk").values_list("verb", flat=True))


# ── What it does ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_merged_units_posts_people_and_units_go_on_in_the_other_and_it_stands_closed_below(world):
    lead = PostFactory(role="group_lead", unit=world.east, person=PersonFactory(unit=world.east))

    plan = approved(world, "merge", world.east, world.west)

    assert shape(fresh(world.west)) == sorted(
        [("云岭古城支行", False, []), ("江州分行", True, []), ("江州城东支行", False, [])]
    )
    assert fresh(world.east).closed_on == plan.done_on == clock.today()
    lead.refresh_from_db()
    assert lead.revoked_on == clock.today()
    assert [(post.unit_id, post.role) for post in Post.objects.current().filter(person=lead.person)] == [
        (world.west.pk, "group_lead")
    ]
    assert Person.objects.get(pk=lead.person_id).unit == world.west
    assert verbs(world.east) == ["unit.merge"]
    assert verbs(world.west) == ["unit.absorb"]
    assert sound()


def test_what_happened_at_a_merged_unit_keeps_the_unit_of_its_time(world):
    lead = PostFactory(role="group_lead", unit=world.east).user
    secretary = PostFactory(role="innovation_secretary", unit=world.east).user
    item, project = make_item(secretary, world.east), make_project(lead)
    before = list(Entry.objects.order_by("pk").values())

    approved(world, "merge", world.east, world.west)

    for thing in (item, project):
        thing.refresh_from_db()
        assert (thing.unit_id, thing.unit.name) == (world.east.pk, "江州分行")
    assert list(Entry.objects.order_by("pk").values())[: len(before)] == before


def test_a_post_that_the_person_has_there_already_is_not_given_twice(world):
    person = PersonFactory()
    PostFactory(role="liaison", unit=world.east_counter, person=person)
    PostFactory(role="liaison", unit=world.west, person=person)

    plan = approved(world, "merge", world.east_counter, world.west)

    assert Post.objects.current().filter(person=person).count() == 1
    assert plan.rows.get(sheet="post").kept is True


def test_an_audit_stays_with_what_its_letter_names(world):
    audit = PostFactory(role="auditor", unit=world.east)
    item = make_item(PostFactory(role="innovation_secretary", unit=world.east).user, world.east)
    other = make_item(PostFactory(role="innovation_secretary", unit=world.west).user, world.west)

    approved(world, "merge", world.east, world.west)

    assert list(Post.objects.current().filter(person=audit.person)) == [audit]
    assert list(type(item).objects.visible_to(audit.person.user)) == [item]
    assert other not in type(item).objects.visible_to(audit.person.user)


def test_what_was_shared_with_a_merged_unit_is_shared_with_the_one_that_takes_it_in(world):
    item = make_item(PostFactory(role="innovation_secretary", unit=world.finance).user, world.finance)
    reader = PostFactory(role="group_lead", unit=world.west).user
    Access.objects.create(
        subject_type=ContentType.objects.get_for_model(item), subject_id=item.pk, capability="item.view",
        effect="allow", unit=world.east, because_of="a test",
    )  # fmt: skip
    assert list(type(item).objects.visible_to(reader)) == []

    approved(world, "merge", world.east, world.west)

    assert list(type(item).objects.visible_to(reader)) == [item]


def test_a_moved_unit_takes_all_below_it_along(world):
    plan = approved(world, "move", world.east, world.west)
    assert shape(fresh(world.west)) == sorted(
        [("云岭古城支行", False, []), ("江州分行", False, [("江州城东支行", False, [])])]
    )
    assert (plan.was, plan.other, verbs(world.east)) == (world.root, world.west, ["unit.move"])
    assert sound()


def test_an_empty_unit_closes(world):
    approved(world, "close", world.east_counter)
    assert fresh(world.east_counter).closed_on == clock.today()
    assert verbs(world.east_counter) == ["unit.close"]


def test_who_is_touched_is_told(world):
    lead = PostFactory(role="group_lead", unit=world.east)
    make_item(PostFactory(role="innovation_secretary", unit=world.east_counter).user, world.east_counter)
    approved(world, "move", world.east_counter, world.west)
    drain()
    assert Notice.objects.filter(to=lead.user, verb="unit.move").count() == 1


# ── What stands in its way ────────────────────────────────────────────────────────────────────────────────────────
def _a_body(world):
    BodyFactory(unit=world.east_counter)


def _a_limit(world):
    Authority.objects.create(
        kind="funds", role="approver", unit=world.east_counter, up_to_fen=1, starts=clock.today()
    )


def _a_post(world):
    PostFactory(unit=world.east_counter)


def _a_person(world):
    PersonFactory(unit=world.east_counter)


def _a_unit(world):
    UnitFactory(parent=world.east_counter)


def _a_request_for_a_post(world):
    ask_post(PersonFactory(), world.east_counter, "liaison", by=world.admin)


def _a_project(world):
    post = PostFactory(role="group_lead", unit=world.east_counter)
    make_project(post.user)
    Post.objects.filter(unit=world.east_counter).update(revoked_on=clock.today())


@pytest.mark.parametrize(
    ("open_thing", "name", "goes_on"),
    [
        (_a_body, "org.body", False),
        (_a_limit, "org.authority", False),
        (_a_request_for_a_post, "org.request", False),
        (_a_post, "org.post", True),
        (_a_person, "org.person", True),
        (_a_unit, "org.unit", True),
        (_a_project, "projects.project", True),
    ],
)
def test_what_is_open_keeps_a_unit_from_closing_and_some_of_it_from_merging(world, open_thing, name, goes_on):
    open_thing(world)
    closing = planned(world, "close", world.east_counter)
    merging = planned(world, "merge", world.east_counter, world.west)
    assert closing.summary["blockers"] == {name: 1}
    assert merging.summary["blockers"] == ({} if goes_on else {name: 1})
    with pytest.raises(Refused):
        ask_reorganisation(closing, by=world.admin)
    if goes_on:
        ask_reorganisation(merging, by=world.admin)


def test_what_opens_after_it_was_asked_for_is_in_its_way_too(world):
    _plan, request = asked(world, "close", world.east_counter)
    _a_person(world)
    with pytest.raises(Refused, match="人员: 1"):
        approve_request(request, by=world.security, seen=request.payload_hash)
    assert fresh(world.east_counter).closed_on is None


def test_what_can_never_be_is_not_even_planned(world):
    closed = approved(world, "close", world.east_counter).unit
    for what, unit, other in [
        ("close", world.root, None),
        ("close", closed, None),
        ("merge", world.west, None),
        ("merge", world.west, world.west),
        ("move", world.west, world.west_counter),
        ("merge", world.west, world.west_counter),
        ("move", world.west_counter, world.west),
        ("move", world.west, closed),
    ]:
        with pytest.raises(Refused):
            planned(world, what, unit, other)
    assert Reorganisation.objects.count() == 1


# ── Two people ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_who_asked_does_not_approve_and_nobody_gives_a_post_to_themselves(world):
    PostFactory(role="group_lead", unit=world.east_counter, person=world.security.person)
    _plan, request = asked(world, "merge", world.east_counter, world.west)
    for user in (world.admin, world.security):
        with pytest.raises(Refused):
            approve_request(request, by=user, seen=request.payload_hash)
    assert fresh(world.east_counter).closed_on is None


def test_an_administrator_of_one_branch_reorganises_no_other(world):
    world.admin = PostFactory(role="system_admin", unit=world.east).user
    with pytest.raises(Refused):
        planned(world, "move", world.east_counter, world.west)
    assert planned(world, "close", world.east_counter).seat == world.east_counter


def test_who_decides_for_one_branch_does_not_decide_over_two(world):
    local = PostFactory(role="security_admin", unit=world.east).user
    _plan, request = asked(world, "move", world.east_counter, world.west)
    assert request.unit == world.root
    with pytest.raises(Refused):
        approve_request(request, by=local, seen=request.payload_hash)


def test_it_is_not_approved_before_its_day(world):
    day = clock.today() + timedelta(days=3)
    _plan, request = asked(world, "close", world.east_counter, not_before=day)
    with pytest.raises(Refused):
        approve_request(request, by=world.security, seen=request.payload_hash)
    with clock.at(clock.now() + timedelta(days=3)):
        approve_request(request, by=world.security, seen=request.payload_hash)
    assert fresh(world.east_counter).closed_on == day


@pytest.mark.parametrize("closed_by", ["decline", "withdraw"])
def test_a_request_that_is_not_approved_gives_the_plan_back(world, closed_by):
    plan, request = asked(world, "move", world.east, world.west)
    if closed_by == "decline":
        decline_request(request, by=world.security, answer="先做影响评估")
    else:
        withdraw_request(request, by=world.admin)
    plan.refresh_from_db()
    assert plan.state == "planned"
    check_again(plan, by=world.admin)
    ask_reorganisation(plan, by=world.admin)
    plan.refresh_from_db()
    assert plan.state == "waiting"


def test_a_dropped_plan_leaves_its_line_and_no_rows(world):
    PostFactory(role="group_lead", unit=world.east)
    plan = planned(world, "merge", world.east, world.west)
    assert list(plan.rows.order_by("sheet").values_list("sheet", flat=True)) == ["post", "unit"]
    drop_reorganisation(plan, by=world.admin)
    assert (plan.state, plan.rows.count(), verbs(plan)) == (
        "dropped", 0, ["reorganisation.plan", "reorganisation.drop"],
    )  # fmt: skip


# ── What was seen is what is approved ─────────────────────────────────────────────────────────────────────────────
def test_where_sight_changed_meanwhile_the_approver_is_asked_anew_with_the_new_preview(world):
    make_item(PostFactory(role="innovation_secretary", unit=world.east_counter).user, world.east_counter)
    plan, request = asked(world, "move", world.east_counter, world.west)
    seen = request.payload_hash
    lead = PostFactory(
        role="group_lead", unit=world.west
    )  # sees by it what nobody there saw when it was asked for

    with pytest.raises(Overtaken):
        approve_request(request, by=world.security, seen=seen)
    assert fresh(world.east_counter).is_under(fresh(world.east))

    request = Request.objects.unscoped("test").get()
    renew_request(request, by=world.security)
    assert plan.rows.filter(sheet="gains", person=lead.person).count() == 1
    assert request.payload_hash != seen
    with pytest.raises(Refused):
        approve_request(request, by=world.security, seen=seen)
    approve_request(request, by=world.security, seen=request.payload_hash)
    assert fresh(world.east_counter).is_under(fresh(world.west))
    assert verbs(request) == ["request.make", "request.renew", "request.approve"]


def test_one_more_thing_to_see_is_no_other_reorganisation(world):
    writer = PostFactory(role="innovation_secretary", unit=world.east_counter).user
    PostFactory(role="group_lead", unit=world.east)
    make_item(writer, world.east_counter)
    _plan, request = asked(world, "move", world.east_counter, world.west)
    make_item(writer, world.east_counter)
    approve_request(request, by=world.security, seen=request.payload_hash)
    assert fresh(world.east_counter).is_under(fresh(world.west))


def test_only_who_may_approve_it_renews_a_request(world):
    _plan, request = asked(world, "move", world.east, world.west)
    for user in (world.admin, PostFactory(role="security_admin", unit=world.east).user):
        with pytest.raises(Refused):
            renew_request(request, by=user)


def test_where_the_units_stand_elsewhere_meanwhile_others_decide_and_it_is_asked_for_again(world):
    """What lay within one branch when it was asked for is not approved there when it has come to touch two."""
    inner = UnitFactory(parent=world.east, name="江州城南支行", kind=Unit.Kind.SUB_BRANCH)
    _plan, request = asked(world, "move", world.east_counter, inner)
    assert request.unit == world.east
    approved(world, "move", inner, world.west)
    local = PostFactory(role="security_admin", unit=world.east).user
    with pytest.raises(Refused):
        approve_request(request, by=local, seen=request.payload_hash)
    assert fresh(world.east_counter).is_under(fresh(world.east))


def test_what_is_asked_of_two_at_once_happens_to_the_first(world):
    first, second = asked(world, "move", world.east, world.west), asked(world, "move", world.west, world.east)
    approve_request(first[1], by=world.security, seen=first[1].payload_hash)
    with pytest.raises(Refused):
        approve_request(second[1], by=world.security, seen=second[1].payload_hash)
    assert sound()


def test_nothing_opens_below_a_merged_unit(world):
    approved(world, "merge", world.east, world.west)
    with pytest.raises(Refused):
        open_unit(fresh(world.east), by=world.admin, code="N1", name="新", kind="sub_branch")


def test_everything_that_is_seen_by_reach_has_a_name_for_many():
    assert [model for model in kept_by_units() if not hasattr(model, "plural")] == []
