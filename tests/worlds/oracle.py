"""Who sees what, decided anew: from permissions.yaml and the rules the documents state, in plain Python.

No code of the application stands here, and none is asked; `test_oracle.py` holds it to that. Where the file leaves a choice:
a person with several posts has a relation when one of the posts gives it; what was shared with a unit reaches who holds any
post there (or below it); a post for one business line narrows only what has a line.
"""

from dataclasses import dataclass

from tests.worlds.plan import PERMISSIONS
from tests.worlds.world import Post, Thing, World

RELATIONS = PERMISSIONS["relations"]
ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}

# The capability by which things of a kind are seen, and which of these kinds have a business line.
SEEN_BY = {
    "projects.project": "project.view",
    "insight.item": "item.view",
    "insight.followup": "opportunity.view",
    "insight.opportunity": "opportunity.view",
    "insight.report": "report.edit",
    "insight.issue": "report.view",
    "allocation.fund": "scenario.view",
    "allocation.scenario": "scenario.view",
    "allocation.tranche": "scenario.view",
    "incentives.pointholder": "points.view",
    "operations.product": "product.view",
    "review.round": "round.view",
    "review.topic": "round.view",
    "review.meeting": "round.view",
    "talent.talentprofile": "talent.view",
    "org.request": "request.view",
}
WITH_LINE = {"projects.project", "insight.item", "insight.opportunity", "insight.report", "insight.issue", "operations.product"}  # fmt: skip
OPEN_TO_ALL = {"org.unit", "org.person", "org.body"}  # no secret inside the bank
DECIDED_BY = {  # a kind of request → who may confirm it and who may approve it
    "fund.budget": ("funds.confirm", "funds.approve"),
    "funds.commit": ("funds.confirm", "funds.approve"),
    "tranche.release": ("funds.confirm", "funds.approve"),
    "post.grant": ("post.grant",),
    "points.award": (),
}


@dataclass(frozen=True)
class Viewer:
    """An account's person, and for whom they act."""

    person: int
    acting_for: int | None = None

    @property
    def principal(self) -> int:
        return self.person if self.acting_for is None else self.acting_for


def letters(role: str, capability: str) -> set[str]:
    cells = PERMISSIONS["capabilities"][capability]["cells"][role]
    return {relation for relation, letter in zip(RELATIONS, cells, strict=True) if letter == "Y"}


class Oracle:
    def __init__(self, world: World, viewer: Viewer):
        self.world, self.viewer = world, viewer
        self.posts = [post for post in world.posts if self._stands(post)]
        self._seen: dict[str, set[int]] = {}

    def _stands(self, post: Post) -> bool:
        today = self.world.today
        return (
            self.world.people[self.viewer.person].active
            and post.person == self.viewer.principal
            and post.starts <= today
            and (post.ends is None or post.ends >= today)
            and (post.revoked_on is None or post.revoked_on > today)
            and not (self.viewer.acting_for is not None and post.role in ADMINISTRATORS)
        )

    # What a post gives.

    def may_ever(self, capability: str) -> bool:
        return any(letters(post.role, capability) for post in self.posts)

    def relation(self, unit: int, post: Post) -> str:
        if unit == post.unit:
            return "same_unit"
        if post.unit in self.world.upwards(unit):
            return "descendant"
        return "ancestor" if unit in self.world.upwards(post.unit) else "elsewhere"

    def may_at(self, capability: str, unit: int, line: int | None = None) -> bool:
        return any(
            self.relation(unit, post) in letters(post.role, capability) and post.line in (None, line)
            for post in self.posts
        )

    def may(self, capability: str, thing: Thing) -> bool:
        """(reach or own or shared) and not denied."""
        given = set().union(*(letters(post.role, capability) for post in self.posts))
        if not given or self._denied(capability, thing):
            return False
        if "own" in given and self.viewer.principal in thing.own:
            return True
        if "shared" in given and self._shared(capability, thing):
            return True
        return any(
            self.relation(thing.unit, post) in letters(post.role, capability)
            and (post.line is None or thing.kind not in WITH_LINE or post.line == thing.line)
            for post in self.posts
        )

    def _exceptions(self, capability: str, thing: Thing, effect: str):
        today = self.world.today
        return (
            row
            for row in self.world.access
            if row.about == (thing.kind, thing.key)
            and (row.capability, row.effect) == (capability, effect)
            and row.starts <= today
            and (row.ends is None or row.ends >= today)
        )

    def _denied(self, capability, thing) -> bool:
        people = {self.viewer.person, self.viewer.principal}
        return any(row.person in people for row in self._exceptions(capability, thing, "deny"))

    def _shared(self, capability, thing) -> bool:
        def reaches(row):
            if row.person is not None:
                return row.person == self.viewer.principal
            return any(
                row.unit == post.unit or row.below and row.unit in self.world.upwards(post.unit)
                for post in self.posts
            )

        return any(reaches(row) for row in self._exceptions(capability, thing, "allow"))

    # What is seen of each kind.

    def sees(self, kind: str) -> set[int]:
        """The keys of the things of this kind that this person sees."""
        if kind not in self._seen:
            rows = self.world.access if kind == "org.access" else self.world.of(kind)
            rule = RULES.get(kind, in_reach)
            self._seen[kind] = {row.key for row in rows if rule(self, row)}
        return self._seen[kind]

    def sees_thing(self, kind: str, key: int | None) -> bool:
        return key is not None and key in self.sees(kind)


