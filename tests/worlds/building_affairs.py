"""Rows of insight, projects, operations, talent and points."""

from apps.incentives.models import Award, PointHolder
from apps.insight.models import (
    FollowUp,
    Investigation,
    Issue,
    IssueAudience,
    IssueLine,
    Item,
    Opportunity,
    Report,
)
from apps.operations.models import Product, Reading, Rollout
from apps.projects.models import (
    Estimate,
    EstimateOption,
    GateRequirement,
    Milestone,
    ProcessVersion,
    Project,
    RequiredKind,
    TeamMember,
    TrackRecord,
)
from apps.talent.models import ProfileSkill, Skill, TalentProfile
from tests.worlds.building import Builder, noon


def insight(b: Builder) -> None:
    b.rows(
        Item,
        "insight.item",
        lambda t: t.texts
        | b.place(t)
        | {"url": f"https://news.example/{t.texts['url']}", "filed_by_id": b.person(t.of["by"]), "state": t.state}
        | {"filed_at": noon(t.values["on"]), "grade": t.values["grade"]},
    )  # fmt: skip
    b.rows(
        FollowUp,
        "insight.followup",
        lambda t: t.texts
        | {
            "unit_id": b.units[t.unit], "item_id": b.pk("insight.item", t.of["item"]), "state": t.state,
            "owner_id": b.person(t.of["owner"]), "opened_by_id": b.person(t.of["opener"]), "due_on": t.values["due"],
        },
    )  # fmt: skip
    b.rows(
        Opportunity,
        "insight.opportunity",
        lambda t: {name: t.texts[name] for name in ("title", "code", "scene", "pain", "idea")}
        | b.place(t)
        | {
            "reporter_id": b.person(t.of["reporter"]), "holder_id": b.person(t.of["holder"]), "state": t.state,
            "item_id": b.pk("insight.item", t.of["item"]), "follow_up_id": b.pk("insight.followup", t.of["follow_up"]),
            "filed_at": noon(t.values["on"]), "due_on": t.values["due"],
        },
    )  # fmt: skip
    Investigation.objects.bulk_create(
        Investigation(
            opportunity_id=t.pk, reason=t.texts["reason"], fit=t.texts["fit"], by_id=b.person(t.of["reporter"]),
            conclusion={"held": "hold", "dropped": "drop"}.get(t.state, "take_up"),
        )
        for t in b.world.of("insight.opportunity")
        if "reason" in t.texts
    )  # fmt: skip
    b.rows(Report, "insight.report", lambda t: t.texts | b.place(t) | {"kind": Report.Kind.WEEKLY})
    b.rows(
        Issue,
        "insight.issue",
        lambda t: {"title": t.texts["title"], "state": t.state, "year": b.world.today.year}
        | b.place(t)
        | {
            "report_id": b.pk("insight.report", t.of["report"]), "editor_id": b.person(t.of["editor"]),
            "number": t.values["number"], "due_on": t.values["due"], "grade": t.values["grade"],
            "published_at": None if t.state == "draft" else noon(t.values["due"]),
        },
    )  # fmt: skip
    IssueLine.objects.bulk_create(
        IssueLine(
            issue_id=t.pk, item_id=b.pk("insight.item", item), order=at, section="peers",
            title=t.texts[f"line_title{at}"], summary=t.texts[f"summary{at}"], body=t.texts[f"line_body{at}"],
        )
        for t in b.world.of("insight.issue")
        for at, item in enumerate(t.of["items"])
    )  # fmt: skip
    IssueAudience.objects.bulk_create(
        IssueAudience(issue_id=t.pk, unit_id=b.units[unit], below=below)
        for t in b.world.of("insight.issue")
        for unit, below in t.of["audience"]
    )


