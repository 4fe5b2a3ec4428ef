"""The scheduler's clock. Celery's own keeps a broken connection to RabbitMQ for ever, and ends at an error it does not know."""

import contextlib
import logging

from celery.beat import Scheduler as CelerysOwn

log = logging.getLogger("silun.beat")

PAUSE_S = 2.0
LONGEST_PAUSE_S = 5.0


class Scheduler(CelerysOwn):
    """Begins with a new connection after each failure, and goes on whatever happens.

    Nothing is kept in a file: each of the three beats comes round within a minute anyhow.
    """

    def tick(self, *args, **kwargs):
        try:
            return super().tick(*args, **kwargs)
        except Exception as error:
            log.warning("The scheduler met an error (%s) and goes on.", error)
            self._forget_connection()
            return PAUSE_S

    def apply_async(self, *args, **kwargs):
        try:
            return super().apply_async(*args, **kwargs)
        except Exception:
            self._forget_connection()
            raise

    def _ensure_connected(self):
        def say(error, seconds):
            log.warning("The broker does not answer the scheduler (%s); again in %s s.", error, seconds)

        return self.connection.ensure_connection(
            say, interval_start=1, interval_step=1, interval_max=LONGEST_PAUSE_S
        )

    def _forget_connection(self):
        self.__dict__.pop("producer", None)
        if connection := self.__dict__.pop("connection", None):
            with contextlib.suppress(Exception):  # a broker that hangs says no goodbye
                connection.collect(socket_timeout=PAUSE_S)
