"""From the first money to the launch: the milestones one by one. Here most of what goes wrong goes wrong."""

from datetime import timedelta

from apps.core import clock
from apps.desk.demo import products
from apps.desk.demo.bank import Bank, texts, theme_of
from apps.desk.demo.diary import Story, minutes
from apps.desk.demo.money import ask_tranche
from apps.projects.actions import advance, hand_to, hold_project, meet_milestone, stop_project
from apps.projects.actions.stage import say
from apps.projects.models import Project

LATE, STOPPED = "late", "stopped"
CAUSES = [  # what a late project waits for, in whose hands it lies, how often
    ("late_release", "信息科技部投产管理处（排期）", 5),
    ("late_purchase", "采购部（采购）", 3),
    ("late_other", "", 2),
]
REPLAN = 12  # days by which a step of a project that is not late may slip


def build(bank: Bank, project: Project, manager, fated: str, topic: dict, chance) -> Story:
    """The building and the pilot, then the product."""
    theme = theme_of(topic["theme"])
    stops_at = chance.choice(("build", "build", "pilot")) if fated == STOPPED else ""
    yield from building(bank, project, manager, fated, stops_at, theme, chance)
    if project.stage.code == "pilot":
        yield from piloting(bank, project, manager, fated, stops_at, theme, chance)
    if project.stage.code == "launch":
        yield chance.randint(4, 9)
        yield from products.grow(bank, project, manager, topic, chance)


def building(bank: Bank, project: Project, manager, fated: str, stops_at: str, theme, chance) -> Story:
    evidence, flagship = texts("work")["evidence"], texts("flagship")["waiting"]
    for number, milestone in enumerate(list(project.milestones.filter(stage__code="build"))):
        yield chance.randint(18, 27) + (chance.randint(10, 24) if fated == LATE else 0)
        if number == 1 and fated == "held":
            revisit = bank.day + timedelta(days=chance.randint(20, 60))
            hold_project(
                project,
                by=manager,
                reason=bank.deal(f"held {theme['name']}", theme["held"]),
                revisit_on=revisit,
            )
            return
        if number == 1 and stops_at == "build":
            stop_project(project, by=manager, reason=bank.deal(f"stopped {theme['name']}", theme["stopped"]))
            return
        if number == 2 and project.title == flagship["title"]:
            yield from waits_for_its_release(bank, project, manager, flagship)
        if number == 2 and fated == LATE:
            yield from waits(bank, project, manager, chance)
        meet_milestone(milestone, by=manager, evidence=chance.choice(evidence))
    yield minutes(10, 120, chance)
    advance(project, "to_pilot", by=manager)
    yield chance.randint(1, 5)
    ask_tranche(bank, project)


def waits(bank: Bank, project: Project, manager, chance) -> Story:
    """Mostly for a release slot, or for procurement: the cause stands beside the project."""
    cause, hands, _often = chance.choices(CAUSES, [often for *_rest, often in CAUSES])[0]
    say(project, bank.deal(cause, texts("work")[cause]), by=manager)
    if hands:
        hand_to(
            project, person=None, note=hands, due_on=clock.today() + timedelta(days=chance.randint(5, 14))
        )
    yield chance.randint(35, 62)
    if hands:
        hand_to(project, person=project.manager, note="")


def waits_for_its_release(bank: Bank, project: Project, manager, flagship) -> Story:
    """A requirement that waits for its slot in the release calendar, so many days by today, with what was said of it."""
    yield max(1, bank.diary.left - flagship["days"])
    hand_to(project, person=None, note=flagship["note"], due_on=clock.today())
    technology = bank.officers[bank.units["信息科技部"].pk]
    for who, text in flagship["talk"]:
        say(project, text, by=manager if who == "manager" else technology)
        yield 11
    yield 400


def piloting(bank: Bank, project: Project, manager, fated: str, stops_at: str, theme, chance) -> Story:
    for number, milestone in enumerate(list(project.milestones.filter(stage__code="pilot"))):
        yield chance.randint(20, 30)
        if number == 1 and stops_at == "pilot":
            stop_project(project, by=manager, reason=bank.deal(f"stopped {theme['name']}", theme["stopped"]))
            return
        meet_milestone(milestone, by=manager, evidence=chance.choice(texts("work")["evidence"]))
    yield 2
    advance(project, "to_launch", by=manager)
