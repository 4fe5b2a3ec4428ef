from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.forms import row_id
from apps.core.listing import Column
from apps.core.models import Attachment
from apps.core.pages import history, panels, refusals_as_messages, show
from apps.core.talk import talk
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.insight import rules
from apps.insight.actions import (
    conclude,
    correct_opportunity,
    file_opportunity,
    follow_up,
    settle_follow_up,
    start_investigation,
)
from apps.insight.filters import FollowUpFilters, OpportunityFilters
from apps.insight.flow import followup_flow, opportunity_flow
from apps.insight.forms import ConclusionForm, FollowUpForm, OpportunityCorrectionForm, OpportunityForm
from apps.insight.models import FollowUp, Issue, Item, Opportunity
from apps.insight.views.answers import forbid, is_export, table

# ── Follow-ups ────────────────────────────────────────────────────────────────────────────────────────────────────

FOLLOW_UP_COLUMNS = [
    Column("title", gettext_lazy("Item"), lambda f: f.title, sort="title"),
    Column("unit", gettext_lazy("Unit"), lambda f: f.unit.label, sort="unit__path"),
    Column("owner", gettext_lazy("Owner"), lambda f: f.owner.name, sort="owner__name"),
    Column("due", gettext_lazy("Due on"), lambda f: f.due_on, sort="due_on", kind="date"),
    Column("state", gettext_lazy("State"), lambda f: f.get_state_display(), sort="state", kind="state"),
]


@require_GET
@access("opportunity.view")
def followup_list(request):
    rows = FollowUp.objects.visible_to(request.user).for_list()
    filters = FollowUpFilters(request.GET, queryset=rows, request=request)
    page = table(request, rows, FOLLOW_UP_COLUMNS, [], filters=filters, sort="-due", name="follow-ups")
    return (
        page if is_export(page) else show(request, "insight/followup_list.html", fragment="rows", page=page)
    )


@access("opportunity.investigate")
def followup_open(request, pk):
    """Follow up an item one sees."""
    item = get_object_or_404(Item.objects.visible_to(request.user).filed(), pk=pk)
    return open_follow_up(request, item, back=item.get_absolute_url())


@access("opportunity.investigate")
def line_follow_up(request, pk, line):
    """Follow up an item one reads of in a published issue."""
    issue = get_object_or_404(Issue.objects.visible_to(request.user).published(), pk=pk)
    line = get_object_or_404(issue.lines.select_related("item"), pk=line)
    return open_follow_up(request, line.item, back=issue.get_absolute_url(), title=line.title)


def open_follow_up(request, item, *, back, title=""):
    form = FollowUpForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        post = values["post"]
        try:
            made = follow_up(
                item,
                by=request.user,
                unit=post.unit,
                owner=post.person,
                due_on=values["due_on"],
                note=values["note"],
            )
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "insight/followup_open.html", form=form, title=title or item.headline, back=back)


def visible_follow_up(request, pk):
    rows = FollowUp.objects.visible_to(request.user).select_related("unit", "owner", "opened_by")
    return get_object_or_404(rows, pk=pk)


@require_GET
@access("opportunity.view")
def followup_detail(request, pk):
    made = visible_follow_up(request, pk)
    user = request.user
    opportunities = list(Opportunity.objects.visible_to(user).for_list().filter(follow_up=made))
    return show(
        request,
        "insight/followup_detail.html",
        made=made,
        item=Item.objects.visible_to(user).filter(pk=made.item_id).first()
        if user.may_ever("item.view")
        else None,
        opportunities=opportunities,
        moves=followup_flow.open_to(user, made),
        may_file=made.state == FollowUp.State.OPEN and user.may_ever("opportunity.file"),
        talk=talk(request, made),
        history=history(user, made, *opportunities),
        panels=panels(request, made),
    )


@require_POST
@access("opportunity.view")
def followup_move(request, pk, move):
    made = visible_follow_up(request, pk)
    if move not in followup_flow.moves:
        raise Http404
    with refusals_as_messages(request):
        settle_follow_up(made, by=request.user, move=move, note=request.POST.get("note", ""))
    return redirect(made)


# ── Opportunities ─────────────────────────────────────────────────────────────────────────────────────────────────

COLUMNS = [
    Column("title", gettext_lazy("Opportunity"), lambda o: o.title, sort="title"),
    Column("unit", gettext_lazy("Unit"), lambda o: o.unit.label, sort="unit__path"),
    Column("line", gettext_lazy("Business line"), lambda o: o.line and o.line.name),
    Column("reporter", gettext_lazy("Reported by"), lambda o: o.reporter.name, sort="reporter__name"),
    Column("holder", gettext_lazy("Lies with"), lambda o: o.holder and o.holder.name),
    Column("due", gettext_lazy("Due on"), lambda o: o.due_on, kind="date"),
    Column("filed", gettext_lazy("Filed"), lambda o: o.filed_at, sort="filed_at", kind="datetime"),
    Column("state", gettext_lazy("State"), lambda o: o.get_state_display(), sort="state", kind="state"),
]
EXPORTED = [
    Column("code", gettext_lazy("Code"), lambda o: o.code),
    Column(
        "contact",
        gettext_lazy("Customer may be contacted"),
        lambda o: _("Yes") if o.contact_allowed else _("No"),
    ),
]


