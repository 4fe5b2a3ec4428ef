"""What a world's people do: insight, projects, products, talent and points, in states they really come to be in."""

from tests.worlds.people import grant
from tests.worlds.world import Maker, Thing

STAGES = 9  # more than a process has: the one who builds takes what there is
PROJECT_STATES = ["draft", "active", "active", "active", "returned", "on_hold", "rejected", "closed"]


def draw_insight(make: Maker) -> None:
    rng, day = make.random, make.day
    for _number in range(7):
        by = make.person()
        make.thing(
            "insight.item", "title", "code", "body", "institution", "author", "source_name", "url",
            unit=make.unit(), line=make.maybe_line(), own=frozenset([by]),
            state=rng.choice(["draft", "filed", "filed", "filed", "withdrawn"]),
            of={"by": by}, values={"grade": rng.choice([0, 10, 20, 30]), "on": day(-60, -1)},
        )  # fmt: skip
    for item in rng.sample(make.world.of("insight.item"), 4):
        owner, opener = make.person(), make.person()
        make.thing(
            "insight.followup", "title", "note",
            unit=make.unit(), own=frozenset([owner, opener]), state=rng.choice(["open", "open", "done", "dropped"]),
            of={"item": item.key, "owner": owner, "opener": opener}, values={"due": day(-20, 40)},
        )  # fmt: skip
    for number in range(7):
        reporter = make.person()
        state = rng.choice(["filed", "investigating", "concluded", "held", "dropped", "taken_up"])
        holder = make.person() if state in ("filed", "investigating", "concluded") else None
        investigated = state not in ("filed", "investigating")
        make.thing(
            "insight.opportunity", "title", "code", "scene", "pain", "idea", *(("reason", "fit") if investigated else ()),
            unit=make.unit(), line=make.maybe_line(), own=frozenset({reporter, holder} - {None}), state=state,
            of={
                "reporter": reporter, "holder": holder,
                "item": make.any("insight.item").key if number % 3 == 0 else None,
                "follow_up": make.any("insight.followup").key if number % 3 == 1 else None,
            },
            values={"on": day(-80, -1), "due": day(-10, 40)},
        )  # fmt: skip
    draw_reports(make)


def draw_reports(make: Maker) -> None:
    for _number in range(3):
        report = make.thing("insight.report", "name", unit=make.unit(), line=make.maybe_line())
        for number in range(make.random.randint(1, 2)):
            draw_issue(make, report, number)


def draw_issue(make: Maker, report: Thing, number: int) -> None:
    editor, state = make.person(), make.random.choice(["draft", "published", "published", "recalled"])
    items = make.random.sample(make.world.of("insight.item"), 2)
    texts = ["title", *(f"{name}{at}" for at in (0, 1) for name in ("line_title", "summary", "line_body"))]
    issue = make.thing(
        "insight.issue", *texts,
        unit=report.unit, line=report.line, own=frozenset([editor]), state=state,
        of={"report": report.key, "editor": editor, "items": [item.key for item in items],
            "audience": [(unit, make.chance(0.6)) for unit in make.random.sample(range(len(make.world.parents)), 2)]},
        values={"number": number + 1, "due": make.day(-30, 30), "grade": make.random.choice([0, 10, 20, 30])},
    )  # fmt: skip
    if state == "published":
        for unit, below in issue.of["audience"]:
            grant(make, (issue.kind, issue.key), "report.view", unit=unit, below=below)


