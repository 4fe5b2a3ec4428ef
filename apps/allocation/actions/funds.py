"""Money: budgets, commitments and tranches, each by an approved request, each one ledger transaction with its own key."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.allocation import rules
from apps.allocation.models import Commitment, Fund, Scenario, Tranche
from apps.allocation.models.fund import Resource, project_account, source_account
from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import YES, Refused, demand, no
from apps.ledger.actions import commit, post, release, reserve
from apps.ledger.models import Reservation
from apps.org.actions.request import Kind, make_request, register
from apps.org.models import Authority, Request
from apps.projects.actions import advance, meet_requirement
from apps.projects.models import Estimate, EstimateOption, Project

FIRST_TRANCHE_BP = 4000  # of the commitment; the rest follows when the pilot begins


@transaction.atomic
def open_fund(*, by, unit, year: int, name: str) -> Fund:
    """Open a year's fund, empty; limits come in by requests."""
    fund = Fund.objects.create(unit=unit, year=year, name=name)
    demand(rules.may_make_scenario(by, fund))
    for resource in Resource:
        fund.account(resource)
    record("fund.open", fund, by=by, year=year)
    return fund


def request_budget(fund: Fund, *, by, amounts_fen: dict[str, int], note: str = "") -> Request:
    """Ask to raise the fund's limits: resource → fen, none negative. Two more people decide."""
    amounts = {resource.value: amounts_fen.get(resource.value, 0) for resource in Resource}
    if min(amounts.values()) < 0 or not sum(amounts.values()):
        raise Refused(_("Give an amount above nought."))
    return make_request(
        "fund.budget",
        fund,
        by=by,
        unit=fund.unit,
        payload={"fund": fund.pk, "amounts_fen": amounts},
        amount_fen=sum(amounts.values()),
        note=note,
    )


def _apply_budget(request: Request, by) -> None:
    fund = Fund.objects.unscoped("an approved request names it").get(pk=request.payload["fund"])
    amounts = request.payload["amounts_fen"]
    source = source_account(fund.year)
    legs = [(fund.account(resource), fen) for resource, fen in amounts.items() if fen]
    post(
        f"fund.budget:{request.pk}",
        [(source, -sum(amounts.values())), *legs],
        by=by,
        because_of=f"org.Request:{request.pk}",
    )
    record(
        "fund.budget",
        fund,
        by=by,
        request=request.pk,
        **{f"{resource}_fen": fen for resource, fen in amounts.items()},
    )


@transaction.atomic
def request_funds(scenario: Scenario, *, by, note: str = "") -> Request:
    """Ask for what the scenario's plan gives, and set it aside until it is decided.

    The payload is the plan, line by line: that is what is approved. Raises Refused when something of it is not free any
    more, or a project of it has funds already.
    """
    lock(scenario)
    lines: list[dict] = [
        {"project": line.project_id, "estimate": line.estimate_id, "level": line.level}
        | {f"{resource}_fen": line.granted[f"{resource}_fen"] for resource in Resource}
        for line in scenario.lines.exclude(level="").order_by("project_id")
    ]
    demand(rules.may_request(by, scenario, funded=len(lines)))
    _without_funds([line["project"] for line in lines])
    total = sum(line[f"{resource}_fen"] for line in lines for resource in Resource)
    request = make_request(
        "funds.commit",
        scenario,
        by=by,
        unit=scenario.unit,
        payload={"scenario": scenario.pk, "lines": lines},
        amount_fen=total,
        note=note,
    )
    for resource in Resource:
        if fen := sum(line[f"{resource}_fen"] for line in lines):
            reserve(
                _reserve_key(request, resource),
                scenario.fund.account(resource),
                fen,
                by=by,
                because_of=f"org.Request:{request.pk}",
            )
    scenario.state = Scenario.State.REQUESTED
    scenario.save(update_fields=["state"])
    record("scenario.request", scenario, by=by, request=request.pk, fen=total, projects=len(lines))
    return request


def _reserve_key(request, resource) -> str:
    return f"funds.commit:{request.pk}:{resource}"


def _reservations(request):
    """What was set aside for this request: resource → reservation."""
    keys = {_reserve_key(request, resource): resource for resource in Resource}
    found = Reservation.objects.select_related("transaction", "account").filter(transaction__key__in=keys)
    return {keys[reservation.key]: reservation for reservation in found.order_by("pk")}


