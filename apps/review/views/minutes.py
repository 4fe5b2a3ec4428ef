from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.documents import PDF, WORD, download, pdf, pdf_available, watermark_for, word
from apps.core.listing import Column
from apps.core.models import Attachment
from apps.core.pages import history, refusals_as_messages, show
from apps.core.versions import Stale
from apps.review import rules
from apps.review.actions import draft_minutes, edit_minutes, issue_minutes
from apps.review.actions.minutes import results_at
from apps.review.documents import minutes_context
from apps.review.filters import MinutesFilters
from apps.review.forms import MinutesForm
from apps.review.models import Meeting, Minutes
from apps.review.views.answers import attempt, forbid, list_page, served

COLUMNS = [
    Column("number", gettext_lazy("Minutes"), lambda m: str(m)),
    Column("meeting", gettext_lazy("Meeting"), lambda m: str(m.meeting)),
    Column(
        "held", gettext_lazy("Held on"), lambda m: m.meeting.held_on, sort="meeting__held_on", kind="date"
    ),
    Column("issued", gettext_lazy("Issued at"), lambda m: m.issued_at, kind="datetime"),
    Column("state", gettext_lazy("State"), lambda m: m.get_state_display(), sort="state", kind="state"),
]


@require_GET
@access("round.view")
def minutes_list(request):
    rows = Minutes.objects.visible_to(request.user).for_list()
    filters = MinutesFilters(request.GET, queryset=rows, request=request)
    return list_page(
        request, "review/minutes_list.html", rows, COLUMNS, filters=filters, sort="-held", name="minutes"
    )


@require_POST
@access("round.manage")
def minutes_draft(request, pk):
    """Draft the minutes of a meeting, with a decision a topic as its ballot went."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).select_related("forum"), pk=pk)
    with refusals_as_messages(request):
        return redirect(draft_minutes(meeting, by=request.user))
    return redirect(meeting)


def visible(request, pk):
    rows = Minutes.objects.visible_to(request.user).select_related(
        "meeting__forum__body", "meeting__forum__unit", "unit", "written_by", "issued_by"
    )
    return get_object_or_404(rows, pk=pk)


def decisions_of(minutes):
    """[(decision, how its ballot ended, why minutes may not say so), …]"""
    results = results_at(minutes.meeting)
    return [
        (
            row,
            results.get(row.topic_id, ""),
            rules.bears_out(row.decision, results.get(row.topic_id, ""), row.conditions),
        )
        for row in minutes.decisions.select_related("topic")
    ]


@require_GET
@access("round.view")
def minutes_detail(request, pk):
    minutes = visible(request, pk)
    user = request.user
    decisions = decisions_of(minutes)
    may_issue = rules.may_issue(user, minutes)
    keeps = user.can("minutes.issue", minutes)
    return show(
        request,
        "review/minutes_detail.html",
        minutes=minutes,
        meeting=minutes.meeting,
        context=minutes_context(minutes),
        decisions=decisions,
        may_edit=rules.may_write_minutes(user, minutes),
        may_issue=may_issue,
        faults=[(row, fits.reason) for row, _result, fits in decisions if not fits] if may_issue else [],
        kept=Attachment.objects.about(minutes).filter(kind="issued") if keeps else [],
        with_pdf=pdf_available(),
        history=history(user, minutes),
    )


@access("round.manage")
def minutes_edit(request, pk):
    minutes = visible(request, pk)
    forbid(rules.may_write_minutes(request.user, minutes))
    decisions = decisions_of(minutes)
    form = MinutesForm(
        request.POST or None, minutes=minutes, decisions=[(row, result) for row, result, _fits in decisions]
    )
    both = []

    def edit(values):
        edit_minutes(
            minutes, by=request.user, version=values["version"], text=values["text"], decisions=form.decisions
        )

    if request.method == "POST":
        try:
            if attempt(form, edit):
                messages.success(request, _("Saved."))
                return redirect(minutes)
        except Stale as stale:
            both = form.against(stale.current)
    return show(request, "review/minutes_edit.html", minutes=minutes, form=form, both=both)


@require_POST
@access("minutes.issue")
def minutes_issue(request, pk):
    minutes = visible(request, pk)
    with refusals_as_messages(request):
        issue_minutes(minutes, by=request.user)
        messages.success(request, _("Issued as %(number)s.") % {"number": minutes.number})
    return redirect("review:minutes_detail", pk=pk)


FORMATS = {"docx": (word, WORD), "pdf": (pdf, PDF)}


@require_GET
@access("round.view")
def minutes_document(request, pk, format):
    """The issued minutes, with the mark of whoever takes them away."""
    minutes = visible(request, pk)
    if format not in FORMATS or minutes.state != Minutes.State.ISSUED:
        raise Http404
    make, media_type = FORMATS[format]
    with refusals_as_messages(request):
        data = make("minutes", minutes_context(minutes), watermark=watermark_for(request.user))
        return download(data, f"{minutes.number}.{format}", media_type)
    return redirect(minutes)


@require_GET
@access("minutes.issue")
def minutes_file(request, pk, file):
    """The document as it was issued, kept for the record."""
    minutes = visible(request, pk)
    return served(get_object_or_404(Attachment.objects.about(minutes).filter(kind="issued"), pk=file))
