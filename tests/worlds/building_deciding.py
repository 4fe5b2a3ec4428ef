"""Rows of review, allocation, the ledger and the requests of two and three people."""

from datetime import timedelta

from apps.allocation.models import Commitment, Fund, Scenario, ScenarioProject, Tranche
from apps.ledger.models import Account
from apps.org.models import Request
from apps.org.models.request import payload_hash
from apps.review.ballot import Rule, outcome
from apps.review.models import (
    AgendaItem,
    Assignment,
    Attendance,
    Ballot,
    BallotMember,
    Consultation,
    Consulted,
    Decision,
    Forum,
    Meeting,
    Minutes,
    Round,
    Rubric,
    Score,
    Topic,
)
from tests.worlds.building import Builder, noon
from tests.worlds.deciding import RESOURCES

COUNTED = outcome(3, 0, 0, 3, 3, 0, Rule((2, 3), "present", False, (2, 3))).as_data()
AMOUNTS = {f"{resource}_fen": 100 for resource in RESOURCES}


def review(b: Builder) -> None:
    world, rubric = b.world, Rubric.in_force()
    b.rows(
        Forum,
        "review.forum",
        lambda t: t.texts | {"unit_id": b.units[t.unit], "body_id": b.pk("org.body", t.of["body"]), "kind": t.state},
    )  # fmt: skip
    Consulted.objects.bulk_create(
        Consulted(forum_id=t.pk, unit_id=b.units[t.of["consulted"]]) for t in world.of("review.forum")
    )
    b.rows(
        Consultation,
        "review.consultation",
        lambda t: t.texts
        | {"project_id": b.pk("projects.project", t.of["project"]), "unit_id": b.units[t.unit], "opinion": t.state}
        | {"due_on": t.values["due"]}
        | ({"by_id": b.person(t.of["by"]), "answered_at": noon(t.values["answered"])} if t.state else {})
        | ({"reply": "adopt", "replied_by_id": b.person(t.of["replied_by"])} if "reply_text" in t.texts else {}),
    )  # fmt: skip
    b.rows(
        Round,
        "review.round",
        lambda t: t.texts
        | {
            "forum_id": b.pk("review.forum", t.of["forum"]), "unit_id": b.units[t.unit], "rubric": rubric,
            "state": t.state, "opened_on": t.values["opened"], "due_on": t.values["due"], "opened_by_id": b.person(t.of["by"]),
        },
    )  # fmt: skip
    b.rows(
        Topic,
        "review.topic",
        lambda t: b.about(("projects.project", t.of["project"]))
        | {
            "round_id": b.pk("review.round", t.of["round"]), "order": t.values["order"], "title": t.texts["title"],
            "number": t.texts["number"], "field": t.texts["field"], "state": t.state,
            "result": "approve" if t.state == "decided" else "",
            "snapshot": {"title": t.texts["title"], "code": "", "goal": t.texts["goal"], "approach": "", "risks": "",
                         "asked_fen": 100, "rnpv_fen": 9, "pi_milli": 1100, "irr_milli": 90, "payback_milli": 900},
        },
    )  # fmt: skip
    b.rows(
        Assignment,
        "review.assignment",
        lambda t: {
            "topic_id": b.pk("review.topic", t.of["topic"]), "reviewer_id": b.person(t.of["reviewer"]), "state": t.state,
            "due_on": t.values["due"], "assigned_at": noon(t.values["on"]), "comment": t.texts.get("comment", ""),
            "conflict_reason": t.texts.get("conflict_reason", ""), "total_milli": 80_000 if t.state == "done" else None,
        },
    )  # fmt: skip
    criterion = rubric.criteria.first()
    assignments = world.of("review.assignment")
    b.rows(
        Score,
        "review.score",
        lambda t: {
            "assignment_id": b.pk("review.assignment", t.of["assignment"]), "criterion": criterion, "value": 8,
            "comment": assignments[t.of["assignment"]].texts["score"],
        },
    )  # fmt: skip
    meetings(b)


def meetings(b: Builder) -> None:
    world = b.world
    b.rows(
        Meeting,
        "review.meeting",
        lambda t: t.texts
        | {
            "forum_id": b.pk("review.forum", t.of["forum"]), "unit_id": b.units[t.unit], "state": t.state,
            "year": world.today.year, "number": t.values["number"] + 1, "held_on": t.values["on"],
            "called_by_id": b.person(t.of["by"]),
        },
    )  # fmt: skip
    things = world.of("review.meeting")
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting_id=t.pk, topic_id=b.pk("review.topic", topic), order=order)
        for t in things
        for order, topic in enumerate(t.of["topics"])
    )
    Attendance.objects.bulk_create(
        Attendance(meeting_id=t.pk, person_id=b.person(person), role="member", votes=True, present=True)
        for t in things
        for person in t.of["seats"]
    )
    b.rows(
        Ballot,
        "review.ballot",
        lambda t: {
            "topic_id": b.pk("review.topic", t.of["topic"]), "meeting_id": b.pk("review.meeting", t.of["meeting"]),
            "state": t.state, "result": "passed" if t.state == "closed" else "",
            "outcome": COUNTED if t.state == "closed" else None,
            "closes_at": noon(world.today) + timedelta(days=2), "majority_numerator": 2, "majority_denominator": 3,
            "majority_of": "present", "majority_more_than": False, "quorum_numerator": 2, "quorum_denominator": 3,
        },
    )  # fmt: skip
    BallotMember.objects.bulk_create(
        BallotMember(ballot_id=t.pk, person_id=b.person(person), present=True)
        for t in world.of("review.ballot")
        for person in t.of["members"]
    )
    b.rows(
        Minutes,
        "review.minutes",
        lambda t: (
            {"text": t.texts["text"], "state": t.state, "written_by_id": b.person(t.of["by"])}
            | {"meeting_id": b.pk("review.meeting", t.of["meeting"]), "unit_id": b.units[t.unit]}
            | (
                {
                    "number": t.texts["number"],
                    "issued_by_id": b.person(t.of["by"]),
                    "issued_at": noon(world.today),
                }
                if t.state == "issued"
                else {}
            )
        ),
    )
    Decision.objects.bulk_create(
        Decision(
            minutes_id=t.pk, topic_id=b.pk("review.topic", topic), order=at, decision="approve_with_conditions",
            text=t.texts[f"decision{at}"], conditions=t.texts[f"conditions{at}"],
        )
        for t in world.of("review.minutes")
        for at, topic in enumerate(t.of["topics"])
    )  # fmt: skip


