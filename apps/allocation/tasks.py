from apps.allocation.actions.scenario import finish_solve, instance_of
from apps.allocation.models import Scenario
from apps.allocation.optimiser.check import check
from apps.allocation.optimiser.model import Plan
from apps.core.jobs import job
from apps.core.solver import run_solver


@job("allocation.solve", lease=20, whole=False)
def solve_scenario(running, scenario_id):
    """Solve in a process of its own; nothing is written before the plan has passed the independent check."""
    scenario = (
        Scenario.objects.unscoped("the job was made by somebody who may")
        .select_related("fund")
        .get(pk=scenario_id)
    )
    instance = instance_of(scenario)

    def show(plan):
        running.beat(50, f"{plan['value']}")

    with running.beating():
        result = run_solver(
            "apps.allocation.optimiser.solve:solve_payload",
            {"instance": instance.to_payload()},
            time_limit=scenario.time_limit,
            on_incumbent=show,
        )
    plan = Plan.from_payload({key: value for key, value in result.items() if key != "gap"})
    violations = check(instance, plan) if plan.value is not None else []
    with running.finishing():
        finish_solve(
            scenario,
            status=plan.status,
            value=plan.value,
            bound=plan.bound,
            milliseconds=round(plan.seconds * 1000),
            chosen=dict(plan.chosen),
            violations=len(violations),
            explanation={},
        )
