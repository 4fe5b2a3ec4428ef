"""The four messages Celery carries. Everything that matters is in the jobs table."""

import contextlib

from celery import shared_task

from apps.core import jobs
from apps.core.sealing import seal_all
from apps.core.ticks import run_ticks


@shared_task(name="core.run_jobs")
def run_jobs(keys):
    for key in keys:
        with contextlib.suppress(Exception):  # written on the job's row; the others still run
            jobs.run_once(key)


@shared_task(name="core.relay")
def relay():
    jobs.relay()


@shared_task(name="core.seal")
def seal():
    seal_all()


@shared_task(name="core.tick")
def tick():
    run_ticks()
