"""How a world's people decide: forums, rounds, meetings, minutes; funds, scenarios, tranches and the requests for them."""

from tests.worlds.affairs import hands, own_the_request
from tests.worlds.people import grant
from tests.worlds.world import Maker, Thing

RESOURCES = ("technology", "marketing", "people")


def draw_review(make: Maker) -> None:
    for _number in range(3):
        body = make.thing("org.body", "name", unit=make.unit(), of={"members": make.people(4)})
        make.thing(
            "review.forum", "name", unit=body.unit, of={"body": body.key, "consulted": make.unit()},
            state=make.random.choice(["branch_group", "committee"]),
        )  # fmt: skip
    for project in make.random.sample(make.world.of("projects.project"), 4):
        draw_consultation(make, project)
    projects = iter(make.random.sample(make.world.of("projects.project"), 6))
    for number in range(3):
        forum, by = make.world.of("review.forum")[number], make.person()
        closed = number > 0
        round_ = make.thing(
            "review.round", "title", "number", unit=forum.unit, own=frozenset([by]),
            state="closed" if closed else "open", of={"forum": forum.key, "by": by},
            values={"opened": make.day(-60, -20), "due": make.day(-10, 20)},
        )  # fmt: skip
        topics = [draw_topic(make, round_, next(projects), order) for order in range(2)]
        if closed:
            draw_meeting(make, forum, topics, number)


def draw_consultation(make: Maker, project: Thing) -> None:
    opinion = make.random.choice(["", "agree", "disagree", "agree_with_conditions"])
    answered = opinion in ("disagree", "agree_with_conditions") and make.chance(0.5)
    consultation = make.thing(
        "review.consultation", *(["text"] if opinion else []), *(["reply_text"] if answered else []),
        unit=make.unit(), state=opinion,
        of={"project": project.key, "by": make.person(), "replied_by": make.person()},
        values={"due": make.day(-10, 20), "answered": make.day(-9, -1)},
    )  # fmt: skip
    if make.chance(0.8):
        grant(make, (consultation.kind, consultation.key), "consultation.answer", unit=consultation.unit)
        grant(make, (project.kind, project.key), "project.view", unit=consultation.unit)


def draw_topic(make: Maker, round_: Thing, project: Thing, order: int) -> Thing:
    topic = make.thing(
        "review.topic", "title", "number", "field", "goal",
        unit=round_.unit, state="decided" if order and round_.state == "closed" else "waiting",
        of={"round": round_.key, "project": project.key}, values={"order": order},
    )  # fmt: skip
    for person in sorted(
        project.own | {make.person()}
    ):  # who has a hand in it, and one who declared a conflict
        if make.chance(0.7):
            for capability in ("round.view", "round.manage", "score.give"):
                grant(make, (topic.kind, topic.key), capability, effect="deny", person=person)
            if make.chance(0.5):
                grant(make, (project.kind, project.key), "project.view", effect="deny", person=person)
    for reviewer in make.people(3):
        state = make.random.choice(["assigned", "declared", "done", "done", "recused"])
        told = ["conflict_reason"] if state == "recused" else ["comment", "score"] if state == "done" else []
        assignment = make.thing(
            "review.assignment", *told, state=state, of={"topic": topic.key, "reviewer": reviewer},
            values={"due": make.day(-10, 20), "on": make.day(-19, -1)},
        )  # fmt: skip
        if state == "done":
            make.thing("review.score", of={"assignment": assignment.key})
            make.world.owners[assignment.texts["score"]] = (
                "review.score",
                len(make.world.of("review.score")) - 1,
                "comment",
            )
        grant(make, (topic.kind, topic.key), "score.give", person=reviewer)
        if state in ("declared", "done"):
            grant(make, (project.kind, project.key), "project.view", person=reviewer)
    return topic


