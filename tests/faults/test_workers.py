"""A worker whose clock is wrong, a second scheduler, a message that comes twenty times, a job that fails for ever."""

import time

import pytest

from tests.faults.house import SETTLED_WITHIN_S, Visitor
from tests.faults.test_kills import KEY

pytestmark = pytest.mark.faults

TWO_HOURS_S = 2 * 3600
REPORTS = 10
POISON = """
from apps.core.models import Job
Job.objects.create(key="poison", task="nobody.knows", args=[], created=0)
"""
IN_AN_HOUR = """
from datetime import timedelta
from apps.core import clock
from apps.core.jobs import enqueue
enqueue("core.tell_followers", 1, key="in an hour", due_at=clock.now() + timedelta(hours=1))
"""
TWENTY_TIMES = """
from apps.core.celery_tasks import run_jobs
from apps.core.models import Job
keys = list(Job.objects.filter(task="incentives.award").order_by("-id").values_list("key", flat=True)[:5])
for _time in range(20):
    run_jobs.apply_async([keys])
"""
TRIED = "SELECT state, attempts FROM core_job WHERE key = %s"


@pytest.mark.parametrize("seconds", [TWO_HOURS_S, -TWO_HOURS_S], ids=["ahead", "behind"])
def test_a_worker_two_hours_off_does_what_is_due_and_nothing_else(house, wire, seconds, record_property):
    """No other worker is there, and no nudge arrives: its relay must find the work, by the database's clock."""
    house.start("web")
    house.shell(IN_AN_HOUR)
    wire.cut()
    visitor = Visitor(house, "liaison").sign_in()
    filed = [f"off {number}" for number in range(3)]
    for title in filed:
        visitor.report_opportunity(title)
    house.kill("web")
    wire.mend()

    house.begin("worker", "worker", clock_off_s=seconds)
    house.begin("beat", "beat")
    settled = house.settle()

    record_property("faults: clocks two hours off", 1)
    record_property("slowest to settle with a clock two hours off, s", settled)
    assert house.ask(TRIED, "in an hour") == [("waiting", 0)]
    house.shell("from apps.core.models import Job; Job.objects.filter(key='in an hour').delete()")
    assert house.differences(filed) == []


def test_two_schedulers_two_workers_of_which_one_is_two_hours_ahead_and_twenty_messages_do_everything_once(
    house, record_property
):
    house.start("web")
    house.shell(POISON)
    for name, kind, seconds in [
        ("beat1", "beat", 0),
        ("beat2", "beat", TWO_HOURS_S),
        ("worker1", "worker", 0),
        ("worker2", "worker", TWO_HOURS_S),
    ]:
        house.begin(name, kind, clock_off_s=seconds)
    visitor = Visitor(house, "liaison").sign_in()
    filed = [f"report {number}" for number in range(REPORTS)]
    for title in filed:
        visitor.report_opportunity(title)
        house.shell(TWENTY_TIMES) if title == filed[REPORTS // 2] else None
    house.shell(TWENTY_TIMES)

    # The poisoned job is tried five times with growing pauses, 4 + 8 + 16 + 32 s, and holds up nobody else.
    done = "SELECT count(*) FROM core_job WHERE task = 'incentives.award' AND state = 'done' AND attempts = 1"
    began = time.monotonic()
    house.wait_until(lambda: house.one(done) == REPORTS, "all are awarded", seconds=SETTLED_WITHIN_S)
    awarded = time.monotonic() - began
    house.wait_until(
        lambda: house.ask(TRIED, "poison") == [("dead", 5)], "the poisoned job is dead", seconds=120
    )
    operator = Visitor(house, "system").sign_in()

    record_property("faults: awards given once though told twenty times", REPORTS)
    record_property("slowest to settle beside a poisoned job, s", awarded)
    assert "poison" in operator.read("/core/jobs/?state=dead")
    assert "poison" not in operator.read("/core/jobs/?state=done")
    house.shell("from apps.core.models import Job; Job.objects.filter(key='poison').delete()")
    assert house.differences(filed) == []
    assert house.one("SELECT count(*) FROM core_job WHERE key = %s", house.one(KEY, filed[0])) == 1
