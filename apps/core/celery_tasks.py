"""The four messages Celery carries. Everything that matters is in the jobs table."""

import contextlib
import time
from functools import wraps

from celery import shared_task

from apps.core import jobs
from apps.core.sealing import seal_all
from apps.core.ticks import run_ticks

SPACED_S = 2.0
_began: dict[str, float] = {}


def spaced(function):
    """Let go what comes sooner than two seconds after the one before, in this process.

    The scheduler's messages heap up while no worker runs. They carry no date on which they expire: a worker whose clock
    is ahead would throw all of them away.
    """

    @wraps(function)
    def run():
        now = time.monotonic()
        if now - _began.get(function.__name__, -SPACED_S) >= SPACED_S:
            _began[function.__name__] = now
            function()

    return run


@shared_task(name="core.run_jobs")
def run_jobs(keys):
    for key in keys:
        with contextlib.suppress(Exception):  # written on the job's row; the others still run
            jobs.run_once(key)


@shared_task(name="core.relay")
@spaced
def relay():
    jobs.relay()


@shared_task(name="core.seal")
@spaced
def seal():
    seal_all()


@shared_task(name="core.tick")
@spaced
def tick():
    run_ticks()
