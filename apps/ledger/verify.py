"""Whether the books are right, asked of the rows themselves and not of the code that wrote them.

Each check is set-based SQL and answers in sentences that name the account or transaction. An upper app adds its own in its
`verify.py`, for what only it can know: that every movement of a fund has its approved request.
"""

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

MOST = 1000  # findings of one check; whoever has more has seen enough


@dataclass(frozen=True)
class Finding:
    """One promise, and one place where it does not hold."""

    promise: str
    text: str


_checks: dict[str, Callable[[], Iterable[str]]] = {}


def verifies(promise: str):
    """Put above a function that takes nothing and gives a sentence for each row that breaks the promise."""

    def register(check):
        _checks[promise] = check
        return check

    return register


def promises() -> list[str]:
    """What is verified, in order."""
    autodiscover_modules("verify")
    return list(_checks)


def verify() -> list[Finding]:
    """Every finding of every check, all asked of one moment of the database; none when all holds."""
    with _one_moment():
        return [Finding(promise, text) for promise in promises() for text in _checks[promise]()]


@contextmanager
def _one_moment():
    """One snapshot for all the checks, so that postings going on meanwhile are no findings."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def rows(sql: str) -> list[tuple]:
    """At most `MOST` rows of this query."""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {MOST}")
        return cursor.fetchall()


@verifies("The legs of each transaction sum to nought, in one measure")
def legs_sum_to_nought():
    for key, legs, total, measures in rows(
        """SELECT t.key, COUNT(l.id), COALESCE(SUM(l.amount), 0), COUNT(DISTINCT a.measure)
             FROM ledger_transaction t
             LEFT JOIN ledger_leg l ON l.transaction_id = t.id
             LEFT JOIN ledger_account a ON a.id = l.account_id
            GROUP BY t.id, t.key
           HAVING COUNT(l.id) < 2 OR SUM(l.amount) <> 0 OR COUNT(DISTINCT a.measure) <> 1
            ORDER BY t.id"""
    ):
        yield f"transaction {key}: {legs} legs sum to {total}, in {measures} measures"


@verifies("Each leg has its transaction and its account")
def legs_belong():
    for leg, amount in rows(
        """SELECT l.id, l.amount
             FROM ledger_leg l
             LEFT JOIN ledger_transaction t ON t.id = l.transaction_id
             LEFT JOIN ledger_account a ON a.id = l.account_id
            WHERE t.id IS NULL OR a.id IS NULL
            ORDER BY l.id"""
    ):
        yield f"leg {leg} of {amount}: its transaction or account is gone"


@verifies("All balances of a measure sum to nought")
def balances_sum_to_nought():
    for measure, total in rows(
        "SELECT measure, SUM(balance) FROM ledger_account GROUP BY measure HAVING SUM(balance) <> 0 ORDER BY measure"
    ):
        yield f"{measure}: all balances sum to {total}"


@verifies("Each balance is the sum of its legs")
def balances_are_their_legs():
    for code, balance, total in rows(
        """SELECT a.code, a.balance, COALESCE(s.total, 0)
             FROM ledger_account a
             LEFT JOIN (SELECT account_id, SUM(amount) AS total FROM ledger_leg GROUP BY account_id) s ON s.account_id = a.id
            WHERE a.balance <> COALESCE(s.total, 0)
            ORDER BY a.code"""
    ):
        yield f"account {code}: balance {balance}, legs {total}"


@verifies("No account is below its floor")
def balances_keep_their_floors():
    for code, balance, floor in rows(
        "SELECT code, balance, floor FROM ledger_account WHERE balance < floor ORDER BY code"
    ):
        yield f"account {code}: balance {balance}, floor {floor}"


@verifies("Each reservation is resolved at most once, and moves what it says")
def reservations_resolve_once():
    for key, times in rows(
        """SELECT t.key, COUNT(*)
             FROM ledger_resolution e
             JOIN ledger_reservation r ON r.id = e.reservation_id
             JOIN ledger_transaction t ON t.id = r.transaction_id
            GROUP BY r.id, t.key HAVING COUNT(*) > 1 ORDER BY r.id"""
    ):
        yield f"reservation {key}: resolved {times} times"
    # One leg into the reserve for the reservation, the same out of it for its resolution, and no other leg of a reserve.
    for key, amount in rows(
        """SELECT t.key, e.amount
             FROM (SELECT transaction_id, account_id, amount FROM ledger_reservation
                   UNION ALL
                   SELECT s.transaction_id, r.account_id, -r.amount
                     FROM ledger_resolution s JOIN ledger_reservation r ON r.id = s.reservation_id) e
             JOIN ledger_transaction t ON t.id = e.transaction_id
             LEFT JOIN ledger_account a ON a.reserve_of_id = e.account_id
             LEFT JOIN ledger_leg l ON l.transaction_id = e.transaction_id AND l.account_id = a.id AND l.amount = e.amount
            WHERE l.id IS NULL
            ORDER BY t.id"""
    ):
        yield f"transaction {key}: its reserve was not moved by {amount}"
    for code, key, amount in rows(
        """SELECT a.code, t.key, l.amount
             FROM ledger_account a
             JOIN ledger_leg l ON l.account_id = a.id
             JOIN ledger_transaction t ON t.id = l.transaction_id
            WHERE a.reserve_of_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM ledger_reservation r WHERE r.transaction_id = t.id)
              AND NOT EXISTS (SELECT 1 FROM ledger_resolution s WHERE s.transaction_id = t.id)
            ORDER BY t.id"""
    ):
        yield f"account {code}: moved by {amount} in {key}, which is neither a reservation nor its resolution"


@verifies("What lies in a reserve is what is reserved and open")
def reserves_are_open_reservations():
    for code, balance, reserved in rows(
        """SELECT a.code, a.balance, COALESCE(o.total, 0)
             FROM ledger_account a
             LEFT JOIN (SELECT r.account_id, SUM(r.amount) AS total
                          FROM ledger_reservation r
                         WHERE NOT EXISTS (SELECT 1 FROM ledger_resolution s WHERE s.reservation_id = r.id)
                         GROUP BY r.account_id) o ON o.account_id = a.reserve_of_id
            WHERE a.reserve_of_id IS NOT NULL AND a.balance <> COALESCE(o.total, 0)
            ORDER BY a.code"""
    ):
        yield f"account {code}: balance {balance}, open reservations {reserved}"


@verifies("A reversal undoes what it reverses")
def reversals_undo():
    for key, wrong in rows(
        """SELECT DISTINCT m.key, m.wrong
             FROM (SELECT v.id, v.key, w.key AS wrong, COALESCE(a.reserve_of_id, a.id) AS account_id
                     FROM ledger_transaction v
                     JOIN ledger_transaction w ON w.id = v.reverses_id
                     JOIN ledger_leg l ON l.transaction_id IN (v.id, w.id)
                     JOIN ledger_account a ON a.id = l.account_id
                    GROUP BY v.id, v.key, w.key, COALESCE(a.reserve_of_id, a.id)
                   HAVING SUM(l.amount) <> 0) m
            ORDER BY m.key"""
    ):
        yield f"transaction {key}: does not undo {wrong}"


@verifies("Each transaction is as its hash says")
def hashes_match():
    for (key,) in rows(HASHES_DIFFER[connection.vendor]):
        yield f"transaction {key}: its content is not what its hash says"


# content.content_text in SQL.
HASHES_DIFFER = {
    "postgresql": """
        SELECT t.key
          FROM ledger_transaction t
          LEFT JOIN (SELECT transaction_id, string_agg(account_id || '=' || amount, ',' ORDER BY account_id) AS legs
                       FROM ledger_leg GROUP BY transaction_id) l ON l.transaction_id = t.id
         WHERE t.content_hash <> encode(sha256(convert_to(concat_ws(E'\\n',
               t.key, to_char(t.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), COALESCE(t.by_id::text, ''),
               t.memo_code, t.because_of, COALESCE(t.reverses_id::text, ''), COALESCE(l.legs, '')), 'UTF8')), 'hex')
         ORDER BY t.id""",
    # Django gives SQLite its SHA256; SQLite stores a time without its microseconds when they are nought.
    "sqlite": """
        SELECT t.key
          FROM ledger_transaction t
          LEFT JOIN (SELECT transaction_id, group_concat(account_id || '=' || amount, ',') AS legs
                       FROM (SELECT transaction_id, account_id, amount FROM ledger_leg ORDER BY transaction_id, account_id)
                      GROUP BY transaction_id) l ON l.transaction_id = t.id
         WHERE t.content_hash <> SHA256(t.key || char(10) || substr(t.at || '.000000', 1, 26) || char(10)
               || COALESCE(t.by_id, '') || char(10) || t.memo_code || char(10) || t.because_of || char(10)
               || COALESCE(t.reverses_id, '') || char(10) || COALESCE(l.legs, ''))
         ORDER BY t.id""",
}
