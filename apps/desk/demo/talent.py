"""The talent pool of 600 and the think tank, and the points that are given by hand."""

from datetime import timedelta

from apps.desk.demo.bank import HISTORY, Bank, texts
from apps.desk.demo.diary import Story, minutes
from apps.incentives.actions import request_points
from apps.org.actions.post import ask_post
from apps.org.actions.request import approve_request
from apps.org.models import Person
from apps.talent.actions import open_profile
from apps.talent.models import Skill

POOL, EXPERTS = 600, 180  # inside; the forty outside come on top
KINDS = [("business", 55), ("digital", 28), ("composite", 14), ("leader", 3)]  # per hundred of the pool
A_DAY = 12  # profiles opened on a day on which some are
POINT = 1000  # thousandths


def plan(bank: Bank) -> None:
    """Begin the stories of this chapter."""
    bank.diary.begin(pool(bank), HISTORY - 15)
    chance = bank.chance("points")
    for number in range(bank.told(26)):
        bank.diary.begin(points_by_hand(bank, number), bank.diary.some_day(chance, HISTORY - 90, 2))
    for number, branch in enumerate(bank.branches[:3]):
        bank.diary.begin(nobody_yet(branch), 2 + number)


def pool(bank: Bank) -> Story:
    """A dozen profiles at a time; whoever reviews or runs projects first."""
    chance, by = bank.chance("pool"), bank.users["talent"]
    words, skills = texts("work")["talent"], list(Skill.objects.all())
    people = [*_inside(bank, chance), *bank.experts]
    kinds = [kind for kind, share in KINDS for _number in range(round(POOL * share / 100))]
    chance.shuffle(kinds)
    people = people if bank.share == 1 else people[: bank.told(POOL)]
    for number, person in enumerate(people):
        kind = kinds[number] if person.inside else "composite"
        area = {"business": "business", "digital": "digital"}.get(kind)
        own = [skill for skill in skills if skill.area == area] or skills
        chosen = [*chance.sample(own, min(2, len(own))), chance.choice(skills)]
        open_profile(
            person, by=by, unit=person.unit or bank.root, kind=kind, expert=number < EXPERTS or not person.inside,
            summary=chance.choice(words[kind if person.inside else "outside"]),
            skills={skill: chance.choices((1, 2, 3, 4, 5), (1, 4, 6, 3, 1))[0] for skill in chosen},
        )  # fmt: skip
        yield chance.randint(1, 16) if number % A_DAY == A_DAY - 1 else minutes(2, 11, chance)


def _inside(bank: Bank, chance) -> list[Person]:
    """Those who act, and as many others as make the pool full."""
    known = [user.person for user in bank.reviewers if user.person.inside]
    known += [member.person for branch in bank.branches for member in (branch.lead, *branch.members)]
    known += [user.person for user in bank.officers.values()]
    first = list(dict.fromkeys(known))
    others = Person.objects.filter(inside=True, unit__isnull=False).exclude(
        pk__in=[person.pk for person in first]
    )
    others = list(others.select_related("unit").order_by("pk"))
    return (first + chance.sample(others, max(0, POOL - len(first))))[:POOL]


def points_by_hand(bank: Bank, number: int) -> Story:
    """The talent manager asks, the head of the unit decides."""
    chance = bank.chance("points", number)
    branch = bank.some_branch(chance)
    member = chance.choice(branch.members)
    points = chance.choice((10, 20, 20, 30, 50)) * POINT
    request = request_points(
        member.person, points, by=bank.users["talent"], reason=bank.deal("points", texts("work")["points"])
    )
    yield chance.randint(1, 3)
    if bank.diary.left > 4:
        approve_request(request, by=branch.head, seen=request.payload_hash)


def nobody_yet(branch) -> Story:
    """The group asks for a liaison where a sub-branch has none: its head, for the time being. The security administrator
    has not decided yet."""
    for counter in branch.counters:
        if not counter.liaisons:
            ask_post(counter.head.person, counter.unit, "liaison", by=branch.lead, full_time=False, note="联系人调离，暂由支行负责人兼任")  # fmt: skip
            yield timedelta(minutes=7)
    boss = branch.counters[-1].head
    ask_post(
        boss.person, branch.unit, "group_member", by=branch.lead, full_time=False, note="增补为专项工作组成员"
    )
