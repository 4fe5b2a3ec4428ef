"""The database stopped in the midst of an allocation, a vote, an approval, an award: all of it or none, and once, later."""

import subprocess
import sys
import time

import pytest
from django.conf import settings

from tests.allocation.test_faults import APPROVE, ASK, PREPARE, SOLVE
from tests.faults.house import PAGE_WITHIN_S, Visitor
from tests.faults.test_kills import KEY

pytestmark = pytest.mark.faults

OPEN_A_BALLOT = """
from apps.review.actions import open_ballot
from tests.factories import PostFactory, committee, judged, make_project, ready_for_review, sitting
house, lead = committee(), PostFactory(role="group_lead").user
(topic,) = judged(house, ready_for_review(make_project(lead, cross_branch=True), by=lead))
open_ballot(topic, sitting(house, topic), by=house.secretary)
"""
VOTE = """
from apps.org.models import Post
from apps.review.actions import cast_vote
from apps.review.models import Ballot
member = Post.objects.filter(role="committee_member").first().person.user
cast_vote(Ballot.objects.unscoped("a test").get(), by=member, choice="for")
"""
VOTES = (
    "SELECT (SELECT count(*) FROM review_vote), (SELECT count(*) FROM core_entry WHERE verb = 'ballot.vote')"
)


@pytest.fixture
def broker(own_redis):
    """The database is the matter here; one broker will do."""
    return own_redis


def begin(house, code, name):
    return subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", code],
        cwd=settings.BASE_DIR, env=house.environment | {"PGAPPNAME": name},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def stop_in_the_midst(house, server, table, *, code="", name="worker"):
    """Let somebody begin, see that they stand at this table in mid-transaction, stop the database, and start it again."""
    with house.held_until_the_end(f"LOCK TABLE {table} IN SHARE MODE"):
        acting = begin(house, code, name) if code else None
        house.wait_until(
            lambda: name in house.standing_at(f'INSERT INTO "{table}"'),
            f"{name} writes into {table}",
            seconds=90,
        )
        server.stop()
    server.start()
    if acting:
        _out, error = acting.communicate(timeout=60)
        assert (acting.returncode, "OperationalError" in error) == (1, True), error


@pytest.mark.parametrize("copied", ["tables"])
def test_the_database_stopped_in_mid_vote_leaves_no_vote_and_then_takes_one(
    house, own_postgresql, record_property
):
    house.shell(OPEN_A_BALLOT)

    stop_in_the_midst(house, own_postgresql, "review_vote", code=VOTE, name="voter")

    assert house.ask(VOTES) == [(0, 0)]
    house.shell(VOTE)
    assert house.ask(VOTES) == [(1, 1)]
    with pytest.raises(subprocess.CalledProcessError):
        house.shell(VOTE)
    assert house.ask(VOTES) == [(1, 1)]
    record_property("faults: of the database", 1)


@pytest.mark.parametrize("copied", ["tables"])
def test_the_database_stopped_in_mid_allocation_and_in_mid_approval_leaves_one_plan_and_exact_money(
    house, own_postgresql, record_property
):
    state = "SELECT state FROM allocation_scenario"
    money = """SELECT (SELECT count(*) FROM allocation_commitment),
                      (SELECT count(*) FROM allocation_tranche WHERE state = 'released'),
                      (SELECT COALESCE(SUM(balance), 0)::bigint FROM ledger_account WHERE code LIKE 'project:%')"""
    house.shell(PREPARE)
    house.begin("worker", "worker")
    house.begin("beat", "beat")
    house.shell(SOLVE)
    job = "SELECT progress FROM core_job WHERE task = 'allocation.solve' AND state = 'running'"
    house.wait_until(
        lambda: any(progress >= 30 for (progress,) in house.ask(job)), "the optimiser has a plan", seconds=90
    )

    own_postgresql.stop()
    time.sleep(3)
    own_postgresql.start()
    began = time.monotonic()
    house.wait_until(lambda: house.one(state) != "solving", "it is solved all the same", seconds=90)
    solved = time.monotonic() - began

    assert house.one("SELECT count(*) FROM core_entry WHERE verb = 'scenario.solved'") == 1
    house.shell(ASK)
    stop_in_the_midst(house, own_postgresql, "allocation_commitment", code=APPROVE, name="approver")
    assert (house.ask(money), house.one(state)) == ([(0, 0, 0)], "requested")
    house.shell(APPROVE)
    funded, granted = house.ask(
        "SELECT count(NULLIF(level, '')), SUM(granted_fen)::bigint FROM allocation_scenarioproject"
    )[0]
    assert house.ask(money) == [(funded, funded, granted)]
    house.settle()
    record_property("faults: of the database", 2)
    record_property("slowest to settle after the database's fault, s", solved)
    assert house.differences([]) == []


def test_the_database_stopped_in_mid_award_gives_it_once_and_the_pages_come_back_by_themselves(
    house, own_postgresql, record_property
):
    house.start("web")
    house.begin("worker", "worker")
    house.begin("beat", "beat")
    visitor = Visitor(house, "liaison").sign_in()
    with house.held_until_the_end("LOCK TABLE ledger_leg IN SHARE MODE"):
        visitor.report_opportunity("in the midst")
        house.wait_until(
            lambda: "worker" in house.standing_at('INSERT INTO "ledger_leg"'),
            "the worker stands in mid-award",
            seconds=60,
        )
        own_postgresql.stop()
    time.sleep(3)
    own_postgresql.start()

    visitor.seconds.clear()
    visitor.report_opportunity("afterwards")
    settled = house.settle()

    record_property("faults: of the database", 1)
    record_property("slowest to settle after the database's fault, s", settled)
    assert visitor.worst < PAGE_WITHIN_S
    assert house.one("SELECT attempts FROM core_job WHERE key = %s", house.one(KEY, "in the midst")) == 2
    assert house.differences(["in the midst", "afterwards"]) == []
