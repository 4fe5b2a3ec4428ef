from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import SIGNED_IN, access
from apps.core.listing import Column, listing
from apps.core.models import Entry
from apps.core.nav import line_named
from apps.core.pages import refusals_as_messages, show
from apps.core.routes import path_of
from apps.core.verdict import Refused
from apps.org import rules
from apps.org.actions import engagement as actions
from apps.org.filters.engagements import EngagementFilters
from apps.org.forms.engagements import AuditForm, EmergencyForm
from apps.org.models import Engagement
from apps.org.views.answers import forbid, state_in_time

COLUMNS = [
    Column("person", gettext_lazy("Who reads"), lambda e: e.person.name, sort="person__name"),
    Column("unit", gettext_lazy("Unit"), lambda e: e.unit.label),
    Column("kind", gettext_lazy("Kind"), lambda e: e.get_kind_display(), sort="kind"),
    Column("reference", gettext_lazy("Number of the letter"), lambda e: e.reference),
    Column("purpose", gettext_lazy("Purpose"), lambda e: e.purpose),
    Column("begins", gettext_lazy("From"), lambda e: e.begins, sort="begins", kind="datetime"),
    Column("ends", gettext_lazy("To"), lambda e: e.until, sort="ends", kind="datetime"),
    Column("state", gettext_lazy("State"), state_in_time, kind="state"),
]


def page_named(route: str, thing: int | None) -> str:
    """What the reader of the log calls the page: the line of the navigation it belongs to, else its route."""
    with suppress(NoReverseMatch):
        return line_named(path_of(route, thing)) or route
    return route


READ_COLUMNS = [
    Column("at", gettext_lazy("When"), lambda e: e.at, sort="pk", kind="datetime"),
    Column("route", gettext_lazy("Page"), lambda e: page_named(e.data["route"], e.data["thing"])),
    Column("thing", gettext_lazy("Number"), lambda e: e.data["thing"] or ""),
    Column("status", gettext_lazy("Answer"), lambda e: e.data["status"], kind="number"),
]


@require_GET
@access(SIGNED_IN)
def engagement_list(request):
    rows = Engagement.objects.visible_to(request.user).for_list()
    filters = EngagementFilters(request.GET, queryset=rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-begins", name="engagements")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "org/engagement_list.html",
        fragment="rows",
        page=page,
        state_of=state_in_time,
        may_ask=request.user.may_ever("engagement.ask"),
        may_ask_emergency=request.user.may_ever("engagement.emergency"),
    )


@require_GET
@access(SIGNED_IN)
def engagement_detail(request, pk):
    """What it is for, and all that was opened under it, which is a list of its own to sort and to take away."""
    user = request.user
    engagement = get_object_or_404(Engagement.objects.visible_to(user).for_list(), pk=pk)
    read = Entry.objects.about(engagement).filter(verb="engagement.read")
    page = listing(request, read, READ_COLUMNS, sort="-at", name=f"engagement-{engagement.pk}")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "org/engagement_detail.html",
        fragment="rows",
        engagement=engagement,
        page=page,
        page_named=page_named,
        state_of=state_in_time,
        may_end=rules.may_end_engagement(user, engagement),
    )


def _asks(request, form, ask, template):
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask(by=request.user, **form.cleaned_data)
            messages.success(request, _("Asked for. The security administrator approves it."))
            return redirect(asked)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, template, form=form)


@access("engagement.ask")
def engagement_ask(request):
    return _asks(request, AuditForm(request.POST or None), actions.ask_audit, "org/engagement_ask.html")


@access("engagement.emergency")
def engagement_emergency(request):
    form = EmergencyForm(request.POST or None)
    return _asks(request, form, actions.ask_emergency, "org/engagement_emergency.html")


@require_POST
@access(SIGNED_IN)
def engagement_end(request, pk):
    engagement = get_object_or_404(Engagement.objects.visible_to(request.user), pk=pk)
    forbid(rules.may_end_engagement(request.user, engagement))
    with refusals_as_messages(request):
        actions.end_engagement(engagement, by=request.user)
        messages.success(request, _("Ended. It opens nothing any more."))
    return redirect(engagement)
