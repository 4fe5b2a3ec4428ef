"""Which texts of a world a person may read: those of what they see, and those that something they see tells by design.

Plain Python like the oracle, whose other half this is.
"""

from tests.worlds.oracle import Oracle
from tests.worlds.world import Thing


def readable(o: Oracle) -> set[str]:
    """The canaries this person may come across, wherever it be."""
    return {canary for canary, (kind, key, field) in o.world.owners.items() if may_read(o, kind, key, field)}


def may_read(o: Oracle, kind: str, key: int, field: str) -> bool:
    if kind == "person":
        return keeps_watch(o, key)
    if kind == "org.access":
        return key in o.sees(kind)
    thing = o.world.of(kind)[key]
    rule = TOLD.get(kind)
    seen = kind not in LYING_WITH and key in o.sees(kind)
    return seen or bool(rule and rule(o, thing, field))


def keeps_watch(o: Oracle, person: int) -> bool:
    """Addresses and accounts: one's own, and those one keeps, approves posts of, or reads the journal of."""
    unit = o.world.people[person].unit
    return (
        person == o.viewer.person
        or o.may_at("org.manage", unit)
        or o.may_ever("post.grant")
        or o.may_ever("journal.read")
    )


def seen_of(o: Oracle, kind: str) -> list[Thing]:
    return [thing for thing in o.world.of(kind) if thing.key in o.sees(kind)]


# ── Told by something else ────────────────────────────────────────────────────────────────────────────────────────


def in_a_request(o: Oracle, kind: str, key: int) -> bool:
    """Who sees a request reads what it is to pay for: the fund, the scenario, each project by name."""
    for request in seen_of(o, "org.request"):
        about = request.of["about"]
        if about == (kind, key) or kind == "projects.project" and key in request.of.get("projects", ()):
            return True
        if (kind, about[0]) == ("allocation.fund", "allocation.scenario"):
            planned = o.world.of("allocation.scenario")[about[1]]
            if planned.of["fund"] == key:
                return True
    return False


def project(o, thing, field):
    return field in ("title", "code") and in_a_request(o, thing.kind, thing.key)


def product(o, thing, field):
    """A branch reads what it is offered."""
    rollouts = seen_of(o, "operations.rollout")
    return field in ("name", "code") and any(row.of["product"] == thing.key for row in rollouts)


def fund(o, thing, field):
    scenarios = seen_of(o, "allocation.scenario")
    return any(row.of["fund"] == thing.key for row in scenarios) or in_a_request(o, thing.kind, thing.key)


def scenario(o, thing, field):
    return in_a_request(o, thing.kind, thing.key)


def report(o, thing, field):
    return any(row.of["report"] == thing.key for row in seen_of(o, "insight.issue"))


def topic(o, thing, field):
    """Its reviewers know its number and field from the first, and all of it once they declared to be free."""
    mine = [
        row
        for row in o.world.of("review.assignment")
        if row.of["topic"] == thing.key and row.of["reviewer"] == o.viewer.principal
    ]
    opened = any(row.state in ("declared", "done") for row in mine)
    return opened or bool(mine) and field in ("number", "field")


def round_(o, thing, field):
    topics = {row.key for row in o.world.of("review.topic") if row.of["round"] == thing.key}
    return any(
        row.of["topic"] in topics and row.of["reviewer"] == o.viewer.principal
        for row in o.world.of("review.assignment")
    )


def forum(o, thing, field):
    """Its name stands over what it decides."""
    if any(row.of["forum"] == thing.key for row in seen_of(o, "review.round") + seen_of(o, "review.meeting")):
        return True
    rounds = {row.key for row in o.world.of("review.round") if row.of["forum"] == thing.key}
    topics = {row.key for row in o.world.of("review.topic") if row.of["round"] in rounds}
    return any(
        row.of["topic"] in topics and row.of["reviewer"] == o.viewer.principal
        for row in o.world.of("review.assignment")
    ) or bool(o.sees("projects.project"))


def minutes(o, thing, field):
    """What was decided on a project is told to who sees the project, with the number of the minutes."""
    if thing.state != "issued":
        return False
    topics = o.world.of("review.topic")
    told = [
        at for at, key in enumerate(thing.of["topics"]) if topics[key].of["project"] in o.sees("projects.project")
    ]  # fmt: skip
    return (
        field == "number" and bool(told) or any(field in (f"decision{at}", f"conditions{at}") for at in told)
    )


def consultation(o, thing, field):
    """Opinions stand in the minutes of whatever meeting dealt with the project."""
    topics = o.world.of("review.topic")
    return any(
        topics[key].of["project"] == thing.of["project"] for row in seen_of(o, "review.minutes") for key in row.of["topics"]
    )  # fmt: skip


def meeting(o, thing, field):
    """Where it was, and who sat in, stands in its minutes."""
    return any(row.of["meeting"] == thing.key for row in seen_of(o, "review.minutes"))


def person(o, thing, field):
    """Oneself, and who acts for whom."""
    mine = {o.viewer.person, o.viewer.principal}
    for row in seen_of(o, "org.delegation"):
        mine |= {row.of["giver"], row.of["taker"]}
    return field == "name" and thing.key in mine


def lies_with(o, thing, field):
    """Comments and files go with their thing."""
    kind, key = thing.of["about"]
    if thing.kind == "attachment" and thing.state == "secret":
        return False
    if thing.kind == "attachment" and thing.state == "issued":
        return o.may("minutes.issue", o.world.of(kind)[key]) and key in o.sees(kind)
    return key in o.sees(kind)


def ones_own(o, thing, field):
    return thing.of["to"] == o.viewer.person


TOLD = {
    "projects.project": project,
    "operations.product": product,
    "allocation.fund": fund,
    "allocation.scenario": scenario,
    "insight.report": report,
    "review.topic": topic,
    "review.round": round_,
    "review.forum": forum,
    "review.minutes": minutes,
    "review.consultation": consultation,
    "review.meeting": meeting,
    "org.person": person,
    "comment": lies_with,
    "attachment": lies_with,
    "savedview": ones_own,
    "job": lambda o, thing, field: o.may_ever("job.operate"),
}
LYING_WITH = {"comment", "attachment", "savedview", "job", "notice", "follow"}
