from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import show
from apps.projects.models import Project
from apps.review import rules
from apps.review.actions import answer_opinion, give_opinion
from apps.review.filters import ConsultationFilters
from apps.review.forms import AnswerForm, OpinionForm
from apps.review.models import Consultation
from apps.review.models.forum import explained_route
from apps.review.views.answers import attempt, forbid, list_page

COLUMNS = [
    Column("project", _("Project"), lambda c: f"{c.project.title} ({c.project.code})", sort="project__title"),
    Column("applicant", _("Applicant unit"), lambda c: c.project.unit.label),
    Column("unit", _("Department"), lambda c: c.unit.label, sort="unit__path"),
    Column("opinion", _("Opinion"), lambda c: c.get_opinion_display(), sort="opinion", kind="state"),
    Column("standing", _("Stands at"), lambda c: str(c.standing), kind="state"),
    Column("due", _("Due on"), lambda c: c.due_on, sort="due_on", kind="date"),
]
EXPORTED = [
    Column("text", _("Text of the opinion"), lambda c: c.text),
    Column("by", _("Given by"), lambda c: c.by and c.by.name),
    Column("answered", _("Given at"), lambda c: c.answered_at, kind="datetime"),
    Column("reply", _("Applicant's answer"), lambda c: c.get_reply_display()),
    Column("reply_text", _("Text of the answer"), lambda c: c.reply_text),
]


@require_GET
@access("project.view")
def consultation_list(request):
    rows = Consultation.objects.visible_to(request.user).for_list()
    filters = ConsultationFilters(request.GET, queryset=rows, request=request)
    columns = COLUMNS + EXPORTED if "format" in request.GET else COLUMNS
    return list_page(
        request, "review/consultation_list.html", rows, columns, filters=filters, sort="-due", name="consultations",
        mine=request.GET.get("show") == "mine",
    )  # fmt: skip


def visible(request, pk):
    rows = Consultation.objects.visible_to(request.user).for_list()
    return get_object_or_404(rows, pk=pk)


@require_GET
@access("project.view")
def consultation_detail(request, pk):
    return _detail(request, visible(request, pk))


@require_POST
@access("consultation.answer")
def consultation_give(request, pk):
    """The department's opinion."""
    consultation = visible(request, pk)
    forbid(rules.may_give_opinion(request.user, consultation))
    form = OpinionForm(request.POST)
    if attempt(form, lambda values: give_opinion(consultation, by=request.user, **values)):
        return redirect(consultation)
    return _detail(request, visible(request, pk), opinion_form=form)


@require_POST
@access("project.view")
def consultation_answer(request, pk):
    """The applicant's answer to an opinion with conditions or a no."""
    consultation = visible(request, pk)
    forbid(rules.may_answer_opinion(request.user, consultation))
    form = AnswerForm(request.POST)
    if attempt(form, lambda values: answer_opinion(consultation, by=request.user, **values)):
        return redirect(consultation)
    return _detail(request, visible(request, pk), answer_form=form)


def _detail(request, consultation, opinion_form=None, answer_form=None):
    user = request.user
    project = (
        Project.objects.visible_to(user).select_related("unit", "manager").get(pk=consultation.project_id)
    )
    others = (
        Consultation.objects.visible_to(user).for_list().filter(project=project).exclude(pk=consultation.pk)
    )
    forum, passed_over = explained_route(project)
    return show(
        request,
        "review/consultation_detail.html",
        consultation=consultation,
        project=project,
        estimate=project.estimate,
        forum=forum,
        passed_over=passed_over,
        others=others,
        opinion_form=(opinion_form or OpinionForm()) if rules.may_give_opinion(user, consultation) else None,
        answer_form=(answer_form or AnswerForm()) if rules.may_answer_opinion(user, consultation) else None,
    )
