"""The bank of a world: units, people, posts, and later the exceptions to reach over what there is."""

from datetime import timedelta

from tests.worlds.world import Access, Maker, Person, Post

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
LONG_AGO, YEARS = -900, 700

# What an exception may be written for, of each kind: seeing it first of all, and what more can be done with it.
CAPABILITIES = {
    "insight.item": ("item.view", "item.edit"),
    "insight.issue": ("report.view", "report.edit"),
    "insight.report": ("report.edit",),
    "insight.followup": ("opportunity.view",),
    "insight.opportunity": ("opportunity.view", "opportunity.investigate"),
    "projects.project": ("project.view", "project.edit", "project.manage"),
    "talent.talentprofile": ("talent.view",),
    "review.round": ("round.view", "round.manage"),
    "review.topic": ("round.view", "round.manage", "score.give"),
    "review.meeting": ("round.view",),
    "review.minutes": ("round.view", "minutes.issue"),
    "operations.product": ("product.view", "product.manage", "reading.enter"),
    "operations.rollout": ("rollout.decide",),
    "allocation.fund": ("scenario.view",),
    "allocation.scenario": ("scenario.view",),
    "allocation.tranche": ("scenario.view",),
    "incentives.pointholder": ("points.view",),
    "org.request": ("request.view", "funds.approve"),
}  # fmt: skip


def draw_bank(make: Maker, roles: list[str]) -> None:
    """A random tree, a dozen people with accounts, and their posts."""
    world, rng = make.world, make.random
    world.parents.append(None)
    for number in range(rng.randint(5, 8)):
        world.parents.append(0 if number < 2 else rng.randrange(number + 1))
    for _unit in world.parents:
        make.thing("org.unit", "name", "code")
    shuffled = rng.sample(roles, len(roles))
    for key in range(12):
        person = Person(key, make.unit(), inside=key != 11, active=key != 10)
        person.texts = make.texts("person", key, "email", "username")
        make.thing("org.person", "name", "employee_no")
        world.people.append(person)
        draw_posts(make, key, shuffled[key], [role for role in roles if role not in ADMINISTRATORS])
    for _number in range(4):
        giver, taker = rng.sample(range(len(world.people)), 2)
        starts = make.day(-30, 10)
        make.thing(
            "org.delegation",
            "reason",
            of={"giver": giver, "taker": taker},
            values={
                "starts": starts,
                "ends": max(starts, make.day(-10, 60)),
                "revoked_on": make.day(-5, 5) if make.chance(0.2) else None,
            },
        )


def draw_posts(make: Maker, person: int, role: str, others: list[str]) -> None:
    """One that stands, and often a second, or one that has ended, was revoked or has not begun."""
    add = make.world.posts.append

    def place():
        return 0 if make.chance(0.25) else make.unit()

    def line():
        return make.random.randrange(make.world.lines) if make.chance(0.2) else None

    today = make.world.today
    add(Post(person, place(), role, line(), make.day(LONG_AGO, -YEARS), today if make.chance(0.1) else None))
    if make.chance(0.35) and role not in ADMINISTRATORS:
        add(Post(person, place(), make.random.choice(others), line(), make.day(-690, -510)))
    if make.chance(0.5):
        first = make.day(-500, -300)
        add(Post(person, place(), make.random.choice(others), None, first, today - timedelta(days=1)))
    if make.chance(0.3):
        add(
            Post(person, place(), make.random.choice(others), None, make.day(-290, -200), revoked_on=make.day(-5, 0))
        )  # fmt: skip
    if make.chance(0.3):
        add(Post(person, place(), make.random.choice(others), None, make.day(1, 20)))


def draw_access(make: Maker) -> None:
    """Grants and denials, of today and of other days, over anything that may have them."""
    kinds = [kind for kind in CAPABILITIES if make.world.of(kind)]
    for person in make.people(
        4
    ):  # who is kept out of several projects at once still sees the money of them all
        for project in make.random.sample(make.world.of("projects.project"), 5):
            grant(make, (project.kind, project.key), "project.view", effect="deny", person=person)
    for kind in [*kinds, *make.random.choices(kinds, k=30)]:
        first, *more = CAPABILITIES[kind]
        capability = first if not more or make.chance(0.75) else make.random.choice(more)
        deny = make.chance(0.4)
        grant(
            make,
            (kind, make.any(kind).key),
            capability,
            effect="deny" if deny else "allow",
            person=make.person() if deny or make.chance(0.6) else None,
            below=make.chance(0.6),
            starts=make.day(-60, -1) if make.chance(0.9) else make.day(1, 5),
            ends=None if make.chance(0.7) else make.day(-1, 30),
        )


def grant(
    make, about, capability, *, effect="allow", person=None, unit=None, below=True, starts=None, ends=None
):
    """Write down one exception, to this person or unit, or to a unit that is drawn."""
    starts = starts or make.day(-60, -1)
    if person is None and unit is None:
        unit = make.unit()
    row = Access(
        about, capability, effect, person, unit, below, starts, ends and max(starts, ends),
        key=len(make.world.access),
    )  # fmt: skip
    row.texts = make.texts("org.access", row.key, "because_of")
    make.world.access.append(row)
    return row
