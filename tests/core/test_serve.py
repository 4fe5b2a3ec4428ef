import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from apps.core.management.commands import serve
from tests.live import free_port

LONGEST_S = 180  # a machine that does much else at the same time


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where all of them live: the first makes tables and static files, the others find them."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture
def silun(folder, tmp_path):
    """`manage.py serve` without the demo bank, until the test has stopped it."""
    port = free_port()
    environment = os.environ | {
        "PYTHONUNBUFFERED": "",  # as on most machines
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SILUN_ENV": "demo",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/silun.sqlite3",
        "BROKER_URL": "filesystem://localhost",
        "CACHE_URL": "",
        "PORT": str(port),
    }
    with (tmp_path / "serve.log").open("wb") as log:
        command = [sys.executable, "manage.py", "serve", "--empty"]
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    process.port, process.log = port, tmp_path / "serve.log"
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def wait_until_it_greets(process):
    deadline = time.monotonic() + LONGEST_S
    while "Silun is on" not in process.log.read_text(errors="replace"):
        assert process.poll() is None, process.log.read_text(errors="replace")
        assert time.monotonic() < deadline, process.log.read_text(errors="replace")
        time.sleep(0.1)


def children(process):
    """The processes that `serve` started, by what they are: gunicorn, worker, beat."""
    found = {}
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        for pid in (task / "children").read_text().split():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            found[next(word for word in words if word in ("gunicorn", "worker", "beat"))] = int(pid)
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.xdist_group("serve")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_one_signal_stops_web_worker_and_beat(silun, name):
    wait_until_it_greets(silun)
    started = children(silun)
    assert set(started) == {"gunicorn", "worker", "beat"}
    assert answers(silun.port)

    silun.send_signal(getattr(signal, name))

    assert silun.wait(30) == 0
    assert [what for what, pid in started.items() if alive(pid)] == []
    assert not answers(silun.port)


@pytest.mark.xdist_group("serve")
def test_a_child_that_dies_ends_the_others_and_the_exit_code_says_so(silun):
    wait_until_it_greets(silun)
    started = children(silun)

    os.kill(started["worker"], signal.SIGKILL)

    assert silun.wait(30) == 1
    assert [what for what, pid in started.items() if alive(pid)] == []
    assert "worker ended by itself (-9)" in silun.log.read_text(errors="replace")


def test_a_port_that_is_taken_is_said_and_nothing_is_started():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        assert serve.taken("127.0.0.1", other.getsockname()[1])
    assert not serve.taken("127.0.0.1", free_port())
