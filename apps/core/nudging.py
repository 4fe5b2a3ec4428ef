"""Telling a worker that there is work, without ever waiting for the broker.

One thread of the process sends; whoever saves something only hands over the keys. So a broker that hangs costs no page
any time. What the thread could not send it forgets: the relay asks the jobs table every five seconds.
"""

import atexit
import logging
import os
import threading
from collections.abc import Callable

log = logging.getLogger("silun.jobs")

BATCH = 500  # keys in one message
MOST = 20_000  # keys that may wait in a process for a broker that is slow; the relay finds the others
LAST_WORDS_S = 3.0  # how long a process that ends waits for its last nudges


class Nudger:
    """Sends keys by `send(keys)`, in the order they came, from a thread that begins with the first of them."""

    def __init__(self, send: Callable[[list[str]], None]):
        self._send = send
        self._begin_anew()
        # A server's workers are forked from a process that may have sent something; threads do not come along.
        os.register_at_fork(after_in_child=self._begin_anew)
        atexit.register(self.wait, LAST_WORDS_S)

    def _begin_anew(self) -> None:
        self._change = threading.Condition()
        self._keys: list[str] = []
        self._sending = False
        self._thread: threading.Thread | None = None

    def hand_over(self, keys: list[str]) -> None:
        with self._change:
            self._keys += keys[: MOST - len(self._keys)]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nudges", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until all is sent or given up. False when that took too long."""
        with self._change:
            return self._change.wait_for(lambda: not self._keys and not self._sending, seconds)

    def _run(self) -> None:
        while True:
            with self._change:
                self._sending = False
                self._change.notify_all()
                self._change.wait_for(lambda: self._keys)
                keys, self._keys, self._sending = self._keys, [], True
            try:
                for start in range(0, len(keys), BATCH):
                    self._send(keys[start : start + BATCH])
            except Exception as error:  # a broker that is down must not end the thread
                log.warning("The broker did not take a nudge (%s); the relay will.", error)


def _send(keys: list[str]) -> None:
    from apps.core.celery_tasks import run_jobs  # noqa: PLC0415 (celery needs the app registry)

    run_jobs.apply_async([keys], retry=False)


nudger = Nudger(_send)
