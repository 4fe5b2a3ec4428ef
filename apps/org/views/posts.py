from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import show
from apps.core.verdict import Refused
from apps.org import rules
from apps.org.actions import post as actions
from apps.org.filters.posts import PostFilters
from apps.org.forms.posts import HandOverForm, PostAskForm, PostEndForm
from apps.org.handover import registered
from apps.org.models import Post
from apps.org.views.answers import forbid, is_export, table

COLUMNS = [
    Column("person", gettext_lazy("Person"), lambda p: p.person.name, sort="person__name"),
    Column("role", gettext_lazy("Role"), lambda p: p.role_label, sort="role"),
    Column("unit", gettext_lazy("Unit"), lambda p: p.unit.label, sort="unit__path"),
    Column("line", gettext_lazy("Business line"), lambda p: p.line and p.line.name),
    Column("starts", gettext_lazy("From"), lambda p: p.starts, sort="starts", kind="date"),
    Column("until", gettext_lazy("To"), lambda p: p.revoked_on or p.ends, sort="until", kind="date"),
]
EXPORTED = [
    Column("number", gettext_lazy("Employee number"), lambda p: p.person.employee_no or ""),
    Column("code", gettext_lazy("Code"), lambda p: p.unit.code),
]
SHOWN = 10


@require_GET
@access("org.view")
def post_list(request):
    """Who holds what where; first of all what is in force."""
    rows = Post.objects.for_list()
    filters = PostFilters(request.GET or QueryDict("when=now"), queryset=rows, request=request)
    page = table(request, rows, COLUMNS, EXPORTED, filters=filters, sort="unit", name="posts")
    return page if is_export(page) else show(request, "org/post_list.html", fragment="rows", page=page)


@access("post.request")
def post_ask(request):
    """Ask that people be given a post; the security administrator decides each."""
    start = {name: request.GET[name] for name in ("person", "unit", "role") if name in request.GET}
    form = PostAskForm(request.POST or None, user=request.user, initial=start)
    if request.method == "POST" and form.is_valid():
        unit, role = form.cleaned_data["unit"], form.cleaned_data["role"]
        try:
            made = actions.ask_posts(form.people, unit, role, by=request.user, **form.values())
            if len(made) == 1:
                return redirect(made[0])
            messages.success(request, _("%(count)s requests are made.") % {"count": len(made)})
            return redirect(reverse("org:request_list") + "?mine=made")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/post_ask.html", form=form)


def visible(request, pk):
    return get_object_or_404(Post.objects.for_list(), pk=pk)


@access("org.view")
def post_end(request, pk):
    post = visible(request, pk)
    forbid(rules.may_end_post(request.user, post))
    form = PostEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_post(post, by=request.user, on=form.cleaned_data["on"])
            messages.success(request, _("The post is ended."))
            return redirect(post.person)
        except Refused as refusal:
            form.add_error("on", str(refusal))
    return show(request, "org/post_end.html", form=form, post=post, open=open_with(request.user, post))


@access("org.view")
def post_hand_over(request, pk):
    """What is open with a post, and who takes it."""
    post = visible(request, pk)
    forbid(rules.may_hand_over(request.user, post))
    form = HandOverForm(request.POST or None, initial={"to": post.deputy} if post.deputy else None)
    if request.method == "POST" and form.is_valid():
        try:
            counts = actions.hand_over(post, to=form.cleaned_data["to"], by=request.user)
            messages.success(request, _("Handed over: %(count)s.") % {"count": sum(counts.values())})
            return redirect(post.person)
        except Refused as refusal:
            form.add_error("to", str(refusal))
    return show(request, "org/post_hand_over.html", form=form, post=post, open=open_with(request.user, post))


def open_with(user, post) -> list[dict]:
    """Of each kind that hands over: how many are open with the post, and those this person may see, as links."""
    found = []
    for kind in registered().values():
        rows = kind.open(post)
        count = rows.count()
        if count:
            seen = rows.model.objects.visible_to(user).filter(pk__in=rows.values("pk")).order_by("pk")
            found.append({"label": kind.label, "count": count, "things": seen[:SHOWN]})
    return found
