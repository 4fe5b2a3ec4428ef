"""At once, by the pages: money is asked for, approved and released once, whoever presses the button how often."""

import pytest
from django.urls import reverse

from apps.allocation.actions import make_scenario, open_fund, request_budget, request_funds, request_tranche
from apps.allocation.models import Commitment, Scenario, Tranche
from apps.core.models import Entry, Job
from apps.ledger.actions import balance
from apps.ledger.models import Account, Transaction
from apps.ledger.verify import verify
from apps.org.actions.request import confirm_request
from apps.org.models import Request
from apps.projects.actions import advance, meet_milestone
from tests.factories import (
    PostFactory,
    awaiting_funds,
    funded_project,
    make_fund,
    make_project,
    treasury,
    with_plan,
)
from tests.racing import answered, press, race, windows

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]

ROUNDS = 6
ONE_WON = [["error", "success"]] * ROUNDS


def url(name, *args):
    return reverse(f"allocation:{name}", args=args)


def rows(model):
    return model.objects.unscoped("a test")


def lines(verb, **data):
    return Entry.objects.filter(verb=verb, **{f"data__{key}": value for key, value in data.items()}).count()


@pytest.fixture
def people():
    people = treasury()
    people.second = PostFactory(role="approver", unit=people.root).user
    people.lead = PostFactory(role="group_lead").user
    return people


@pytest.fixture
def budgets(people):
    """A fund, and for each round a request to raise it by a hundred yuan, confirmed by finance."""
    fund = open_fund(by=people.manager, unit=people.root, year=2026, name="创新专项额度")
    requests = [
        request_budget(fund, by=people.manager, amounts_fen={"technology": 100_00})
        for _round in range(ROUNDS)
    ]
    for request in requests:
        confirm_request(request, by=people.finance, seen=request.payload_hash)
    return requests


def decide(session, request, move, **data):
    address = reverse("org:request_move", args=[request.pk, move])
    return press(session, address, **({"seen": request.payload_hash} | data))


def in_fund():
    return Account.objects.under("fund:").total()


def test_a_double_click_on_approve_moves_the_money_once(people, budgets):
    approver = windows(people.approver)

    outcomes = race(2, ROUNDS, lambda runner, number: decide(approver[runner], budgets[number], "approve"))

    assert answered(outcomes) == ONE_WON
    assert (in_fund(), lines("fund.budget"), lines("request.approve")) == (ROUNDS * 100_00, ROUNDS, ROUNDS)
    assert verify() == []


def test_of_two_approvers_at_once_one_approves(people, budgets):
    approvers = [windows(people.approver, 1)[0], windows(people.second, 1)[0]]

    outcomes = race(2, ROUNDS, lambda runner, number: decide(approvers[runner], budgets[number], "approve"))

    assert answered(outcomes) == ONE_WON
    by = [people.approver.person_id, people.second.person_id]
    checkers = [rows(Request).get(pk=request.pk).checker_id for request in budgets]
    assert checkers == [by[round_.index("success")] for round_ in outcomes]
    assert (in_fund(), lines("fund.budget")) == (ROUNDS * 100_00, ROUNDS)
    assert verify() == []


def test_a_request_approved_refused_and_withdrawn_at_once_ends_in_one_way(people, budgets):
    sessions = [windows(user, 1)[0] for user in (people.approver, people.second, people.manager)]
    moves = [("approve", "approved"), ("decline", "declined"), ("withdraw", "withdrawn")]

    def work(runner, number):
        return decide(sessions[runner], budgets[number], moves[runner][0], note="再议")

    outcomes = race(3, ROUNDS, work)

    assert answered(outcomes) == [["error", "error", "success"]] * ROUNDS
    ends = [moves[round_.index("success")][1] for round_ in outcomes]
    assert [rows(Request).get(pk=request.pk).state for request in budgets] == ends
    assert in_fund() == ends.count("approved") * 100_00
    assert verify() == []


def test_a_double_click_on_confirm_confirms_once(people):
    fund = open_fund(by=people.manager, unit=people.root, year=2026, name="创新专项额度")
    asked = [
        request_budget(fund, by=people.manager, amounts_fen={"people": 5_00}) for _round in range(ROUNDS)
    ]
    finance = windows(people.finance)

    outcomes = race(2, ROUNDS, lambda runner, number: decide(finance[runner], asked[number], "confirm"))

    assert answered(outcomes) == ONE_WON
    assert (lines("request.confirm"), in_fund()) == (ROUNDS, 0)


