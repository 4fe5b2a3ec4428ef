"""Who may use the routes of ledger, and what a stranger tries them on."""

from apps.ledger.actions import account
from apps.ledger.measures import Measure

ACCESS: dict[str, str] = {
    "ledger:account_detail": "points.view",
    "ledger:account_list": "points.view",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    return {"ledger:account_detail": {"pk": account("bank:budget:2026", measure=Measure.MONEY).pk}}
