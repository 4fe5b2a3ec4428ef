import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command, get_commands

STOPPING_S = 10  # what a child has between being asked to stop and being killed
STARTING_S = 120


class Command(BaseCommand):
    help = "Serve Silun on one machine: migrate, load the demo bank the first time, then web, worker and beat together."

    def add_arguments(self, parser):
        parser.add_argument("--empty", action="store_true", help="do not load the demo bank")

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError(
                "serve is for trying Silun on one machine; docs/operations.md says what production starts."
            )
        if taken(settings.HOST, settings.PORT):
            raise CommandError(
                f"Port {settings.PORT} is taken; choose another: PORT={settings.PORT + 1} make run"
            )
        call_command("migrate", interactive=False, verbosity=0)
        self.collect_static()
        if not options["empty"]:
            self.load_demo()
        sys.exit(self.run_children())

    def collect_static(self):
        """Collect and compress static files, unless none has changed since the last time."""
        found = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list([]):
                found.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\0".encode())
        stamp = settings.VAR_DIR / "static.stamp"
        if not (settings.STATIC_ROOT.exists() and stamp.exists() and stamp.read_text() == found.hexdigest()):
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(found.hexdigest())

    def load_demo(self):
        if "demo" in get_commands() and not get_user_model()._base_manager.exists():
            self.stdout.write("Loading the demo bank, once …")
            self.stdout.flush()
            call_command("demo", stdout=self.stdout)

    def run_children(self):
        """Start web, worker and beat, and watch over them. Returns 0 when asked to stop, 1 when a child ended by itself."""
        asked = []
        for name in ("SIGINT", "SIGTERM"):
            signal.signal(getattr(signal, name), lambda number, frame: asked.append(number))
        # Each in a session of its own: Ctrl-C reaches this process alone, which then stops them in order.
        children = {
            name: subprocess.Popen(
                [sys.executable, "-m", *command], cwd=settings.BASE_DIR, start_new_session=True
            )
            for name, command in commands(settings.HOST, settings.PORT).items()
        }
        began, greeted = time.monotonic(), False
        try:
            while not asked:
                for name, child in children.items():
                    if child.poll() is not None:
                        self.stderr.write(
                            f"{name} ended by itself ({child.returncode}); stopping the others."
                        )
                        return 1
                if not greeted and is_up():
                    greeted = True
                    self.greet()
                elif not greeted and time.monotonic() - began > STARTING_S:
                    self.stderr.write(f"The web server does not answer after {STARTING_S} s; stopping.")
                    return 1
                time.sleep(0.2)
            return 0
        finally:
            stop(children.values())

    def greet(self):
        self.stdout.write(self.style.SUCCESS(f"\nSilun is on {address()}\n"))
        if "demo" in get_commands():
            call_command("demo", accounts=True, stdout=self.stdout)
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()  # into a file or pipe it would wait in the buffer


def address():
    """Return what to type into a browser on this machine."""
    return f"http://{'127.0.0.1' if settings.HOST == '0.0.0.0' else settings.HOST}:{settings.PORT}/"


def commands(host, port):
    """Return the three processes of a machine: their names and what `python -m` runs for them."""
    celery = ["celery", "--quiet", "-A", "config"]
    web = ["gunicorn", "config.wsgi", "--bind", f"{host}:{port}"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return {
        "web": [
            *web,
            "--workers",
            "2",
            "--threads",
            "4",
            "--graceful-timeout",
            "5",
            "--log-level",
            "warning",
        ],
        "worker": [
            *celery,
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            "2",
            *quiet,
            "--loglevel",
            "WARNING",
        ],
        "beat": [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"],
    }


def taken(host, port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def is_up():
    """Whether the web server answers, be it only to send us to the sign-in page."""
    server = http.client.HTTPConnection(settings.HOST, settings.PORT, timeout=5)
    try:
        server.request("GET", "/")
        return server.getresponse().status < 500
    except OSError:
        return False
    finally:
        server.close()


def stop(children):
    """Ask each child to stop, and kill the one that has not within its time, with whatever it started."""
    running = [child for child in children if child.poll() is None]
    for child in running:
        child.terminate()
    deadline = time.monotonic() + STOPPING_S
    for child in running:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