def draw_projects(make: Maker) -> None:
    rng = make.random
    opportunities = rng.sample(make.world.of("insight.opportunity"), 4)
    for number in range(8):
        manager, proposer, state = make.person(), make.person(), rng.choice(PROJECT_STATES)
        project = make.thing(
            "projects.project", "title", "code", "goal", "approach", "risks", "holder_note", "milestone", "basis",
            unit=make.unit(), line=make.maybe_line(), own=frozenset([manager, proposer]), state=state,
            of={
                "manager": manager, "proposer": proposer, "team": make.people(2),
                "holder": make.person() if make.chance(0.5) else None,
                "opportunity": opportunities[number].key if number < len(opportunities) else None,
            },
            values={
                "stage": 0 if state == "draft" else rng.randrange(STAGES), "on": make.day(-90, -1),
                "due": make.day(-20, 40), "asked_fen": rng.randrange(10**8), "grade": rng.choice([0, 10, 20, 30]),
            },
        )  # fmt: skip
        for person in project.of["team"]:
            grant(make, (project.kind, project.key), "project.view", person=person)
    for project in rng.sample(make.world.of("projects.project"), 3):
        draw_product(make, project)


def draw_product(make: Maker, project: Thing) -> None:
    owner = make.person()
    product = make.thing(
        "operations.product", "name", "code", "customer", "summary", "reading",
        unit=project.unit, line=project.line, own=frozenset([owner]), state=make.random.choice(["pilot", "live"]),
        of={"project": project.key, "owner": owner},
        values={"on": make.day(-200, -100), "promised": 7_000_000_003 + 10 * make.random.randrange(10**8)},
    )  # fmt: skip
    others = [unit for unit in range(len(make.world.parents)) if unit != product.unit]
    for unit in make.random.sample(others, 2):
        state = make.random.choice(["offered", "accepted", "live", "declined"])
        make.thing(
            "operations.rollout", *(["reason"] if state == "declined" else []), unit=unit, state=state,
            of={"product": product.key, "by": owner, "decided_by": make.person()},
            values={"on": make.day(-90, -40), "decided": make.day(-39, -1)},
        )  # fmt: skip
        if make.chance(0.8):  # as offering does; the others as if the exception had ended since
            grant(make, (product.kind, product.key), "product.view", unit=unit)
            grant(make, (project.kind, project.key), "project.view", unit=unit)


def draw_people(make: Maker) -> None:
    """Talent profiles, and accounts of points."""
    for person in make.random.sample(range(len(make.world.people)), 6):
        make.thing(
            "talent.talentprofile", "summary", unit=make.unit(), own=frozenset([person]),
            state=make.random.choice(["business", "digital", "composite", "leader"]),
            of={"person": person}, values={"on": make.day(-60, -1), "expert": make.chance(0.5)},
        )  # fmt: skip
    for person in make.random.sample(range(len(make.world.people)), 5):
        holder = make.thing(
            "incentives.pointholder", unit=make.unit(), own=frozenset([person]), of={"person": person},
            values={"points": make.random.randrange(1, 9000)},
        )  # fmt: skip
        for _number in range(make.random.randint(1, 2)):
            request = make.thing(
                "org.request", "note", "payload",
                unit=make.unit(), state="approved",
                of=hands(make, person) | {"confirmer": None, "kind": "points.award", "about": ("org.person", person)},
                values={"on": make.day(-40, -1)},
            )  # fmt: skip
            own_the_request(request)
            make.thing("incentives.award", "reason", of={"holder": holder.key, "request": request.key},
                       values={"on": make.day(-40, -1), "points": 100 + make.random.randrange(900)})  # fmt: skip


def hands(make: Maker, but: int | None = None) -> dict:
    """Three different people; nobody decides on what is about themselves."""
    others = [key for key in range(len(make.world.people)) if key != but]
    maker, confirmer, checker = make.random.sample(others, 3)
    return {"maker": maker, "confirmer": confirmer, "checker": checker}


def own_the_request(request: Thing) -> None:
    """Whose hands it went through: its maker, and whoever confirmed, approved or declined it."""
    of = request.of
    if request.state == "waiting":
        of["confirmer"] = of["checker"] = None
    elif request.state == "confirmed":
        of["checker"] = None
    request.own = frozenset({of["maker"], of["confirmer"], of["checker"]} - {None})
