"""The demo bank is made once for this module, in a transaction that is rolled back at its end."""

import io
from datetime import datetime

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.allocation.models import Fund, Scenario
from apps.core import clock
from apps.core.sealing import verify as verify_journal
from apps.desk.demo.people import ACCOUNTS, PASSWORD
from apps.insight.models import Issue, Item, Opportunity
from apps.ledger.verify import verify as verify_ledger
from apps.operations.models import Product, Rollout
from apps.org.models import Body, Person, Post, Request, Unit, User
from apps.projects.models import Project
from apps.review.models import Ballot, Consultation, Minutes, Round

pytestmark = pytest.mark.django_db
ALL = "the demo's own test counts them all"


@pytest.fixture(scope="module")
def bank(django_db_setup, django_db_blocker):
    """What the command printed; the bank is in the database."""
    printed, refused = io.StringIO(), io.StringIO()
    with django_db_blocker.unblock(), transaction.atomic(), clock.at(datetime(2026, 11, 25, 9)):
        call_command("demo", stdout=printed, stderr=refused)
        assert refused.getvalue() == ""
        yield printed.getvalue()
        transaction.set_rollback(True)


def states(model, field="state"):
    return set(model.objects.unscoped(ALL).values_list(field, flat=True))


def test_the_tree_is_of_the_shape_of_a_large_bank(bank):
    kinds = dict.fromkeys(Unit.Kind.values, 0)
    for kind in Unit.objects.values_list("kind", flat=True):
        kinds[kind] += 1

    assert (kinds["head_office"], kinds["branch"], kinds["second_level_branch"]) == (1, 36, 60)
    assert (kinds["specialised"], kinds["subsidiary"]) == (1, 2)
    assert Unit.objects.filter(kind="department", depth=2).count() == 22
    assert 280 <= kinds["sub_branch"] <= 330
    assert Unit.find_problems() == ([], [], [], [], [])


def test_the_bodies_and_liaisons_are_as_in_life(bank):
    committee = Body.objects.get(name="创新委员会")
    assert len([seat for seat in committee.sitting() if seat.votes]) == 13
    assert committee.sitting()[0].role == "chair"
    groups = [
        len(body.sitting())
        for body in Body.objects.filter(kind="working_group").prefetch_related("memberships")
    ]
    assert (len(groups), min(groups) >= 5, max(groups) <= 9) == (36, True, True)
    liaisons = Post.objects.current().filter(role="liaison")
    part_time = liaisons.filter(full_time=False).count() / liaisons.count()
    assert 0.78 <= part_time <= 0.92
    assert 0 < liaisons.exclude(deputy=None).count() < liaisons.count()
    without = Unit.objects.filter(kind="sub_branch").exclude(pk__in=liaisons.values("unit")).count()
    assert 5 <= without <= 40
    assert Person.objects.filter(inside=False).count() == 40


def test_everybody_has_a_name_of_their_own_and_the_printed_accounts_open_with_the_printed_password(bank):
    names = list(Person.objects.values_list("name", flat=True))
    assert len(set(names)) == len(names)
    for account, role, where, _part in ACCOUNTS:
        user = User.objects.get(username=account)
        assert any(post.role == role and post.unit.name == where for post in user.standing), account
        assert account in bank
    assert check_password(PASSWORD, User.objects.get(username="lead").password)


def test_things_stand_in_every_state(bank):
    assert states(Item) == set(Item.State.values)
    assert {"draft", "published"} <= states(Issue)
    assert states(Opportunity) == set(Opportunity.State.values)
    projects = Project.objects.unscoped(ALL)
    assert projects.count() >= 100
    assert {"draft", "active", "returned", "rejected", "stopped", "on_hold"} <= states(Project)
    assert {"proposal", "review", "funding", "build", "pilot", "rollout"} <= states(Project, "stage__code")
    assert states(Consultation, "opinion") == {"", "agree", "agree_with_conditions", "disagree"}
    assert states(Round) == {"open", "closed"}
    assert {"passed", "failed"} <= states(Ballot, "result")
    assert states(Minutes) == {"draft", "issued"}
    assert {"draft", "solved", "approved"} <= states(Scenario)
    assert {"pilot", "live"} & states(Product)
    assert states(Rollout) == set(Rollout.State.values)


def test_the_fund_of_the_year_was_given_22_000_wan_by_three_people(bank):
    fund = Fund.objects.unscoped(ALL).latest("pk")
    budgets = fund_requests(fund)

    assert sum(request.amount_fen for request in budgets) == 22_000 * 10_000 * 100
    assert all(len({r.maker_id, r.confirmer_id, r.checker_id}) == 3 for r in budgets)


def fund_requests(fund):
    return list(Request.objects.unscoped(ALL).about(fund).filter(kind="fund.budget", state="approved"))


def test_the_journal_and_the_books_are_right(bank):
    report = verify_journal()
    assert (report.problems, report.unsealed) == ([], 0)
    assert verify_ledger() == []


def test_it_is_made_once(bank):
    with pytest.raises(CommandError):
        call_command("demo")


def test_the_demo_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("demo")
