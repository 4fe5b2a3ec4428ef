"""The pages of posts and delegations: asked for by one and approved by another, ended, handed over, acted in."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.models import Entry
from apps.org import handover
from apps.org.actions.delegation import give_delegation
from apps.org.models import Access, Delegation, Person, Post, Request
from apps.org.reach import allow, deny
from tests.factories import PersonFactory, PostFactory, UserFactory, bank
from tests.org.pages import lines, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.security = PostFactory(role="security_admin", unit=world.root).user
    world.stranger = PostFactory(role="group_lead", unit=world.west).user
    world.newcomer = PersonFactory(name="苏砚秋", unit=world.east)
    return world


def days(count):
    return clock.today() + timedelta(days=count)


def asking(world, **values):
    return {
        "person": world.newcomer.employee_no, "more": "", "unit": world.east_counter.code, "role": "liaison",
        "starts": clock.today().isoformat(), "ends": "", "note": "", **values,
    }  # fmt: skip


def test_a_post_goes_from_the_form_through_two_people_into_force(world, visit):
    deputy = PersonFactory(name="何以宁")
    answer = visit(world.lead, url("post_ask"), asking(world, part_time="on", deputy=deputy.name))
    asked = Request.objects.unscoped("test").get()
    assert answer.url == asked.get_absolute_url()
    assert list(Post.objects.filter(person=world.newcomer)) == []

    visit(world.lead, url("request_move", asked.pk, "approve"), {"seen": asked.payload_hash})
    assert list(Post.objects.filter(person=world.newcomer)) == []
    page = visit(world.security, answer.url)
    seen = page.context_data["asked"].payload_hash
    visit(world.security, url("request_move", asked.pk, "approve"), {"seen": seen})

    post = Post.objects.get(person=world.newcomer)
    assert (post.role, post.unit, post.full_time, post.deputy) == (
        "liaison", world.east_counter, False, deputy,
    )  # fmt: skip
    assert "苏砚秋" in visit(world.stranger, url("unit_detail", world.east_counter.pk)).content.decode()


def test_several_people_get_a_request_each_or_none_does(world, visit):
    others = PersonFactory.create_batch(2)
    more = "\n".join(person.employee_no for person in others)
    visit(world.lead, url("post_ask"), asking(world, more=more + "\nE-nobody"))
    assert Request.objects.unscoped("test").count() == 0

    answer = visit(world.lead, url("post_ask"), asking(world, more=more))
    assert answer.url.endswith("?mine=made")
    assert {row.payload["person"] for row in Request.objects.unscoped("test")} == {
        world.newcomer.pk,
        *(person.pk for person in others),
    }


def test_two_people_of_one_name_are_told_apart_by_number(world, visit):
    PersonFactory(name=world.newcomer.name)
    page = visit(world.lead, url("post_ask"), asking(world, person=world.newcomer.name))
    assert page.context_data["form"].errors["person"] == ["有多人同名，请填写工号。"]
    assert page.context_data["form"]["person"].value() == world.newcomer.name


def test_who_may_not_ask_for_posts_there_reads_why(world, visit):
    page = visit(world.stranger, url("post_ask"), asking(world))
    assert len(page.context_data["form"].non_field_errors()) == 1
    assert Request.objects.unscoped("test").count() == 0
    member = PostFactory(role="group_member", unit=world.east).user
    assert visit(member, url("post_ask")).status_code == 403


def test_only_the_system_administrator_is_offered_administrators_posts(world, visit):
    admin = PostFactory(role="system_admin", unit=world.root).user

    def roles(user):
        form = visit(user, url("post_ask")).context_data["form"]
        return {code for code, _label in form.fields["role"].choices}

    assert roles(admin) - roles(world.lead) == {"system_admin", "security_admin", "audit_admin"}


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_posts_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    for _number in range(count):
        PostFactory(unit=world.finance)
    visit(world.lead, url("post_list"))
    with django_assert_num_queries(4):
        client.get(url("post_list"))


def test_posts_that_end_soon_stand_first_to_end_first(world, visit):
    far = PostFactory(unit=world.east, ends=days(80))
    near = PostFactory(unit=world.east, ends=days(10))
    PostFactory(unit=world.east, ends=days(200))
    PostFactory(unit=world.east, ends=days(-1))

    def found(query):
        return list(visit(world.lead, url("post_list") + query).context_data["page"].rows)

    assert found("?when=later&sort=until") == [near, far]
    assert found("?when=soon") == [near]
    rows = lines(visit(world.lead, url("post_list") + "?when=soon&format=csv"))
    assert len(rows) == 2
    assert near.person.name in rows[1]


def test_a_list_without_end_pages_on_by_its_last_days(world, visit):
    PostFactory.create_batch(55, unit=world.east)
    page = visit(world.lead, url("post_list") + "?sort=until").context_data["page"]
    more = visit(world.lead, page.next_url).context_data["page"]
    everybody = {row.pk for row in page} | {row.pk for row in more}
    assert len(everybody) == len(page) + len(more) == Post.objects.current().count()


def test_a_post_is_ended_at_once_or_on_a_day(world, visit):
    now, later = PostFactory(unit=world.east), PostFactory(unit=world.east)
    visit(world.lead, url("post_end", now.pk), {"on": ""})
    visit(world.lead, url("post_end", later.pk), {"on": days(30).isoformat()})
    now.refresh_from_db()
    later.refresh_from_db()
    assert (now.stands, later.stands, later.ends) == (False, True, days(30))
    page = visit(world.lead, url("post_end", later.pk), {"on": days(-3).isoformat()})
    assert list(page.context_data["form"].errors) == ["on"]
    assert visit(world.stranger, url("post_end", later.pk)).status_code == 403


def test_what_is_open_with_a_post_is_shown_and_goes_over(world, visit):
    open_ones = [PersonFactory(name="未结一"), PersonFactory(name="未结二")]

    @handover.hands_over(
        "test.thing",
        label="未结事项",
        open=lambda post: Person.objects.filter(pk__in=[thing.pk for thing in open_ones]),
    )
    def give(post, *, to, by):
        count = len(open_ones)
        open_ones.clear()
        return count

    try:
        post = PostFactory(role="liaison", unit=world.east_counter, deputy=world.newcomer)
        page = visit(world.lead, url("post_hand_over", post.pk))
        group = next(g for g in page.context_data["open"] if g["label"] == "未结事项")
        assert (group["count"], [thing.name for thing in group["things"]]) == (2, ["未结一", "未结二"])
        assert page.context_data["form"]["to"].value() == f"{world.newcomer.employee_no} 苏砚秋"

        assert visit(world.stranger, url("post_hand_over", post.pk)).status_code == 403
        visit(world.lead, url("post_hand_over", post.pk), {"to": world.newcomer.employee_no})
    finally:
        del handover._kinds["test.thing"]

    entry = Entry.objects.get(verb="post.hand_over")
    assert (entry.data["to"], entry.data["counts"]["test.thing"]) == (world.newcomer.pk, 2)
    assert open_ones == []


# ── Delegation ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def taker(world):
    return PostFactory(role="staff", unit=world.east).user


def given(world, taker, starts=0, ends=7):
    return give_delegation(taker.person, by=world.lead, starts=days(starts), ends=days(ends), reason="出差")


def test_one_lets_another_act_and_the_other_does_until_they_rest(world, visit, client, taker):
    values = {
        "taker": taker.person.employee_no, "starts": days(0).isoformat(), "ends": days(7).isoformat(), "reason": "出差",
    }  # fmt: skip
    visit(world.lead, url("delegation_give"), values)
    delegation = Delegation.objects.get()
    assert visit(taker, url("post_ask")).status_code == 403

    client.post(url("delegation_act", delegation.pk))
    page = client.get(url("post_ask"))
    assert page.status_code == 200
    assert world.lead.person.name in page.content.decode()
    client.post(url("post_ask"), asking(world))
    asked = Request.objects.unscoped("test").get()
    assert (asked.maker, asked.maker_for) == (taker.person, world.lead.person)

    client.post(url("delegation_rest"))
    assert client.get(url("post_ask")).status_code == 403


def test_taking_it_back_ends_the_acting_with_the_next_click(world, visit, client, taker):
    delegation = given(world, taker)
    visit(taker, url("delegation_act", delegation.pk), {})
    assert client.get(url("post_ask")).status_code == 200
    delegation.revoked_on = clock.today()
    delegation.save()
    assert client.get(url("post_ask")).status_code == 403


def test_an_account_of_nobody_delegates_nothing(world, visit, taker):
    values = {
        "taker": taker.person.employee_no, "starts": days(0).isoformat(), "ends": days(7).isoformat(), "reason": "出差",
    }  # fmt: skip
    page = visit(UserFactory(person=None), url("delegation_give"), values)
    assert len(page.context_data["form"].non_field_errors()) == 1
    assert Delegation.objects.count() == 0


def test_nobody_acts_on_what_was_not_given_to_them_or_does_not_run(world, visit, client, taker):
    later = given(world, taker, starts=3)
    visit(taker, url("delegation_act", later.pk), {})
    assert client.get(url("post_ask")).status_code == 403
    running = given(world, taker)
    assert visit(world.stranger, url("delegation_act", running.pk), {}).status_code == 404
    visit(world.lead, url("delegation_act", running.pk), {})
    assert "acting" not in client.session


def test_delegations_are_listed_to_the_two_and_to_the_security_administrator(world, visit, taker):
    delegation = given(world, taker)

    def listed(user):
        return list(visit(user, url("delegation_list")).context_data["page"].rows)

    assert [listed(user) for user in (world.lead, taker, world.security)] == [[delegation]] * 3
    assert listed(world.stranger) == []
    assert len(lines(visit(world.stranger, url("delegation_list") + "?format=csv"))) == 1
    assert visit(world.stranger, url("delegation_revoke", delegation.pk), {}).status_code == 404
    visit(world.security, url("delegation_revoke", delegation.pk), {})
    delegation.refresh_from_db()
    assert delegation.over


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_delegations_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    for _number in range(count):
        given(world, PostFactory(unit=world.east).user)
    visit(world.lead, url("delegation_list"))
    with django_assert_num_queries(4):
        client.get(url("delegation_list"))


# ── Exceptions to reach ───────────────────────────────────────────────────────────────────────────────────────────


def test_administrators_read_the_exceptions_of_their_part_of_the_tree(world, visit):
    audit = PostFactory(role="audit_admin", unit=world.root).user
    local = PostFactory(role="security_admin", unit=world.east).user
    here = allow(world.east, "request.view", because_of="test:1", unit=world.east)
    there = deny(world.east, "request.view", because_of="test:2", person=world.stranger.person)
    Person.objects.filter(pk=world.stranger.person_id).update(unit=world.west)

    def listed(user, query=""):
        return set(visit(user, url("access_list") + query).context_data["page"].rows)

    assert listed(audit) == {here, there}
    assert listed(local) == {here}
    assert listed(audit, "?effect=deny") == {there}
    assert listed(audit, f"?person={world.stranger.person.employee_no}") == {there}
    assert visit(world.lead, url("access_list")).status_code == 403
    assert len(lines(visit(local, url("access_list") + "?format=csv"))) == 2


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_exceptions_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    audit = PostFactory(role="audit_admin", unit=world.root).user
    for number in range(count):
        allow(world.east, "request.view", because_of=f"test:{number}", person=PersonFactory())
    visit(audit, url("access_list"))
    with django_assert_num_queries(5):
        client.get(url("access_list"))
    assert Access.objects.count() == count


def test_delegations_are_ordered_by_the_last_day_that_is_shown(world, visit, taker):
    """One that was taken back ends then, and not where it once should have."""
    for ends, revoked in ((30, 2), (5, None), (1, None)):
        Delegation.objects.create(
            giver=world.lead.person, taker=taker.person, starts=days(0), ends=days(ends),
            revoked_on=days(revoked) if revoked is not None else None, reason="出差",
        )  # fmt: skip
    page = visit(world.security, url("delegation_list") + "?sort=ends").context_data["page"]
    assert [row.revoked_on or row.ends for row in page.rows] == [days(1), days(2), days(5)]
