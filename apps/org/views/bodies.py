from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import history, panels, refusals_as_messages, show
from apps.core.verdict import Refused
from apps.core.versions import Stale, seen_of
from apps.org import rules
from apps.org.actions.body import change_body, close_body, open_body, seat, unseat
from apps.org.filters.bodies import BodyFilters
from apps.org.forms.bodies import BodyChangeForm, BodyForm, SeatForm, TermForm
from apps.org.models import Body, Membership
from apps.org.views.answers import forbid, is_export, table

SEAT_TONES = {"chair": "brand", "deputy_chair": "teal", "member": "neutral", "secretary": "violet"}
COLUMNS = [
    Column("name", gettext_lazy("Body"), lambda b: b.name, sort="name"),
    Column("kind", gettext_lazy("Kind"), lambda b: b.get_kind_display(), sort="kind"),
    Column("unit", gettext_lazy("Unit"), lambda b: b.unit.label, sort="unit__path"),
    Column("chair", gettext_lazy("Chair"), lambda b: b.holder("chair")),
    Column("secretary", gettext_lazy("Secretary"), lambda b: b.holder("secretary")),
    Column("seats", gettext_lazy("Seats"), lambda b: len(b.seats_today), kind="number"),
    Column("starts", gettext_lazy("Term from"), lambda b: b.term_starts, sort="term_starts", kind="date"),
    Column("ends", gettext_lazy("Term to"), lambda b: b.term_ends, kind="date"),
]


@require_GET
@access("org.view")
def body_list(request):
    rows = Body.objects.visible_to(request.user).for_list()
    filters = BodyFilters(request.GET or QueryDict("term=now"), queryset=rows, request=request)
    page = table(request, rows, COLUMNS, filters=filters, sort="unit", name="bodies")
    return page if is_export(page) else show(request, "org/body_list.html", fragment="rows", page=page)


def visible(request, pk):
    return get_object_or_404(Body.objects.visible_to(request.user).select_related("unit"), pk=pk)


@require_GET
@access("org.view")
def body_detail(request, pk):
    body = visible(request, pk)
    sitting = body.sitting()
    others = body.memberships.exclude(pk__in=[row.pk for row in sitting]).select_related("person")
    return show(
        request,
        "org/body_detail.html",
        body=body,
        sitting=sitting,
        others=others.order_by("-starts", "-pk"),
        tones=SEAT_TONES,
        missing=[
            Membership.Role(role).label
            for role in ("chair", "secretary")
            if not body.over and not any(row.role == role for row in sitting)
        ],
        may_manage=rules.may_manage_body(request.user, body.unit),
        history=history(request.user, body),
        panels=panels(request, body),
    )


@access("body.manage")
def body_open(request):
    form = BodyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            return redirect(open_body(values.pop("unit"), by=request.user, **values))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/body_open.html", form=form)


@access("body.manage")
def body_edit(request, pk):
    body = visible(request, pk)
    forbid(rules.may_manage_body(request.user, body.unit))
    initial = {name: getattr(body, name) for name in TermForm.base_fields}
    initial["seen"] = seen_of(body, initial)
    form = BodyChangeForm(request.POST or None, initial=initial)
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            change_body(body, by=request.user, **form.cleaned_data)
            return redirect(body)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            body = visible(request, pk)
    return show(request, "org/body_edit.html", form=form, body=body, both=both)


@require_POST
@access("body.manage")
def body_close(request, pk):
    body = visible(request, pk)
    forbid(rules.may_manage_body(request.user, body.unit))
    with refusals_as_messages(request):
        seats = close_body(body, by=request.user)
        messages.success(request, ngettext("Dissolved; %(num)d seat ended.", "Dissolved; %(num)d seats ended.", seats) % {"num": seats})  # fmt: skip
    return redirect(body)


@access("body.manage")
def body_seat(request, pk):
    body = visible(request, pk)
    forbid(rules.may_manage_body(request.user, body.unit))
    form = SeatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            seat(body, values.pop("person"), values.pop("role"), by=request.user, **values)
            messages.success(request, _("The seat is given."))
            return redirect(body)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/body_seat.html", form=form, body=body)


@require_POST
@access("body.manage")
def body_unseat(request, pk, seat):
    body = visible(request, pk)
    forbid(rules.may_manage_body(request.user, body.unit))
    membership = get_object_or_404(body.memberships, pk=seat)
    with refusals_as_messages(request):
        unseat(membership, by=request.user)
        messages.success(request, _("The seat has ended."))
    return redirect(body)
