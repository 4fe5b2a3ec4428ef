import pytest

from apps.allocation.actions import make_scenario, request_budget, request_funds, request_tranche, start_solve
from apps.allocation.models import Commitment, Fund, Scenario, Tranche
from apps.core.jobs import drain
from apps.core.models import Entry
from apps.core.verdict import Refused
from apps.ledger.actions import balance, reserved
from apps.ledger.verify import verify
from apps.org.actions.request import approve_request, confirm_request, decline_request
from apps.org.models import Authority, Request
from apps.projects.actions import advance, meet_milestone
from apps.projects.flow import project_flow
from tests.factories import PostFactory, approve, awaiting_funds, make_fund, make_project, treasury
from tests.factories.projects import WAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return treasury()


@pytest.fixture
def waiting():
    """Three approved projects of one branch; each asks 800,000 yuan, or 480,000."""
    officer = PostFactory(role="group_lead").user
    return [awaiting_funds(make_project(officer, title=f"项目{n}"), by=officer) for n in range(3)]


def solved(fund, people, **kwargs):
    scenario = make_scenario(fund, by=people.manager, name="年中调整", **kwargs)
    start_solve(scenario, by=people.manager)
    drain()
    scenario.refresh_from_db()
    return scenario


def levels(scenario):
    return dict(scenario.lines.values_list("project_id", "level"))


def test_limits_come_in_by_three_people_and_the_ledger_says_why(people):
    fund = make_fund(people)

    assert fund.free_fen == {"technology": 1000 * WAN, "marketing": 500 * WAN, "people": 100 * WAN}
    assert balance("bank:budget:2026") == -1600 * WAN


def test_nobody_has_two_hands_in_one_request(people):
    fund = make_fund(people)
    request = request_budget(fund, by=people.manager, amounts_fen={"technology": 1})
    for act in (confirm_request, approve_request):
        with pytest.raises(Refused):
            act(request, by=people.manager, seen=request.payload_hash)
    with pytest.raises(Refused):
        approve_request(request, by=people.approver, seen=request.payload_hash)  # finance first
    confirm_request(request, by=people.finance, seen=request.payload_hash)
    with pytest.raises(Refused):
        approve_request(request, by=people.finance, seen=request.payload_hash)


def test_the_plan_is_the_best_the_budget_allows_and_nothing_is_left_undecided(people, waiting):
    fund = make_fund(people, technology_fen=140 * WAN, marketing_fen=100 * WAN, people_fen=0)

    scenario = solved(fund, people)

    # 56 of 140 for a full one, 33.6 for a reduced one: two full ones leave 28, one full and two reduced take 123.2.
    assert (scenario.state, scenario.status, scenario.violations, scenario.gap_bp) == (
        "solved",
        "optimal",
        0,
        0,
    )
    assert sorted(levels(scenario).values()) == ["full", "reduced", "reduced"]
    assert scenario.value_fen == sum(line.granted["rnpv_fen"] for line in scenario.lines.all())


def test_a_mandatory_project_is_funded_and_too_many_of_them_leave_no_plan(people, waiting):
    fund = make_fund(people, technology_fen=40 * WAN, marketing_fen=40 * WAN, people_fen=0)
    assert levels(solved(fund, people, mandatory=[waiting[2].pk]))[waiting[2].pk] == "reduced"

    scenario = solved(fund, people, mandatory=[p.pk for p in waiting])

    assert (scenario.state, scenario.status, set(levels(scenario).values())) == ("failed", "infeasible", {""})


