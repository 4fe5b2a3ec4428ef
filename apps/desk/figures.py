"""The figures of a person's scope: what is under way, what is late, what came of what. Each opens the rows behind it."""

from datetime import date

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.allocation.models import Commitment
from apps.core import clock
from apps.core.journal import Entry
from apps.core.pages import TONES
from apps.insight.models import Opportunity
from apps.operations.models import Rollout
from apps.projects.models import Project

PERIODS: dict[str, Promise] = {"month": _("This month"), "quarter": _("This quarter"), "year": _("This year")}
MONTHS = 12


def first_day(period: str) -> date:
    """The first day of the month, quarter or year that today lies in."""
    today = clock.today()
    month = {"month": today.month, "quarter": today.month - (today.month - 1) % 3, "year": 1}[period]
    return today.replace(month=month, day=1)


def figures(user, since: date) -> dict[str, dict]:
    """Projects, opportunities, money and roll-outs in this person's reach, since a day. Four queries."""
    started = Q(proposed_at__date__gte=since)
    alive = Q(state__in=[Project.State.ACTIVE, Project.State.RETURNED, Project.State.ON_HOLD])
    projects = Project.objects.visible_to(user)
    taken = Q(state=Opportunity.State.TAKEN_UP)
    return {
        "projects": projects.aggregate(
            alive=Count("pk", filter=alive),
            new=Count("pk", filter=started),
            late=Count("pk", filter=Q(state=Project.State.ACTIVE, due_on__lt=clock.today())),
        ),
        "opportunities": Opportunity.objects.visible_to(user)
        .filter(filed_at__date__gte=since)
        .aggregate(filed=Count("pk"), taken=Count("pk", filter=taken)),
        "money": Commitment.objects.unscoped("the money of the projects in reach")
        .filter(project__in=projects.values("pk"), at__date__gte=since)
        .aggregate(fen=Sum(F("technology_fen") + F("marketing_fen") + F("people_fen")), projects=Count("pk")),
        "rollouts": Rollout.objects.visible_to(user)
        .filter(offered_at__date__gte=since)
        .aggregate(live=Count("pk", filter=Q(state=Rollout.State.LIVE)), offered=Count("pk")),
    }


def months() -> list[date]:
    """The first days of the last twelve months, this one included."""
    today = clock.today()
    numbers = [today.year * 12 + today.month - 1 - back for back in range(MONTHS - 1, -1, -1)]
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def trend(user) -> dict[str, list]:
    """Opportunities filed, projects proposed and the share of the one in the other, for the last twelve months."""
    days = months()

    def by_month(rows, moment):
        counted = (
            rows.filter(**{f"{moment}__date__gte": days[0]})
            .annotate(month=TruncMonth(moment))
            .values("month")
            .annotate(n=Count("pk"))
            .order_by("month")
        )
        found = {row["month"].date().replace(day=1): row["n"] for row in counted}
        return [found.get(day, 0) for day in days]

    filed = by_month(Opportunity.objects.visible_to(user), "filed_at")
    proposed = by_month(Project.objects.visible_to(user), "proposed_at")
    share = [round(100 * b / a) if a else 0 for a, b in zip(filed, proposed, strict=True)]
    return {"months": [f"{day:%Y-%m}" for day in days], "filed": filed, "proposed": proposed, "share": share}


def trend_chart(told: dict[str, list]) -> dict:
    """The trend as an ECharts option; of projects alone for whoever has no opportunities in reach."""
    proposed = {"type": "bar", "name": str(_("Projects proposed")), "data": told["proposed"]}
    if not any(told["filed"]):
        return {
            "xAxis": {"type": "category", "data": told["months"]},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [proposed],
        }
    return {
        "xAxis": {"type": "category", "data": told["months"]},
        "yAxis": [
            {"type": "value", "minInterval": 1},
            {"type": "value", "axisLabel": {"formatter": "{value}%"}, "splitLine": {"show": False}},
        ],
        "series": [
            {"type": "bar", "name": str(_("Opportunities filed")), "data": told["filed"]},
            proposed,
            {"type": "line", "name": str(_("Proposed per 100 filed")), "data": told["share"], "yAxisIndex": 1},
        ],
    }  # fmt: skip


def latest(user, limit: int = 5) -> list[dict]:
    """The last things that happened to projects in this person's reach."""
    near = Project.objects.visible_to(user).order_by("-stage_since", "-pk")[:30]
    projects = {project.pk: project for project in near}
    entries = (
        Entry.objects.about(*projects.values()).select_related("by__person").order_by("-pk")[: limit * 2]
    )
    return [
        {
            "who": entry.by or _("The system"),
            "text": f"{entry.label} · {projects[entry.subject_id]}",
            "href": projects[entry.subject_id].get_absolute_url(),
            "when": entry.at,
            "icon": entry.declaration.icon,
            "tone": TONES.get(entry.declaration.tone, entry.declaration.tone),
        }
        for entry in entries
        if not entry.declaration.readers or user.may_ever(entry.declaration.readers)
    ][:limit]
