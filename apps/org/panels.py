from django.db.models import Q, prefetch_related_objects
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.panels import panel
from apps.core.search import searchable
from apps.org import matrix
from apps.org.coverage import coverage_of
from apps.org.models import Delegation, Person, Request, Unit

searchable(
    Unit,
    label=_("Units"),
    capability="org.view",
    text=lambda unit: (unit.name, f"{unit.code} {unit.short_name}"),
)
searchable(
    Person,
    label=_("Persons"),
    capability="org.view",
    text=lambda person: (person.name, f"{person.employee_no or ''} {person.organisation}"),
)


@panel("desk.home", order=10, may="request.view")
def requests_waiting(user, thing):
    """The requests this person may confirm or approve now, oldest first."""
    rows = Request.objects.visible_to(user).waiting_on(user).for_list().order_by("made_at", "pk")
    waiting = list(rows[:6])
    return ("org/panel_requests_waiting.html", {"waiting": waiting}) if waiting else None


@panel("org.unit", order=10, may="org.view")
def liaisons_of_branch(user, unit):
    """Of a branch, or of the bank at its root: how many units have a liaison, and how they work."""
    if unit.kind not in (Unit.Kind.BRANCH, Unit.Kind.HEAD_OFFICE):
        return None
    figures = coverage_of(unit)
    return ("org/panel_liaisons.html", {"unit": unit, "figures": figures}) if figures.units else None


@panel("core.profile", order=10)
def my_posts(user, thing):
    """What each post lets the person do, and over what."""
    prefetch_related_objects(user.standing, "line")
    return "org/panel_my_posts.html", {"posts": [(post, reach_in_words(post)) for post in user.standing]}


@panel("core.profile", order=20)
def my_delegations(user, thing):
    """Who acts for whom, now and later."""
    own = Q(giver=user.person_id) | Q(taker=user.person_id)
    rows = (
        Delegation.objects.filter(own, ends__gte=clock.today())
        .filter(Q(revoked_on=None) | Q(revoked_on__gt=clock.today()))
        .select_related("giver", "taker")
        .order_by("starts", "pk")
    )
    return "org/panel_my_delegations.html", {"delegations": list(rows), "me": user.person_id}


def reach_in_words(post) -> list[tuple[str, list[str]]]:
    """(over what, what the post lets one do there), the widest first."""
    words = {
        "bank": _("The whole bank"),
        "below": format_lazy(_("{unit} and everything below it"), unit=post.unit.label),
        "unit": post.unit.label,
        "own": _("Only what is mine or shared with me"),
    }
    found: dict[str, list[str]] = {}
    for capability in matrix.capabilities():
        if cell := matrix.cell(post.role, capability):
            over = (
                "bank"
                if {"same_unit", "descendant", "elsewhere"} <= cell
                else "below"
                if {"same_unit", "descendant"} <= cell
                else "unit"
                if "same_unit" in cell
                else "own"
            )
            found.setdefault(over, []).append(str(matrix.capability_label(capability)))
    return [(words[over], found[over]) for over in words if over in found]
