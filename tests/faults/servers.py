"""Servers of the tests' own, which may be stopped, killed, emptied and made to hang: nobody else uses them."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import redis
from kombu import Connection

from tests.live import free_port

STARTING_S = 90


def postgresql_bin() -> Path | None:
    """The folder of the newest PostgreSQL on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


def rabbitmq_server() -> str | None:
    """The script that starts RabbitMQ. Debian's own, in front of it, starts the machine's server and no other."""
    beneath = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    return str(beneath) if beneath.exists() else shutil.which("rabbitmq-server")


def missing() -> str | None:
    """Which server's programs this machine lacks."""
    for name, found in (
        ("PostgreSQL", postgresql_bin()),
        ("Redis", shutil.which("redis-server")),
        ("RabbitMQ", rabbitmq_server()),
    ):
        if not found:
            return f"{name} is not installed here"
    return None


class Server:
    """A process in a folder and on a port of its own."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="silun-server-"))
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    def start(self):
        self.process = self._begin()
        deadline = time.monotonic() + STARTING_S
        while not self._answers():
            assert self.process.poll() is None, f"{type(self).__name__} did not start:\n{self.log()}"
            assert time.monotonic() < deadline, f"{type(self).__name__} does not answer:\n{self.log()}"
            time.sleep(0.1)

    def stop(self):
        """As an administrator stops it."""
        self._end(signal.SIGTERM)

    def kill(self):
        """As a power cut does."""
        self._end(signal.SIGKILL)

    def hang(self):
        """It is there, its port takes connections, and nothing is ever answered."""
        self._signal(signal.SIGSTOP)

    def go_on(self):
        self._signal(signal.SIGCONT)

    def close(self):
        if self.process and self.process.poll() is None:
            self.go_on()
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        file = self.folder / "log"
        return file.read_text(errors="replace")[-3000:] if file.exists() else ""

    def _run(self, *command, **options):
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder,
                **options,
            )

    def _signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def _end(self, number):
        self._signal(number)
        self.process.wait(60)


class OwnRedis(Server):
    """Keeps nothing on disk: whoever kills it has emptied it."""

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def _begin(self):
        return self._run("redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1")

    def _answers(self):
        try:
            return redis.Redis(port=self.port, socket_timeout=1).ping()
        except redis.RedisError:
            return False

    def flush(self):
        redis.Redis(port=self.port, socket_timeout=5).flushall()


class OwnRabbitMQ(Server):
    def __init__(self):
        super().__init__()
        self.name = f"silun{secrets.token_hex(4)}"
        (self.folder / "plugins").write_text("[].")

    @property
    def url(self):
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def _begin(self):
        return self._run(
            rabbitmq_server(),
            env=os.environ
            | {
                "HOME": str(self.folder),
                "RABBITMQ_NODENAME": f"{self.name}@localhost",
                "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODE_PORT": str(self.port),
                "RABBITMQ_DIST_PORT": str(free_port()),
                "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
                "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
                "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
            },
        )

    def _answers(self):
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
                return True
        except OSError:
            return False

    def flush(self):
        """Everything it held is gone: queues, exchanges, messages."""
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.start()


class OwnPostgreSQL(Server):
    """A cluster of its own, or a copy of one at rest; as root, run by the account `postgres`, since it refuses to run as root."""

    def __init__(self, copy_of: Path | None = None, **options):
        super().__init__()
        self.owner = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.data = self.folder / "data"
        self.options = {"fsync": "off", "max_connections": "200", "shared_buffers": "64MB"} | options
        self.give(self.folder)
        if copy_of:
            subprocess.run(["cp", "-a", copy_of, self.data], check=True)
        else:
            self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")

    @property
    def url(self):
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def give(self, path: Path):
        """Let the server's account have this file or folder."""
        if os.getuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def run(self, program, *arguments):
        """Run one of PostgreSQL's own programs as the server's account."""
        done = subprocess.run(
            [postgresql_bin() / program, *map(str, arguments)],
            **self._as_owner(),
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
        return done.stdout

    def _as_owner(self):
        if os.getuid() != 0:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    def _begin(self):
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder}
        chosen = [f"--{name}={value}" for name, value in (options | self.options).items()]
        return self._run(postgresql_bin() / "postgres", "-D", self.data, *chosen, **self._as_owner())

    def _answers(self):
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
            return True
        except psycopg.Error:
            return False

    def stop(self):
        """At once, without waiting for anybody: what was not committed is gone."""
        self._end(signal.SIGQUIT)

    def put_to_rest(self):
        """In good order, so that its files are all there is of it."""
        self._end(signal.SIGINT)


class ArchivingPostgreSQL(OwnPostgreSQL):
    """Keeps each piece of its log in a folder beside it, as docs/operations.md says, so that it can go back to any moment."""

    def __init__(self, copy_of: Path):
        super().__init__(copy_of, wal_level="replica", archive_mode="on", archive_timeout="60")
        self.base, self.archive = self.folder / "base", self.folder / "archive"
        self.archive.mkdir()
        self.give(self.archive)
        self.options["archive_command"] = f"test ! -f {self.archive}/%f && cp %p {self.archive}/%f"

    def base_backup(self):
        address = ("-h", "127.0.0.1", "-p", self.port, "-U", "postgres")
        self.run("pg_basebackup", *address, "-D", self.base, "--checkpoint=fast", "--no-sync")

    def archive_all(self):
        """Close the piece of the log that is written now, and wait until it is in the archive."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            (piece,) = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
            connection.execute("SELECT pg_switch_wal()")
        deadline = time.monotonic() + STARTING_S
        while not (self.archive / piece).exists():
            assert time.monotonic() < deadline, f"{piece} was not archived:\n{self.log()}"
            time.sleep(0.1)

    def restore_to(self, moment: str):
        """Start from the base backup, and play the archived log up to this moment and not beyond."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.base.rename(self.data)
        (self.data / "recovery.signal").touch()
        self.give(self.data / "recovery.signal")
        self.options |= {
            "restore_command": f"cp {self.archive}/%f %p",
            "recovery_target_time": moment,
            "recovery_target_action": "promote",
        }
        self.start()
        deadline = time.monotonic() + STARTING_S
        while self._recovers():
            assert time.monotonic() < deadline, f"It still recovers:\n{self.log()}"
            time.sleep(0.1)

    def _recovers(self):
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute("SELECT pg_is_in_recovery()").fetchone()[0]
