"""Jobs: an outbox row in the same transaction as its cause, a lease by the database's clock, and at most one effect.

Celery carries the nudge and may lose, double or delay it: the relay finds what is open and due, and the lease lets one
worker at a time try. Attempts are counted before the work; the job is marked done in the work's own transaction, so a
killed worker leaves either all of the effect or none.
"""

import logging
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.db.models import BigIntegerField, F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.models import Job
from apps.core.nudging import nudger

log = logging.getLogger("silun.jobs")

MAX_ATTEMPTS = 5
LEASE_S = 30  # with the relay's five, a killed worker's job is at work again, and done, within a minute
_tasks: dict[str, "Task"] = {}


class LeaseLost(Exception):
    """Another worker has this job now; whatever this one did is rolled back."""


class DatabaseNow(Func):
    """Whole seconds since 1970 by the database server's clock."""

    output_field = BigIntegerField()
    arity = 0

    def as_postgresql(self, compiler, connection, **kwargs):
        return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS bigint)", []

    def as_sqlite(self, compiler, connection, **kwargs):
        return "CAST(strftime('%%s', 'now') AS integer)", []


@dataclass(frozen=True)
class Task:
    name: str
    run: Callable
    lease: int  # seconds a worker has before another may take over
    whole: bool  # run inside one transaction, with the mark


def job(name: str, *, lease: int = LEASE_S, whole: bool = True):
    """Put above a function: it can be enqueued under this name.

    A whole job runs in one transaction. One that is not gets a `Running` first, calls its `beat()` at least every
    `lease` seconds, and writes its result inside `finishing()`.
    """

    def register(function):
        if name in _tasks:
            raise ValueError(f"Two jobs are called {name}")
        _tasks[name] = Task(name, function, lease, whole)
        function.job_name = name
        return function

    return register


def task_names() -> list[str]:
    return sorted(_tasks)


def enqueue(name: str, *args, key: str, due_at=None) -> None:
    """Write the wake-up in the caller's transaction; the same key is the same job, however often it is asked for."""
    if name not in _tasks:
        raise LookupError(f"No job is called {name!r}")
    Job.objects.bulk_create(
        [Job(key=key, task=name, args=list(args), due_at=due_at, created=int(time.time()))],
        ignore_conflicts=True,
    )
    _nudge_on_commit(key)


def _nudge_on_commit(key: str) -> None:
    waiting = getattr(connection, "_silun_nudges", None)
    if waiting is None or not connection.in_atomic_block or not waiting:
        waiting = connection._silun_nudges = []
        transaction.on_commit(_send_nudges, robust=True)
    waiting.append(key)


def _send_nudges() -> None:
    keys, connection._silun_nudges = getattr(connection, "_silun_nudges", None) or [], None
    if keys:
        nudge(keys)


def nudge(keys: list[str]) -> None:
    """Tell a worker, if there is one to be told; the relay makes up for whatever this loses."""
    nudger.hand_over(keys)


