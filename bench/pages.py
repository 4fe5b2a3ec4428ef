"""How long pages take at a large bank's size: `python -m bench.pages [PROJECTS]`, 200,000 projects unless said otherwise.

Each page's median is divided by that of a bare Django view on the same server, 8 bare requests to 1. A run in which the
bare view against itself reads over 1.5, or under a load over 2, is void; a figure is the median of three valid runs. Each request has a connection
of its own, as nginx makes them to gunicorn (docs/operations.md); `_kept_alive` is the same on one connection, where the
bare view costs least. On PostgreSQL where it answers (TEST_POSTGRESQL_URL), else on SQLite, and says which.
"""

import contextlib
import http.client
import json
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
PROJECTS = 200_000
ROUNDS, BARE_PER_PAGE, RUNS, VOID_OVER, LOAD_OVER, TRIES = 25, 8, 3, 1.5, 2, 8
# name → (reader, path, goal as a multiple of the bare view)
PAGES = {
    "project_list": ("branch", "/projects/", 12),
    "project_list_deep": ("branch", "deep", 12),
    "project_list_head_office": ("head_office", "/projects/", 12),
    "project_page": ("branch", "first", 12),
    "desk": ("head_office", "/", 20),
}


class Visitor:
    """One signed-in reader, with a connection for each request or one for all."""

    def __init__(self, port, session="", kept_alive=False):
        self.kept_alive = kept_alive
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": f"sessionid={session}", "Accept-Language": "zh-CN"}

    def get(self, path) -> tuple[float, str]:
        """Seconds and body. Raises RuntimeError for anything but 200."""
        if not self.kept_alive:
            self.connection.close()
        began = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status} {answer.getheader('Location') or ''}")
        return seconds, body.decode()


def measured(port, session, path, kept_alive=False) -> float:
    """The page's median over the bare view's, of one valid run. Raises RuntimeError when none is valid."""
    bare, page = Visitor(port, "", kept_alive), Visitor(port, session, kept_alive)
    for _try in range(TRIES):
        times, others = [], []
        for _round in range(ROUNDS):
            others += [bare.get("/bare/")[0] for _ in range(BARE_PER_PAGE)]
            times.append(page.get(path)[0])
        halves = [statistics.median(others[::2]), statistics.median(others[1::2])]
        if max(halves) / min(halves) <= VOID_OVER and os.getloadavg()[0] <= LOAD_OVER:
            return statistics.median(times) / statistics.median(others)
    raise RuntimeError("the machine is too busy to measure on: every run was void")


@contextlib.contextmanager
def database():
    """The address of an empty database, removed at the end; and what it is."""
    name = f"silun_bench_{secrets.token_hex(4)}"
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/silun.sqlite3", "SQLite"
        return
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}")), "PostgreSQL"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def served(environment):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "bench._bare:application", "--bind", f"127.0.0.1:{port}",
               "--workers", "1", "--worker-class", "gthread", "--threads", "2", "--keep-alive", "75", "--log-level", "error"]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _attempt in range(300):
            with contextlib.suppress(OSError):
                Visitor(port).get("/bare/")
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def address_of(what, port, session) -> str:
    """A path as it is, the first project's page, or a page of the list deep down."""
    reader = Visitor(port, session)
    if what == "first":
        return re.search(r'href="(/projects/\d+/)"', reader.get("/projects/")[1]).group(1)
    if what == "deep":
        path = "/projects/"
        for _page in range(40):
            path = "/projects/" + re.search(r'rel="next" href="([^"]+)"', reader.get(path)[1]).group(1).replace("&amp;", "&").removeprefix("/projects/")  # fmt: skip
        return path
    return what


def main(projects=PROJECTS):
    with database() as (url, engine), tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings", "SILUN_ENV": "demo", "DATABASE_URL": url,
            "VAR_DIR": folder, "BROKER_URL": "filesystem://localhost", "CACHE_URL": "",
        }  # fmt: skip
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "--no-input", "-v0"], cwd=ROOT, env=environment, check=True)
        subprocess.run([*manage, "collectstatic", "--no-input", "-v0"], cwd=ROOT, env=environment, check=True)
        began = time.monotonic()
        filled = subprocess.run(
            [sys.executable, "-m", "bench._bank", str(projects)],
            cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        sessions = json.loads(filled.stdout)
        print(f"pages_engine: {engine}")
        print(f"pages_projects: {projects}")
        print(f"pages_bank_built_seconds: {time.monotonic() - began:.0f}", flush=True)
        with served(environment) as port:
            for name, (reader, what, goal) in PAGES.items():
                path = address_of(what, port, sessions[reader])
                for suffix, kept_alive in (("", False), ("_kept_alive", True)):
                    runs = [measured(port, sessions[reader], path, kept_alive) for _run in range(RUNS)]
                    print(f"{name}{suffix}_times_bare: {statistics.median(runs):.1f}")
                print(f"{name}_goal: {goal}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
