"""How far a person sees: by the tree, by the line, by exceptions; and a denial beats them all."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.core.scope import Unscoped
from apps.org.models import Access, Post, Request, User
from apps.org.reach import allow, can, deny, people_with, within_reach
from tests.factories import BusinessLineFactory, PersonFactory, PostFactory, bank

pytestmark = pytest.mark.django_db


def request_at(unit, maker=None):
    return Request.objects.create(
        kind="matrix", subject=unit, unit=unit, payload={}, payload_hash="x", maker=maker or PersonFactory()
    )


def seen_by(user):
    return set(Request.objects.visible_to(user))


def again(user):
    """The same account on its next request."""
    return User.objects.get(pk=user.pk)


def test_a_branch_sees_its_sub_branches_and_no_other_branch():
    b = bank()
    lead = PostFactory(role="group_lead", unit=b.east).user
    own, below = request_at(b.east), request_at(b.east_counter)
    for elsewhere in (b.root, b.finance, b.west, b.west_counter):
        request_at(elsewhere)

    assert seen_by(lead) == {own, below}


def test_head_office_sees_the_whole_bank():
    b = bank()
    finance = PostFactory(role="finance_officer", unit=b.root).user
    rows = {request_at(unit) for unit in (b.root, b.east, b.west_counter)}

    assert seen_by(finance) == rows


def test_two_posts_reach_as_far_as_both_together():
    b = bank()
    post = PostFactory(role="group_lead", unit=b.east)
    PostFactory(role="group_lead", unit=b.west_counter, person=post.person)
    rows = {request_at(b.east), request_at(b.west_counter)}
    request_at(b.west)

    assert seen_by(post.user) == rows


def test_a_post_for_one_line_sees_that_line_alone():
    b = bank()
    other = BusinessLineFactory()
    retail_head = PostFactory(role="group_lead", unit=b.east, line=b.retail).user
    # Posts themselves have a unit and a line: they serve here as the things that are looked at.
    retail = PostFactory(unit=b.east_counter, line=b.retail)
    PostFactory(unit=b.east_counter, line=other)
    PostFactory(unit=b.east_counter, line=None)
    PostFactory(unit=b.west_counter, line=b.retail)

    found = Post.objects.filter(within_reach(Post, retail_head, "request.view")).exclude(
        person=retail_head.person
    )

    assert list(found) == [retail]
    assert retail_head.may_at("request.view", b.east_counter, b.retail.pk)
    assert not retail_head.may_at("request.view", b.east_counter, other.pk)


def test_without_a_post_nothing_is_seen_not_even_ones_own():
    b = bank()
    post = PostFactory(role="group_lead", unit=b.east, ends=date(2021, 1, 1))
    request_at(b.east, maker=post.person)

    assert seen_by(post.user) == set()
    assert not post.user.may_ever("request.view")


def test_posts_are_read_on_every_request_and_count_from_their_first_to_their_last_day():
    b = bank()
    today = clock.today()
    post = PostFactory(role="group_lead", unit=b.east, starts=today, ends=today)
    row = request_at(b.east)

    assert seen_by(post.user) == {row}
    with clock.at(clock.now() + timedelta(days=1)):
        assert seen_by(again(post.user)) == set()
    with clock.at(clock.now() - timedelta(days=1)):
        assert seen_by(again(post.user)) == set()


def test_a_post_taken_away_counts_no_more_from_that_moment():
    b = bank()
    post = PostFactory(role="group_lead", unit=b.east)
    row = request_at(b.east)
    assert seen_by(post.user) == {row}

    Post.objects.filter(pk=post.pk).update(revoked_on=clock.today())

    assert seen_by(again(post.user)) == set()


def test_a_disabled_account_holds_nothing():
    b = bank()
    user = PostFactory(role="group_lead", unit=b.east).user
    request_at(b.east)
    user.is_active = False

    assert seen_by(user) == set()


def test_a_grant_reaches_the_person_it_names_and_ends_with_its_day():
    b = bank()
    user = PostFactory(role="group_lead", unit=b.east).user
    row = request_at(b.west)
    assert not can(user, "request.view", row)

    access = allow(row, "request.view", because_of="the test", person=user.person, ends=clock.today())

    assert can(user, "request.view", row)
    assert not can(user, "funds.approve", row)
    with clock.at(clock.now() + timedelta(days=1)):
        assert not can(user, "request.view", row)
    assert access.effect == Access.Effect.ALLOW


@pytest.mark.parametrize(("below", "reaches"), [(True, True), (False, False)])
def test_a_grant_to_a_unit_reaches_the_units_below_it_where_it_says_so(below, reaches):
    b = bank()
    liaison = PostFactory(role="liaison", unit=b.east_counter).user
    lead = PostFactory(role="group_lead", unit=b.east).user
    row = request_at(b.west)
    allow(row, "request.view", because_of="the test", unit=b.east, below=below)

    assert can(lead, "request.view", row)
    assert can(liaison, "request.view", row) is reaches


def test_a_denial_beats_reach_and_every_grant():
    b = bank()
    user = PostFactory(role="group_lead", unit=b.east).user
    row, other = request_at(b.east), request_at(b.east)
    allow(row, "request.view", because_of="the test", person=user.person)
    allow(row, "request.view", because_of="the test", unit=b.east)
    deny(row, "request.view", because_of="a recusal", person=user.person)

    assert seen_by(user) == {other}
    assert not can(user, "request.view", row)


def test_who_is_recused_stays_so_while_acting_for_another():
    b = bank()
    taker = PostFactory(role="staff", unit=b.west).user
    giver = PostFactory(role="group_lead", unit=b.east).person
    row = request_at(b.east)
    taker.acting_for_id = giver.pk
    assert seen_by(taker) == {row}

    deny(row, "request.view", because_of="a recusal", person=taker.person)

    assert seen_by(taker) == set()


def test_a_denial_names_a_person_never_a_unit():
    b = bank()
    row = request_at(b.east)
    with pytest.raises(IntegrityError), transaction.atomic():
        Access.objects.create(
            subject=row, unit=b.east, capability="request.view", effect="deny", because_of="the test"
        )


def test_a_capability_nobody_wrote_down_cannot_be_granted_or_asked():
    b = bank()
    user = PostFactory(role="group_lead", unit=b.east).user
    row = request_at(b.east)
    with pytest.raises(LookupError):
        allow(row, "request.see", because_of="the test", person=user.person)
    with pytest.raises(LookupError):
        can(user, "request.see", row)


def test_who_hears_of_a_thing_has_the_capability_over_it_and_is_not_shut_out():
    b = bank()
    lead = PostFactory(role="group_lead", unit=b.east).person
    recused = PostFactory(role="group_lead", unit=b.east).person
    PostFactory(role="group_lead", unit=b.west)
    PostFactory(role="staff", unit=b.east)
    row = request_at(b.east_counter)
    deny(row, "request.view", because_of="a recusal", person=recused)

    assert list(people_with("request.view", row)) == [lead]


def test_requests_are_not_read_without_saying_for_whom():
    bank()
    with pytest.raises(Unscoped):
        list(Request.objects.all())
    with pytest.raises(Unscoped):
        Request.objects.count()