def _without_funds(project_ids) -> None:
    """A project is funded once."""
    funded = Commitment.objects.unscoped("who has funds already").filter(project__in=project_ids)
    if taken := funded.select_related("project").order_by("pk").first():
        raise Refused(
            _("“%(project)s” has funds already; make a new scenario.") % {"project": taken.project.title}
        )


def _apply_commit(request: Request, by) -> None:
    """Turn the approved plan into commitments, all of them or none, and release each first tranche."""
    scenario = (
        Scenario.objects.unscoped("an approved request names it")
        .select_related("fund")
        .get(pk=request.payload["scenario"])
    )
    lock(scenario)
    _without_funds([line["project"] for line in request.payload["lines"]])
    for resource, reservation in _reservations(request).items():
        legs = [
            (project_account(Project(pk=line["project"]), resource), line[f"{resource}_fen"])
            for line in request.payload["lines"]
            if line[f"{resource}_fen"]
        ]
        commit(reservation, legs, by=by, because_of=f"org.Request:{request.pk}")
    for line in request.payload["lines"]:
        project = Project.objects.unscoped("an approved request names it").get(pk=line["project"])
        lock(project)
        amounts = {resource: line[f"{resource}_fen"] for resource in Resource}
        commitment = Commitment.objects.create(
            project=project, scenario=scenario, request=request, level=line["level"], at=clock.now(),
            **{f"{resource}_fen": fen for resource, fen in amounts.items()},
        )  # fmt: skip
        record(
            "funds.commit",
            project,
            by=by,
            request=request.pk,
            scenario=scenario.pk,
            level=line["level"],
            fen=commitment.money_fen,
        )
        first, _later = _plan_tranches(commitment)
        meet_requirement(project, "funds", by=by, because_of=f"org.Request:{request.pk}")
        advance(project, "funded", by=by, decided=True)
        _release(first, request, by)
    scenario.state = Scenario.State.APPROVED
    scenario.save(update_fields=["state"])
    record(
        "scenario.approve",
        scenario,
        by=by,
        request=request.pk,
        fen=request.amount_fen,
        projects=len(request.payload["lines"]),
    )


