"""Runs a long calculation in a process of its own, and never longer than it may.

Native solvers overshoot their limits, cannot be interrupted from Python, and crash each other when two are loaded into
one process. So each run gets a fresh process, started by exec and not by fork: it works in a thread of a worker and
loads neither Django nor its settings. Its process group is killed when the time is over and when the caller raises; it
ends by itself when the caller dies.

The payload goes in as JSON on stdin; incumbents and the result come back as lines of JSON on stdout. Whatever a
library prints goes to stderr, whose end is kept for the report of a failure.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
GRACE = 10.0  # seconds beyond the limit: starting Python, loading the solver, writing the result
CHUNK = 1 << 16
STDERR_KEPT = 4_000  # characters
# What a calculation needs of the environment. It has no use for the database's address or the secret key.
ENVIRONMENT = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
ENVIRONMENT_PREFIXES = ("LC_", "PYTHON", "OMP_", "OPENBLAS_", "MKL_")


class SolverTimeout(Exception):
    """The time was over before a result came. `incumbent` is the last one reported, or None."""

    def __init__(self, message: str, incumbent: dict | None = None):
        super().__init__(message)
        self.incumbent = incumbent


class SolverFailed(Exception):
    """The function raised or its process died. `detail` has the traceback or the end of stderr, `incumbent` the last
    one reported, or None."""

    def __init__(self, message: str, detail: str = "", incumbent: dict | None = None):
        super().__init__(message)
        self.detail = detail
        self.incumbent = incumbent


def run_solver(
    target: str,
    payload: dict[str, Any],
    *,
    time_limit: float,
    on_incumbent: Callable[[dict[str, Any]], object] | None = None,
    grace: float = GRACE,
) -> dict[str, Any]:
    """Call a function in a process of its own and return what it returns.

    target is "package.module:function", a module-level function called as
    function(payload, time_limit=seconds, report=callable): it should end within time_limit, and may hand each better
    plan to report as it comes. Payload, reports and result are what JSON can hold. on_incumbent gets each report, in
    this thread; if it raises, the calculation is killed and the exception goes on.

    Raises SolverTimeout when there is no result time_limit + grace seconds after the start, SolverFailed when the
    function raises or its process dies, ValueError for a payload that JSON cannot hold. When this returns or raises,
    no process is left.
    """
    if not time_limit > 0:
        raise ValueError("A calculation needs a time limit above nought.")
    text = json.dumps(payload, allow_nan=False)
    incumbent = None
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stderr:
        stdin.write(text.encode())
        stdin.seek(0)
        with _process(target, time_limit, stdin, stderr) as process:
            for message in _messages(process, time.monotonic() + time_limit + grace):
                if "result" in message:
                    return message["result"]
                if "failed" in message:
                    raise SolverFailed(message["failed"], message["detail"], incumbent)
                if "late" in message:
                    raise SolverTimeout(f"No result within {time_limit:g} + {grace:g} seconds.", incumbent)
                incumbent = message["incumbent"]
                if on_incumbent:
                    on_incumbent(incumbent)
            raise SolverFailed(_how_it_died(_kill(process)), _end_of(stderr), incumbent)


@contextlib.contextmanager
def _process(target: str, time_limit: float, stdin: IO, stderr: IO) -> Iterator[subprocess.Popen]:
    """The child, which is gone with all its own children when the block is left, however it is left."""
    start = "import sys; sys.path.insert(0, sys.argv[1]); from apps.core.solver import _serve; _serve(*sys.argv[2:])"
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", start, str(ROOT), target, repr(float(time_limit)), str(os.getpid())],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={k: v for k, v in os.environ.items() if k in ENVIRONMENT or k.startswith(ENVIRONMENT_PREFIXES)},
        start_new_session=True,
        bufsize=0,
    )
    assert process.stdout
    try:
        with process.stdout:
            yield process
    finally:
        _kill(process)


def _kill(process: subprocess.Popen) -> int:
    """End the whole group and return how the leader ended; one that has ended by itself keeps its own code."""
    if process.returncode is None:  # not reaped yet, so its number belongs to nobody else
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _messages(process: subprocess.Popen, deadline: float) -> Iterator[dict[str, Any]]:
    """Each message of the child until it closes its end; {"late": True} as the last when the deadline has passed.

    What was written before the deadline is still read after it: a slow on_incumbent loses no finished result.
    """
    assert process.stdout
    fd = process.stdout.fileno()
    pending = bytearray()
    while True:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            os.killpg(process.pid, signal.SIGKILL)  # nothing more is written, so the reading comes to an end
        ready, _, _ = select.select([fd], [], [], max(0.0, remaining))
        chunk = os.read(fd, CHUNK) if ready else b""
        if not chunk:
            if remaining <= 0:
                yield {"late": True}
            if ready or remaining <= 0:
                return
        pending += chunk
        if b"\n" in chunk:
            *lines, pending = pending.split(b"\n")
            yield from map(json.loads, lines)


def _how_it_died(code: int) -> str:
    if code < 0:
        return f"The process was killed by {signal.Signals(-code).name}."
    return f"The process ended with code {code} and without a result."


def _end_of(stderr: IO) -> str:
    stderr.seek(0)
    return stderr.read().decode(errors="replace")[-STDERR_KEPT:]


def _serve(target: str, time_limit: str, parent: str) -> None:
    """The child's whole life: read the payload, call the function, write what comes, end."""
    _die_with(int(parent))
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # native libraries print to stdout; that line is ours

    def send(**message) -> None:
        out.write(json.dumps(message, allow_nan=False) + "\n")
        out.flush()

    try:
        module, name = target.split(":")
        function = getattr(import_module(module), name)
        payload = json.load(sys.stdin)
        send(result=function(payload, time_limit=float(time_limit), report=lambda plan: send(incumbent=plan)))
    except BaseException as error:
        send(failed=f"{type(error).__name__}: {error}", detail=traceback.format_exc())
    os._exit(0)  # past the destructors of native libraries, some of which hang or crash


def _die_with(parent: int) -> None:
    """End this process when its parent does, at once on Linux and within a second elsewhere."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)

    def watch() -> None:  # also for a parent that died before the line above
        while os.getppid() == parent:
            time.sleep(0.5)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
