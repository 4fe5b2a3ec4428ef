"""The numbers a person reads: on the desk, on the board of projects, and what was promised of a product. Plain Python."""

from tests.worlds.oracle import Oracle
from tests.worlds.telling import seen_of

OPEN = {"draft", "active", "returned", "on_hold"}
COMMITTED = 600  # fen, of every project that has been given money


def figures(o: Oracle) -> dict:
    """What the desk tells of this year."""
    today = o.world.today
    since = today.replace(month=1, day=1)
    projects, opportunities = seen_of(o, "projects.project"), seen_of(o, "insight.opportunity")
    rollouts = [row for row in seen_of(o, "operations.rollout") if row.values["on"] >= since]
    filed = [row for row in opportunities if row.values["on"] >= since]
    given = {row.of["project"] for row in o.world.of("allocation.tranche")} & o.sees("projects.project")
    return {
        "projects": {
            "alive": sum(row.state in OPEN - {"draft"} for row in projects),
            "new": sum(row.values["on"] >= since for row in projects),
            "late": sum(row.state == "active" and row.values["due"] < today for row in projects),
        },
        "opportunities": {"filed": len(filed), "taken": sum(row.state == "taken_up" for row in filed)},
        "money": {"fen": COMMITTED * len(given) or None, "projects": len(given)},
        "rollouts": {"live": sum(row.state == "live" for row in rollouts), "offered": len(rollouts)},
    }


def on_the_board(o: Oracle) -> int:
    return sum(row.state in OPEN for row in seen_of(o, "projects.project"))


def promises(o: Oracle) -> tuple[set[str], set[str]]:
    """(told, not told): what was promised of each product, to who sees the product and its project."""
    told, silent = set(), set()
    for row in o.world.of("operations.product"):
        known = row.key in o.sees(row.kind) and row.of["project"] in o.sees("projects.project")
        yuan, fen = divmod(row.values["promised"], 100)
        (told if known else silent).add(f"{yuan}.{fen:02}")
    return told, silent