def visible(request, pk):
    rows = Opportunity.objects.visible_to(request.user).select_related("unit", "line", "reporter", "holder")
    return get_object_or_404(rows, pk=pk)


@require_GET
@access("opportunity.view")
def opportunity_list(request):
    rows = Opportunity.objects.visible_to(request.user).for_list()
    filters = OpportunityFilters(request.GET, queryset=rows, request=request)
    page = table(request, rows, COLUMNS, EXPORTED, filters=filters, sort="-filed", name="opportunities")
    return (
        page
        if is_export(page)
        else show(request, "insight/opportunity_list.html", fragment="rows", page=page)
    )


@access("opportunity.file")
def opportunity_file(request):
    """Five fields and photos, made for a phone at the counter."""
    made = None
    if number := request.GET.get("follow_up", ""):
        made = visible_follow_up(request, row_id(number))
    form = OpportunityForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        initial={"title": made.title[:120]} if made else None,
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values.pop("unit", None)
        try:
            opportunity = file_opportunity(by=request.user, unit=form.chosen_unit, follow_up=made, **values)
            messages.success(request, _("Reported as %(code)s. Thank you.") % {"code": opportunity.code})
            return redirect(opportunity)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "insight/opportunity_file.html", form=form, made=made)


@require_GET
@access("opportunity.view")
def opportunity_detail(request, pk):
    opportunity = visible(request, pk)
    user = request.user
    may_conclude = opportunity.state == Opportunity.State.INVESTIGATING and rules.may_investigate(
        user, opportunity
    )
    made = item = None
    if opportunity.follow_up_id:
        made = FollowUp.objects.visible_to(user).filter(pk=opportunity.follow_up_id).first()
    if opportunity.item_id and user.may_ever("item.view"):
        item = Item.objects.visible_to(user).filter(pk=opportunity.item_id).first()
    return show(
        request,
        "insight/opportunity_detail.html",
        opportunity=opportunity,
        steps=steps(opportunity),
        made=made,
        item=item,
        photos=Attachment.objects.about(opportunity).filter(kind="photo").order_by("pk"),
        investigations=opportunity.investigations.select_related("by"),
        moves=opportunity_flow.open_to(user, opportunity),
        may_conclude=may_conclude,
        may_correct=rules.may_correct_opportunity(user, opportunity),
        talk=talk(request, opportunity),
        history=history(user, opportunity, *[thing for thing in (made, item) if thing]),
        panels=panels(request, opportunity),
    )


def steps(opportunity):
    """The stage line: where it stands, what is behind it, and where it ended."""
    state = Opportunity.State
    ended = opportunity.state in (state.HELD, state.DROPPED)
    third = opportunity.state if ended else state.CONCLUDED
    stages = [state.FILED, state.INVESTIGATING, third, state.TAKEN_UP]
    here = stages.index(opportunity.state)
    return [
        {
            "label": state(stage).label,
            "state": ("stopped" if ended else "done" if stage == state.TAKEN_UP else "now")
            if at == here
            else "done"
            if at < here
            else "ahead",
        }
        for at, stage in enumerate(stages)
    ]


@access("opportunity.view")
def opportunity_edit(request, pk):
    opportunity = visible(request, pk)
    forbid(rules.may_correct_opportunity(request.user, opportunity))
    names = ("title", "scene", "pain", "idea", "contact_allowed", "version")
    form = OpportunityCorrectionForm(
        request.POST or None, initial={name: getattr(opportunity, name) for name in names}
    )
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            correct_opportunity(opportunity, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(opportunity)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "insight/opportunity_edit.html", opportunity=opportunity, form=form, both=both)


@access("opportunity.investigate")
def opportunity_conclude(request, pk):
    """The six questions, the conclusion and its reason."""
    opportunity = visible(request, pk)
    forbid(opportunity_flow.verdict(opportunity, "conclude", request.user))
    form = ConclusionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            conclude(
                opportunity,
                by=request.user,
                answers=form.answers,
                conclusion=form.cleaned_data["conclusion"],
                reason=form.cleaned_data["reason"],
            )
            return redirect(opportunity)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "insight/opportunity_conclude.html", opportunity=opportunity, form=form)


@require_POST
@access("opportunity.view")
def opportunity_move(request, pk, move):
    opportunity = visible(request, pk)
    if move != "investigate":
        raise Http404
    with refusals_as_messages(request):
        start_investigation(opportunity, by=request.user)
    return redirect(opportunity)
