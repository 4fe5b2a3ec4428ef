from django.db.models import Q, prefetch_related_objects
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.panels import panel
from apps.core.search import searchable
from apps.org import matrix
from apps.org.coverage import coverage_of
from apps.org.models import Authority, Body, BusinessLine, Delegation, Person, Request, Unit
from apps.org.reorganising.change import standing_from
from apps.org.unsettled import unsettled

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


# ── What must be settled before a unit goes ───────────────────────────────────────────────────────────────────────
unsettled(
    "org.body",
    label=_("Bodies"),
    advice=_("Dissolve the body first: its forum then decides nothing more here."),
    open=lambda unit: Body.objects.in_term().filter(unit=unit),
)
unsettled(
    "org.authority",
    label=_("Lines of the authority table"),
    advice=_("End them first; what the other unit may approve is its own line."),
    open=lambda unit: Authority.objects.filter(Q(ends=None) | Q(ends__gte=clock.today()), unit=unit),
)
unsettled(
    "org.businessline",
    label=_("Business lines"),
    advice=_("Give the business line another department first."),
    open=lambda unit: BusinessLine.objects.filter(department=unit),
)
unsettled(
    "org.request",
    label=_("Requests for posts and authority"),
    advice=_("Decide or withdraw them first: they name this unit."),
    open=lambda unit: _open_requests(unit).filter(kind__in=NAMING_A_UNIT),
)
unsettled(
    "org.request.other",
    label=_("Requests"),
    advice=_("Decide or withdraw them first."),
    open=lambda unit: _open_requests(unit).exclude(kind__in=(*NAMING_A_UNIT, "org.reorganise")),
    passes_on=True,
)
unsettled(
    "org.unit",
    label=_("Units below"),
    advice=_("Close them first, or move them under another unit."),
    open=lambda unit: Unit.objects.under(unit).open().exclude(pk=unit.pk),
    passes_on=True,
)
unsettled(
    "org.post",
    label=_("Posts"),
    advice=_("End the posts first."),
    open=lambda unit: standing_from(clock.today()).filter(unit=unit),
    passes_on=True,
)
unsettled(
    "org.person",
    label=_("Persons"),
    advice=_("Give the people another home unit first."),
    open=lambda unit: Person.objects.serving().filter(unit=unit),
    passes_on=True,
)
NAMING_A_UNIT = ("post.grant", "authority.grant")


def _open_requests(unit):
    return Request.objects.unscoped("whether a unit can go").open().filter(unit=unit)


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
