"""Who is told of a review without having asked."""

import pytest

from apps.core import clock
from apps.core.jobs import drain
from apps.core.models import Notice
from apps.review.actions import assign, call_meeting, call_roll, close_round, declare, open_ballot, open_round
from tests.factories import PostFactory, committee, make_project, ready_for_review, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return committee()


@pytest.fixture
def officer(house):
    return PostFactory(role="group_lead").user


def told(verb):
    return set(Notice.objects.filter(verb=verb).values_list("to__username", flat=True))


def names(users):
    return {user.username for user in users}


def test_each_department_that_is_asked_is_told_and_the_proposer_who_follows(house, officer):
    signed(make_project(officer), by=officer)
    drain()
    assert told("consultation.ask") - {officer.username} == names(house.officers)


def test_a_reviewer_is_told_what_was_assigned_and_nobody_else_is(house, officer):
    project = ready_for_review(make_project(officer), by=officer)
    topic = open_round(house.forum, [project], by=house.secretary, title="十一月评审").topics.get()
    reviewer, other = (PostFactory(role="reviewer").user for _n in range(2))
    assign(topic, reviewer.person, by=house.secretary)
    drain()
    assert reviewer.username in told("assignment.make")
    assert other.username not in told("assignment.make")


def test_every_seat_hears_of_the_meeting_and_who_is_recused_hears_of_no_ballot(house, officer):
    project = ready_for_review(make_project(officer), by=officer)
    topic = open_round(house.forum, [project], by=house.secretary, title="十一月评审").topics.get()
    recused, *others = house.members
    declare(
        assign(topic, recused.person, by=house.secretary), by=recused, conflict=True, reason="亲属在申报单位"
    )
    close_round(topic.round, by=house.secretary)
    meeting = call_meeting(house.forum, [topic], by=house.secretary, held_on=clock.today(), place="总行 1206")
    call_roll(meeting, {member.person_id for member in house.members}, by=house.secretary)
    open_ballot(topic, meeting, by=house.secretary)
    drain()
    assert told("meeting.call") == names(house.members)
    assert told("ballot.open") - {officer.username} == names(others)
