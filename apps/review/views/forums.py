from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import history, show
from apps.core.versions import Stale
from apps.review import rules
from apps.review.actions import change_forum, set_up_forum
from apps.review.filters import ForumFilters
from apps.review.forms import ForumChangeForm, ForumForm
from apps.review.models import Forum, Rubric
from apps.review.views.answers import attempt, forbid, list_page

COLUMNS = [
    Column("name", gettext_lazy("Forum"), lambda f: f.name, sort="name"),
    Column("kind", gettext_lazy("Kind"), lambda f: f.get_kind_display(), sort="kind"),
    Column("unit", gettext_lazy("Unit"), lambda f: f.unit.name, sort="unit__path"),
    Column("limit", gettext_lazy("Decides up to"), lambda f: f.limit_fen, kind="money_fen"),
    Column(
        "beyond", gettext_lazy("Beyond one branch"), lambda f: _("Yes") if f.decides_cross_branch else _("No")
    ),
    Column(
        "first",
        gettext_lazy("First in the industry"),
        lambda f: _("Yes") if f.decides_first_in_industry else _("No"),
    ),
]


@require_GET
@access("project.view")
def forum_list(request):
    rows = Forum.objects.visible_to(request.user).select_related("unit", "body")
    filters = ForumFilters(request.GET, queryset=rows, request=request)
    return list_page(
        request, "review/forum_list.html", rows, COLUMNS, filters=filters, sort="unit", name="forums",
        may_set_up=request.user.may_ever("body.manage"),
    )  # fmt: skip


@require_GET
@access("project.view")
def forum_detail(request, pk):
    forum = get_object_or_404(Forum.objects.visible_to(request.user).select_related("unit", "body"), pk=pk)
    rubric = Rubric.in_force()
    return show(
        request,
        "review/forum_detail.html",
        forum=forum,
        consulted=forum.consulted.select_related("unit"),
        seats=forum.body.sitting(),
        rubric=rubric,
        criteria=rubric.criteria.all() if rubric else [],
        may_keep=rules.may_keep_forums(request.user, forum.unit),
        history=history(request.user, forum),
    )


@access("body.manage")
def forum_set_up(request):
    """Give a body the right to decide."""
    form = ForumForm(request.POST or None, user=request.user)
    if request.method == "POST" and attempt(form, lambda values: _set_up(request, values)):
        return redirect("review:forum_list")
    return show(request, "review/forum_edit.html", form=form, forum=None)


def _set_up(request, values):
    forum = set_up_forum(by=request.user, **values)
    messages.success(request, _("%(forum)s may decide from now on.") % {"forum": forum})


@access("body.manage")
def forum_edit(request, pk):
    """Change what a forum may decide and how it counts; ballots that are open keep the rule they began with."""
    forum = get_object_or_404(Forum.objects.visible_to(request.user).select_related("unit", "body"), pk=pk)
    forbid(rules.may_keep_forums(request.user, forum.unit))
    form = ForumChangeForm(request.POST or None, user=request.user, forum=forum)
    both = []
    try:
        if request.method == "POST" and attempt(
            form, lambda values: change_forum(forum, by=request.user, **values)
        ):
            messages.success(request, _("Saved."))
            return redirect(forum)
    except Stale as stale:
        both = form.against(stale.current)
    return show(request, "review/forum_edit.html", form=form, forum=forum, both=both)
