"""Products in the states a test needs, made by operations' own actions."""

from apps.operations.actions import accept_rollout, go_live, make_product, offer_product
from apps.projects.actions import advance, meet_requirement, waive_requirement
from tests.factories.allocation import awaiting_funds
from tests.factories.org import PostFactory
from tests.factories.projects import make_project


def at_launch(by, **texts):
    """A project whose pilot is done."""
    project = awaiting_funds(make_project(by, **texts), by=by)
    colleague = PostFactory(role="group_lead", unit=project.unit).user
    meet_requirement(project, "funds", by=by, because_of="tests")
    advance(project, "funded", by=by, decided=True)
    for kind, gate in [("build_milestones", "to_pilot"), ("pilot_milestones", "to_launch")]:
        waive_requirement(project, kind, by=colleague, reason="试点期缩短")
        advance(project, gate, by=by)
    return project


def a_product(by=None, **texts):
    """A product of a project at launch; `by` is an account that runs both."""
    by = by or PostFactory(role="group_lead").user
    return make_product(
        at_launch(by),
        by=by,
        **({"name": "订烟贷", "customer": "烟草零售户", "summary": "线上授信，订烟日放款"} | texts),
    )


def offered(product, by, unit=None):
    """(the roll-out to a branch, an account that decides there)"""
    lead = PostFactory(role="group_lead", **({"unit": unit} if unit else {})).user
    return offer_product(product, lead.standing[0].unit, by=by), lead


def taken_up(product, by, unit=None, live=True):
    """(the roll-out, an account that decides there), accepted and in use."""
    rollout, lead = offered(product, by, unit)
    accept_rollout(rollout, by=lead)
    if live:
        go_live(rollout, by=lead)
    return rollout, lead
