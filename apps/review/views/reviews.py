"""The reviewer's own pages: what I am asked to score, the declaration, the sheet."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import show
from apps.core.versions import Stale
from apps.review.actions import declare, save_scores, submit_scores
from apps.review.filters import ReviewFilters
from apps.review.forms import DeclarationForm, ScoreForm
from apps.review.models import Assignment, Consultation
from apps.review.views.answers import attempt, list_page
from apps.review.views.rounds import results_of

COLUMNS = [
    Column("number", gettext_lazy("Topic"), lambda a: a.topic.number, sort="topic__number"),
    Column("title", gettext_lazy("Title"), lambda a: a.shown_title),
    Column("field", gettext_lazy("Business line"), lambda a: a.topic.field),
    Column("round", gettext_lazy("Round"), lambda a: a.topic.round.title),
    Column("due", gettext_lazy("Due on"), lambda a: a.due_on, sort="due_on", kind="date"),
    Column(
        "total", gettext_lazy("My score"), lambda a: a.total_milli and a.total_milli / 1000, kind="number"
    ),
    Column("state", gettext_lazy("State"), lambda a: a.get_state_display(), sort="state", kind="state"),
]


@require_GET
@access("score.give")
def review_list(request):
    rows = Assignment.objects.mine(request.user).for_list()
    filters = ReviewFilters(request.GET, queryset=rows, request=request)
    waiting = rows.waiting_on(request.user).order_by("due_on", "pk")
    return list_page(
        request, "review/review_list.html", rows, COLUMNS, filters=filters, sort="-due", name="my-reviews",
        next=waiting.first(), show_only=request.GET.get("show", ""),
    )  # fmt: skip


def mine(request, pk):
    rows = Assignment.objects.mine(request.user).for_list().select_related("topic__round__rubric")
    return get_object_or_404(rows, pk=pk)


@require_GET
@access("score.give")
def review_detail(request, pk):
    return _detail(request, mine(request, pk))


@require_POST
@access("score.give")
def review_declare(request, pk):
    """Whether there is a conflict of interest; with one, the reviewer leaves the topic for good."""
    assignment = mine(request, pk)
    form = DeclarationForm(request.POST)
    if attempt(
        form,
        lambda values: declare(
            assignment, by=request.user, conflict=values["conflict"] == "yes", reason=values["reason"]
        ),
    ):
        return redirect(assignment)
    return _detail(request, mine(request, pk), declaration=form)


@require_POST
@access("score.give")
def review_score(request, pk):
    """Keep a draft, or hand the sheet in."""
    assignment = mine(request, pk)
    final = request.POST.get("then") == "submit"
    form = ScoreForm(request.POST, assignment=assignment, final=final)
    act = submit_scores if final else save_scores
    both = []

    def keep(values):
        act(assignment, by=request.user, scores=form.scores, comment=values["comment"], seen=values["seen"])

    try:
        if attempt(form, keep):
            messages.success(
                request, _("Handed in. Thank you.") if final else _("Kept as a draft; only you see it.")
            )
            return redirect(assignment)
    except Stale as stale:
        both = form.against(stale.current)
    return _detail(request, mine(request, pk), sheet=form, both=both)


def _detail(request, assignment, declaration=None, sheet=None, both=()):
    user, state = request.user, assignment.state
    topic = assignment.topic
    context = {
        "assignment": assignment,
        "both": both,
        "topic": topic,
        "declaration": declaration or DeclarationForm(),
        "next": Assignment.objects.waiting_on(user)
        .exclude(pk=assignment.pk)
        .order_by("due_on", "pk")
        .first(),
    }
    if assignment.opened:
        context |= {
            "subject": topic.subject,
            "consultations": Consultation.objects.visible_to(user)
            .for_list()
            .filter(project=topic.subject_id),
        }
    if state == Assignment.State.DECLARED:
        context["sheet"] = sheet or ScoreForm(assignment=assignment)
    if state == Assignment.State.DONE:
        context["scores"] = assignment.scores.select_related("criterion")
        context["result"] = results_of(user, topic.round).get(topic.pk)
    return show(request, "review/review_detail.html", **context)
