from datetime import date

import pytest

from apps.core import clock
from apps.core.jobs import drain
from apps.core.models import Entry
from apps.core.verdict import Refused
from apps.incentives.actions import award_for
from apps.incentives.models import Award, PointHolder
from apps.ledger.actions import balance
from apps.operations.actions import (
    accept_rollout,
    decline_rollout,
    enter_reading,
    go_live,
    make_product,
    offer_product,
    promised_fen,
)
from apps.operations.models import Product, Reading, Rollout
from apps.projects.actions import advance, meet_requirement, waive_requirement
from apps.projects.models import Project, TrackRecord
from tests.factories import PostFactory, awaiting_funds, make_project
from tests.factories.projects import WAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return PostFactory(role="group_lead").user


@pytest.fixture
def project(officer):
    """A project whose pilot is done: it stands at launch."""
    project = awaiting_funds(make_project(officer), by=officer)
    colleague = PostFactory(role="group_lead", unit=project.unit).user
    meet_requirement(project, "funds", by=officer, because_of="tests")
    advance(project, "funded", by=officer, decided=True)
    for kind, gate in [("build_milestones", "to_pilot"), ("pilot_milestones", "to_launch")]:
        waive_requirement(project, kind, by=colleague, reason="试点期缩短")
        advance(project, gate, by=officer)
    return project


@pytest.fixture
def product(project, officer):
    return make_product(project, by=officer, name="订烟贷", customer="烟草零售户")


def branch():
    """(its unit, an account that decides there)"""
    lead = PostFactory(role="group_lead").user
    return lead.standing[0].unit, lead


def test_a_project_becomes_one_product_once_and_may_then_be_rolled_out(project, product, officer):
    with pytest.raises(Refused):
        make_product(project, by=officer, name="再来", customer="x")
    advance(project, "to_rollout", by=officer)
    assert project.stage.code == "rollout"


def test_a_branch_sees_the_product_once_it_is_offered_and_answers_for_itself_alone(product, officer):
    (unit, lead), (_other, stranger) = branch(), branch()
    assert Product.objects.visible_to(lead).count() == 0

    rollout = offer_product(product, unit, by=officer)

    assert list(Product.objects.visible_to(lead)) == [product]
    assert list(Rollout.objects.all().waiting_on(lead)) == [rollout]
    assert (Product.objects.visible_to(stranger).count(), Rollout.objects.visible_to(stranger).count()) == (
        0,
        0,
    )
    for act in (accept_rollout, go_live):
        with pytest.raises(Refused):
            act(rollout, by=stranger)
    with pytest.raises(Refused):
        accept_rollout(rollout, by=officer)
    with pytest.raises(Refused):
        offer_product(product, unit, by=officer)
    with pytest.raises(Refused):
        offer_product(product, product.unit, by=officer)


def test_a_branch_declines_in_its_own_words_and_needs_some(product, officer):
    unit, lead = branch()
    rollout = offer_product(product, unit, by=officer)
    with pytest.raises(Refused):
        decline_rollout(rollout, by=lead, reason="  ")

    decline_rollout(rollout, by=lead, reason="我行辖内无此类客群")

    rollout = Rollout.objects.visible_to(officer).get()
    assert (rollout.state, rollout.reason, rollout.decided_by) == (
        "declined",
        "我行辖内无此类客群",
        lead.person,
    )


def test_the_second_adoption_meets_the_gate_and_proposer_and_adopters_have_points_once(product, officer):
    project, leads = product.project, []
    for _number in range(2):
        unit, lead = branch()
        rollout = offer_product(product, unit, by=officer)
        assert bool(project.requirements.get(kind__code="adoption").met_at) is False
        accept_rollout(rollout, by=lead)
        leads.append(lead)
    drain()
    for key in Award.objects.unscoped("a test").values_list("key", flat=True):
        assert key.startswith("points:")
    before = balance(f"points:person:{project.proposer_id}")
    drain()

    assert project.requirements.get(kind__code="adoption").met_at
    assert [balance(f"points:person:{lead.person_id}") for lead in leads] == [8_000, 8_000]
    assert before == balance(f"points:person:{project.proposer_id}") == 30_000 + 20_000 + 2 * 10_000
    assert PointHolder.objects.visible_to(leads[0]).get(person=leads[0].person).points == 8_000


def test_the_same_line_awards_once_however_often_it_is_followed(product, officer):

    entry = Entry.objects.get(verb="product.make")
    for _time in range(3):
        award_for(entry)
    assert balance(f"points:person:{product.project.proposer_id}") == 50_000


def test_a_reading_is_entered_by_who_uses_the_product_and_corrected_by_another_row(product, officer):
    unit, lead = branch()
    rollout = offer_product(product, unit, by=officer)
    month = clock.today().replace(day=1)
    with pytest.raises(Refused):
        enter_reading(product, unit, month, by=lead, cost_fen=1, benefit_fen=2)
    accept_rollout(rollout, by=lead)
    go_live(rollout, by=lead)

    enter_reading(product, unit, month, by=lead, cost_fen=1 * WAN, benefit_fen=3 * WAN, customers=12)
    with pytest.raises(Refused):
        enter_reading(product, unit, month, by=lead, cost_fen=1 * WAN, benefit_fen=4 * WAN, customers=12)
    enter_reading(
        product,
        unit,
        month,
        by=lead,
        cost_fen=1 * WAN,
        benefit_fen=4 * WAN,
        customers=12,
        reason="漏计一笔收入",
    )

    readings = Reading.objects.unscoped("a test")
    assert (readings.count(), readings.in_force().totals()) == (
        2,
        {"cost_fen": 1 * WAN, "benefit_fen": 4 * WAN},
    )
    record = TrackRecord.objects.get()
    assert (record.promised_fen, record.realised_fen, record.months) == ((60 - 5) * WAN // 12, 3 * WAN, 1)
    product.refresh_from_db()
    assert product.state == "live"
    with pytest.raises(Refused):
        enter_reading(product, unit, date(2999, 1, 1), by=lead, cost_fen=1, benefit_fen=2)


@pytest.mark.parametrize(
    ("months", "promised"),
    [(0, 0), (1, 50), (12, 600), (18, 600 + 450), (24, 1500), (99, 1500)],
)
def test_the_promise_of_the_first_months(months, promised):
    assert promised_fen([1000, 400, 100], [0, 1000, 1000], months) == promised


def test_the_project_stays_in_its_branch_until_the_product_is_offered(product, officer):
    unit, lead = branch()
    assert Project.objects.visible_to(lead).count() == 0
    offer_product(product, unit, by=officer)
    assert list(Project.objects.visible_to(lead)) == [product.project]
