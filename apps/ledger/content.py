"""The content of a transaction as one line of text, and its hash. Pure: what verify.py says in SQL must say the same."""

from datetime import UTC, datetime
from hashlib import sha256

SEPARATOR = "\n"  # keys, memos and reasons may not hold it


def content_text(
    *,
    key: str,
    at: datetime,
    by_id: int | None,
    memo_code: str,
    because_of: str,
    reverses_id: int | None,
    legs: list[tuple[int, int]],
) -> str:
    """All of it: who, when (UTC, microseconds), why, and `legs` as (id of the account, amount), in the order of the ids."""
    return SEPARATOR.join(
        [
            key,
            at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
            str(by_id or ""),
            memo_code,
            because_of,
            str(reverses_id or ""),
            ",".join(f"{account}={amount}" for account, amount in sorted(legs)),
        ]
    )


def content_hash(**content) -> str:
    """SHA-256 of `content_text`, in hexadecimal. Takes what that takes."""
    return sha256(content_text(**content).encode()).hexdigest()
