"""permissions.yaml is what the code does: every cell of role × capability × relation, asked of real rows.

The oracle below reads the file and decides by itself; it uses no code of the application.
"""

from datetime import date
from pathlib import Path

import pytest
import yaml
from django.contrib.contenttypes.models import ContentType

from apps.org.models import Access, Request
from apps.org.reach import can, within_reach
from tests.factories import PostFactory, UnitFactory

DOCUMENT = yaml.safe_load(
    Path(__file__).parent.parent.joinpath("permissions.yaml").read_text(encoding="utf-8")
)
ROLES = list(DOCUMENT["roles"])
CAPABILITIES = list(DOCUMENT["capabilities"])
RELATIONS = DOCUMENT["relations"]


def expected(role, capability, relations):
    """Whether the file lets this role do this to a thing that stands in these relations."""
    letters = DOCUMENT["capabilities"][capability]["cells"][role]
    if "recused" in relations:
        return False
    return any(letters[RELATIONS.index(relation)] == "Y" for relation in relations)


@pytest.fixture
def world(db):
    """One person for each role, all at one branch, and requests in every relation to them.

    `things` maps a name to (request, relations for everybody, {role: more relations for that role's person}).
    """
    branch = UnitFactory()
    root, counter = branch.get_parent(), UnitFactory(parent=branch, kind="sub_branch")
    other = UnitFactory()
    users = {role: PostFactory(role=role, unit=branch, starts=date(2020, 1, 1)).user for role in ROLES}
    stranger = PostFactory(role="staff", unit=other).person
    where = {"same_unit": branch, "descendant": counter, "ancestor": root, "elsewhere": other}
    things = {}

    def thing(name, unit, relations, maker=stranger, **more):
        made = Request(kind="matrix", subject=unit, unit=unit, payload={}, payload_hash=name, maker=maker)
        things[name] = (made, set(relations), more)

    for relation, unit in where.items():
        thing(relation, unit, [relation])
        thing(f"{relation}, recused", unit, [relation, "recused"])
    for role, user in users.items():
        thing(f"own of {role}", other, ["elsewhere"], maker=user.person, **{role: {"own"}})
        thing(f"own of {role}, recused", other, ["elsewhere", "recused"], maker=user.person)
    thing("shared with people", other, ["elsewhere", "shared"])
    thing("shared with people, recused", other, ["elsewhere", "shared", "recused"])
    thing("shared with their unit", other, ["elsewhere", "shared"])
    thing("shared with all below the root", other, ["elsewhere", "shared"])
    thing("shared with the root alone", other, ["elsewhere"])
    thing("once shared, until yesterday", other, ["elsewhere"])
    Request.objects.bulk_create([made for made, _relations, _more in things.values()])

    rows = []

    def access(name, effect, **whom):
        for capability in CAPABILITIES:
            rows.append(
                Access(
                    subject_type=ContentType.objects.get_for_model(Request),
                    subject_id=things[name][0].pk,
                    capability=capability,
                    effect=effect,
                    because_of="the test",
                    starts=date(2020, 1, 1),
                    **whom,
                )
            )

    for name, (_made, relations, _more) in things.items():
        for user in users.values():
            if "recused" in relations:
                access(name, "deny", person=user.person)
            if name.startswith("shared with people"):
                access(name, "allow", person=user.person)
            if name.startswith("once shared"):
                access(name, "allow", person=user.person, ends=date(2020, 2, 1))
    access("shared with their unit", "allow", unit=branch, below=False)
    access("shared with all below the root", "allow", unit=root, below=True)
    access("shared with the root alone", "allow", unit=root, below=False)
    Access.objects.bulk_create(rows)
    return users, things


def test_every_cell_of_the_matrix_is_what_the_file_says(world, record_property):
    users, things = world
    everything = Request.objects.unscoped("the oracle decides")
    wrong, asked = [], 0
    for role, user in users.items():
        for capability in CAPABILITIES:
            seen = set(
                everything.filter(within_reach(Request, user, capability)).values_list("pk", flat=True)
            )
            for name, (thing, relations, more) in things.items():
                asked += 1
                if (thing.pk in seen) != expected(role, capability, relations | more.get(role, set())):
                    wrong.append((role, capability, name, thing.pk in seen))
    assert wrong == []
    assert asked == len(ROLES) * len(CAPABILITIES) * len(things)
    record_property("access: cells of the matrix", len(ROLES) * len(CAPABILITIES) * len(RELATIONS))
    record_property("access: questions asked of the matrix", asked)


def test_one_row_is_judged_like_the_list(world):
    users, things = world
    wrong = []
    for turn, role in enumerate(ROLES):
        names = [n for n in things if not n.startswith("own of ") or n.split(",")[0] == f"own of {role}"]
        for step, capability in enumerate(CAPABILITIES):
            for name in names[(turn + step) % 3 :: 3]:
                thing, relations, more = things[name]
                if can(users[role], capability, thing) != expected(
                    role, capability, relations | more.get(role, set())
                ):
                    wrong.append((role, capability, name))
    assert wrong == []


def test_what_is_asked_of_a_unit_is_what_the_file_says(world):
    users, things = world
    wrong = [
        (role, capability, relation)
        for role, user in users.items()
        for capability in CAPABILITIES
        for relation in ("same_unit", "descendant", "ancestor", "elsewhere")
        if user.may_at(capability, things[relation][0].unit) != expected(role, capability, {relation})
    ]
    assert wrong == []


def test_the_list_of_requests_is_the_column_of_seeing_requests(world):
    users, things = world
    for role, user in users.items():
        assert set(Request.objects.visible_to(user).values_list("payload_hash", flat=True)) == {
            name
            for name, (_thing, relations, more) in things.items()
            if expected(role, "request.view", relations | more.get(role, set()))
        }


def test_what_any_post_may_ever_do_is_what_its_row_says(world):
    users, _things = world
    for role, user in users.items():
        for capability in CAPABILITIES:
            letters = DOCUMENT["capabilities"][capability]["cells"][role]
            assert user.may_ever(capability) == ("Y" in letters)


def test_nobody_who_is_recused_keeps_access_and_every_cell_is_written():
    for capability, entry in DOCUMENT["capabilities"].items():
        assert set(entry["cells"]) == set(ROLES), capability
        for role, letters in entry["cells"].items():
            assert len(letters) == len(RELATIONS), (capability, role)
            assert letters[RELATIONS.index("recused")] == "-", (capability, role)