def draw_meeting(make: Maker, forum: Thing, topics: list[Thing], number: int) -> None:
    by, seats = make.person(), make.people(4)
    meeting = make.thing(
        "review.meeting", "place", "observers", unit=forum.unit, own=frozenset([by]),
        state=make.random.choice(["open", "closed"]),
        of={"forum": forum.key, "by": by, "topics": [topic.key for topic in topics], "seats": seats},
        values={"on": make.day(-20, 10), "number": number},
    )  # fmt: skip
    for person in seats:
        grant(make, (meeting.kind, meeting.key), "round.view", person=person)
        for topic in topics:
            if make.chance(0.8):
                grant(make, (topic.kind, topic.key), "round.view", person=person)
    for topic in topics:
        make.thing("review.ballot", unit=meeting.unit, state=make.random.choice(["open", "closed"]),
                   of={"topic": topic.key, "meeting": meeting.key, "members": seats})  # fmt: skip
    writer, issued = make.person(), make.chance(0.6)
    minutes = make.thing(
        "review.minutes", "text", *(["number"] if issued else []),
        *(f"{name}{at}" for at in range(len(topics)) for name in ("decision", "conditions")),
        unit=meeting.unit, own=frozenset([writer]), state="issued" if issued else "draft",
        of={"meeting": meeting.key, "by": writer, "topics": [topic.key for topic in topics]},
    )  # fmt: skip
    if issued and make.chance(0.7):
        for person in seats:
            grant(make, (minutes.kind, minutes.key), "round.view", person=person)


def draw_money(make: Maker) -> None:
    for number in range(3):
        make.thing("allocation.fund", "name", unit=make.unit(), values={"year": 2025 + number})
    projects = make.random.sample(make.world.of("projects.project"), 6)
    for number in range(4):
        fund, by = make.any("allocation.fund"), make.person()
        mine = projects[3 * number : 3 * number + 3] or projects[1:4]
        approved = number < 2
        scenario = make.thing(
            "allocation.scenario", "name", unit=fund.unit, own=frozenset([by]),
            state="approved" if approved else make.random.choice(["draft", "solved", "requested"]),
            of={"fund": fund.key, "by": by, "projects": [project.key for project in mine]},
            values={"on": make.day(-30, -1)},
        )  # fmt: skip
        if scenario.state in ("approved", "requested"):
            state = "approved" if approved else make.random.choice(["waiting", "confirmed"])
            request = draw_request(make, "funds.commit", scenario, scenario.of["projects"], state)
            if approved:
                draw_tranches(make, scenario, request)
    for fund in make.random.sample(make.world.of("allocation.fund"), 2):
        draw_request(make, "fund.budget", fund, [], make.random.choice(["waiting", "confirmed", "approved"]))
    person = make.any("org.person")
    draw_request(make, "post.grant", person, [], make.random.choice(["waiting", "approved", "declined"]))


def draw_request(make: Maker, kind: str, about: Thing, projects: list[int], state: str) -> Thing:
    request = make.thing(
        "org.request", "note", *(["answer"] if state == "declined" else []),
        unit=about.unit if about.unit is not None else make.unit(), state=state,
        of=hands(make, about.key if about.kind == "org.person" else None)
        | {"kind": kind, "about": (about.kind, about.key), "projects": projects},
        values={"on": make.day(-30, -1)},
    )  # fmt: skip
    if kind == "post.grant":
        request.of["confirmer"] = None
    own_the_request(request)
    return request


def draw_tranches(make: Maker, scenario: Thing, request: Thing) -> None:
    """Two of each project of an approved scenario: the first released, the second planned and sometimes asked for."""
    for project in scenario.of["projects"]:
        for number in (1, 2):
            tranche = make.thing(
                "allocation.tranche", unit=scenario.unit, state="released" if number == 1 else "planned",
                of={"scenario": scenario.key, "project": project, "request": request.key}, values={"number": number},
            )  # fmt: skip
        if make.chance(0.5):
            draw_request(
                make, "tranche.release", tranche, [project], make.random.choice(["waiting", "confirmed"])
            )


def draw_accounts(make: Maker) -> None:
    """What lies with funds, projects and people, and with the bank itself."""
    for kind in ("allocation.fund", "projects.project"):
        for owner in make.world.of(kind):
            for resource in RESOURCES[: 1 if kind == "projects.project" else 2]:
                make.thing(
                    "ledger.account", of={"owner": (kind, owner.key), "rest": resource}, state="money_fen"
                )
    for holder in make.world.of("incentives.pointholder"):
        holder.of["account"] = make.thing(
            "ledger.account", of={"owner": ("org.person", holder.of["person"]), "rest": ""}, state="points_thousandths"
        ).key  # fmt: skip
    make.thing("ledger.account", of={"owner": None, "rest": "bank:budget:2026"}, state="money_fen")
    make.thing("ledger.account", of={"owner": None, "rest": "bank:points"}, state="points_thousandths")
