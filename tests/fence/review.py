"""Who may use the routes of review, and what a stranger tries them on."""

ACCESS: dict[str, str] = {}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    return {}
