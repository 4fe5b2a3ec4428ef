from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from apps.allocation import rules
from apps.allocation.actions import candidates
from apps.allocation.models import Fund, Scenario, Tranche
from apps.allocation.models.fund import Resource
from apps.core import clock
from apps.core.panels import panel
from apps.org.unsettled import unsettled
from apps.projects.models import Project

unsettled(
    "allocation.fund",
    label=_("Funds"),
    advice=_("The fund of the year runs on: merge the unit, or wait for the end of the year."),
    open=lambda unit: Fund.objects.unscoped("whether a unit can be closed").filter(
        unit=unit, year__gte=clock.today().year
    ),
    passes_on=True,
)


@panel("projects.project", order=40)
def money(user, project):
    """What the project asked for, was promised and may spend, and its tranches."""
    tranches = list(
        Tranche.objects.unscoped("whoever sees the project sees its money")
        .filter(commitment__project=project)
        .select_related("commitment__scenario__unit", "stage")
        .with_request()
        .order_by("number")
    )
    if not tranches and project.stage.code != "funding":
        return None
    for tranche in tranches:
        tranche.commitment.project = project
    commitment = tranches[0].commitment if tranches else None
    released = [tranche for tranche in tranches if tranche.state == Tranche.State.RELEASED]
    return "allocation/panel_project_money.html", {
        "project": project,
        "commitment": commitment,
        "released_fen": sum(tranche.money_fen for tranche in released),
        "resources": [
            (
                resource.label,
                getattr(commitment, f"{resource}_fen"),
                sum(getattr(tranche, f"{resource}_fen") for tranche in released),
            )
            for resource in (Resource if commitment else ())
        ],
        "tranches": [
            (
                tranche,
                tranche.state == Tranche.State.PLANNED
                and tranche.reached
                and not tranche.asked
                and bool(rules.may_ask_for_tranche(user, tranche)),
            )
            for tranche in tranches
        ],
    }


@panel("desk.home", order=30, may="scenario.solve")
def my_scenarios(user, thing):
    """Scenarios of this person with a plan nobody asked funds for, or without one."""
    waiting = Scenario.objects.visible_to(user).waiting_on(user).select_related("fund").order_by("-pk")
    found = list(waiting[:6])
    return ("allocation/panel_my_scenarios.html", {"scenarios": found}) if found else None


@panel("desk.home", order=31, may="tranche.release")
def tranches_due(user, thing):
    """Tranches whose project has come to their stage."""
    rows = Tranche.objects.visible_to(user).due().for_list().with_seen(Project.objects.visible_to(user))
    found = list(rows.order_by("pk")[:6])
    return ("allocation/panel_tranches_due.html", {"tranches": found}) if found else None


@panel("desk.home", order=32, may="scenario.solve")
def approved_and_unfunded(user, thing):
    """How many approved projects wait for funds, and how much they ask."""
    units = [post.unit for post in user.standing if user.may_at("scenario.solve", post.unit, post.line_id)]
    top = min(units, key=lambda unit: unit.depth)
    found = (
        Project.objects.visible_to(user)
        .filter(pk__in=candidates(top).values("pk"))
        .aggregate(count=Count("pk"), asked_fen=Sum("asked_fen", default=0))
    )
    return ("allocation/panel_unfunded.html", found) if found["count"] else None
