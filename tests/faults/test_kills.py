"""Processes killed in the midst of their work, which was seen to have begun. Afterwards nothing is lost and nothing is doubled.

SILUN_KILLS says how many kills are shared by the two brokers: 20 here and now, 200 for the whole proof:

    SILUN_KILLS=200 python -m pytest -m faults tests/faults/test_kills.py -rP
"""

import itertools
import os
import signal
import time
from collections import Counter
from contextlib import ExitStack, contextmanager

import pytest

from apps.core.jobs import LEASE_S
from tests.faults.house import SETTLED_WITHIN_S, Visitor
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("SILUN_KILLS", "20")) // 2
WORKERS = 3
KEY = """SELECT j.key FROM core_job j JOIN core_entry e ON j.key = 'incentives.award:' || e.id
           JOIN insight_opportunity o ON e.subject_id = o.id AND e.verb = 'opportunity.file' WHERE o.title = %s"""
# What an award writes, in this order: a transaction, balances, legs, the award, the mark on its job.
WHERE = ["ledger_leg", "incentives_award", "mark", "done", "web"]


@pytest.fixture
def web_wire(broker):
    """The web server's own wire to the broker: what hangs there hinders no worker."""
    proxy = Proxy("127.0.0.1", broker.port)
    yield proxy
    proxy.close()


class Killer:
    """Kills, one after the other, whoever is at work on an opportunity that was reported a moment ago."""

    def __init__(self, house, web_wire, broker):
        self.house, self.web_wire = house, web_wire
        self.web_broker = broker.url.replace(f":{broker.port}/", f":{web_wire.port}/")
        self.numbers = itertools.count()
        self.filed, self.killed, self.by_place = [], {}, Counter()
        house.begin("beat", "beat")
        self.start_web()
        for _number in range(WORKERS):
            self.add_worker()
        self.visitor = Visitor(house, "liaison").sign_in()

    def start_web(self):
        self.house.begin("web", "web", BROKER_URL=self.web_broker)
        self.house.wait_until(self.house._answers, "the web server answers")

    def add_worker(self):
        self.house.begin(f"worker{next(self.numbers)}", "worker")

    def report(self, title):
        self.visitor.report_opportunity(title)
        self.filed.append(title)
        return self.house.one(KEY, title)

    def kill(self, names, place, key):
        for name in names:
            self.house.kill(name)
        self.killed[key] = self.house.one("SELECT extract(epoch FROM clock_timestamp())::bigint")
        self.by_place[place] += 1

    def at_work(self, place, title):
        """A worker stands in the midst of the award: so much is written, and nothing of it is there yet for others."""
        table = "ledger_leg" if place == "mark" else place
        with ExitStack() as at_table, ExitStack() as at_mark:
            at_table.enter_context(self.house.held(f"LOCK TABLE {table} IN SHARE MODE"))
            key = self.report(title)
            names = self.standing(key, f'INSERT INTO "{table}"')
            if place == "mark":
                at_mark.enter_context(
                    self.house.held("SELECT 1 FROM core_job WHERE key = %s FOR UPDATE", key)
                )
                at_table.close()
                names = self.standing(key, 'UPDATE "core_job"')
            self.kill(names, place, key)
            entry = f"core.Entry:{key.rpartition(':')[2]}"
            assert self.job(key) == ("running", 1)
            assert self.house.one("SELECT count(*) FROM ledger_transaction WHERE because_of = %s", entry) == 0
        for _name in names:
            self.add_worker()

    def standing(self, key, statement):
        """Wait until the job is taken and its worker stands at this statement; whoever stands there."""
        found = []

        def seen():
            found[:] = self.house.standing_at(statement)
            return found and self.job(key) == ("running", 1)

        self.house.wait_until(seen, f"a worker stands at {statement}")
        return found

    def job(self, key):
        return self.house.ask("SELECT state, attempts FROM core_job WHERE key = %s", key)[0]

    def just_done(self, title):
        """The mark is there; the message may not be acknowledged yet, and comes again. All workers go."""
        key = self.report(title)
        self.house.wait_until(lambda: self.job(key)[0] == "done", "the award is done")
        name = next(name for name in self.house.processes if name.startswith("worker"))
        self.kill([name], "done", key)
        self.add_worker()

    def between_commit_and_nudge(self, title):
        """What was reported is committed, and the broker has not been told: it hangs, for the web server alone."""
        self.web_wire.hang()
        with self.scheduler_paused():
            key = self.report(title)
            assert self.job(key) == ("waiting", 0)
            self.kill(["web"], "web", key)
        self.web_wire.mend()
        self.start_web()

    @contextmanager
    def scheduler_paused(self):
        """Or its relay, five seconds later, would have found the work before the web server is killed."""
        beat = self.house.processes["beat"]
        os.killpg(beat.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(beat.pid, signal.SIGCONT)

    def slowest(self):
        """The longest that anything took from the kill to its end."""
        finished = dict(self.house.ask("SELECT key, finished FROM core_job WHERE state = 'done'"))
        return max(finished[key] - at for key, at in self.killed.items())


def test_killed_at_work_nothing_is_lost_nothing_is_doubled_and_all_is_done_within_a_minute(
    house, web_wire, broker, record_property
):
    killer, number = Killer(house, web_wire, broker), 0
    while number < KILLS:
        # As many as go into the lease of the first, or what is tried again would stand before the locks of the next ones.
        batch, longest = time.monotonic(), 0.0
        while number < KILLS and time.monotonic() - batch + longest < LEASE_S - 5:
            place, title, at = WHERE[number % len(WHERE)], f"kill {number}", time.monotonic()
            if place == "web":
                killer.between_commit_and_nudge(title)
            elif place == "done":
                killer.just_done(title)
            else:
                killer.at_work(place, title)
            number, longest = number + 1, max(longest, time.monotonic() - at)
        house.settle()
    differences = house.differences(killer.filed)

    record_property("faults: kills at work", killer.by_place.total())
    record_property("faults: lost or done twice after kills", len(differences))
    record_property("slowest from a kill to the end of the work, s", killer.slowest())
    assert (killer.by_place.total(), differences) == (KILLS, [])
    assert killer.slowest() <= SETTLED_WITHIN_S
