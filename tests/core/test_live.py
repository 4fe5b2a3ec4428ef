"""Real processes: a nudge travels through a real broker to a real worker, and a page opens in a real browser."""

import json

import pytest

from tests.live import LiveStack

# A job nobody knows: a worker that takes it writes its error on the row, which is all these tests need to see.
ADD_A_JOB = """
from apps.core.jobs import nudge
from apps.core.models import Job
Job.objects.create(key="{key}", task="nobody.knows", args=[], created=0)
if {nudged}: nudge(["{key}"])
"""
READ_THE_JOB = """
import json
from apps.core.models import Job
print(json.dumps(Job.objects.values_list("attempts", "error").get(key="{key}")))
"""


def tried(stack, key):
    attempts, error = json.loads(stack.manage("shell", "-v0", "-c", READ_THE_JOB.format(key=key)))
    return attempts >= 1 and "No job is called 'nobody.knows'" in error


@pytest.mark.broker
def test_a_nudge_reaches_a_worker_through_the_broker(tmp_path, broker_url):
    stack = LiveStack(tmp_path, broker_url=broker_url)
    try:
        stack.manage("migrate", "--no-input", "--verbosity=0")
        stack.start("worker")
        stack.manage("shell", "-v0", "-c", ADD_A_JOB.format(key="nudged", nudged=True))

        stack.wait_until(lambda: tried(stack, "nudged"), "the worker has tried the job", seconds=60)
    finally:
        stack.stop()


@pytest.mark.broker
def test_beat_and_relay_find_a_job_whose_nudge_was_lost(tmp_path, broker_url):
    stack = LiveStack(tmp_path, broker_url=broker_url)
    try:
        stack.manage("migrate", "--no-input", "--verbosity=0")
        stack.start("worker", "beat")
        stack.manage("shell", "-v0", "-c", ADD_A_JOB.format(key="lost", nudged=False))

        stack.wait_until(lambda: tried(stack, "lost"), "the relay has found the job", seconds=60)
    finally:
        stack.stop()


@pytest.mark.browser
def test_the_sign_in_page_opens_and_the_browser_refuses_nothing(chromium, live_stack):
    page = chromium.new_page()
    said = []
    page.on("console", lambda message: said.append((message.type, message.text)))
    page.on("pageerror", lambda error: said.append(("pageerror", str(error))))

    answer = page.goto(f"{live_stack.url}/accounts/login/")

    assert answer.status == 200
    assert page.locator("input[name=login]").is_visible()
    assert [line for line in said if line[0] in ("error", "warning", "pageerror")] == []
    page.close()
