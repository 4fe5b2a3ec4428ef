"""What every test may lean on, and which tests this machine can run.

A test marked `postgresql`, `broker`, `faults` or `browser` is skipped by name where its service is missing; with
SILUN_REQUIRE_SERVICES=1 it fails instead, so that a test nobody ran is never taken for one that passed.
"""

import os
import socket
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands
from playwright.sync_api import sync_playwright

from tests.faults import servers
from tests.figures import Figures
from tests.live import LiveStack, delete_queue

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
AMQP_URL = os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")

# Playwright's own event loop runs in the thread of the test, and Django takes that for an async view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def answers(url):
    """Whether something listens at the address of this URL."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=2).close()
    except OSError:
        return False
    return True


def missing_for(item):
    """Say which service this test wants and cannot have; nothing when it may run."""
    if item.get_closest_marker("postgresql") and "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        return "PostgreSQL is not the database of this run (DATABASE_URL)"
    if item.get_closest_marker("broker"):
        if not answers(REDIS_URL):
            return f"Redis does not answer at {REDIS_URL}"
        if not answers(AMQP_URL):
            return f"RabbitMQ does not answer at {urlsplit(AMQP_URL).hostname}:{urlsplit(AMQP_URL).port}"
    if item.get_closest_marker("faults") and (server := servers.missing()):
        return server
    if item.get_closest_marker("browser") and not os.access(CHROMIUM, os.X_OK):
        return f"there is no Chromium at {CHROMIUM} (set CHROMIUM)"
    return None


def pytest_configure(config):
    config.pluginmanager.register(Figures(), "figures")


def pytest_runtest_setup(item):
    if missing := missing_for(item):
        if os.environ.get("SILUN_REQUIRE_SERVICES") == "1":
            pytest.fail(f"SILUN_REQUIRE_SERVICES=1, and {missing}", pytrace=False)
        pytest.skip(missing)


def pytest_sessionfinish(session):
    if settings.BROKER_URL.startswith("amqp") and answers(settings.BROKER_URL):
        delete_queue(settings.BROKER_URL, settings.CELERY_TASK_DEFAULT_QUEUE)


@pytest.fixture(scope="session", autouse=True)
def translations():
    """Compile the catalogs once, so that tests see the words of today's .po files."""
    if "messages" in get_commands():
        call_command("messages", compile=True, verbosity=0)


@pytest.fixture(scope="session")
def chromium():
    """One headless Chromium for the session; a test opens its own context, which is a person with their own cookies."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(params=["redis", "rabbitmq"])
def broker_url(request):
    """The address of a real broker, each kind in turn."""
    return {"redis": REDIS_URL, "rabbitmq": AMQP_URL}[request.param]


@pytest.fixture(scope="session")
def live_stack(tmp_path_factory):
    """A whole Silun beside the tests, without rows: on SQLite and files, or on PostgreSQL with the broker of this run.

    Web, worker and beat run; `manage` gives it rows and asks it questions.
    """
    on_postgresql = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    stack = LiveStack(
        tmp_path_factory.mktemp("live"),
        postgresql_url=settings.DATABASE_URL if on_postgresql else "",
        broker_url=settings.BROKER_URL,
        cache_url=settings.CACHE_URL,
    )
    try:
        stack.prepare()
        stack.start()
        yield stack
    finally:
        stack.stop()
