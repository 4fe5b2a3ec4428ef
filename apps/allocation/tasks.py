from django.utils.translation import gettext_noop

from apps.allocation.actions.scenario import finish_solve, instance_of
from apps.allocation.models import Scenario
from apps.allocation.optimiser.check import check
from apps.allocation.optimiser.model import Plan
from apps.core.jobs import job
from apps.core.solver import SolverFailed, SolverTimeout, run_solver

SOLVE = "apps.allocation.optimiser.solve:solve_payload"
ANSWER = "apps.allocation.optimiser.answers:answers_payload"


@job("allocation.solve", lease=20, whole=False)
def solve_scenario(running, scenario_id):
    """Solve in a process of its own; nothing is written before the plan has passed the independent check.

    The notes of its progress are kept in English and said in the language of who reads them.
    """
    scenario = (
        Scenario.objects.unscoped("the job was made by somebody who may")
        .select_related("fund")
        .get(pk=scenario_id)
    )
    instance = instance_of(scenario)

    def better(plan):
        running.beat(30, gettext_noop("It has a plan and looks for a better one."))

    running.beat(5, gettext_noop("It builds the model."))
    with running.beating():
        try:
            plan = _solved(instance, scenario.time_limit, better)
        except (SolverFailed, SolverTimeout) as error:
            plan, explanation = Plan("crashed", {}, None, None, scenario.time_limit), {"error": str(error)}
        else:
            running.beat(60, gettext_noop("It asks why some are left out, and what more money would bring."))
            explanation = _explained(instance, plan, scenario.time_limit)
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
            explanation=explanation,
        )


def _solved(instance, seconds, better) -> Plan:
    result = run_solver(SOLVE, {"instance": instance.to_payload()}, time_limit=seconds, on_incumbent=better)
    return Plan.from_payload({key: value for key, value in result.items() if key != "gap"})


def _explained(instance, plan, seconds) -> dict:
    """The answers as JSON holds them. A plan without answers is still a plan."""
    payload = {"instance": instance.to_payload(), "plan": plan.to_payload()}
    try:
        return run_solver(ANSWER, payload, time_limit=seconds)
    except (SolverFailed, SolverTimeout):
        return {}