def money(b: Builder) -> None:
    world, projects = b.world, b.world.of("projects.project")
    b.rows(Fund, "allocation.fund", lambda t: t.texts | t.values | {"unit_id": b.units[t.unit]})
    b.rows(
        Scenario,
        "allocation.scenario",
        lambda t: t.texts
        | AMOUNTS
        | {
            "fund_id": b.pk("allocation.fund", t.of["fund"]), "unit_id": b.units[t.unit], "state": t.state,
            "by_id": b.person(t.of["by"]), "made_at": noon(t.values["on"]), "value_fen": 9, "bound_fen": 9,
        },
    )  # fmt: skip
    ScenarioProject.objects.bulk_create(
        ScenarioProject(
            scenario_id=t.pk, project_id=projects[key].pk, estimate_id=projects[key].values["estimate"],
            options={"full": AMOUNTS | {"rnpv_fen": 9}}, asked_fen=300,
            level="" if t.state == "draft" else "full", granted_fen=0 if t.state == "draft" else 300,
        )
        for t in world.of("allocation.scenario")
        for key in t.of["projects"]
    )  # fmt: skip
    # A request for a tranche names the tranche, and a tranche the request that released the first: so in two steps.
    later = [t for t in world.of("org.request") if t.of["kind"] == "tranche.release"]
    requests(b, [t for t in world.of("org.request") if t not in later])
    pairs = {(t.of["scenario"], t.of["project"]): t for t in world.of("allocation.tranche")}
    commitments = Commitment.objects.bulk_create(
        Commitment(
            project_id=projects[project].pk, scenario_id=b.pk("allocation.scenario", scenario),
            request_id=b.pk("org.request", t.of["request"]), level="full",
            **{name: 2 * fen for name, fen in AMOUNTS.items()},
        )
        for (scenario, project), t in pairs.items()
    )  # fmt: skip
    by_pair = dict(zip(pairs, commitments, strict=True))
    stages = list(commitments[0].project.process_version.stages.all()) if commitments else []
    b.rows(
        Tranche,
        "allocation.tranche",
        lambda t: AMOUNTS
        | {
            "commitment": by_pair[t.of["scenario"], t.of["project"]], "number": t.values["number"], "state": t.state,
            "stage": stages[2 * t.values["number"]],
            "released_at": noon(world.today) if t.state == "released" else None,
            "request_id": b.pk("org.request", t.of["request"]) if t.state == "released" else None,
        },
    )  # fmt: skip
    requests(b, later)


def requests(b: Builder, things) -> None:
    rows = []
    for t in things:
        row = Request(
            kind=t.of["kind"], unit_id=b.units[t.unit], amount_fen=300 if "fund" in t.of["kind"] else 0,
            payload=payload_of(b, t), state=t.state, made_at=noon(t.values["on"]), note=t.texts["note"],
            answer=t.texts.get("answer", ""), maker_id=b.person(t.of["maker"]),
            confirmer_id=b.person(t.of["confirmer"]), checker_id=b.person(t.of["checker"]), **b.about(t.of["about"]),
        )  # fmt: skip
        row.payload_hash = payload_hash(row)
        rows.append(row)
    for t, row in zip(things, Request._base_manager.bulk_create(rows), strict=True):
        t.pk = row.pk


def payload_of(b: Builder, t) -> dict:
    kind, about = t.of["kind"], b.pk(*t.of["about"])
    projects = b.world.of("projects.project")
    if kind == "fund.budget":
        return {"fund": about, "amounts_fen": dict.fromkeys(RESOURCES, 100)}
    if kind == "funds.commit":
        chosen = [projects[key] for key in t.of["projects"]]
        return {
            "scenario": about,
            "lines": [
                {"project": p.pk, "estimate": p.values["estimate"], "level": "full"} | AMOUNTS for p in chosen
            ],
        }
    if kind == "tranche.release":
        return {"tranche": about}
    if kind == "points.award":
        return {"person": about, "points": 100, "reason": t.texts["payload"]}
    return {
        "person": about, "unit": b.units[0], "role": "staff", "line": None, "starts": "2026-01-01", "ends": None,
        "full_time": True, "deputy": None,
    }  # fmt: skip


def accounts(b: Builder) -> None:
    """After funds, projects and people."""
    names = {"allocation.fund": "fund", "projects.project": "project", "org.person": "points:person"}

    def row(t):
        owner = t.of["owner"]
        if owner is None:
            return {"code": t.of["rest"], "measure": t.state}
        parts = [names[owner[0]], str(b.pk(*owner)), t.of["rest"]]
        return {
            "code": ":".join(filter(None, parts)), "measure": t.state, "floor": 0,
            "owner_type": b.type(owner[0]), "owner_id": b.pk(*owner),
        }  # fmt: skip

    b.rows(Account, "ledger.account", row)
