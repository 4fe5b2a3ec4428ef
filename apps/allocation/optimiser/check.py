"""Whether a plan keeps every limit: whole numbers and plain loops, nothing shared with the matrix the solver sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from apps.allocation.optimiser.model import WHOLE, Instance, Limit, LimitTable, Option, Plan, Table, Violation


def check(instance: Instance, plan: Plan) -> list[Violation]:
    """Every limit that the plan breaks, none if it may be carried out as it stands."""
    return list(_violations(instance, plan))


def value_of(instance: Instance, chosen: Mapping[str, str]) -> int:
    """Sum of the values of the chosen options; raises KeyError for one that is not there."""
    return sum(instance.options[key][name].value for key, name in chosen.items())


def _violations(instance: Instance, plan: Plan) -> Iterator[Violation]:
    options = instance.options
    unknown = [key for key, name in plan.chosen.items() if name not in options.get(key, {})]
    if unknown:
        yield Violation(Limit("unknown", projects=tuple(unknown)), has=len(unknown), allowed=0)
        return
    funded = {key: options[key][name] for key, name in plan.chosen.items()}
    value = sum(option.value for option in funded.values())
    if plan.value is not None and plan.value != value:
        yield Violation(Limit("value"), has=plan.value, allowed=value)

    for project in instance.projects:
        if project.mandatory and project.key not in funded:
            yield Violation(Limit("mandatory", projects=(project.key,)), has=0, allowed=1)
    for group in instance.exclusive:
        together = sum(key in funded for key in set(group))
        if together > 1:
            yield Violation(Limit("exclusive", projects=tuple(group)), has=together, allowed=1)
    for key, needed in instance.dependencies:
        if key in funded and needed not in funded:
            yield Violation(Limit("dependency", projects=(key, needed)), has=1, allowed=0)

    yield from _unit_violations(instance, funded)
    yield from _theme_violations(instance, funded)


def _unit_violations(instance: Instance, funded: dict[str, Option]) -> Iterator[Violation]:
    below: dict[str, list[Option]] = defaultdict(list)
    for key, option in funded.items():
        for above in instance.ancestry[instance.project[key].unit]:
            below[above].append(option)

    for unit in instance.units:
        chosen = below[unit.key]
        needs = _sum([option.needs for option in chosen], len(instance.resources), len(instance.quarters))
        for r, t, has, allowed in _over(needs, unit.budgets, carries_over=unit.carries_over):
            kind = "budget_to_date" if unit.carries_over else "budget"
            limit = Limit(kind, unit=unit.key, resource=instance.resources[r], quarter=instance.quarters[t])
            yield Violation(limit, has, allowed)
        people = _sum([option.people for option in chosen], len(instance.skills), len(instance.quarters))
        for k, t, has, allowed in _over(people, unit.headcount):
            limit = Limit("people", unit=unit.key, skill=instance.skills[k], quarter=instance.quarters[t])
            yield Violation(limit, has, allowed)
        money = sum(option.money for option in chosen)
        if money < unit.floor:
            yield Violation(Limit("floor", unit=unit.key), money, unit.floor)
        if unit.cap is not None and money > unit.cap:
            yield Violation(Limit("cap", unit=unit.key), money, unit.cap)


def _theme_violations(instance: Instance, funded: dict[str, Option]) -> Iterator[Violation]:
    total = sum(option.money for option in funded.values())
    money: dict[str | None, int] = defaultdict(int)
    for key, option in funded.items():
        money[instance.project[key].theme] += option.money
    for theme in instance.themes:
        least = -(-theme.least_bp * total // WHOLE)  # rounded up: a share is whole money too
        most = theme.most_bp * total // WHOLE
        if money[theme.key] < least:
            yield Violation(Limit("theme_least", theme=theme.key), money[theme.key], least)
        if money[theme.key] > most:
            yield Violation(Limit("theme_most", theme=theme.key), money[theme.key], most)


def _sum(tables: Sequence[Table], rows: int, columns: int) -> list[list[int]]:
    total = [[0] * columns for _ in range(rows)]
    for table in tables:
        for row, numbers in zip(total, table, strict=False):
            for column, number in enumerate(numbers):
                row[column] += number
    return total


def _over(
    used: Table, limits: LimitTable, *, carries_over: bool = False
) -> Iterator[tuple[int, int, int, int]]:
    """Row, column, use and limit of each cell over its limit. With carry-over both are sums to date, as long as there is
    a limit in every quarter so far: behind a quarter without one nothing is left to sum up."""
    for r, limit_row in enumerate(limits):
        used_row: Sequence[int] = used[r]
        if carries_over:
            known = [limit for limit in limit_row[: _first_none(limit_row)] if limit is not None]
            used_row, limit_row = list(accumulate(used_row)), list(accumulate(known))
        for t, (has, allowed) in enumerate(zip(used_row, limit_row, strict=False)):
            if allowed is not None and has > allowed:
                yield r, t, has, allowed


def _first_none(limits: Sequence[int | None]) -> int:
    return next((t for t, limit in enumerate(limits) if limit is None), len(limits))
