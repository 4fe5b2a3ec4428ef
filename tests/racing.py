"""Many at once, with real threads and a connection each, on PostgreSQL: SQLite lets one writer in at a time."""

import threading
import time
from collections import Counter

from django.conf import settings
from django.contrib.messages import get_messages
from django.db import OperationalError, connection
from django.test import Client

# A machine that does much else at the same time starts threads late, and lends its connections to others.
TOGETHER_S = 300


def race(runners, rounds, work):
    """`work(runner, round)` by so many threads at once, in rounds that all begin together; the outcomes of each round.

    An outcome is what the work gave, or the exception it raised, whichever. Raises what kept a runner from the start:
    nothing was raced then.
    """
    gate = threading.Barrier(runners)
    outcomes = [[None] * runners for _round in range(rounds)]
    kept_away = []

    def run(runner):
        try:
            connect()
            for number in range(rounds):
                gate.wait(timeout=TOGETHER_S)
                try:
                    outcomes[number][runner] = work(runner, number)
                except Exception as error:  # whichever it is, the test looks at it
                    outcomes[number][runner] = error
        except Exception as error:
            kept_away.append(error)
            gate.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[runner]) for runner in range(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if kept_away:
        raise next((e for e in kept_away if not isinstance(e, threading.BrokenBarrierError)), kept_away[0])
    return outcomes


def connect():
    """Open this thread's connection before anything is raced, waiting for a place on the server where all are taken."""
    deadline = time.monotonic() + TOGETHER_S
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def kinds(outcomes) -> dict[str, int]:
    return dict(Counter(type(outcome).__name__ for outcome in outcomes))


def windows(user, number=2):
    """So many windows of one browser: one session, and in each of them a button may be pressed."""
    first = Client()
    first.force_login(user, backend="apps.org.adapters.AccountBackend")
    return [first.session.session_key] * number


def press(session, address, **data) -> str:
    """Press a button of a page: what was said of it (success, error), or the number of an answer that is neither.

    An error of the server is raised.
    """
    window = Client()
    window.cookies[settings.SESSION_COOKIE_NAME] = session
    response = window.post(address, data)
    said = [message.level_tag for message in get_messages(response.wsgi_request)]
    return said[-1] if said else str(response.status_code)


def answered(outcomes) -> list[list[str]]:
    """What was said in each round, in the order of the alphabet. Raises the first error that was no answer."""
    for outcome in (outcome for round_ in outcomes for outcome in round_):
        if isinstance(outcome, Exception):
            raise outcome
    return [sorted(round_) for round_ in outcomes]
