"""Fourth chapter: what the counters and the departments make of it. Each project is one story, from the opportunity to where it
stands today; what its forum, the fund and the branches do with it is told in the chapters after this one."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from apps.core import clock
from apps.core.models import Follow
from apps.desk.demo import products, review
from apps.desk.demo.bank import WAN, Bank, Branch, texts
from apps.desk.demo.diary import Story
from apps.desk.demo.insight import investigate, opportunity_only, report_opportunity
from apps.desk.demo.money import ask_tranche
from apps.projects.actions import (
    advance,
    give_estimate,
    hand_to,
    hold_project,
    meet_milestone,
    propose_project,
    set_milestones,
    set_team,
    sign_project,
    stop_project,
    submit_project,
)
from apps.projects.actions.stage import say
from apps.projects.models import Project

# How a project of a branch ends, where nothing else stops it; the most go through.
LATE, STUCK, STOPPED, HELD, RETURNED, REJECTED, OPEN_NO, DRAFT, UNSIGNED = (
    "late", "stuck", "stopped", "held", "return", "reject", "disagree", "draft", "unsigned",
)  # fmt: skip


def plan(bank: Bank) -> None:
    """Begin the stories: the older the beginning, the further the project."""
    of_branches = _rows(texts("topics")["branches"])
    of_departments = _rows(texts("topics")["departments"])
    for number, topic in enumerate(of_branches):
        branch = branch_of(bank, number)
        chance = bank.chance("plan", topic["title"])
        began = begins(number, len(of_branches), chance)
        bank.diary.begin(from_a_counter(bank, branch, topic, fate(number)), began)
    for number, topic in enumerate(of_departments):
        chance = bank.chance("plan", topic["title"])
        began = begins(number, len(of_departments), chance)
        bank.diary.begin(of_a_department(bank, topic, fate(number + 3), number), began)
    for number, (branch, topic, ending) in enumerate(only_seen(bank)):
        bank.diary.begin(opportunity_only(bank, branch, topic, ending), 2 + number * 2 % 150)


def _rows(rows: list[list[str]]) -> list[dict]:
    return [dict(zip(("line", "title", "who", "scene", "pain", "idea"), row, strict=True)) for row in rows]


FOLLOWED = 50  # days
AGES = [
    (0, 640),
    (0.25, 270),
    (0.42, 160),
    (0.62, 62),
    (0.8, 26),
    (1, 3),
]  # share of the projects → began so many days ago


def begins(number: int, count: int, chance) -> int:
    """Days ago. Two in five began within the last two months, so that every early state is well filled."""
    share = number / max(1, count - 1)
    for (low, older), (high, younger) in pairwise(AGES):
        if share <= high:
            return round(older + (younger - older) * (share - low) / (high - low)) + chance.randint(0, 2)
    raise ValueError(f"{number} of {count}")


def branch_of(bank: Bank, number: int) -> Branch:
    """The six best branches bring half of it; the first is where the visitor of the demo looks."""
    if number % 2 == 0:
        return bank.branches[(number // 2) % 6]
    return bank.branches[6 + (number * 7) % (len(bank.branches) - 6)]


def fate(number: int) -> str:
    """Fifteen in a hundred stopped or held, twenty late, some sent back or refused."""
    row = [
        "", LATE, "", REJECTED, "", "", STOPPED, "", RETURNED, LATE, "", "", HELD, "", OPEN_NO, "", LATE, "", "", "",
    ]  # fmt: skip
    return row[number % len(row)]


def only_seen(bank: Bank) -> Iterator[tuple[Branch, dict, str]]:
    """Opportunities that are no project yet: local needs, in every state."""
    chance, words = bank.chance("seen"), texts("seen")
    endings = ["filed", "investigating", "take_up", "hold", "drop", "filed", "investigating", "drop"]
    pairs = [(trade, need) for trade in words["trades"] for need in words["needs"]]
    chance.shuffle(pairs)
    for number, (trade, need) in enumerate(pairs[:96]):
        who, crop = trade
        topic = {
            "line": need["line"], "who": who,
            **{key: need[key].format(who=who, crop=crop) for key in ("title", "scene", "pain", "idea")},
        }  # fmt: skip
        if number % 12 == 0:
            topic["by"] = "liaison"
            branch = bank.branches[number // 12 % 2]
        else:
            branch = branch_of(bank, number)
        yield branch, topic, endings[number % len(endings)]


# ── From a counter ──────────────────────────────────────────────────────────────────────────────────────────────


def from_a_counter(bank: Bank, branch: Branch, topic: dict, fated: str) -> Story:
    """Seen at a counter, investigated by the group, proposed by the branch."""
    chance = bank.chance("project", topic["title"])
    opportunity = report_opportunity(bank, branch, topic, chance)
    forget(bank, opportunity)
    yield chance.randint(1, 3)
    yield from investigate(bank, branch, opportunity, topic, chance, "take_up")
    yield chance.randint(1, 6)
    manager = chance.choice(branch.members)
    if branch is bank.branches[0] and chance.random() < 0.45:
        manager = bank.users["member"]
    wan = (
        chance.choice((8, 12, 18, 28, 36, 45, 48, 60, 85, 110, 140))
        if chance.random() < 0.85
        else chance.choice((180, 320))
    )
    project = propose(bank, branch.lead, branch.unit, topic, manager, wan, chance, opportunity=opportunity)
    colleague = chance.choice([member for member in branch.members if member is not manager])
    counter = chance.choice([c for c in branch.counters if c.liaison])
    team = [(manager, "business", 50), (colleague, "data", 30), (counter.liaison, "operations", 20)]
    yield from life(bank, project, branch.lead, branch.head, team, topic, fated, chance)


def of_a_department(bank: Bank, topic: dict, fated: str, number: int) -> Story:
    """Proposed by the innovation office for a department of head office."""
    chance = bank.chance("project", topic["title"])
    department = bank.lines[topic["line"]].department
    by = bank.users[("officer", "officer2", "officer3")[number % 3]]
    manager = bank.officers[department.pk]
    wan = chance.choice((160, 220, 280, 340, 420, 480, 560, 760, 980, 1150))
    if number in (4, 11, 19):
        wan = (2400, 3200, 2800)[(4, 11, 19).index(number)]
    project = propose(bank, by, department, topic, manager, wan, chance, cross_branch=number % 3 == 0, first_in_industry=number % 7 == 2)  # fmt: skip
    technology = bank.officers[bank.units["信息科技部"].pk]
    team = [(manager, "business", 60), (chance.choice(bank.reviewers[3:30]), "data", 40)]
    if technology is not manager:
        team.insert(1, (technology, "technology", 50))
    yield from life(bank, project, by, bank.heads[department.pk], team, topic, fated, chance)


def propose(bank: Bank, by, unit, topic, manager, wan, chance, **more) -> Project:
    """The draft with its estimate: what it costs to build, what it brings in the three years after."""
    words = texts("work")
    count = chance.randint(3, 90) * 100
    project = propose_project(
        by=by, unit=unit, title=topic["title"], line=bank.lines[topic["line"]], manager=manager.person,
        goal=chance.choice(words["goals"]).format(who=topic["who"], n=count, m=chance.randint(3, 9), idea=topic["idea"]),
        approach="\n".join(f"{n}. {text}" for n, text in enumerate([topic["idea"] + "。", *chance.sample(words["approach"], 3)], 1)),
        risks="\n".join(f"{n}. {text}" for n, text in enumerate(chance.sample(words["risks"], 3), 1)), **more,
    )  # fmt: skip
    forget(bank, project)
    asked = wan * WAN
    technology = asked * chance.choice((60, 65, 70, 80)) // 100 // 100 * 100
    people = asked * chance.choice((0, 0, 4, 6)) // 100 // 100 * 100
    yearly = asked * chance.randint(62, 130) // 100
    options = [{"level": "full", "technology_fen": technology, "people_fen": people, "marketing_fen": asked - technology - people}]  # fmt: skip
    if wan >= 40:
        options.append(
            {
                "level": "reduced", "technology_fen": technology * 6 // 10, "people_fen": people * 6 // 10,
                "marketing_fen": (asked - technology - people) * 6 // 10, "benefit_share_bp": 6500,
            }
        )  # fmt: skip
    if wan >= 150:
        options.append(
            {
                "level": "pilot", "technology_fen": technology * 3 // 10, "people_fen": 0,
                "marketing_fen": (asked - technology - people) // 10, "benefit_share_bp": 2500,
            }
        )  # fmt: skip
    give_estimate(
        project, by=manager, costs_fen=[asked] + [asked * chance.randint(6, 12) // 100] * 3,
        benefits_fen=[0, yearly * 6 // 10, yearly, yearly * 11 // 10], probability_bp=chance.randint(55, 88) * 100,
        options=options, basis=chance.choice(words["basis"]).format(n=count, m=chance.randint(2, 6), who=topic["who"]),
    )  # fmt: skip
    return project


def forget(bank: Bank, thing) -> None:
    """Who made something long ago no longer follows it: notices of last year would be read by nobody."""
    if (bank.day - clock.today()).days > FOLLOWED:
        Follow.objects.about(thing).delete()


# ── The life of a project ───────────────────────────────────────────────────────────────────────────────────────


def life(bank: Bank, project: Project, by, head, team, topic, fated: str, chance) -> Story:
    """Plan and team, the signature, the opinions; then its forum, the fund, the building, the pilot and the branches."""
    words, manager = texts("work"), team[0][0]
    plan_of_work(project, manager, chance)
    set_team(
        project,
        [{"person": u.person, "part": part, "share_percent": share} for u, part, share in team],
        by=manager,
    )
    if fated == DRAFT:
        return
    yield chance.randint(1, 8)
    submit_project(project, by=manager)
    if fated == UNSIGNED:
        return
    yield chance.randint(1, 4)
    sign_project(project, by=head)
    yield chance.randint(1, 2)  # the departments are asked in the evening of the day
    yield from review.opinions(bank, project, manager, fated, chance)
    if fated in (REJECTED, RETURNED):
        bank.fates[project.pk] = fated
    bank.ready[review.forum_of(bank, project).pk].append(project)
    while project.state == Project.State.ACTIVE and project.stage.code in ("proposal", "review", "funding"):
        yield 6
        project.refresh_from_db()
    if project.state != Project.State.ACTIVE:
        return
    yield from building(bank, project, manager, fated, chance, words)
    if project.stage.code == "pilot":
        yield from piloting(bank, project, manager, fated, topic, chance, words)


def plan_of_work(project: Project, by, chance) -> None:
    stages = {stage.code: stage for stage in project.process_version.stages.all()}
    day, rows = clock.today() + timedelta(days=75), []
    names = texts("work")["milestones"]
    for stage, count, gap in (("build", 3, 26), ("pilot", 2, 32)):
        for name in chance.sample(names[stage], count):
            day += timedelta(days=gap + chance.randint(-5, 9))
            rows.append({"name": name, "stage": stages[stage], "due_on": day})
    set_milestones(project, rows, by=by)


def building(bank: Bank, project: Project, manager, fated: str, chance, words) -> Story:
    """The milestones of the building one by one; here most of what goes wrong goes wrong."""
    evidence, milestones = words["evidence"], list(project.milestones.filter(stage__code="build"))
    for number, milestone in enumerate(milestones):
        yield chance.randint(16, 27) + (chance.randint(14, 30) if fated == LATE else 0)
        if number == 1 and fated in (STOPPED, HELD):
            if fated == STOPPED:
                stop_project(project, by=manager, reason=chance.choice(words["stopped"]))
            else:
                revisit = bank.day + timedelta(days=chance.randint(20, 60))
                hold_project(project, by=manager, reason=chance.choice(words["held"]), revisit_on=revisit)
            return
        if number == 2 and fated == LATE and chance.random() < 0.5:
            cause = chance.choice(words["waiting_for_release"])
            hand_to(
                project,
                person=None,
                note="信息科技部投产管理处（排期）",
                due_on=clock.today() + timedelta(days=3),
            )
            say(project, cause, by=manager)
            yield chance.randint(45, 60)
        meet_milestone(milestone, by=manager, evidence=chance.choice(evidence))
    yield 1
    advance(project, "to_pilot", by=manager)
    yield chance.randint(1, 5)
    ask_tranche(bank, project)


def piloting(bank: Bank, project: Project, manager, fated: str, topic, chance, words) -> Story:
    for milestone in list(project.milestones.filter(stage__code="pilot")):
        yield chance.randint(20, 30)
        meet_milestone(milestone, by=manager, evidence=chance.choice(words["evidence"]))
    yield 2
    advance(project, "to_launch", by=manager)
    yield chance.randint(4, 9)
    yield from products.grow(bank, project, manager, topic, chance)
