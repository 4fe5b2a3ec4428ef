#!/usr/bin/env python3
"""Run what guards Silun, step by step, and say at the end what held: `check.py [--add] GROUP...`, groups lint, test, again, walls.

    lint    style, templates, types, import contracts, migrations, translations, production settings
    test    `make test`: the suite on SQLite, then what needs PostgreSQL or a broker, then what needs a browser
    again   the suite on PostgreSQL, and the browser journeys on PostgreSQL with RabbitMQ
    walls   what must hold whatever is tried: attacks, bad input, sixty worlds with ten leaks planted, faults with servers of their own

A step never stops the next; the exit code is 1 when one failed. `--add` counts the steps of the run before in the
table and the sum, so that two commands in a row end in one answer. A service that is missing has its tests skipped by
name; with SILUN_REQUIRE_SERVICES=1 that is a failure.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "checks.json"
PYTHON = sys.executable
POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
RABBITMQ = os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")
LONGEST_STEP_S = 25 * 60

ON_SQLITE = {"DATABASE_URL": "sqlite://:memory:", "BROKER_URL": "filesystem://localhost", "CACHE_URL": ""}
ON_POSTGRESQL = {"DATABASE_URL": POSTGRESQL, "BROKER_URL": RABBITMQ, "CACHE_URL": REDIS}
IN_PRODUCTION = {
    "SILUN_ENV": "production",
    "DEBUG": "false",
    "SECRET_KEY": "checked-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "CHECKPOINT_KEY": "checked-only-another-9876543210-zyxwvutsrqponmlkjihgfedcba",
    "ALLOWED_HOSTS": "silun.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://silun.example.com",
    "DATABASE_URL": "postgres://silun@db.example.com/silun",
    "BROKER_URL": "amqp://silun@mq.example.com//",
    "CACHE_URL": "redis://cache.example.com/0",
}
NEEDS_NO_SERVICE = "not postgresql and not broker and not browser and not worlds and not faults and not attacks and not hostile"
SUMMED = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed", "deselected", "warnings")


def steps():
    """Return (group, name, command, environment) in the order they run."""
    ours = ["apps", "config", "tests", "bench", "tools", "manage.py"]
    manage = [PYTHON, "manage.py"]
    yield "lint", "ruff check", [PYTHON, "-m", "ruff", "check", *ours], {}
    yield "lint", "ruff format", [PYTHON, "-m", "ruff", "format", "--check", *ours], {}
    yield "lint", "djlint", [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"], {}
    yield "lint", "mypy", [PYTHON, "-m", "mypy", "--follow-imports=silent", *typed_files()], {}
    yield "lint", "import contracts", [str(Path(PYTHON).with_name("lint-imports"))], {}
    yield "lint", "migrations", [*manage, "makemigrations", "--check", "--dry-run"], ON_SQLITE
    yield "lint", "translations", [*manage, "messages", "--check"], ON_SQLITE
    yield (
        "lint",
        "production settings",
        [*manage, "check", "--deploy", "--fail-level", "WARNING"],
        IN_PRODUCTION,
    )
    yield "test", "tests on SQLite", pytest("-m", NEEDS_NO_SERVICE, *parallel()), ON_SQLITE
    services = ON_POSTGRESQL if answers(POSTGRESQL) else ON_SQLITE
    races = pytest("-m", "(postgresql or broker) and not browser", *parallel())
    yield "test", "races, and with a broker", races, services
    yield "test", "tests in a browser", pytest("-m", "browser and not postgresql", *parallel()), ON_SQLITE
    # The demo bank is made for SQLite; that it comes to be on PostgreSQL too, smaller, test_demo_seed.py asks.
    again = pytest("-m", NEEDS_NO_SERVICE, "--ignore", "tests/desk/test_demo.py", *parallel())
    yield "again", "tests on PostgreSQL", again, services
    # The same pages as in the browser before: whether they can be read by all was asked there, and no script asks which
    # database it is.
    journeys = pytest("-m", "browser", "--ignore", "tests/browser/test_scripts.py")
    yield "again", "browser on PostgreSQL", journeys, services | {"SILUN_LOOKS": "0"}
    attacks = pytest(
        "tests/attacks", "tests/input", "-m", "(attacks or hostile) and not browser", *parallel()
    )
    yield "walls", "attacks and bad input", attacks, ON_SQLITE
    yield "walls", "worlds", pytest("tests/worlds", "-m", "worlds", *parallel()), ON_SQLITE
    yield "walls", "faults", pytest("-m", "faults", "-n", "6", "--dist", "worksteal"), ON_SQLITE


def typed_files():
    """The rooms mypy reads: all of core, and elsewhere those of rules, actions and plain arithmetic."""
    rooms = ("rules", "actions", "scoring", "finance", "optimiser")
    found = [ROOT / "apps" / "core"]
    for room in rooms:
        found += [*(ROOT / "apps").glob(f"*/{room}.py"), *(ROOT / "apps").glob(f"*/{room}/*.py")]
    return [str(path.relative_to(ROOT)) for path in found if "migrations" not in path.parts]


def pytest(*arguments):
    return [
        PYTHON,
        "-m",
        "pytest",
        "-q",
        "--no-fold-skipped",
        f"--color={'yes' if sys.stdout.isatty() else 'no'}",
        *arguments,
    ]


def parallel():
    return ["-n", str(min(os.cpu_count() or 2, 8)), "--dist", "loadgroup"]


def answers(url):
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port or 5432), timeout=2).close()
    except OSError:
        return False
    return True


def run(command, environment):
    """Run one step to its end, showing what it says; return (whether it held, seconds, pytest's counts)."""
    began, counts = time.monotonic(), {}
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    limit = threading.Timer(LONGEST_STEP_S, lambda: os.killpg(child.pid, signal.SIGKILL))
    limit.start()
    try:
        for line in child.stdout:
            print(line, end="", flush=True)
            if closing := counted(line):
                counts = closing
        held = child.wait() == 0
    except KeyboardInterrupt:
        os.killpg(child.pid, signal.SIGTERM)
        raise
    finally:
        limit.cancel()
    return held, time.monotonic() - began, counts


def counted(line):
    """Read pytest's closing line ("3 passed, 1 skipped in 0.41s") into numbers; nothing when the line is another."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip("= \n")
    if not re.fullmatch(r"(\d+ \w+(, )?)+ in [\d.]+s( \([\d:]+\))?", plain):
        return {}
    found = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", plain.rsplit(" in ", 1)[0])}
    return {f"{word}s" if word in ("error", "warning") else word: number for word, number in found.items()}


def main():
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("groups", nargs="+", choices=["lint", "test", "again", "walls"])
    reader.add_argument("--add", action="store_true", help="count the run before in the table and the sum")
    asked = reader.parse_args()
    done = json.loads(RESULTS.read_text()) if asked.add and RESULTS.exists() else []
    for group, name, command, environment in steps():
        if group not in asked.groups:
            continue
        print(f"\n── {name} {'─' * max(4, 100 - len(name))}", flush=True)
        held, seconds, counts = run(command, environment)
        done.append({"name": name, "held": held, "seconds": seconds, "counts": counts})
        print(f"── {name}: {'ok' if held else 'FAILED'} in {seconds:.1f} s", flush=True)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(done))
    report(done)
    return 0 if all(row["held"] for row in done) else 1


def report(done):
    """Print the table of steps, and last a closing line like pytest's own with the sum of all its runs."""
    print("\n── What held " + "─" * 92)
    for row in done:
        counts = ", ".join(
            f"{row['counts'][word]} {word}"
            for word in SUMMED
            if row["counts"].get(word) and word != "deselected"
        )
        print(f"{row['name']:<26} {'ok' if row['held'] else 'FAILED':<7} {row['seconds']:>7.1f} s  {counts}")
    print(f"{'together':<34} {sum(row['seconds'] for row in done):>7.1f} s")
    total = {
        word: sum(row["counts"].get(word, 0) for row in done)
        for word in SUMMED
        if word not in ("deselected", "warnings")
    }
    if any(total.values()):
        said = ", ".join(
            f"{total[word]} {word}"
            for word in ("failed", "passed", "skipped", "xfailed", "xpassed", "errors")
            if total[word]
        )
        seconds = sum(row["seconds"] for row in done if row["counts"])
        print(f" {said} in {seconds:.2f}s ".center(100, "="))


if __name__ == "__main__":
    sys.exit(main())
