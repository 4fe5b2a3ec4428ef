"""Funds with money in them, by the same three people as in life."""

from types import SimpleNamespace

from apps.allocation.actions import open_fund, request_budget
from apps.org.actions.request import approve_request, confirm_request
from apps.org.models import Authority
from apps.projects.actions import advance, meet_requirement
from tests.factories.org import PostFactory, UnitFactory
from tests.factories.projects import WAN, ready_for_review


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
