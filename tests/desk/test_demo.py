"""The demo bank is made once for this module, in a transaction that is rolled back at its end."""

import io
from collections import Counter
from datetime import datetime

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from apps.allocation.models import Fund, Scenario
from apps.core import clock
from apps.core.models import Comment, Entry, Notice
from apps.core.sealing import verify as verify_journal
from apps.core.search import matching
from apps.desk.demo.bank import texts
from apps.desk.demo.people import ACCOUNTS, PASSWORD
from apps.desk.demo.summary import counted
from apps.insight.models import Issue, Item, Opportunity
from apps.ledger.verify import verify as verify_ledger
from apps.operations.models import Product, Rollout
from apps.org.calendar import is_working
from apps.org.models import Body, Holiday, Person, Post, Request, Unit, User
from apps.projects.models import Project, TrackRecord
from apps.review.models import Ballot, Consultation, Minutes, Round
from apps.talent.models import TalentProfile

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]
ALL = "the demo's own test counts them all"
AT_THE_BEGINNING = ("forum.set", "holiday.load")  # the bank is set up before its diary begins


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


def test_of_many_opportunities_few_become_products_that_branches_copy(bank):
    told = counted()
    assert told["opportunities"] >= 1000
    for of, part, low, high in (
        ("opportunities", "investigated", 0.18, 0.3), ("opportunities", "proposed", 0.08, 0.14),
        ("proposed", "approved", 0.55, 0.85), ("approved", "in use", 0.45, 0.85), ("products", "copied", 0.12, 0.5),
        ("proposed", "stopped", 0.07, 0.2), ("approved", "late", 0.12, 0.36), ("proposed", "sent back", 0.03, 0.13),
    ):  # fmt: skip
        assert low <= told[part] / told[of] <= high, (part, told[part], of, told[of])
    assert 0.5 <= told["realised"] <= 0.8


def test_branches_are_uneven_and_the_six_best_bring_half(bank):
    units = (
        Project.objects.unscoped(ALL).exclude(unit__kind="department").values_list("unit__name", flat=True)
    )
    of_branches = Counter(units)
    best = sum(count for _name, count in of_branches.most_common(6))
    assert 0.4 <= best / of_branches.total() <= 0.75
    assert len(of_branches) < 36


def test_what_came_of_the_promises_is_spread_wide(bank):
    ratios = sorted(
        row.realised_fen / row.promised_fen for row in TrackRecord.objects.all() if row.promised_fen > 0
    )
    assert ratios[0] < 0.35
    assert ratios[-1] > 0.95


def test_branches_decline_in_many_different_words(bank):
    reasons = list(Rollout.objects.unscoped(ALL).filter(state="declined").values_list("reason", flat=True))
    assert len(set(reasons)) >= 20
    assert len(set(reasons)) >= 0.4 * len(reasons)


def test_titles_are_no_copies_of_each_other(bank):
    for model in (Project, Opportunity, Item):
        titles = list(model.objects.unscoped(ALL).values_list("title", flat=True))
        assert len(set(titles)) == len(titles)


def test_the_people_of_a_branchs_project_served_in_the_branch_when_it_was_proposed(bank):
    for project in Project.objects.unscoped(ALL).filter(unit__kind="branch").select_related("unit"):
        day = timezone.localtime(project.proposed_at).date()
        posts = Post.objects.filter(starts__lte=day, unit__path__range=project.unit.span).exclude(
            ends__lt=day
        )
        serving = set(posts.values_list("person", flat=True))
        assert {*project.team.all().marked().values_list("person", flat=True)} <= serving, project.title


def test_nothing_happens_at_night_on_a_day_off_or_after_today(bank):
    days_off = dict(Holiday.objects.values_list("day", "working"))
    for at in Entry.objects.exclude(verb__in=AT_THE_BEGINNING).values_list("at", flat=True):
        local = timezone.localtime(at)
        assert is_working(local.date(), days_off), local
        assert 8 <= local.hour < 21, local
    assert Entry.objects.filter(at__gte=clock.now()).count() == 0


def test_no_vote_and_no_approval_comes_within_a_second_of_another_by_the_same_hand(bank):
    entries = Entry.objects.filter(verb__in=("ballot.vote", "request.approve", "request.confirm"))
    seen = list(entries.values_list("by", "at"))
    assert len(set(seen)) == len(seen)


def test_seven_departments_gave_their_opinions_and_the_conditions_of_consumer_protection_were_answered(bank):
    rows = Consultation.objects.unscoped(ALL).filter(project__title=texts("flagship")["opinions"]["title"])
    assert rows.count() == 7
    guard = rows.get(unit__name="消费者权益保护部")
    assert (guard.opinion, guard.reply, "二十位" in guard.text) == ("agree_with_conditions", "adopt", True)


def test_a_requirement_has_waited_for_its_release_slot_for_46_days(bank):
    project = Project.objects.unscoped(ALL).get(title=texts("flagship")["waiting"]["title"])
    assert (project.state, "排期" in project.holder_note) == ("active", True)
    assert 44 <= project.days_late <= 46
    assert Comment.objects.about(project).count() >= 3


def test_the_pool_has_its_four_types_and_the_people_are_found_by_the_search(bank):
    inside = Counter(
        TalentProfile.objects.unscoped(ALL).filter(person__inside=True).values_list("kind", flat=True)
    )
    assert inside == {"business": 330, "digital": 168, "composite": 84, "leader": 18}
    assert TalentProfile.objects.unscoped(ALL).filter(person__inside=False).count() == 40
    liaison = User.objects.get(username="liaison").person
    assert liaison.pk in matching(liaison.name, Person).values_list("subject_id", flat=True)


def test_notices_lie_unread_in_plausible_numbers(bank):
    unread = Counter(Notice.objects.filter(read_at=None).values_list("to__username", flat=True))
    assert 300 <= unread.total() <= 0.2 * Notice.objects.count()
    known = [unread[account] for account, *_rest in ACCOUNTS]
    assert max(known) <= 60
    assert sum(count > 0 for count in known) >= 6


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
