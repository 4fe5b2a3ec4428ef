"""The optimiser, measured on made-up banks: python -m bench.optimiser

Prints `name: value`. The build is timed against the plain way of writing the same model, a Python loop that hands over
row after row, in the same run; both must hold the same rows and nonzeros. Solves run through core.solver, as they do in
the product. Seconds depend on the machine; compare ratios and gaps.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from statistics import median

import highspy

from apps.allocation.optimiser.build import build
from apps.allocation.optimiser.check import check, value_of
from apps.allocation.optimiser.model import WHOLE, Instance, Limit, Option, Plan, Project, Theme, Unit
from apps.allocation.optimiser.solve import load
from apps.core.solver import run_solver

LEVELS = (
    ("full", 1.0, 1.0),
    ("reduced", 0.6, 0.62),
    ("pilot", 0.22, 0.2),
)  # name, share of the cost, of the value
RESOURCES = ("technology person-days", "technology money", "marketing money")
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
SKILLS = tuple(f"skill {n}" for n in range(1, 9))
THEMES = tuple(f"theme {n}" for n in range(1, 7))
HARD = {"budget", "budget_to_date", "people", "theme_most", "cap", "exclusive", "dependency"}


def bank(projects: int, branches: int, sub_branches: int, seed: int = 1) -> Instance:
    """A bank that asks for about three times what it has, the same for the same seed. Money is in thousand yuan."""
    dice = random.Random(seed)
    places: list[tuple[str, str | None]] = [("head office", None)]
    places += [(f"branch {b}", "head office") for b in range(branches)]
    places += [(f"sub-branch {s}", f"branch {s % branches}") for s in range(sub_branches)]
    above = dict(places)

    asked: dict[str, list[list[int]]] = {key: [[0] * 4 for _ in RESOURCES] for key in above}
    people: dict[str, list[list[int]]] = {key: [[0] * 4 for _ in SKILLS] for key in above}
    money = dict.fromkeys(above, 0)
    made = []
    for n in range(projects):
        unit = dice.choice(places)[0]
        cost = round(dice.lognormvariate(6, 0.8))
        profile = [dice.choice((0, 1, 2, 3)) for _ in QUARTERS]
        mix = [dice.random() + 0.2 for _ in RESOURCES]
        weight = (sum(profile) or 1) * sum(mix)
        full = [[round(cost * part * share / weight) for part in profile] for share in mix]
        skills = [[dice.randint(0, 15) if dice.random() < 0.2 else 0 for _ in QUARTERS] for _ in SKILLS]
        worth = round(cost * dice.lognormvariate(0.3, 0.5))
        options = []
        for name, share, worth_share in LEVELS:
            needs = [[-int(-need * share // 1) for need in row] for row in full]
            heads = [[-int(-head * share // 1) for head in row] for row in skills]
            options.append(Option(name, round(worth * worth_share), sum(map(sum, needs[1:])), needs, heads))
        place: str | None = unit
        while place is not None:
            for total, part in ((asked[place], options[0].needs), (people[place], options[0].people)):
                for row, numbers in zip(total, part, strict=True):
                    row[:] = [a + b for a, b in zip(row, numbers, strict=True)]
            money[place] += options[0].money
            place = above[place]
        made.append(Project(f"P{n}", unit, options, dice.choice(THEMES), mandatory=dice.random() < 0.01))

    units = []
    for key, parent in places:
        lowest = key.startswith("sub-branch")
        units.append(
            Unit(
                key,
                parent,
                budgets=[[total // 3 for total in row] for row in asked[key]],
                headcount=[] if lowest else [[total // 2 for total in row] for row in people[key]],
                carries_over=lowest,
                floor=money[key] // 10 if parent == "head office" else 0,
            )
        )
    free = [project.key for project in made if not project.mandatory]
    return Instance(
        units=units,
        projects=made,
        resources=RESOURCES,
        quarters=QUARTERS,
        skills=SKILLS,
        themes=[Theme(key, 800, 3_000) for key in THEMES],
        exclusive=[tuple(dice.sample(free, 2)) for _ in range(projects // 20)],
        dependencies=[(dice.choice(free), dice.choice(made).key) for _ in range(projects // 20)],
    )


def row_loop(instance: Instance) -> highspy.Highs:
    """The same model the plain way: a row at a time, each gathered from the objects."""
    highs = highspy.Highs()
    highs.silent()
    column: dict[tuple[str, str], int] = {}
    for project in instance.projects:
        for option in project.options:
            column[project.key, option.name] = len(column)
            highs.addCol(option.value, 0, 1, 0, [], [])
            highs.changeColIntegrality(len(column) - 1, highspy.HighsVarType.kInteger)
    z = len(column)
    highs.addCol(0, 0, highspy.kHighsInf, 0, [], [])

    def row(
        terms: Mapping[int, float], lower: float = -highspy.kHighsInf, upper: float = highspy.kHighsInf
    ) -> None:
        terms = {j: a for j, a in terms.items() if a}
        highs.addRow(lower, upper, len(terms), list(terms), list(terms.values()))

    def all_of(key: str, sign: int = 1) -> dict[int, float]:
        return {column[key, option.name]: sign for option in instance.project[key].options}

    for project in instance.projects:
        row(all_of(project.key), lower=project.mandatory, upper=1)
    for unit in instance.units:
        below = [
            (column[project.key, option.name], option)
            for project in instance.projects
            if unit.key in instance.ancestry[project.unit]
            for option in project.options
        ]
        for r, budget in enumerate(unit.budgets):
            for t in range(len(budget)):
                first = 0 if unit.carries_over else t
                row(
                    {j: sum(o.needs[r][first : t + 1]) for j, o in below},
                    upper=sum(b or 0 for b in budget[first : t + 1]),
                )
        for k, heads in enumerate(unit.headcount):
            for t, most in enumerate(heads):
                row({j: o.people[k][t] for j, o in below}, upper=most or 0)
        if unit.floor:
            row({j: o.money for j, o in below}, lower=unit.floor)
    money = {column[p.key, o.name]: o.money for p in instance.projects for o in p.options}
    row(money | {z: -1}, lower=0, upper=0)
    for theme in instance.themes:
        mine = {
            column[p.key, o.name]: o.money
            for p in instance.projects
            if p.theme == theme.key
            for o in p.options
        }
        row(mine | {z: -theme.least_bp / WHOLE}, lower=0)
        row(mine | {z: -theme.most_bp / WHOLE}, upper=0)
    for group in instance.exclusive:
        row({j: a for key in group for j, a in all_of(key).items()}, upper=1)
    for key, needed in instance.dependencies:
        row({} if key == needed else all_of(key) | all_of(needed, -1), upper=0)
    return highs


def greedy(instance: Instance) -> Plan:
    """What a careful spreadsheet does: mandatory projects, then by value per money, each at the highest level that breaks
    no limit that was kept before; twice, for those that waited for another. It steers towards no floor or least share."""
    chosen: dict[str, str] = {}
    broken: set[Limit] = set()

    def by_worth(project: Project) -> tuple[bool, float]:
        return project.mandatory, project.options[0].value / max(sum(map(sum, project.options[0].needs)), 1)

    ranked = sorted(instance.projects, key=by_worth, reverse=True)
    for project in [*ranked, *ranked]:
        for option in () if project.key in chosen else project.options:
            tried = chosen | {project.key: option.name}
            now = {violation.limit for violation in check(instance, planned(instance, tried))}
            # The first projects of all exceed some share of a theme: shares are held from a tenth of the way on.
            early = len(chosen) < len(ranked) // 10
            worse = {limit for limit in now - broken if limit.kind in HARD and not (early and limit.theme)}
            own_share = Limit("theme_most", theme=project.theme)
            if not worse and (early or own_share not in now):
                chosen, broken = tried, now
                break
    return planned(instance, chosen)


def planned(instance: Instance, chosen: Mapping[str, str]) -> Plan:
    return Plan("feasible", chosen, value_of(instance, chosen), None, 0.0)


def seconds(work: Callable[[], object], times: int) -> float:
    """Median of several runs."""
    runs = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        runs.append(time.perf_counter() - began)
    return median(runs)


def say(name: str, value: object) -> None:
    print(f"{name}: {value}", flush=True)


def measure_build(projects: int = 1_000, branches: int = 40, sub_branches: int = 200) -> None:
    instance = bank(projects, branches, sub_branches)
    ours, plain = load(build(instance), whole=True), row_loop(instance)
    assert (ours.getNumRow(), ours.getNumNz()) == (plain.getNumRow(), plain.getNumNz()), "not the same model"
    name = f"optimiser.build.{projects}"
    say(f"{name}.rows", ours.getNumRow())
    say(f"{name}.nonzeros", ours.getNumNz())
    arrays = seconds(lambda: load(build(instance), whole=True), 5)
    loop = seconds(lambda: row_loop(instance), 3)
    say(f"{name}.seconds", f"{arrays:.3f}")
    say(f"{name}.row_loop_seconds", f"{loop:.3f}")
    say(f"{name}.times_faster", f"{loop / arrays:.1f}")


def measure_plan(
    projects: int = 300, branches: int = 12, sub_branches: int = 60, limit: float = 10.0
) -> None:
    instance = bank(projects, branches, sub_branches)
    name = f"optimiser.plan.{projects}"
    found: list[float] = []
    began = time.perf_counter()
    payload = {"instance": instance.to_payload()}
    solved = run_solver(
        "apps.allocation.optimiser.solve:solve_payload",
        payload,
        time_limit=limit,
        on_incumbent=lambda _: found.append(time.perf_counter() - began),
    )
    elapsed = time.perf_counter() - began
    plan = Plan.from_payload(solved)
    say(f"{name}.status", plan.status)
    say(f"{name}.value_thousand_yuan", plan.value)
    say(f"{name}.bound_thousand_yuan", plan.bound)
    say(f"{name}.proven_gap_percent", "none" if plan.gap is None else f"{100 * plan.gap:.3f}")
    say(f"{name}.limits_broken", len(check(instance, plan)))
    say(f"{name}.first_checked_plan_seconds", f"{found[0]:.2f}" if found else "none")
    say(f"{name}.seconds_with_its_process", f"{elapsed:.2f}")
    if plan.value is None:
        return

    spreadsheet = greedy(instance)
    say(f"{name}.greedy_value_thousand_yuan", spreadsheet.value)
    say(f"{name}.greedy_limits_broken", len(check(instance, spreadsheet)))
    say(f"{name}.over_greedy_percent", f"{100 * (plan.value / (spreadsheet.value or 1) - 1):.2f}")

    left_out = next(project.key for project in instance.projects if project.key not in plan.chosen)
    began = time.perf_counter()
    answer = run_solver(
        "apps.allocation.optimiser.explain:why_not_payload",
        payload | {"plan": solved, "project": left_out},
        time_limit=limit,
    )
    say(f"{name}.why_not_seconds", f"{time.perf_counter() - began:.2f}")
    say(f"{name}.why_not_loss_thousand_yuan", answer["loss"])


if __name__ == "__main__":
    measure_build()
    measure_plan()
