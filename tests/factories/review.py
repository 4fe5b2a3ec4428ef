"""Forums and committees, made by the app's own actions."""

from types import SimpleNamespace

from apps.org.models import Body, Membership
from apps.review.actions import set_up_forum
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