class Running:
    """What a job that is not whole holds in its hand."""

    def __init__(self, row: Job, lease: int):
        self.row, self.lease = row, lease

    def beat(self, progress: int | None = None, note: str = "") -> None:
        """Say that the work goes on, and how far it is (per cent). Raises LeaseLost when somebody else has taken over."""
        values: dict = {"leased_until": DatabaseNow() + Value(self.lease)}
        if progress is not None:
            values |= {"progress": max(0, min(100, progress)), "progress_note": note[:200]}
        if not Job.objects.filter(pk=self.row.pk, lease=self.row.lease, state=Job.State.RUNNING).update(
            **values
        ):
            raise LeaseLost(self.row.key)

    @contextmanager
    def beating(self):
        """Keep the lease while the block waits for something that cannot call `beat` itself, such as a solver."""
        over = threading.Event()

        def keep():
            while not over.wait(self.lease / 3):
                try:
                    self.beat()
                except (LeaseLost, DatabaseError) as error:  # the end of the work finds out for itself
                    log.warning("Job %s could not renew its lease: %s", self.row.key, error)
            connection.close()

        thread = threading.Thread(target=keep, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    @contextmanager
    def finishing(self):
        """One transaction with the result and the mark. Raises LeaseLost, and undoes the result, when too late."""
        with transaction.atomic():
            _settle(self.row)
            yield


def _settle(row: Job) -> None:
    done = Job.objects.filter(pk=row.pk, lease=row.lease, state=Job.State.RUNNING).update(
        state=Job.State.DONE, finished=DatabaseNow(), progress=100, error=""
    )
    if not done:
        raise LeaseLost(row.key)


def run_once(key: str) -> bool:
    """Take the lease and do the job, if it is open, due and nobody else's now. True when it was done here.

    An error is written down and retried later with growing pauses; after five attempts the job is dead and an
    operator sees it. The error is raised again only by `drain`.
    """
    row = _take(key)
    if row is None:
        return False
    task = _tasks.get(row.task)
    try:
        if task is None:
            raise LookupError(f"No job is called {row.task!r} in this version")
        if task.whole:
            with transaction.atomic():
                task.run(*row.args)
                _settle(row)
        else:
            task.run(Running(row, task.lease), *row.args)
            if Job.objects.filter(pk=row.pk, state=Job.State.RUNNING, lease=row.lease).exists():
                raise RuntimeError(f"{row.task} ended without finishing()")
        return True
    except LeaseLost:
        return False
    except Exception as error:
        log.warning("Job %s failed (attempt %s): %s", row.key, row.attempts, error)
        Job.objects.filter(pk=row.pk, lease=row.lease, state=Job.State.RUNNING).update(
            state=Job.State.DEAD if row.attempts >= MAX_ATTEMPTS else Job.State.WAITING,
            error=traceback.format_exc()[-4000:].replace("\x00", ""),
            leased_until=DatabaseNow() + Value(2 ** (row.attempts + 1)),
        )
        raise


def _take(key: str) -> Job | None:
    lease = str(uuid.uuid4())
    task_lease = max((task.lease for task in _tasks.values()), default=LEASE_S)
    row = Job.objects.filter(key=key).only("task").first()
    if row and row.task in _tasks:
        task_lease = _tasks[row.task].lease
    taken = (
        _due()
        .filter(key=key)
        .update(
            state=Job.State.RUNNING,
            lease=lease,
            leased_until=DatabaseNow() + Value(task_lease),
            attempts=F("attempts") + 1,
        )
    )
    return Job.objects.get(key=key) if taken else None


def _due():
    return Job.objects.filter(
        # By the database's clock, as the lease: a worker whose own is two hours ahead must not begin two hours early.
        Q(due_at=None) | Q(due_at__lte=clock.now() if clock.moved() else Now()),
        state__in=[Job.State.WAITING, Job.State.RUNNING],
        leased_until__lte=DatabaseNow(),
        attempts__lt=MAX_ATTEMPTS,
    )


def relay(limit: int = 1000) -> int:
    """Nudge again for everything open and due; bury what died in its last attempt. Returns how many were nudged."""
    Job.objects.filter(
        state=Job.State.RUNNING, leased_until__lte=DatabaseNow(), attempts__gte=MAX_ATTEMPTS
    ).update(state=Job.State.DEAD, error=_("The worker was lost in the last attempt."))
    keys = list(_due().order_by("leased_until", "id").values_list("key", flat=True)[:limit])
    if keys:
        nudge(keys)
    return len(keys)


def drain() -> int:
    """Do all that is open and due, here and now, through the same lease and marks. For the demo and tests.

    Raises the first error, so that nothing fails in silence. Returns how many jobs were done.
    """
    done = 0
    while keys := list(_due().order_by("id").values_list("key", flat=True)[:500]):
        progressed = sum(run_once(key) for key in keys)
        if not progressed:
            break
        done += progressed
    return done


def rerun(row: Job) -> None:
    """Give a dead job another five attempts."""
    Job.objects.filter(pk=row.pk, state=Job.State.DEAD).update(
        state=Job.State.WAITING, attempts=0, leased_until=0, error=""
    )
    transaction.on_commit(lambda: nudge([row.key]), robust=True)