@pytest.fixture
def scenarios(people):
    """For each round a scenario of its own fund, with a plan for one project."""
    made = []
    for number in range(ROUNDS):
        awaiting_funds(make_project(people.lead, title=f"项目{number}"), by=people.lead)
        fund = make_fund(people, year=2026 + number)
        scenario = make_scenario(fund, by=people.manager, name=f"安排{number}")
        made.append(with_plan(scenario))
        scenario.lines.exclude(project__title=f"项目{number}").delete()
    return made


def test_a_plan_asked_for_twice_at_once_is_asked_for_and_set_aside_once(people, scenarios):
    manager = windows(people.manager)

    outcomes = race(
        2, ROUNDS, lambda runner, number: press(manager[runner], url("scenario_request", scenarios[number].pk))
    )  # fmt: skip

    assert answered(outcomes) == ONE_WON

    asked = [
        rows(Request).filter(kind="funds.commit", subject_id=scenario.pk).count() for scenario in scenarios
    ]
    assert asked == [1] * ROUNDS
    held = Account.objects.under("fund:").exclude(reserve_of=None).total()
    assert held == sum(rows(Request).filter(kind="funds.commit").values_list("amount_fen", flat=True))
    assert verify() == []


def test_a_double_click_on_the_approval_of_a_plan_gives_each_project_its_money_once(people, scenarios):
    requests = []
    for scenario in scenarios:
        request = request_funds(scenario, by=people.manager)
        confirm_request(request, by=people.finance, seen=request.payload_hash)
        requests.append(request)
    approvers = [windows(people.approver, 1)[0], windows(people.second, 1)[0]] * 2

    outcomes = race(4, ROUNDS, lambda runner, number: decide(approvers[runner], requests[number], "approve"))

    assert answered(outcomes) == [["error"] * 3 + ["success"]] * ROUNDS
    assert (rows(Commitment).count(), rows(Tranche).filter(state="released").count()) == (ROUNDS, ROUNDS)
    asked = sum(request.amount_fen for request in requests)
    assert Account.objects.under("project:").total() == asked
    assert {scenario.state for scenario in rows(Scenario)} == {"approved"}
    assert verify() == []


def test_a_double_click_on_solve_starts_the_optimiser_once(people, scenarios):
    manager = windows(people.manager)

    outcomes = race(
        2, ROUNDS, lambda runner, number: press(manager[runner], url("scenario_solve", scenarios[number].pk))
    )

    assert answered(outcomes) == [["302", "error"]] * ROUNDS

    assert (lines("scenario.solve"), Job.objects.filter(task="allocation.solve").count()) == (ROUNDS, ROUNDS)


@pytest.fixture
def tranches(people):
    """For each round a project whose pilot has begun, and its second tranche."""
    found = []
    for number in range(ROUNDS):
        fund = make_fund(people, year=2026 + number)
        project, tranche = funded_project(people, by=people.lead, fund=fund, title=f"项目{number}")
        for milestone in project.milestones.filter(stage__code="build"):
            meet_milestone(milestone, by=people.lead)
        advance(project, "to_pilot", by=people.lead)
        found.append(tranche)
    return found


def test_a_tranche_asked_for_twice_at_once_is_asked_for_once(people, tranches):
    manager = windows(people.manager)

    outcomes = race(
        2, ROUNDS, lambda runner, number: press(manager[runner], url("tranche_request", tranches[number].pk))
    )

    assert answered(outcomes) == ONE_WON
    asked = [
        rows(Request).filter(kind="tranche.release", subject_id=tranche.pk).count() for tranche in tranches
    ]
    assert asked == [1] * ROUNDS


def test_of_two_releases_of_one_tranche_one_happens(people, tranches):
    requests = []
    for tranche in tranches:
        request = request_tranche(tranche, by=people.manager)
        confirm_request(request, by=people.finance, seen=request.payload_hash)
        requests.append(request)
    approvers = [windows(people.approver, 1)[0], windows(people.second, 1)[0]]

    outcomes = race(2, ROUNDS, lambda runner, number: decide(approvers[runner], requests[number], "approve"))

    assert answered(outcomes) == ONE_WON
    for tranche in tranches:
        tranche.refresh_from_db()
        project = tranche.commitment.project_id
        assert tranche.state == Tranche.State.RELEASED
        assert lines("tranche.release", tranche=tranche.pk) == 1
        assert Transaction.objects.filter(key=f"tranche.release:{tranche.pk}").count() == 1
        assert balance(f"project:{project}:technology") == 0
    assert verify() == []
