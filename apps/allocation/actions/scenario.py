"""Scenarios: snapshot what stands at the gate, solve in a process of its own, check the plan independently."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.allocation import rules
from apps.allocation.models import Commitment, Scenario, ScenarioProject
from apps.allocation.models.scenario import money_of
from apps.allocation.optimiser.model import Instance, Option, Unit
from apps.allocation.optimiser.model import Project as Candidate
from apps.core import clock
from apps.core.flow import lock
from apps.core.jobs import enqueue
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.projects.models import Project

KINDS = ("technology", "marketing", "people")


def candidates(unit):
    """The approved projects of a unit and all below it that wait for funds: at the stage of funding, in progress, without
    a commitment."""
    return (
        Project.objects.unscoped("the optimiser weighs every approved project")
        .filter(stage__code="funding", state=Project.State.ACTIVE, unit__path__range=unit.span)
        .exclude(pk__in=Commitment.objects.unscoped("who has funds already").values("project"))
        .select_related("unit")
        .order_by("pk")
    )


@transaction.atomic
def make_scenario(
    fund, *, by, name: str, mandatory=(), budgets_fen: dict[str, int] | None = None, time_limit: int = 20
) -> Scenario:
    """Take all approved projects that wait for funds, their options as they stand, and the fund's free money.

    `budgets_fen` may hold back: resource → at most so much. Raises Refused when nobody waits, or for more than is free.
    """
    demand(rules.may_make_scenario(by, fund))
    free = fund.free_fen
    budgets = {kind: (budgets_fen or {}).get(kind, free[kind]) for kind in KINDS}
    if any(budgets[kind] > free[kind] or budgets[kind] < 0 for kind in KINDS):
        raise Refused(_("A budget cannot be more than what is free in the fund."))
    waiting = list(candidates(fund.unit))
    if not waiting:
        raise Refused(_("No approved project waits for funds."))
    scenario = Scenario.objects.create(
        fund=fund,
        unit=fund.unit,
        name=name,
        by_id=by.principal_id,
        time_limit=max(1, min(600, time_limit)),
        made_at=clock.now(),
        **{f"{kind}_fen": budgets[kind] for kind in KINDS},
    )
    chosen = set(mandatory)
    lines = []
    for project in waiting:
        estimate = project.estimate
        options = {
            option.level: {"rnpv_fen": option.rnpv_fen}
            | {f"{kind}_fen": getattr(option, f"{kind}_fen") for kind in KINDS}
            for option in estimate.options.all()
        }
        lines.append(
            ScenarioProject(
                scenario=scenario,
                project=project,
                estimate=estimate,
                options=options,
                mandatory=project.pk in chosen,
                asked_fen=max(money_of(option) for option in options.values()),
            )
        )
    ScenarioProject.objects.bulk_create(lines)
    record("scenario.make", scenario, by=by, projects=len(lines))
    return scenario


@transaction.atomic
def start_solve(scenario: Scenario, *, by) -> None:
    """Hand the scenario to the optimiser; the page shows how far it is."""
    lock(scenario)
    demand(rules.may_change(by, scenario))
    entry = record("scenario.solve", scenario, by=by, seconds=scenario.time_limit)
    scenario.state, scenario.job_key = Scenario.State.SOLVING, f"allocation.solve:{entry.pk}"
    scenario.save(update_fields=["state", "job_key"])
    enqueue("allocation.solve", scenario.pk, key=scenario.job_key)


def instance_of(scenario: Scenario) -> Instance:
    """The scenario as the optimiser takes it: money in fen, one budget a resource for the year, one unit tree of the bank."""
    lines = list(scenario.lines.select_related("project__unit").order_by("project_id"))
    return Instance(
        units=[Unit("bank", budgets=[[getattr(scenario, f"{kind}_fen")] for kind in KINDS])],
        projects=[
            Candidate(
                str(line.project_id),
                "bank",
                [
                    Option(
                        level,
                        value=option["rnpv_fen"],
                        money=sum(option[f"{kind}_fen"] for kind in KINDS),
                        needs=[[option[f"{kind}_fen"]] for kind in KINDS],
                    )
                    for level, option in sorted(line.options.items())
                ],
                mandatory=line.mandatory,
            )
            for line in lines
        ],
        resources=KINDS,
        quarters=[str(scenario.fund.year)],
    )


def finish_solve(
    scenario: Scenario, *, status, value, bound, milliseconds, chosen, violations, explanation
) -> None:
    """Write the plan down, inside the job's last transaction."""
    lock(scenario)
    if scenario.state != Scenario.State.SOLVING:
        raise Refused(_("The scenario is not being solved."))
    solved = status in ("optimal", "feasible") and not violations
    scenario.state = Scenario.State.SOLVED if solved else Scenario.State.FAILED
    scenario.status, scenario.value_fen, scenario.bound_fen = status, value, bound
    scenario.milliseconds, scenario.violations, scenario.explanation = milliseconds, violations, explanation
    scenario.save()
    lines = list(scenario.lines.all())
    for line in lines:
        line.level = chosen.get(str(line.project_id), "") if solved else ""
        line.granted_fen = money_of(line.granted)
    scenario.lines.bulk_update(lines, ["level", "granted_fen"])
    if solved:
        record(
            "scenario.solved",
            scenario,
            by=None,
            status=status,
            value_fen=value,
            bound_fen=bound,
            funded=len(chosen),
        )
    else:
        record("scenario.fail", scenario, by=None)
