"""The best plan of an instance by HiGHS, with the bound that says how good it is.

A plan that leaves here has passed check.py: the solver's tolerances are not the bank's.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus as Ended

from apps.allocation.optimiser.build import Floats, Matrix, build
from apps.allocation.optimiser.check import check, value_of
from apps.allocation.optimiser.model import Instance, Plan, Violation

FEASIBLE = 1e-6  # on rows scaled by build.py
ATTEMPTS = 5


def solve(
    instance: Instance,
    time_limit: float,
    on_incumbent: Callable[[Plan], object] | None = None,
    *,
    start: Mapping[str, str] | None = None,
) -> Plan:
    """The plan of the greatest value, or the best found within time_limit seconds.

    on_incumbent gets each better plan as it is found, checked like the last; what it raises ends the solve. start: the
    chosen options of a plan to begin with; one that breaks a limit does no harm.

    The limit is the solver's own and it may overshoot: where that matters, run it through core.solver.run_solver, and
    always so beside another native solver.
    """
    began = time.monotonic()
    matrix = build(instance)
    search = _Search(instance, matrix, began, on_incumbent)
    for known in ({}, start or {}):
        search.offer(_columns(matrix, known))
    status, bound = search.run(time_limit, start)
    if search.value is None and status in (Ended.kInfeasible, Ended.kModelEmpty):
        return Plan("infeasible", {}, None, None, time.monotonic() - began)
    proven = status in (Ended.kOptimal, Ended.kModelEmpty) and not search.broken
    for _ in range(ATTEMPTS):  # the bound stays that of the first run: what follows is a tightened model
        if not search.broken or time.monotonic() - began >= time_limit:
            break
        _tighten(matrix, search.broken)
        search.run(began + time_limit - time.monotonic(), start)
    return search.plan(bound, proven=proven)


def solve_payload(
    payload: Mapping[str, Any], *, time_limit: float, report: Callable[[dict], object]
) -> dict[str, Any]:
    """solve for core.solver: {"instance": Instance.to_payload(), "start": {…} or absent} in, Plan.to_payload() out and
    for every incumbent."""
    return solve(
        Instance.from_payload(payload["instance"]),
        time_limit,
        lambda plan: report(plan.to_payload()),
        start=payload.get("start"),
    ).to_payload()


class _Search:
    """One model and the best plan found for it that passed the check."""

    def __init__(
        self, instance: Instance, matrix: Matrix, began: float, on_incumbent: Callable[[Plan], object] | None
    ):
        self.instance = instance
        self.matrix = matrix
        self.began = began
        self.on_incumbent = on_incumbent
        self.chosen: dict[str, str] = {}
        self.value: int | None = None
        self.broken: list[Violation] = []  # by the last solution offered
        self.error: BaseException | None = None

    def run(self, seconds: float, start: Mapping[str, str] | None) -> tuple[Ended, int | None]:
        """How HiGHS ended, and its bound in whole numbers."""
        self.broken = []
        highs = load(self.matrix, whole=True)
        highs.setOptionValue("time_limit", max(seconds, 0.1))
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", FEASIBLE)
        highs.setOptionValue("mip_feasibility_tolerance", FEASIBLE)
        if start:
            solution = highspy.HighsSolution()
            solution.col_value = list(_columns(self.matrix, start))
            highs.setSolution(solution)
        highs.cbMipImprovingSolution.subscribe(lambda event: self.offer(event.data_out.mip_solution))
        highs.cbMipInterrupt.subscribe(self.interrupt_after_an_error)
        highs.run()
        highs.clearCallbacks()
        if self.error:
            raise self.error
        info = highs.getInfo()
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            self.offer(highs.getSolution().col_value)
        return highs.getModelStatus(), _whole_bound(info.mip_dual_bound * self.matrix.value_scale)

    def offer(self, columns: Any) -> None:
        """Take a solution of the solver, if its whole numbers keep every limit and are better than what there is."""
        chosen = chosen_by(self.matrix, np.asarray(columns))
        value = value_of(self.instance, chosen)
        plan = Plan("feasible", chosen, value, None, time.monotonic() - self.began)
        self.broken = check(self.instance, plan)
        if self.broken or (self.value is not None and self.value >= value):
            return
        self.chosen, self.value = chosen, value
        if self.on_incumbent and not self.error:
            try:
                self.on_incumbent(plan)
            except BaseException as error:  # it must not unwind through the solver's own frames
                self.error = error

    def interrupt_after_an_error(self, event: Any) -> None:
        if self.error:
            event.interrupt()

    def plan(self, bound: int | None, *, proven: bool) -> Plan:
        seconds = time.monotonic() - self.began
        if self.value is None:
            return Plan("none_found", {}, None, bound, seconds)
        if proven:  # what lies between the two is the solver's rounding
            bound = self.value
        elif bound is not None:
            bound = max(bound, self.value)
        return Plan("optimal" if bound == self.value else "feasible", self.chosen, self.value, bound, seconds)


def load(matrix: Matrix, *, whole: bool) -> highspy.Highs:
    """A silent HiGHS that holds the matrix; whole: options are taken or left, not in part."""
    columns = matrix.rows.tocsc()
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = columns.shape
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = matrix.value
    model.col_lower_ = np.zeros(model.num_col_)
    model.col_upper_ = matrix.column_upper
    model.row_lower_ = matrix.row_lower
    model.row_upper_ = matrix.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = columns.indptr
    model.a_matrix_.index_ = columns.indices
    model.a_matrix_.value_ = columns.data
    if whole:
        kinds = [highspy.HighsVarType.kContinuous] * model.num_col_
        kinds[: len(matrix.names)] = [highspy.HighsVarType.kInteger] * len(matrix.names)
        model.integrality_ = kinds
    highs = highspy.Highs()
    highs.silent()
    if highs.passModel(model) == highspy.HighsStatus.kError:
        raise RuntimeError("The solver refuses the model.")
    return highs


def chosen_by(matrix: Matrix, columns: Floats) -> dict[str, str]:
    """The options that a solution of the solver takes."""
    return dict(matrix.names[j] for j in np.flatnonzero(columns[: len(matrix.names)] > 0.5))


def _columns(matrix: Matrix, chosen: Mapping[str, str]) -> Floats:
    """The solution of the solver that takes these options."""
    values = np.zeros(len(matrix.column_upper))
    values[[j for j, (project, option) in enumerate(matrix.names) if chosen.get(project) == option]] = 1.0
    for row, limit in enumerate(matrix.limits):
        if limit.kind == "total":
            z = len(matrix.names)
            coefficients = matrix.rows[row]
            values[z] = (coefficients @ values).item() / -coefficients[0, z]
    return values


def _tighten(matrix: Matrix, broken: list[Violation]) -> None:
    """Leave more room in the rows that a plan met in the solver's arithmetic and broke in whole numbers."""
    for violation in broken:
        row = matrix.limits.index(violation.limit)
        bound = matrix.row_lower if violation.has < violation.allowed else matrix.row_upper
        room = max(violation.by / matrix.row_scale[row], 1e-9 * abs(bound[row]), 10 * FEASIBLE)
        bound[row] += room if violation.has < violation.allowed else -room


def _whole_bound(raw: float) -> int | None:
    """The whole number that no plan's value exceeds."""
    return math.floor(raw + 1e-9 * abs(raw) + 1e-6) if math.isfinite(raw) else None
