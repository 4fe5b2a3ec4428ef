"""A real worker, and a real process that approves, killed in the middle of their work: the money is exact all the same."""

import os
import signal
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

from tests.live import LiveStack

PROJECTS = 40

# Forty approved projects that hardly fit a fund, worth about what they cost: no optimiser proves a plan for them within
# the time it is given, so it is certainly at work when it is killed.
PREPARE = f"""
import random
from apps.allocation.actions import make_scenario
from apps.allocation.models.fund import Resource
from tests.factories import PostFactory, awaiting_funds, make_fund, make_project, treasury
dice = random.Random(1)
people, lead = treasury(), PostFactory(role="group_lead").user
for number in range({PROJECTS}):
    awaiting_funds(make_project(lead, title=f"项目{{number}}"), by=lead)
half = {PROJECTS} * 550 // 2 * 50_000
fund = make_fund(people, technology_fen=half, marketing_fen=half, people_fen=half)
scenario = make_scenario(fund, by=people.manager, name="四季度安排", time_limit=6)
for line in scenario.lines.all():
    needs = {{f"{{resource}}_fen": dice.randint(100, 1000) * 50_000 for resource in Resource}}
    line.options = {{"full": needs | {{"rnpv_fen": sum(needs.values()) + dice.randint(0, 50) * 50_000}}}}
    line.save(update_fields=["options"])
"""
SOLVE = """
from apps.allocation.actions import start_solve
from apps.allocation.models import Scenario
from apps.org.models import Post
scenario = Scenario.objects.unscoped("a test").get()
start_solve(scenario, by=Post.objects.get(role="fund_manager").person.user)
"""
ASK = """
from apps.allocation.actions import request_funds
from apps.allocation.models import Scenario
from apps.org.actions.request import confirm_request
from apps.org.models import Post
who = lambda role: Post.objects.get(role=role).person.user
request = request_funds(Scenario.objects.unscoped("a test").get(), by=who("fund_manager"))
confirm_request(request, by=who("finance_officer"), seen=request.payload_hash)
"""
APPROVE = """
from apps.org.actions.request import approve_request
from apps.org.models import Post, Request
request = Request.objects.unscoped("a test").get(kind="funds.commit")
approve_request(request, by=Post.objects.get(role="approver").person.user, seen=request.payload_hash)
"""
SEAL = "from apps.core.sealing import seal_all; seal_all()"


@pytest.fixture
def stack(tmp_path, broker_url):
    stack = LiveStack(tmp_path, broker_url=broker_url, postgresql_url=settings.DATABASE_URL)
    try:
        stack.manage("migrate", "--no-input", "--verbosity=0")
        stack.manage("shell", "-v0", "-c", PREPARE)
        yield stack
    finally:
        stack.stop()


def ask(stack, sql):
    """One row of the database as others see it."""
    with psycopg.connect(stack.environment["DATABASE_URL"], autocommit=True) as connection:
        return connection.execute(sql).fetchone()


def job(stack):
    return ask(
        stack,
        "SELECT state, attempts, progress FROM core_job WHERE task = 'allocation.solve' ORDER BY id DESC",
    )


def books(stack):
    """(scenario, request, commitments, tranches released, what the ledger holds of fund, reserve and projects)."""
    return (
        *ask(stack, "SELECT state FROM allocation_scenario"),
        *(ask(stack, "SELECT state FROM org_request WHERE kind = 'funds.commit'") or [None]),
        *ask(stack, "SELECT count(*) FROM allocation_commitment"),
        *ask(stack, "SELECT count(*) FROM allocation_tranche WHERE state = 'released'"),
        *(
            ask(stack, f"SELECT COALESCE(SUM(balance), 0)::bigint FROM ledger_account WHERE {where}")[0]
            for where in (
                "code LIKE 'fund:%' AND reserve_of_id IS NULL",
                "code LIKE 'fund:%' AND reserve_of_id IS NOT NULL",
                "code LIKE 'project:%'",
            )
        ),
    )


def kill_in_mid_allocation(stack):
    """Start a worker, see the optimiser at work, cut the power; and nothing is written."""
    stack.manage("shell", "-v0", "-c", SOLVE)
    stack.start("worker", "beat")
    stack.wait_until(
        lambda: job(stack)[0] == "running" and job(stack)[2] >= 30, "the optimiser has a plan and looks on"
    )

    stack.kill("worker")

    assert job(stack)[:2] == ("running", 1)
    assert books(stack)[:3] == ("solving", None, 0)
    assert ask(stack, "SELECT count(*) FROM allocation_scenarioproject WHERE level <> ''") == (0,)


def kill_in_mid_approval(stack):
    """Let a process approve, see that it has written commitments, cut the power."""
    approving = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", APPROVE],
        cwd=settings.BASE_DIR,
        env=stack.environment,
        start_new_session=True,
    )
    # A sequence is outside of every transaction: it tells from here how many commitments are written and not yet there.
    stack.wait_until(
        lambda: ask(stack, "SELECT last_value FROM allocation_commitment_id_seq")[0] >= 3,
        "three lines of the plan are written",
    )
    os.killpg(approving.pid, signal.SIGKILL)
    assert approving.wait() == -signal.SIGKILL


@pytest.mark.broker
@pytest.mark.postgresql
def test_a_worker_and_an_approval_killed_at_work_leave_one_plan_and_exact_money(stack):
    kill_in_mid_allocation(stack)

    stack.start("worker")
    stack.wait_until(lambda: books(stack)[0] != "solving", "another worker has solved it", seconds=180)
    assert job(stack)[:2] == ("done", 2)
    assert ask(stack, "SELECT count(*) FROM core_entry WHERE verb = 'scenario.solved'") == (1,)

    (limits,) = ask(stack, "SELECT SUM(balance)::bigint FROM ledger_account WHERE code LIKE 'fund:%'")
    granted, funded = ask(
        stack, "SELECT SUM(granted_fen)::bigint, count(NULLIF(level, '')) FROM allocation_scenarioproject"
    )
    stack.manage("shell", "-v0", "-c", ASK)
    before = ("requested", "confirmed", 0, 0, limits - granted, granted, 0)
    assert (funded > 3, books(stack)) == (True, before)

    kill_in_mid_approval(stack)

    assert books(stack) == before
    stack.manage("ledger_verify")

    stack.manage("shell", "-v0", "-c", APPROVE)
    assert books(stack) == ("approved", "approved", funded, funded, limits - granted, 0, granted)
    stack.manage("shell", "-v0", "-c", SEAL)
    stack.manage("ledger_verify")  # raises unless it ends with 0
    stack.manage("journal_verify")
