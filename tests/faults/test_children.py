"""A child of the web server killed in the midst of saving, and the optimiser's own process killed at its work."""

import os
import signal
import threading
from pathlib import Path

import pytest

from tests.allocation.test_faults import PREPARE, SOLVE
from tests.faults.house import Visitor

pytestmark = pytest.mark.faults

SHORTER = """
from apps.allocation.models import Scenario
Scenario.objects.unscoped("a test").update(time_limit=6)
"""


@pytest.fixture
def broker(own_redis):
    """A process of Silun's own is the matter here; one broker will do."""
    return own_redis


def kill_children(process) -> int:
    """As the kernel does when memory runs out: the children go, at once, and their parent finds out. How many there were."""
    threads = Path(f"/proc/{process.pid}/task").glob(
        "*/children"
    )  # each knows those that it has begun itself
    children = [child for thread in threads for child in thread.read_text().split()]
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    return len(children)


def test_a_web_child_killed_in_mid_save_leaves_nothing_of_it_and_the_next_saves(house, record_property):
    house.begin("web", "web")
    house.begin("worker", "worker")
    house.begin("beat", "beat")
    house.wait_until(house._answers, "the web server answers")
    visitor, failed = Visitor(house, "liaison").sign_in(), []

    def report():
        try:
            visitor.report_opportunity("half")
        except OSError as error:
            failed.append(error)

    with house.held("LOCK TABLE insight_opportunity IN SHARE MODE"):
        reporting = threading.Thread(target=report)
        reporting.start()
        house.wait_until(
            lambda: "web" in house.standing_at('INSERT INTO "insight_opportunity"'),
            "a page is in the midst of saving",
            seconds=60,
        )
        killed = kill_children(house.processes["web"])
        reporting.join(60)

    house.wait_until(house._answers, "another child answers", seconds=60)
    visitor.report_opportunity("whole")
    settled = house.settle()

    record_property("faults: children killed at work", killed)
    record_property("slowest to settle after a child was killed, s", settled)
    assert (killed >= 1, len(failed)) == (True, 1)
    assert house.ask("SELECT title FROM insight_opportunity WHERE title IN ('half', 'whole')") == [("whole",)]
    assert house.differences(["whole"]) == []


@pytest.mark.parametrize("copied", ["tables"])
def test_an_optimiser_killed_at_work_writes_no_plan_says_so_and_is_asked_again(house, record_property):
    state = "SELECT state FROM allocation_scenario"
    plan = "SELECT count(*) FROM allocation_scenarioproject WHERE level <> ''"
    house.shell(PREPARE.replace("time_limit=6", "time_limit=60"))  # it is certainly at work when it is killed
    house.begin("worker", "worker")
    house.begin("beat", "beat")
    house.shell(SOLVE)
    working = "SELECT count(*) FROM core_job WHERE task = 'allocation.solve' AND state = 'running' AND progress >= 30"
    house.wait_until(lambda: house.one(working) == 1, "the optimiser has a plan", seconds=90)

    killed = kill_children(house.processes["worker"])

    house.wait_until(lambda: house.one(state) != "solving", "the end of it is told", seconds=60)
    assert (killed, house.one(state), house.one(plan)) == (1, "failed", 0)
    house.shell(SHORTER + SOLVE)
    house.wait_until(lambda: house.one(state) not in ("solving", "failed"), "it is solved again", seconds=120)
    house.settle()
    record_property("faults: children killed at work", killed)
    assert (house.one(state), house.one(plan) > 3) == ("solved", True)
    assert house.differences([]) == []
