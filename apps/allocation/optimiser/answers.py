"""All that is asked about a plan after it was found, in one process and one time: why each project that is left out is
left out, what more of each budget would bring, and what would have to give where there is no plan at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from apps.allocation.optimiser.explain import marginal_value, relaxation, why_not
from apps.allocation.optimiser.model import Instance, Plan

LEAST = 0.2  # seconds; with less left a question is not begun
SHARE = 0.4  # of the time for budgets, the rest for projects


def answers_payload(
    payload: Mapping[str, Any], *, time_limit: float, report: Callable[[dict], object]
) -> dict[str, Any]:
    """For core.solver: {"instance", "plan"} in; {"why_not": {project: …}, "marginals": {resource: […]}, "relaxation": … or
    None} out, as far as the time allows. What is missing was not asked for lack of time."""
    instance, plan = Instance.from_payload(payload["instance"]), Plan.from_payload(payload["plan"])
    ends = time.monotonic() + time_limit
    if plan.value is None:
        found = relaxation(instance, time_limit) if plan.status == "infeasible" else None
        return {"why_not": {}, "marginals": {}, "relaxation": asdict(found) if found else None}
    return {
        "marginals": _marginals(instance, plan, time.monotonic() + time_limit * SHARE, report),
        "why_not": _left_out(instance, plan, ends, report),
        "relaxation": None,
    }


def _marginals(instance, plan, ends, report) -> dict[str, list]:
    top = next(unit for unit in instance.units if unit.parent is None)
    found: dict[str, list] = {}
    limited = [
        name
        for name, row in zip(instance.resources, top.budgets, strict=False)
        if any(limit for limit in row)
    ]
    for number, resource in enumerate(limited):
        left = (ends - time.monotonic()) / (len(limited) - number)
        if left < LEAST:
            break
        blocks = marginal_value(instance, plan, top.key, resource=resource, time_limit=left)
        found[resource] = [asdict(block) for block in blocks]
        report({"asked": resource})
    return found


def _left_out(instance, plan, ends, report) -> dict[str, dict]:
    left_out = [project.key for project in instance.projects if project.key not in plan.chosen]
    found = {}
    for number, key in enumerate(left_out):
        left = ends - time.monotonic()
        if left < LEAST:
            break
        found[key] = asdict(why_not(instance, plan, key, max(LEAST, left / (len(left_out) - number))))
        report({"asked": key})
    return found