def projects(b: Builder) -> None:
    process = ProcessVersion.in_force()
    stages = list(process.stages.all())
    kinds = list(RequiredKind.objects.filter(gate__process=process).select_related("gate"))
    things = b.world.of("projects.project")
    b.rows(
        Project,
        "projects.project",
        lambda t: {n: t.texts[n] for n in ("title", "code", "goal", "approach", "risks", "holder_note")}
        | b.place(t)
        | {
            "manager_id": b.person(t.of["manager"]), "proposer_id": b.person(t.of["proposer"]),
            "holder_id": b.person(t.of["holder"]), "opportunity_id": b.pk("insight.opportunity", t.of["opportunity"]),
            "process_version": process, "stage": stages[t.values["stage"] % len(stages)], "state": t.state,
            "due_on": t.values["due"], "revisit_on": t.values["due"], "asked_fen": t.values["asked_fen"],
            "grade": t.values["grade"], "proposed_at": noon(t.values["on"]), "stage_since": noon(t.values["on"]),
        },
    )  # fmt: skip
    GateRequirement.objects.bulk_create(
        GateRequirement(project_id=t.pk, gate=kind.gate, kind=kind) for t in things for kind in kinds
    )
    Milestone.objects.bulk_create(
        Milestone(project_id=t.pk, name=t.texts["milestone"], stage=stages[3], due_on=t.values["due"]) for t in things
    )  # fmt: skip
    TeamMember.objects.bulk_create(
        TeamMember(project_id=t.pk, person_id=b.person(person), part="business")
        for t in things
        for person in t.of["team"]
    )
    estimates = Estimate.objects.bulk_create(
        Estimate(
            project_id=t.pk, version=1, by_id=b.person(t.of["proposer"]), costs_fen=[t.values["asked_fen"], 1],
            benefits_fen=[0, 99], probability_bp=7000, rate_bp=400, basis=t.texts["basis"], rnpv_fen=9, npv_fen=9,
        )
        for t in things
    )  # fmt: skip
    EstimateOption.objects.bulk_create(
        EstimateOption(estimate=row, level="full", technology_fen=t.values["asked_fen"], rnpv_fen=9)
        for row, t in zip(estimates, things, strict=True)
    )
    for row, t in zip(estimates, things, strict=True):
        t.values["estimate"] = row.pk


def operations(b: Builder) -> None:
    things = b.world.of("operations.product")
    b.rows(
        Product,
        "operations.product",
        lambda t: {name: t.texts[name] for name in ("name", "code", "customer", "summary")}
        | b.place(t)
        | {
            "project_id": b.pk("projects.project", t.of["project"]), "owner_id": b.person(t.of["owner"]),
            "state": t.state, "made_at": noon(t.values["on"]),
        },
    )  # fmt: skip
    b.rows(
        Rollout,
        "operations.rollout",
        lambda t: t.texts
        | {
            "product_id": b.pk("operations.product", t.of["product"]), "unit_id": b.units[t.unit], "state": t.state,
            "offered_by_id": b.person(t.of["by"]), "offered_at": noon(t.values["on"]),
            "decided_by_id": None if t.state == "offered" else b.person(t.of["decided_by"]),
            "decided_at": None if t.state == "offered" else noon(t.values["decided"]),
        },
    )  # fmt: skip
    month = b.world.today.replace(day=1)
    Reading.objects.bulk_create(
        Reading(
            product_id=t.pk, unit_id=b.units[t.unit], month=month, version=2, cost_fen=100, benefit_fen=300,
            reason=t.texts["reading"], entered_by_id=b.person(t.of["owner"]),
        )
        for t in things
    )  # fmt: skip
    TrackRecord.objects.bulk_create(
        TrackRecord(
            project_id=b.pk("projects.project", t.of["project"]), unit_id=b.units[t.unit],
            promised_fen=t.values["promised"], realised_fen=200, months=1,
        )
        for t in things
    )  # fmt: skip


def talent(b: Builder) -> None:
    b.rows(
        TalentProfile,
        "talent.talentprofile",
        lambda t: t.texts
        | {
            "person_id": b.person(t.of["person"]), "unit_id": b.units[t.unit], "kind": t.state,
            "expert": t.values["expert"], "kept_at": noon(t.values["on"]),
        },
    )  # fmt: skip
    skill = Skill.objects.first()
    ProfileSkill.objects.bulk_create(
        ProfileSkill(profile_id=t.pk, skill=skill, level=3) for t in b.world.of("talent.talentprofile")
    )


def points(b: Builder) -> None:
    """After accounts and requests."""
    b.rows(
        PointHolder,
        "incentives.pointholder",
        lambda t: {
            "person_id": b.person(t.of["person"]), "unit_id": b.units[t.unit], "points": t.values["points"],
            "account_id": b.pk("ledger.account", t.of["account"]),
        },
    )  # fmt: skip
    b.rows(
        Award,
        "incentives.award",
        lambda t: t.texts
        | {
            "holder_id": b.pk("incentives.pointholder", t.of["holder"]), "at": noon(t.values["on"]),
            "request_id": b.pk("org.request", t.of["request"]), "key": t.texts["reason"], "points": t.values["points"],
        },
    )  # fmt: skip
