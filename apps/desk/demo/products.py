"""Last chapter: projects become products, other branches take them up or say no, and what they bring is read every month."""

from datetime import date

from apps.core import clock
from apps.desk.demo.bank import WAN, Bank, texts, theme_of
from apps.desk.demo.diary import Story, minutes
from apps.operations.actions import (
    accept_rollout,
    decline_rollout,
    enter_reading,
    go_live,
    make_product,
    offer_product,
)
from apps.operations.returns import promised_fen
from apps.projects.actions import advance, waive_requirement
from apps.projects.models import Project

# What came of what was promised, from product to product: the median lies between 0.6 and 0.7.
REALISED = (0.12, 0.33, 0.48, 0.57, 0.63, 0.67, 0.7, 0.75, 0.86, 1.02, 1.36)
WIDE, NEAR, LOCAL = "wide", "near", "local"  # how far it spreads
# What cost much is worth its way to many; what a branch made for itself for little mostly stays there.
LARGE = 60 * WAN
SPREADS = {True: [WIDE] * 4 + [NEAR] * 4 + [LOCAL] * 2, False: [NEAR] + [LOCAL] * 4}
ACCEPTED = 0.68  # of the offers
RECENT = 20  # days within which an offer may still lie unanswered
RAMP = (0.75, 0.9)  # of a common month, in the first ones
OPERATES, EVALUATED, CLOSED = 3, 9, 11  # months of use after which it goes on


def grow(bank: Bank, project: Project, manager, topic: dict, chance) -> Story:
    """The product, its branches, its readings; then operation, post-evaluation and the end."""
    product = make_product(
        project, by=manager, name=project.title.split("（")[0][:120], customer=topic["who"],
        summary=f"{topic['scene']}，{topic['pain']}。做法：{topic['idea']}。",
    )  # fmt: skip
    yield chance.randint(1, 3)
    advance(project, "to_rollout", by=manager)
    branch = next((branch for branch in bank.branches if branch.unit.pk == project.unit_id), None)
    large = project.estimate.costs_fen[0] >= LARGE
    spread = bank.deal(f"spread {large}", SPREADS[large])
    live = [(project.unit, manager, 1.0)]
    if spread == LOCAL and branch:
        yield chance.randint(2, 6)
        by = (
            branch.lead
            if branch.lead.person_id not in (project.manager_id, project.proposer_id)
            else branch.head
        )
        waive_requirement(project, "adoption", by=by, reason=chance.choice(texts("work")["waived"]))
    else:
        yield 3
        yield from offers(bank, product, manager, live, spread, theme_of(topic["theme"]), chance)
    yield from months_of_use(bank, project, product, manager, live, chance)


def offers(bank: Bank, product, manager, live: list, spread: str, theme, chance) -> Story:
    """Wave after wave: to the branches it fits first."""
    others = [branch for branch in bank.branches if branch.unit.pk != product.unit_id]
    wanted = chance.randint(9, 13) if spread == WIDE else chance.randint(3, 5)
    first = chance.sample(others[:7], min(4, wanted - 1))
    rest = chance.sample(others[7:], wanted - len(first))
    for number, branch in enumerate([*first, *rest]):
        rollout = offer_product(product, branch.unit, by=manager)
        story = answer(bank, rollout, branch, live, theme, bank.chance("answer", product.name, branch.unit))
        bank.diary.begin(story, bank.diary.left - chance.randint(2, 13))
        yield chance.randint(14, 30) if number == 4 else minutes(2, 9, chance)


def answer(bank: Bank, rollout, branch, live: list, theme, chance) -> Story:
    """A branch answers in its own words; what it accepts goes live weeks later."""
    if bank.diary.left < RECENT and chance.random() < 0.6:
        return  # no answer yet
    if chance.random() > ACCEPTED:
        by = chance.choice((branch.head, branch.lead))
        decline_rollout(rollout, by=by, reason=bank.deal(f"declined {theme['name']}", theme["declined"]))
        return
    accept_rollout(rollout, by=branch.lead)
    yield chance.randint(15, 40)
    go_live(rollout, by=branch.lead)
    live.append((branch.unit, chance.choice([branch.lead, *branch.members]), chance.uniform(0.3, 1.1)))


def months_of_use(bank: Bank, project: Project, product, manager, live: list, chance) -> Story:
    """In the first days of each month the readings of the month before, and twice a year a step further."""
    ratio, estimate = bank.deal("realised", REALISED), project.estimate
    customers: dict[int, int] = {}
    for passed in range(24):
        yield max(1, 32 - clock.today().day) + chance.randint(1, 7)
        month = (clock.today().replace(day=1) - date.resolution).replace(day=1)
        promised = promised_fen(estimate.costs_fen, estimate.benefits_fen, passed + 1) - promised_fen(
            estimate.costs_fen, estimate.benefits_fen, passed
        )
        cost = estimate.costs_fen[min(3, 1 + passed // 12)] // 12
        ramp = RAMP[passed] if passed < len(RAMP) else 1.05
        net = promised * ratio * ramp * chance.uniform(0.82, 1.18)
        weights = sum(weight for *_rest, weight in live)
        for unit, by, weight in list(live):
            part = weight / weights
            customers[unit.pk] = customers.get(unit.pk, 0) + chance.randint(4, 60)
            enter_reading(
                product, unit, month, by=by, customers=customers[unit.pk],
                benefit_fen=max(0, round((net + cost) * part / 100) * 100), cost_fen=round(cost * part / 100) * 100,
            )  # fmt: skip
        if passed == OPERATES and project.stage.code == "rollout" and may_operate(project):
            advance(project, "to_operation", by=manager)
        elif passed == EVALUATED and project.stage.code == "operation":
            advance(project, "to_evaluation", by=manager)
        elif passed == CLOSED and project.stage.code == "post_evaluation":
            yield 2
            yield from close(bank, project, manager)


def may_operate(project: Project) -> bool:
    return not project.requirements.filter(kind__code="adoption", met_at=None, waived_reason="").exists()


def close(bank: Bank, project: Project, manager) -> Story:
    """The report of the post-evaluation is with the committee: the project ends, the product goes on."""
    by = bank.users["secretary"]
    waive_requirement(project, "evaluation", by=by, reason=texts("work")["evaluated"][0])
    yield 1
    advance(project, "to_closed", by=manager)
