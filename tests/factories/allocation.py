"""Funds with money in them, by the same three people as in life."""

from types import SimpleNamespace

from django.db import transaction

from apps.allocation.actions import make_scenario, open_fund, request_budget, request_funds
from apps.allocation.actions.scenario import finish_solve
from apps.allocation.models import Scenario, Tranche
from apps.org.actions.request import approve_request, confirm_request
from apps.org.models import Authority
from apps.projects.actions import advance, meet_requirement
from tests.factories.org import PostFactory, UnitFactory
from tests.factories.projects import WAN, make_project, ready_for_review


def treasury(root=None) -> SimpleNamespace:
    """The fund manager, finance, and an approver whose authority ends at 20 million yuan, all at head office."""
    root = root or UnitFactory(kind="head_office")
    approver = PostFactory(role="approver", unit=root).user
    Authority.objects.create(
        kind="funds", role="approver", unit=root, up_to_fen=2000 * WAN, starts="2020-01-01"
    )
    return SimpleNamespace(
        root=root,
        manager=PostFactory(role="fund_manager", unit=root).user,
        finance=PostFactory(role="finance_officer", unit=root).user,
        approver=approver,
    )


def approve(request, people):
    """Finance confirms, the approver approves, both what they saw."""
    confirm_request(request, by=people.finance, seen=request.payload_hash)
    approve_request(request, by=people.approver, seen=request.payload_hash)
    return request


def make_fund(people, technology_fen=1000 * WAN, marketing_fen=500 * WAN, people_fen=100 * WAN, year=2026):
    """A fund of head office with these limits, given by an approved request."""
    fund = open_fund(by=people.manager, unit=people.root, year=year, name=f"{year}年创新专项额度")
    amounts = {"technology": technology_fen, "marketing": marketing_fen, "people": people_fen}
    approve(request_budget(fund, by=people.manager, amounts_fen=amounts), people)
    return fund


def awaiting_funds(project, *, by):
    """A project that was approved and waits for money."""
    ready_for_review(project, by=by)
    advance(project, "to_review", by=by, decided=True)
    meet_requirement(project, "decision", by=by, because_of="tests")
    advance(project, "approval", by=by, decided=True)
    return project


@transaction.atomic
def with_plan(scenario, level="full"):
    """A scenario with a plan that funds every project at this level, as the optimiser would have written it."""
    scenario.state = Scenario.State.SOLVING
    scenario.save(update_fields=["state"])
    lines = list(scenario.lines.all())
    value = sum(line.options[level]["rnpv_fen"] for line in lines)
    finish_solve(
        scenario,
        status="optimal",
        value=value,
        bound=value,
        milliseconds=900,
        chosen={str(line.project_id): level for line in lines},
        violations=0,
        explanation={},
    )
    return scenario


def funded_project(people, *, by, fund=None, name="四季度安排", **texts):
    """A project whose funds are approved, and its second tranche, which waits for the pilot."""
    project = awaiting_funds(make_project(by, **texts), by=by)
    scenario = with_plan(make_scenario(fund or make_fund(people), by=people.manager, name=name))
    approve(request_funds(scenario, by=people.manager), people)
    project.refresh_from_db()
    tranches = Tranche.objects.unscoped("a test").select_related("commitment__scenario")
    return project, tranches.get(commitment__project=project, number=2)
