"""Who may use the routes of desk, and what a stranger tries them on."""

from apps.core.access import SIGNED_IN

ACCESS = {
    "desk:home": SIGNED_IN,
    "desk:search_results": SIGNED_IN,
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    return {}
