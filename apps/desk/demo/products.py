"""Last chapter: projects become products, other branches take them up or say no, and what they bring is read every month."""

from datetime import date

from apps.core import clock
from apps.desk.demo.bank import Bank, texts
from apps.desk.demo.diary import Story
from apps.operations.actions import (
    accept_rollout,
    decline_rollout,
    enter_reading,
    go_live,
    make_product,
    offer_product,
)
from apps.projects.actions import advance
from apps.projects.models import Project

MONTHS = 9  # of readings at most; whatever came before is in the finance system's book


def grow(bank: Bank, project: Project, manager, topic: dict, chance) -> Story:
    """The product, its branches, its readings; then operation, post-evaluation and the end."""
    words = texts("products")
    name = chance.choice(words["names"]).format(title=project.title.split("（")[0])
    product = make_product(project, by=manager, name=name[:120], customer=topic["who"])
    yield 2
    advance(project, "to_rollout", by=manager)
    yield 3
    live = [(project.unit, manager)]
    others = [branch for branch in bank.branches if branch.unit.pk != project.unit_id]
    offered = chance.sample(others[:6], 2) + chance.sample(others[6:], chance.choice((2, 3, 4)))
    for branch in offered:
        rollout = offer_product(product, branch.unit, by=manager)
        if chance.random() < 0.15 or (bank.day - clock.today()).days < 14:
            bank.diary.begin(answer(bank, rollout, branch, live, chance.random(), words), 6)
        else:
            bank.diary.begin(answer(bank, rollout, branch, live, chance.random(), words), max(1, (bank.day - clock.today()).days - chance.randint(3, 12)))  # fmt: skip
    ratio = chance.triangular(0.25, 1.15, 0.64)
    estimate = project.estimate
    yearly = estimate.benefits_fen[1]
    cost = estimate.costs_fen[1]
    passed = 0
    while passed < 14:
        yield max(1, 32 - clock.today().day)
        passed += 1
        month = (clock.today().replace(day=1) - date.resolution).replace(day=1)
        if passed <= MONTHS:
            for unit, by in live:
                part = len(live)
                enter_reading(
                    product, unit, month, by=by, customers=chance.randint(20, 400),
                    benefit_fen=round(yearly * ratio / 12 / part * chance.uniform(0.8, 1.2) / 100) * 100,
                    cost_fen=round(cost / 12 / part * chance.uniform(0.9, 1.1) / 100) * 100,
                )  # fmt: skip
        if passed == 4 and project.stage.code == "rollout" and len(live) > 2:
            advance(project, "to_operation", by=manager)
        elif passed == 10 and project.stage.code == "operation":
            advance(project, "to_evaluation", by=manager)


def answer(bank: Bank, rollout, branch, live: list, luck: float, words) -> Story:
    """A branch answers in its own words; what it accepts goes live weeks later."""
    chance = bank.chance("answer", rollout.product.name, branch.unit)
    yield 0
    if luck < 0.3:
        decline_rollout(
            rollout, by=chance.choice((branch.head, branch.lead)), reason=chance.choice(words["declined"])
        )
        return
    if luck > 0.94:
        return  # no answer yet
    accept_rollout(rollout, by=branch.lead)
    yield chance.randint(15, 40)
    go_live(rollout, by=branch.lead)
    live.append((branch.unit, branch.lead))
