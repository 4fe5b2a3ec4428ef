"""Forums and committees, made by the app's own actions."""

from types import SimpleNamespace

from apps.core import clock
from apps.org.models import Body, Membership
from apps.review.actions import (
    call_meeting,
    call_roll,
    cast_vote,
    close_ballot,
    close_round,
    open_ballot,
    open_round,
    set_up_forum,
)
from tests.factories.org import BodyFactory, PostFactory, UnitFactory
from tests.factories.projects import WAN


def committee(root=None, members=9, departments=2, **terms) -> SimpleNamespace:
    """The head-office committee: chair and members with accounts, a secretary who does not vote, departments consulted."""
    root = root or UnitFactory(kind="head_office")
    body = BodyFactory(unit=root)
    secretary = PostFactory(role="innovation_secretary", unit=root).user
    seats = [PostFactory(role="committee_member", unit=root).user for _number in range(members)]
    for number, seat in enumerate(seats):
        role = Membership.Role.CHAIR if number == 0 else Membership.Role.MEMBER
        Membership.objects.create(body=body, person=seat.person, role=role, starts="2020-01-01")
    Membership.objects.create(
        body=body, person=secretary.person, role=Membership.Role.SECRETARY, starts="2020-01-01"
    )
    officers = [
        PostFactory(role="department_officer", unit=UnitFactory(parent=root, kind="department")).user
        for _n in range(departments)
    ]
    forum = set_up_forum(
        by=secretary, body=body, name="总行创新委员会", kind="committee", consulted=[o.standing[0].unit for o in officers],
        **({"decides_cross_branch": True, "decides_first_in_industry": True} | terms),
    )  # fmt: skip
    return SimpleNamespace(
        root=root, body=body, forum=forum, secretary=secretary, members=seats, officers=officers
    )


def branch_group(branch, secretary, limit_fen=50 * WAN) -> object:
    """A branch's working group with a right to decide up to its limit."""
    body = BodyFactory(unit=branch, kind=Body.Kind.WORKING_GROUP, name=f"{branch}专项工作组")
    return set_up_forum(
        by=secretary, body=body, name=f"{branch}专项工作组", kind="branch_group", up_to_fen=limit_fen
    )


def judged(house, *projects):
    """Topics of a round that is closed, in the order of the projects; nobody was asked to score."""
    round_ = open_round(house.forum, list(projects), by=house.secretary, title="十一月评审")
    close_round(round_, by=house.secretary)
    return list(round_.topics.all())


def sitting(house, *topics):
    """A meeting on these topics with every member there."""
    meeting = call_meeting(
        house.forum, topics, by=house.secretary, held_on=clock.today(), place="总行 1206 会议室"
    )
    call_roll(meeting, {member.person_id for member in house.members}, by=house.secretary)
    return meeting


def voted(house, topic, meeting, choices=("for",) * 9, **terms):
    """A ballot of this meeting, counted and closed."""
    ballot = open_ballot(topic, meeting, by=house.secretary, **terms)
    for member, choice in zip(house.members, choices, strict=False):
        cast_vote(ballot, by=member, choice=choice)
    close_ballot(ballot, by=house.secretary)
    return ballot
