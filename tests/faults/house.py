"""A whole Silun for the faults: real processes, a person at its pages, and what must be true of its rows afterwards."""

import http.cookiejar
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager

import psycopg
from django.conf import settings

from apps.core.management.commands.serve import commands
from tests.browser.bank import PASSWORD
from tests.live import LiveStack

SETTLED_WITHIN_S = 60
PAGE_WITHIN_S = 3.0
VERIFY = """
from apps.core.sealing import verify as journal
from apps.ledger.verify import verify as books
for line in [*journal().problems, *(finding.text for finding in books())]:
    print(line)
"""
OPEN = "state IN ('waiting', 'running') AND (due_at IS NULL OR due_at <= now())"


class House(LiveStack):
    """A running Silun on PostgreSQL, with the small bank of the browser's journeys in it."""

    def begin(self, name, kind, *, clock_off_s=0, **environment):
        """Start one more process of this kind under a name of its own, by which the database knows it, too."""
        command = commands("127.0.0.1", self.port)[kind]
        if clock_off_s:
            command = ["tests.faults.shifted", str(clock_off_s), *command]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=settings.BASE_DIR,
                env=self.environment | {"PGAPPNAME": name} | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def standing_at(self, statement: str) -> list[str]:
        """The processes that wait for a lock in the midst of a transaction, at a statement that begins so."""
        rows = self.ask(
            "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND starts_with(query, %s)",
            statement,
        )
        return [name for (name,) in rows]

    @contextmanager
    def held(self, sql, *params):
        """Keep what this statement locks, until the block ends: whoever wants it stands still, in mid-transaction."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute(sql, params or None)
            yield
            connection.rollback()

    @contextmanager
    def held_until_the_end(self, sql):
        """As `held`, where the database itself ends meanwhile, and the lock with it."""
        connection = psycopg.connect(self.environment["DATABASE_URL"])
        try:
            connection.execute(sql)
            yield
        finally:
            connection.close()

    def ask(self, sql, *params):
        """The rows of a query, as others see them."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            return connection.execute(sql, params or None).fetchall()

    def one(self, sql, *params):
        return self.ask(sql, *params)[0][0]

    def shell(self, code) -> str:
        return self.manage("shell", "-v0", "-c", code)

    def settle(self, seconds=SETTLED_WITHIN_S) -> float:
        """Wait until no job is open and every line is sealed; how long that took. Raises AssertionError when too long."""
        began = time.monotonic()
        self.wait_until(lambda: self.open_work() == (0, 0), "everything is settled", seconds=seconds)
        return time.monotonic() - began

    def open_work(self):
        """(jobs open, journal lines without a seal)"""
        return self.ask(
            f"""SELECT (SELECT count(*) FROM core_job WHERE {OPEN}),
                       (SELECT count(*) FROM core_entry e LEFT JOIN core_seal s ON s.entry_id = e.id WHERE s.seq IS NULL)"""
        )[0]

    def differences(self, filed) -> list:
        """Whatever is lost, doubled or broken, `filed` being the titles of the opportunities that somebody reported."""
        found = []
        stored = [title for (title,) in self.ask("SELECT title FROM insight_opportunity ORDER BY id")]
        found += [("lost", title) for title in filed if title not in stored]
        found += [("doubled", title) for title in set(stored) if stored.count(title) > 1]
        # Each is worth one award to who reported it, one transaction in the ledger, and a notice to each of two people.
        found += self.ask(
            """SELECT o.title, count(DISTINCT t.id), count(DISTINCT w.id), count(DISTINCT n.id)
                 FROM insight_opportunity o
                 JOIN core_entry e ON e.verb = 'opportunity.file' AND e.subject_id = o.id
                 LEFT JOIN ledger_transaction t ON t.because_of = 'core.Entry:' || e.id
                 LEFT JOIN incentives_award w ON w.entry_id = e.id
                 LEFT JOIN core_notice n ON n.entry = e.id
                GROUP BY o.id, o.title
               HAVING (count(DISTINCT t.id), count(DISTINCT w.id), count(DISTINCT n.id)) <> (1, 1, 2)"""
        )
        found += self.ask("SELECT key, state, error FROM core_job WHERE state <> 'done'")
        return found + self._complaints()

    def _complaints(self):
        """What the books and the journal say of themselves, both asked by one process."""
        told = self.shell(VERIFY)
        return [line for line in told.splitlines() if line]


class NoSuchAnswer(AssertionError):
    """A page answered with something else than it should."""


class Visitor:
    """Somebody at the pages, with a browser that keeps cookies and measures how long each answer takes."""

    def __init__(self, house: House, account: str):
        self.house, self.account, self.seconds = house, account, []
        cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

    def sign_in(self):
        page = self._send("/accounts/login/", {"login": self.account, "password": PASSWORD})
        if "/accounts/login/" in page:
            raise NoSuchAnswer(f"{self.account} could not sign in")
        return self

    def report_opportunity(self, title):
        """Fill in the form of a new opportunity and send it; the address of its page."""
        texts = {"title": title, "scene": "周三集中订烟", "pain": "三天到账", "idea": "订烟日放款"}
        page = self._send("/insight/opportunities/new/", texts | {"contact_allowed": "on"})
        if not re.search(r"/insight/opportunities/\d+/$", page):
            raise NoSuchAnswer(f"{title} was not taken: {page}")
        return page

    def read(self, path):
        """The text of a page."""
        return self._open(path).read().decode()

    def _send(self, path, data):
        """Open the form, post it, follow where it leads; the address that it ended at."""
        form = self._open(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.read().decode()).group(1)
        body = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": token}).encode()
        began = time.monotonic()
        try:
            return self._open(path, body).url
        finally:
            self.seconds.append(time.monotonic() - began)

    def _open(self, path, body=None):
        request = urllib.request.Request(self.house.url + path, body, {"Referer": self.house.url + path})
        try:
            return self._opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            raise NoSuchAnswer(f"{path} answered {error.code}") from error

    @property
    def worst(self):
        return max(self.seconds, default=0.0)
