import pytest

from apps.core import clock
from apps.core.models import Entry
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.projects.actions import (
    advance,
    edit_project,
    meet_milestone,
    meet_requirement,
    propose_project,
    set_team,
    sign_project,
    submit_project,
    waive_requirement,
)
from apps.projects.flow import project_flow
from apps.projects.models import Project
from tests.factories import (
    PostFactory,
    bank,
    complete,
    estimated,
    make_opportunity,
    make_project,
    ready_for_review,
    signed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return PostFactory(role="group_lead").user


@pytest.fixture
def project(officer):
    return make_project(officer)


def verbs(project):
    return list(Entry.objects.about(project).order_by("pk").values_list("verb", flat=True))


def test_a_proposal_takes_its_number_and_owes_what_the_process_asks(project):
    assert project.code == f"P{clock.today().year}-0001"
    assert (project.stage.code, project.state) == ("proposal", "draft")
    assert [r.kind.code for r in project.requirements.filter(gate__code="to_review")] == [
        "estimate",
        "plan",
        "team",
        "signature",
        "opinions",
    ]


def test_only_a_concluded_opportunity_becomes_a_project_and_only_in_reach(officer):
    opportunity = make_opportunity(officer, officer.standing[0].unit)
    with pytest.raises(Refused):
        propose_project(by=officer, unit=opportunity.unit, title="x", goal="y", opportunity=opportunity)
    assert Project.objects.unscoped("a test").count() == 0
    with pytest.raises(Refused):
        propose_project(by=officer, unit=bank().west, title="x", goal="y")


def test_a_stale_text_overwrites_nothing(project, officer):
    edit_project(project, by=officer, version=1, title="甲")
    with pytest.raises(Stale) as stale:
        edit_project(project, by=officer, version=1, title="乙")
    assert stale.value.current.title == "甲"


def test_an_incomplete_proposal_is_refused_with_what_is_missing(project, officer):
    with pytest.raises(Refused, match="投入产出测算、里程碑计划"):
        submit_project(project, by=officer)


def test_an_estimate_gives_its_figures_and_what_a_smaller_option_is_worth(project, officer):
    estimate = estimated(project, by=officer)

    full, reduced = estimate.options.order_by("level")
    assert (full.level, full.money_fen, reduced.money_fen) == ("full", 80_0000_00, 48_0000_00)
    assert estimate.rnpv_fen == full.rnpv_fen > reduced.rnpv_fen > 0
    assert estimate.npv_fen == 61_7403_34  # 55 × (1.08⁻¹ + 1.08⁻² + 1.08⁻³) − 80, in 万元
    assert project.asked_fen == 80_0000_00
    assert estimated(project, by=officer).version == 2


def test_the_head_signs_and_neither_the_proposer_nor_another_units_head_does(project, officer):
    complete(project, by=officer)
    submit_project(project, by=officer)
    head = PostFactory(role="unit_head", unit=project.unit).user
    stranger = PostFactory(role="unit_head").user

    for wrong in (officer, stranger):
        with pytest.raises(Refused):
            sign_project(project, by=wrong)
    sign_project(project, by=head)

    assert verbs(project)[-2:] == ["project.sign", "project.meet"]


def test_whoever_submits_learns_who_holds_it_and_until_when(project, officer):
    head = PostFactory(role="unit_head", unit=project.unit)
    complete(project, by=officer)
    submit_project(project, by=officer)

    assert (project.holder, project.due_on is not None, project.state) == (head.person, True, "active")
    assert list(Project.objects.visible_to(head.user).waiting_on(head.user)) == [project]


def test_a_gate_by_decision_opens_to_no_hand_and_to_a_decision_only_when_all_is_there(project, officer):
    signed(project, by=officer)
    with pytest.raises(Refused, match="审议结果"):
        advance(project, "to_review", by=officer)
    with pytest.raises(Refused, match="部门会签意见"):
        advance(project, "to_review", by=officer, decided=True)
    meet_requirement(project, "opinions", by=officer, because_of="tests")

    advance(project, "to_review", by=officer, decided=True)

    assert project.stage.code == "review"
    with pytest.raises(Refused):
        advance(project, "to_review", by=officer, decided=True)


def test_a_decision_to_return_opens_the_text_again_and_no_button_does_it(officer):
    project = ready_for_review(make_project(officer), by=officer)
    assert {"return", "reject", "close"} & {
        move.name for move in project_flow.open_to(officer, project)
    } == set()
    with pytest.raises(Refused):
        project_flow.make(project, "return", by=officer)

    project_flow.make(project, "return", by=officer, decided=True)

    assert project.state == "returned"
    edit_project(project, by=officer, version=project.version, title="改后")


def test_the_last_milestone_of_a_stage_meets_its_gate_and_the_manager_goes_on(officer):
    project = built(ready_for_review(make_project(officer), by=officer), officer)
    milestone = project.milestones.get(stage__code="build")
    with pytest.raises(Refused, match="研发里程碑完成"):
        advance(project, "to_pilot", by=officer)

    meet_milestone(milestone, by=officer, evidence="验收单")
    advance(project, "to_pilot", by=officer)

    assert project.stage.code == "pilot"
    with pytest.raises(Refused):
        meet_milestone(milestone, by=officer)


def built(project, officer):
    """Carried to the building as review and allocation do it."""
    for gate, kind in [("to_review", None), ("approval", "decision"), ("funded", "funds")]:
        if kind:
            meet_requirement(project, kind, by=officer, because_of="tests")
        advance(project, gate, by=officer, decided=True)
    return project


def test_a_requirement_is_waived_by_another_with_a_reason_and_only_where_the_process_lets_it(
    project, officer
):
    other = PostFactory(role="group_lead", unit=project.unit).user
    for who, kind, reason in [(officer, "team", "x"), (other, "team", " "), (other, "signature", "x")]:
        with pytest.raises(Refused):
            waive_requirement(project, kind, by=who, reason=reason)
    waive_requirement(project, "team", by=other, reason="由总行项目组承担")
    assert project.requirements.get(kind__code="team").settled


def test_a_team_member_sees_the_project_and_who_left_the_team_does_not(project, officer):

    member = PostFactory(role="staff").user
    assert Project.objects.visible_to(member).count() == 0
    set_team(project, [{"person": member.person, "part": "data", "share_percent": 20}], by=officer)
    assert Project.objects.visible_to(member).get() == project
    set_team(project, [], by=officer)
    assert Project.objects.visible_to(member).count() == 0
