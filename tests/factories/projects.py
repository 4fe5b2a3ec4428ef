"""Projects in the states a test needs, made by the app's own actions."""

from datetime import timedelta

from apps.core import clock
from apps.projects.actions import (
    give_estimate,
    meet_requirement,
    propose_project,
    set_milestones,
    set_team,
    sign_project,
    submit_project,
)
from tests.factories.org import PostFactory

YUAN = 100
WAN = 10_000 * YUAN


def make_project(by=None, unit=None, **texts):
    """A draft project of this unit; `by` is an account that may propose there."""
    if by is None:
        by = PostFactory(role="group_lead", **({"unit": unit} if unit else {})).user
    unit = unit or by.standing[0].unit
    return propose_project(
        by=by, unit=unit, **({"title": "烟草零售户“订烟贷”线上化", "goal": "订烟日前三分钟放款"} | texts)
    )


def estimated(project, *, by, asked_fen=80 * WAN, brings_fen=60 * WAN, years=3, reduced=True):
    """Give the project an estimate that asks this much, brings that much a year, and may be cut to 60 %."""
    tech = asked_fen * 7 // 10
    options = [
        {"level": "full", "technology_fen": tech, "marketing_fen": asked_fen - tech, "technology_days": 20000}
    ]
    if reduced:
        options.append(
            {
                "level": "reduced",
                "technology_fen": tech * 6 // 10,
                "marketing_fen": (asked_fen - tech) * 6 // 10,
                "benefit_share_bp": 6000,
            }
        )
    return give_estimate(
        project, by=by, costs_fen=[asked_fen] + [5 * WAN] * years, benefits_fen=[0] + [brings_fen] * years,
        probability_bp=7000, options=options, basis="同业测算与辖内客户数",
    )  # fmt: skip


def complete(project, *, by):
    """Estimate, plan and team: ready to be submitted."""
    estimated(project, by=by)
    stages = {stage.code: stage for stage in project.process_version.stages.all()}
    set_milestones(
        project,
        [
            {"name": "完成系统开发", "stage": stages["build"], "due_on": clock.today() + timedelta(days=60)},
            {"name": "两家支行试点", "stage": stages["pilot"], "due_on": clock.today() + timedelta(days=120)},
        ],
        by=by,
    )
    set_team(project, [{"person": project.manager, "part": "business", "share_percent": 50}], by=by)
    return project


def submitted(project, *, by):
    complete(project, by=by)
    submit_project(project, by=by)
    return project


def signed(project, *, by, head=None):
    """Signed by the head of the applicant unit; opinions are still owed."""
    submitted(project, by=by)
    sign_project(project, by=head or PostFactory(role="unit_head", unit=project.unit).user)
    return project


def ready_for_review(project, *, by):
    """Everything the gate to review asks for, opinions included (met by hand here, by review in life)."""
    signed(project, by=by)
    meet_requirement(project, "opinions", by=by, because_of="tests")
    return project