def _plan_tranches(commitment: Commitment) -> list[Tranche]:
    stages = {stage.code: stage for stage in commitment.project.process_version.stages.all()}
    first = {f"{r}_fen": getattr(commitment, f"{r}_fen") * FIRST_TRANCHE_BP // 10000 for r in Resource}
    rest = {f"{r}_fen": getattr(commitment, f"{r}_fen") - first[f"{r}_fen"] for r in Resource}
    return [
        Tranche.objects.create(commitment=commitment, number=1, stage=stages["build"], **first),
        Tranche.objects.create(commitment=commitment, number=2, stage=stages["pilot"], **rest),
    ]


@transaction.atomic
def request_tranche(tranche: Tranche, *, by, note: str = "") -> Request:
    """Ask for a later tranche; the project must have reached the stage it is planned for."""
    lock(tranche)
    demand(rules.may_ask_for_tranche(by, tranche))
    project = tranche.commitment.project
    if tranche.state != Tranche.State.PLANNED:
        raise Refused(_("This tranche is released already."))
    if project.stage.order < tranche.stage.order or project.state != Project.State.ACTIVE:
        raise Refused(_("The project has not reached “%(stage)s” yet.") % {"stage": tranche.stage})
    if Request.objects.unscoped("one at a time").about(tranche).open().exists():
        raise Refused(_("This tranche has been asked for already."))
    return make_request(
        "tranche.release",
        tranche,
        by=by,
        unit=tranche.commitment.scenario.unit,
        payload={"tranche": tranche.pk},
        amount_fen=tranche.money_fen,
        note=note,
    )


def _apply_tranche(request: Request, by) -> None:
    tranche = (
        Tranche.objects.unscoped("an approved request names it")
        .select_related("commitment")
        .get(pk=request.payload["tranche"])
    )
    lock(tranche)
    _release(tranche, request, by)


def _release(tranche: Tranche, request: Request, by) -> None:
    """Move what was promised to what may be spent."""
    if tranche.state != Tranche.State.PLANNED:
        raise Refused(_("This tranche is released already."))
    project, legs = tranche.commitment.project, []
    for resource in Resource:
        if fen := getattr(tranche, f"{resource}_fen"):
            legs += [
                (project_account(project, resource), -fen),
                (project_account(project, resource, released=True), fen),
            ]
    if legs:
        post(f"tranche.release:{tranche.pk}", legs, by=by, because_of=f"org.Request:{request.pk}")
    tranche.state, tranche.released_at, tranche.request = Tranche.State.RELEASED, clock.now(), request
    tranche.save(update_fields=["state", "released_at", "request"])
    record(
        "tranche.release", project, by=by,
        tranche=tranche.pk, number=tranche.number, fen=tranche.money_fen, because_of=f"org.Request:{request.pk}",
    )  # fmt: skip


def _may_ask(user, subject):
    if isinstance(subject, Tranche):
        return rules.may_ask_for_tranche(user, subject)
    return (
        YES if user.may_at("funds.request", subject.unit) else no(_("Only the fund manager asks for funds."))
    )


def _may_approve(user, request):
    estimators: set[int] = set()
    if request.kind == "funds.commit":
        ids = [line["estimate"] for line in request.payload["lines"]]
        found = Estimate.objects.unscoped("who gave them may not approve").filter(pk__in=ids)
        estimators = set(found.values_list("by_id", flat=True))
    return rules.may_approve_funds(user, estimators=estimators)


def _undo_commit(request: Request, by) -> None:
    """Refused or withdrawn: what was set aside is free again, and the plan may be asked for again, or solved anew."""
    for reservation in _reservations(request).values():
        release(reservation, by=by, because_of=f"org.Request:{request.pk}")
    scenario = Scenario.objects.unscoped("a closed request names it").get(pk=request.payload["scenario"])
    scenario.state = Scenario.State.SOLVED
    scenario.save(update_fields=["state"])


def _describe(request):
    """What the payload says, for its page: the fund and its new limits, the plan line by line, or the tranche."""
    return {
        "fund.budget": _describe_budget,
        "funds.commit": _describe_plan,
        "tranche.release": _describe_tranche,
    }[request.kind](request.payload)


def _describe_budget(payload):
    fund = Fund.objects.unscoped("those who decide on the request see what it is for").get(pk=payload["fund"])
    return {
        "fund": fund,
        "budget": [(resource.label, payload["amounts_fen"][resource]) for resource in Resource],
        "total_fen": sum(payload["amounts_fen"].values()),
    }


def _describe_plan(payload):
    why = "those who decide on the request see what it pays for"
    scenario = Scenario.objects.unscoped(why).select_related("fund").get(pk=payload["scenario"])
    ids = [line["project"] for line in payload["lines"]]
    projects = Project.objects.unscoped(why).select_related("unit").in_bulk(ids)
    lines = [
        line
        | {
            "title": projects[line["project"]].title,
            "code": projects[line["project"]].code,
            "unit": projects[line["project"]].unit.label,
            "level_label": EstimateOption.Level(line["level"]).label,
            "amounts": [line[f"{resource}_fen"] for resource in Resource],
            "money_fen": sum(line[f"{resource}_fen"] for resource in Resource),
        }
        for line in payload["lines"]
    ]
    sums = [sum(line[f"{resource}_fen"] for line in lines) for resource in Resource]
    return {
        "scenario": scenario,
        "resources": [resource.label for resource in Resource],
        "lines": lines,
        "sums": sums,
        "total_fen": sum(sums),
        "first_share": FIRST_TRANCHE_BP / 10000,
    }


def _describe_tranche(payload):
    tranche = (
        Tranche.objects.unscoped("those who decide on the request see what it pays for")
        .select_related("commitment__project__unit", "stage")
        .get(pk=payload["tranche"])
    )
    return {
        "tranche": tranche,
        "amounts": [(resource.label, getattr(tranche, f"{resource}_fen")) for resource in Resource],
    }


for name, label, apply, undo in [
    ("fund.budget", gettext_lazy("Limits of a fund"), _apply_budget, None),
    ("funds.commit", gettext_lazy("Funds of a scenario"), _apply_commit, _undo_commit),
    ("tranche.release", gettext_lazy("Release of a tranche"), _apply_tranche, None),
]:
    register(
        Kind(
            name, label, apply, may_make=_may_ask, may_approve=_may_approve,
            confirm="funds.confirm", approve="funds.approve", authority=Authority.Kind.FUNDS,
            template="allocation/request_payload.html", describe=_describe, **({"undo": undo} if undo else {}),
        )
    )  # fmt: skip
