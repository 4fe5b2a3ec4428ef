"""A whole Silun beside the tests: web server, worker and beat as processes of their own, on a database of their own.

For journeys in a browser and for faults: its processes can be started, stopped and killed one by one.
"""

import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from kombu import Connection
from psycopg import sql

from apps.core.management.commands.serve import commands

STARTING_S = 180  # a machine that does much else at the same time


class Made(NamedTuple):
    """A Silun to begin others with: the name of its database, and where its files are."""

    name: str
    folder: Path
    static: Path


class LiveStack:
    """One running Silun. `environment` is what its processes see; `url` is its address."""

    def __init__(
        self,
        folder: Path,
        *,
        broker_url: str = "filesystem://localhost",
        cache_url: str = "",
        postgresql_url: str = "",
        copy_of: Made | None = None,
    ):
        self.folder, self.port, self.name = folder, free_port(), f"silun_live_{secrets.token_hex(6)}"
        self.url = f"http://127.0.0.1:{self.port}"
        self.server, self.copy_of = postgresql_url, copy_of
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SILUN_ENV": "demo",
            "VAR_DIR": str(folder),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": self._own_database() if postgresql_url else f"sqlite:///{folder}/silun.sqlite3",
            "BROKER_URL": broker_url,
            "CACHE_URL": cache_url,
            "INSTALLATION": self.name,
        }
        if copy_of:  # its rows, its files, and what its journal has left outside the database
            self.environment["STATIC_ROOT"] = str(copy_of.static)
            shutil.copytree(
                copy_of.folder, folder, ignore=shutil.ignore_patterns("static"), dirs_exist_ok=True
            )
        self.processes: dict[str, subprocess.Popen] = {}

    def _own_database(self):
        with psycopg.connect(self.server, autocommit=True) as connection:
            made_from = sql.Identifier(self.copy_of.name if self.copy_of else "template1")
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(self.name), made_from)
            )
            if self.copy_of:  # or sequences of the copy go back to where they were when the server is killed
                connection.execute("CHECKPOINT")
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{self.name}"))

    def manage(self, *arguments, check=True) -> str:
        """Run a management command in this Silun and return what it printed. Raises CalledProcessError when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if check and done.returncode:
            print(done.stdout, done.stderr, sep="\n")
            done.check_returncode()
        return done.stdout

    @property
    def made(self) -> Made:
        """This Silun as the beginning of others."""
        static = self.environment.get("STATIC_ROOT", self.folder / "static")
        return Made(self.name, self.folder, Path(static))

    def prepare(self):
        """Make the tables and the static files. What is in the tables comes from whoever asked for this Silun."""
        self.manage("migrate", "--no-input", "--verbosity=0")
        self.manage("collectstatic", "--no-input", "--verbosity=0")

    def start(self, *names):
        """Start the named processes (web, worker, beat), or all three, and wait until the web server answers."""
        for name in names or ("web", "worker", "beat"):
            log = (self.folder / f"{name}.log").open("ab")
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *commands("127.0.0.1", self.port)[name]],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            log.close()
        if "web" in self.processes:
            self.wait_until(self._answers, "the web server answers")

    def _answers(self):
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            server.request("GET", "/")
            return server.getresponse().status < 500
        except OSError:
            return False
        finally:
            server.close()

    def wait_until(self, true, what, seconds=STARTING_S):
        """Ask until it is true. Raises AssertionError, with the logs, when it is not in time or a process has ended."""
        deadline = time.monotonic() + seconds
        while not true():
            ended = [name for name, process in self.processes.items() if process.poll() is not None]
            assert not ended, f"{ended} ended while waiting until {what}:\n{self.logs()}"
            assert time.monotonic() < deadline, f"{seconds} s passed and not yet: {what}\n{self.logs()}"
            time.sleep(0.1)

    def logs(self):
        return "\n".join(
            f"── {path.name}\n{path.read_text(errors='replace')[-4000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )

    def kill(self, name):
        """End a process and its children as a power cut would: nothing is said, nothing is finished."""
        process = self.processes.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        """End every process, and drop the database and the queue."""
        for name in list(self.processes):
            self.kill(name)
        if self.environment["BROKER_URL"].startswith("amqp"):
            delete_queue(self.environment["BROKER_URL"], self.name)
        if self.server:
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
                )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def delete_queue(broker_url, name):
    """Remove a queue from RabbitMQ, where a quorum queue would otherwise outlive the tests."""
    with Connection(broker_url, connect_timeout=5) as connection:
        connection.default_channel.queue_delete(name)