def in_reach(o: Oracle, thing: Thing) -> bool:
    """By the one capability of its kind; what is no secret, to everybody with a post."""
    return o.may_ever("org.view") if thing.kind in OPEN_TO_ALL else o.may(SEEN_BY[thing.kind], thing)


def item(o: Oracle, thing: Thing) -> bool:
    """A draft only to whose it is, and to those who may correct it."""
    shown = thing.state != "draft" or thing.of["by"] == o.viewer.principal or o.may("item.edit", thing)
    return shown and o.may("item.view", thing)


def issue(o: Oracle, thing: Thing) -> bool:
    return o.may("report.view", thing) and (thing.state != "draft" or o.may("report.edit", thing))


def request(o: Oracle, thing: Thing) -> bool:
    """Those in reach, and those one may confirm or approve; never what one is recused from."""
    if o._denied("request.view", thing):
        return False
    return any(o.may(capability, thing) for capability in ("request.view", *DECIDED_BY[thing.of["kind"]]))


def account(o: Oracle, thing: Thing) -> bool:
    """With what it lies with; the bank's own to who sees funds, or points, at the root."""
    if thing.of["owner"] is None:
        return o.may_at("points.view" if thing.state == "points_thousandths" else "scenario.view", 0)
    kind, key = thing.of["owner"]
    if kind == "org.person":
        holders = o.world.of("incentives.pointholder")
        return any(row.of["person"] == key and row.key in o.sees("incentives.pointholder") for row in holders)
    return key in o.sees(kind)


def managed(o: Oracle, topic: Thing) -> bool:
    """Who is shut out of a topic does nothing to it either."""
    return o.may("round.manage", topic) and topic.key in o.sees("review.topic")


def score(o: Oracle, thing: Thing) -> bool:
    """One's own; those handed in once one has handed in one's own, or runs the round, or it is closed."""
    given = o.world.of("review.assignment")[thing.of["assignment"]]
    if given.of["reviewer"] == o.viewer.principal:
        return True
    topic = o.world.of("review.topic")[given.of["topic"]]
    mine = [
        row.state
        for row in o.world.of("review.assignment")
        if row.of["topic"] == topic.key and row.of["reviewer"] == o.viewer.principal
    ]
    closed = o.world.of("review.round")[topic.of["round"]].state == "closed"
    return (
        given.state == "done"
        and topic.key in o.sees("review.topic")
        and (closed or "done" in mine or managed(o, topic))
        and not {"assigned", "declared"} & set(mine)
    )


def minutes(o: Oracle, thing: Thing) -> bool:
    """All of it or nothing: not where they tell of a topic one does not see."""
    if not set(thing.of["topics"]) <= o.sees("review.topic"):
        return False
    writes = o.may("round.manage", thing) or o.may("minutes.issue", thing)
    return writes or thing.state == "issued" and o.may("round.view", thing)


def exception(o: Oracle, row) -> bool:
    for post in o.posts:
        if "descendant" in letters(post.role, "access.view"):
            unit = row.unit if row.person is None else o.world.people[row.person].unit
            if post.unit in o.world.upwards(unit):
                return True
    return False


def delegation(o: Oracle, thing: Thing) -> bool:
    mine = o.viewer.person in (thing.of["giver"], thing.of["taker"])
    return mine or o.may_ever("post.grant") or o.may_ever("journal.read")


def orgimport(o: Oracle, thing: Thing) -> bool:
    return any(o.may_at(capability, 0) for capability in ("org.manage", "post.grant", "journal.read"))


def reorganisation(o: Oracle, thing: Thing) -> bool:
    ends = (thing.unit, thing.of["other"], o.world.parents[thing.unit])
    return any(
        "descendant" in letters(post.role, "reorganisation.view")
        and any(post.unit in o.world.upwards(end) for end in ends)
        for post in o.posts
    )


def forum(o: Oracle, thing: Thing) -> bool:
    return any(o.relation(thing.unit, post) != "elsewhere" for post in o.posts)


def rollout(o: Oracle, thing: Thing) -> bool:
    return o.sees_thing("operations.product", thing.of["product"]) or o.may("rollout.decide", thing)


def assignment(o: Oracle, thing: Thing) -> bool:
    topic = o.world.of("review.topic")[thing.of["topic"]]
    return thing.of["reviewer"] == o.viewer.principal or managed(o, topic)


RULES = {
    "org.access": exception,
    "insight.item": item,
    "insight.issue": issue,
    "org.request": request,
    "org.delegation": delegation,
    "org.orgimport": orgimport,
    "org.reorganisation": reorganisation,
    "ledger.account": account,
    "operations.rollout": rollout,
    "incentives.award": lambda o, t: o.sees_thing("incentives.pointholder", t.of["holder"]),
    "review.forum": forum,
    "review.consultation": lambda o, t: o.sees_thing("projects.project", t.of["project"]),
    "review.ballot": lambda o, t: o.sees_thing("review.topic", t.of["topic"]),
    "review.minutes": minutes,
    "review.assignment": assignment,
    "review.score": score,
}
KINDS = {*SEEN_BY, *RULES, *OPEN_TO_ALL}
