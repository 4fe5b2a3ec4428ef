"""Why there is no plan, why a project is not in it, and what more of a limit would be worth.

Each answer comes from solving again, not from dual prices: those of the relaxation mislead (a price of 5.36 where the
true gain was 0.04), and those of a plan with its options fixed are nought. For small sizes: every answer is a whole solve.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus as Ended
from scipy import sparse

from apps.allocation.optimiser.build import Floats, Matrix, build
from apps.allocation.optimiser.check import check, value_of
from apps.allocation.optimiser.model import Instance, Limit, Plan, Violation
from apps.allocation.optimiser.solve import chosen_by, load, solve

# Money can be found; a rule of the bank is bent last. Both count relative to the size of the limit itself.
RULES = ("mandatory", "exclusive", "dependency")
RULE_WEIGHT = 100.0
FIXED = ("one_option", "total")  # true by definition
NOUGHT = 1e-6


@dataclass(frozen=True)
class Relaxation:
    """The least that has to give for there to be a plan.

    limits: what is broken and by how much, each weighed against its own size. whole: the amounts are those of `chosen`, a
    plan as soon as they are granted, and the least that the time allowed to find. Otherwise projects are funded in part,
    chosen is empty, and so much (rounded up) has to give in any case.
    """

    limits: list[Violation]
    chosen: Mapping[str, str]
    whole: bool


@dataclass(frozen=True)
class Marginal:
    """What a block of a limit would bring: percent more of it, which is `added` over all quarters.

    gain is the difference in value of the two plans; at_most is what it could be at the most if neither is proven to be
    the best, None where no bound is known.
    """

    percent: int
    added: int
    value: int
    gain: int
    at_most: int | None


@dataclass(frozen=True)
class Change:
    """A project whose option differs between two plans; None is not funded."""

    project: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class WhyNot:
    """What funding a project would cost.

    option: the level at which it costs least. loss: value of the plan without it less value of the best plan found with
    it; below nought if that is better still, which an unproven plan allows. break_even_value: what the option would have
    to be worth to be chosen. displaced: what else changes. proven: both plans are the best there are. Where it fits at
    no level, option, loss and break_even_value are None and blocked_by has the limits in its way, if time was enough to
    find them.
    """

    project: str
    option: str | None
    loss: int | None
    break_even_value: int | None
    displaced: list[Change]
    blocked_by: list[Violation]
    proven: bool


def relaxation(
    instance: Instance, time_limit: float, *, whole: bool = True, keep: Sequence[Limit] = ()
) -> Relaxation | None:
    """The least that must give in an instance without a plan; nothing at all if there is a plan after all.

    An elastic program: every limit may be broken at a price relative to its size, rules of the bank at a hundred times
    that. With projects in part it is a linear program and answers at once; with whole=True whole projects follow in the
    time that is left. keep: limits that must not give. None if there is no plan even so, or the time was over first.

    Source: J. W. Chinneck, Feasibility and Infeasibility in Optimization, 2008.
    """
    began = time.monotonic()
    matrix = build(instance)
    elastic, rows, signs = _elastic(matrix, frozenset(keep))
    status, in_part = _run(elastic, whole=False, seconds=time_limit)
    if in_part is not None and whole:
        status, columns = _run(elastic, whole=True, seconds=began + time_limit - time.monotonic())
        if columns is not None:
            chosen = chosen_by(matrix, columns)
            plan = Plan("feasible", chosen, value_of(instance, chosen), None, 0.0)
            return Relaxation(check(instance, plan), chosen, whole=True)
    if in_part is None or status == Ended.kInfeasible:
        return None
    slack = in_part[len(matrix.column_upper) :]
    broken = [
        _broken(matrix, int(rows[j]), float(signs[j] * slack[j])) for j in np.flatnonzero(slack > NOUGHT)
    ]
    return Relaxation(broken, {}, whole=False)


def marginal_value(
    instance: Instance,
    plan: Plan,
    unit: str,
    *,
    resource: str | None = None,
    skill: str | None = None,
    percents: Sequence[int] = (1, 5, 10),
    time_limit: float = 30.0,
) -> list[Marginal]:
    """What more of a unit's budget of a resource, or of its headcount of a skill, would be worth, for each block in
    percent, in every quarter. Each block is solved from the plan before it, so that more is never worth less.

    time_limit is for all blocks together. Raises ValueError unless one of resource and skill is named and the unit has
    such a limit, and for a plan without a value.
    """
    value = _value(plan)
    if (resource is None) == (skill is None):
        raise ValueError("Name either a resource or a skill.")
    percents = sorted(percents)
    start, results = plan.chosen, []
    for percent in percents:
        more, added = _raised(instance, unit, resource, skill, percent)
        better = solve(more, time_limit / len(percents), start=start)
        if better.value is None:
            raise ValueError("The plan breaks a limit of the instance.")
        at_most = None if better.bound is None else better.bound - value
        results.append(Marginal(percent, added, better.value, better.value - value, at_most))
        start = better.chosen
    return results


def why_not(instance: Instance, plan: Plan, project: str, time_limit: float = 30.0) -> WhyNot:
    """What it would take to fund a project that the plan leaves out: it is forced in and everything solved again.

    Raises ValueError if the plan funds it, and KeyError for a project that is not there.
    """
    value = _value(plan)
    if project in plan.chosen:
        raise ValueError(f"Project {project} is funded.")
    forced = _with_forced(instance, instance.project[project].key)
    began = time.monotonic()
    best = solve(forced, time_limit)
    if best.value is None:
        blocked = None
        if best.status == "infeasible":
            seconds = max(1.0, began + time_limit - time.monotonic())
            blocked = relaxation(forced, seconds, keep=[Limit("mandatory", projects=(project,))])
        limits = blocked.limits if blocked else []
        return WhyNot(project, None, None, None, [], limits, proven=best.status == "infeasible")
    option = best.chosen[project]
    loss = value - best.value
    return WhyNot(
        project=project,
        option=option,
        loss=loss,
        break_even_value=instance.options[project][option].value + loss,
        displaced=[change for change in changes(plan.chosen, best.chosen) if change.project != project],
        blocked_by=[],
        proven=plan.status == best.status == "optimal",
    )


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Each project whose option differs, by key."""
    return [
        Change(key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def relaxation_payload(
    payload: Mapping[str, Any], *, time_limit: float, report: Callable[[dict], object]
) -> dict[str, Any]:
    """relaxation for core.solver: {"instance"} in, {"relaxation": … or None} out."""
    found = relaxation(Instance.from_payload(payload["instance"]), time_limit)
    return {"relaxation": asdict(found) if found else None}


def marginal_value_payload(
    payload: Mapping[str, Any], *, time_limit: float, report: Callable[[dict], object]
) -> dict[str, Any]:
    """marginal_value for core.solver: {"instance", "plan", "unit", "resource" or "skill", "percents"} in,
    {"marginals": […]} out."""
    found = marginal_value(
        Instance.from_payload(payload["instance"]),
        Plan.from_payload(payload["plan"]),
        payload["unit"],
        resource=payload.get("resource"),
        skill=payload.get("skill"),
        percents=payload.get("percents", (1, 5, 10)),
        time_limit=time_limit,
    )
    return {"marginals": [asdict(marginal) for marginal in found]}


def why_not_payload(
    payload: Mapping[str, Any], *, time_limit: float, report: Callable[[dict], object]
) -> dict[str, Any]:
    """why_not for core.solver: {"instance", "plan", "project"} in, the fields of WhyNot out."""
    instance, plan = Instance.from_payload(payload["instance"]), Plan.from_payload(payload["plan"])
    return asdict(why_not(instance, plan, payload["project"], time_limit))


def _elastic(matrix: Matrix, keep: frozenset[Limit]) -> tuple[Matrix, Floats, Floats]:
    """The matrix with a column for breaking each side of each row, to be paid for and nothing else; and of these columns
    the row and the direction (+1: more than it may have, -1: less than it must)."""
    may_give = np.array([limit.kind not in FIXED and limit not in keep for limit in matrix.limits])
    # A mandatory project may be left out; that it has one option at most is true by definition.
    over = may_give & np.isfinite(matrix.row_upper) & [limit.kind != "mandatory" for limit in matrix.limits]
    under = may_give & np.isfinite(matrix.row_lower)
    rows = np.concatenate([np.flatnonzero(over), np.flatnonzero(under)])
    signs = np.concatenate([np.ones(over.sum()), -np.ones(under.sum())])
    columns = sparse.csr_matrix((-signs, (rows, np.arange(len(rows)))), shape=(len(matrix.limits), len(rows)))
    largest = abs(matrix.rows).max(axis=1).toarray().ravel()[rows]
    size = np.maximum.reduce(
        [np.abs(np.where(signs > 0, matrix.row_upper[rows], matrix.row_lower[rows])), largest]
    )
    weight = np.array([RULE_WEIGHT if matrix.limits[row].kind in RULES else 1.0 for row in rows])
    price = weight / np.where(size > 0, size, 1.0)
    return (
        replace(
            matrix,
            value=np.concatenate([np.zeros(len(matrix.value)), -price]),
            column_upper=np.concatenate([matrix.column_upper, np.full(len(rows), np.inf)]),
            rows=sparse.hstack([matrix.rows, columns], format="csr"),
        ),
        rows,
        signs,
    )


def _run(matrix: Matrix, *, whole: bool, seconds: float) -> tuple[Ended, Floats | None]:
    highs = load(matrix, whole=whole)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("time_limit", max(seconds, 0.1))
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return highs.getModelStatus(), None
    return highs.getModelStatus(), np.array(highs.getSolution().col_value)


def _broken(matrix: Matrix, row: int, excess: float) -> Violation:
    """A violation of the linear program, in the row's own unit and rounded up."""
    side = matrix.row_upper[row] if excess > 0 else matrix.row_lower[row]
    allowed = round(float(side * matrix.row_scale[row]))
    by = int(np.ceil(abs(excess) * matrix.row_scale[row] - NOUGHT))
    return Violation(matrix.limits[row], allowed + (by if excess > 0 else -by), allowed)


def _raised(
    instance: Instance, unit: str, resource: str | None, skill: str | None, percent: int
) -> tuple[Instance, int]:
    """The instance with percent more in each quarter of one limit, whole units only, and how much that is in all."""
    place = instance.resources.index(resource) if resource is not None else instance.skills.index(skill or "")
    units = []
    added = None
    for each in instance.units:
        limits = each.budgets if resource is not None else each.headcount
        if each.key == unit and limits and any(limit is not None for limit in limits[place]):
            more = [0 if limit is None else limit * percent // 100 for limit in limits[place]]
            table = [list(row) for row in limits]
            table[place] = [
                None if limit is None else limit + m for limit, m in zip(table[place], more, strict=True)
            ]
            added = sum(more)
            each = replace(each, budgets=table) if resource is not None else replace(each, headcount=table)
        units.append(each)
    if added is None:
        raise ValueError(f"Unit {unit} has no such limit.")
    return replace(instance, units=units), added


def _with_forced(instance: Instance, key: str) -> Instance:
    return replace(
        instance,
        projects=[replace(each, mandatory=True) if each.key == key else each for each in instance.projects],
    )


def _value(plan: Plan) -> int:
    if plan.value is None:
        raise ValueError("There is no plan to compare with.")
    return plan.value