def test_approval_commits_all_lines_releases_the_first_tranches_and_starts_the_building(people, waiting):
    fund = make_fund(people)
    scenario = solved(fund, people)
    request = approve(request_funds(scenario, by=people.manager), people)

    scenario.refresh_from_db()
    assert (scenario.state, request.amount_fen) == ("approved", 240 * WAN)
    assert fund.free_fen == {"technology": 832 * WAN, "marketing": 428 * WAN, "people": 100 * WAN}
    for project in waiting:
        project.refresh_from_db()
        assert project.stage.code == "build"
        released = (
            balance(f"project:{project.pk}:technology:released"),
            balance(f"project:{project.pk}:marketing:released"),
        )
        assert released == (56 * WAN * 4 // 10, 24 * WAN * 4 // 10)
        assert balance(f"project:{project.pk}:technology") == 56 * WAN * 6 // 10
        assert Entry.objects.about(project).filter(verb__in=["funds.commit", "tranche.release"]).count() == 2
    assert Commitment.objects.unscoped("a test").count() == 3


def test_what_is_asked_for_is_set_aside_and_cannot_be_asked_for_twice(people, waiting):
    fund = make_fund(people, technology_fen=200 * WAN)
    first, second = solved(fund, people), solved(fund, people)
    request_funds(first, by=people.manager)

    assert (fund.free_fen["technology"], reserved(f"fund:{fund.pk}:technology")) == (32 * WAN, 168 * WAN)
    with pytest.raises(Refused, match="1,680,000.00"):
        request_funds(second, by=people.manager)
    second.refresh_from_db()
    assert second.state == "solved"
    assert Request.objects.unscoped("a test").filter(kind="funds.commit").count() == 1


def test_one_line_that_cannot_be_paid_leaves_nothing_paid(people, waiting):
    fund = make_fund(people)
    request = request_funds(solved(fund, people), by=people.manager)
    project_flow.make(waiting[2], "hold", by=waiting[2].manager.user, note="等待监管批复")

    with pytest.raises(Refused):
        approve(request, people)

    request.refresh_from_db()
    assert request.state == "confirmed"
    assert reserved(f"fund:{fund.pk}:technology") == 168 * WAN
    assert balance(f"project:{waiting[0].pk}:technology") == 0
    assert Commitment.objects.unscoped("a test").count() == 0


def test_a_project_is_funded_once(people, waiting):
    fund = make_fund(people)
    first, second = solved(fund, people), solved(fund, people)
    late = request_funds(second, by=people.manager)
    approve(request_funds(first, by=people.manager), people)

    with pytest.raises(Refused, match="项目0"):
        approve(late, people)
    with pytest.raises(Refused, match="项目0"):
        decline_request(late, by=people.approver, answer="重复") or request_funds(second, by=people.manager)

    assert Commitment.objects.unscoped("a test").count() == 3
    assert verify() == []


def test_whoever_estimated_the_secretary_and_a_small_authority_cannot_approve(people, waiting):
    fund = make_fund(people)
    request = request_funds(solved(fund, people), by=people.manager)
    confirm_request(request, by=people.finance, seen=request.payload_hash)
    estimator = waiting[0].estimate.by
    PostFactory(role="approver", unit=people.root, person=estimator)
    secretary = PostFactory(role="innovation_secretary", unit=people.root)
    PostFactory(role="approver", unit=people.root, person=secretary.person)
    member = PostFactory(role="committee_member", unit=people.root).user

    for wrong in (estimator.user, secretary.user, member):
        with pytest.raises(Refused):
            approve_request(request, by=wrong, seen=request.payload_hash)
    Authority.objects.update(up_to_fen=request.amount_fen - 1)
    with pytest.raises(Refused, match="2,399,999"):
        approve_request(request, by=people.approver, seen=request.payload_hash)
    Authority.objects.update(up_to_fen=request.amount_fen)
    approve_request(request, by=people.approver, seen=request.payload_hash)


def test_a_declined_request_frees_the_scenario_for_another_try(people, waiting):
    fund = make_fund(people)
    scenario = solved(fund, people)
    request = request_funds(scenario, by=people.manager)
    decline_request(request, by=people.finance, answer="与年度预算口径不符")

    scenario.refresh_from_db()
    assert (scenario.state, fund.free_fen["technology"]) == ("solved", 1000 * WAN)
    assert reserved(f"fund:{fund.pk}:technology") == 0
    assert verify() == []
    request_funds(scenario, by=people.manager)


def test_the_second_tranche_waits_for_its_stage_and_is_released_once(people, waiting):
    fund = make_fund(people)
    approve(request_funds(solved(fund, people), by=people.manager), people)
    project = waiting[0]
    project.refresh_from_db()
    tranche = Tranche.objects.unscoped("a test").get(commitment__project=project, number=2)
    with pytest.raises(Refused):
        request_tranche(tranche, by=people.manager)
    meet_milestone(project.milestones.get(stage__code="build"), by=project.manager.user)
    project.refresh_from_db()
    advance(project, "to_pilot", by=project.manager.user)

    request = request_tranche(Tranche.objects.unscoped("a test").get(pk=tranche.pk), by=people.manager)
    with pytest.raises(Refused):
        request_tranche(tranche, by=people.manager)
    approve(request, people)

    assert balance(f"project:{project.pk}:technology") == 0
    assert balance(f"project:{project.pk}:technology:released") == 56 * WAN


def test_funds_and_scenarios_are_seen_by_those_who_may_and_by_nobody_else(people, waiting):
    fund = make_fund(people)
    scenario = solved(fund, people)
    stranger = PostFactory(role="group_lead").user

    assert list(Fund.objects.visible_to(people.finance)) == [fund]
    assert list(Scenario.objects.visible_to(people.approver)) == [scenario]
    assert (Fund.objects.visible_to(stranger).count(), Scenario.objects.visible_to(stranger).count()) == (
        0,
        0,
    )
    with pytest.raises(Refused):
        make_scenario(fund, by=stranger, name="x")
