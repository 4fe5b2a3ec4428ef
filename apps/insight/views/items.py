from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.listing import Column
from apps.core.models import Attachment
from apps.core.pages import history, panels, refusals_as_messages, show
from apps.core.talk import talk
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.insight import rules
from apps.insight.actions import (
    correct_item,
    draft_from_feed,
    draft_item,
    file_item,
    keep_feed,
    withdraw_item,
)
from apps.insight.filters import ItemFilters
from apps.insight.flow import item_flow
from apps.insight.forms import FeedImportForm, FileImportForm, ItemForm, TextImportForm
from apps.insight.models import FeedFile, FollowUp, Issue, Item, Opportunity
from apps.insight.views.answers import forbid, is_export, table

COLUMNS = [
    Column("title", gettext_lazy("Title"), lambda i: i.headline, sort="title"),
    Column("category", gettext_lazy("Category"), lambda i: i.get_category_display(), sort="category"),
    Column("institution", gettext_lazy("Institution"), lambda i: i.institution, sort="institution"),
    Column("line", gettext_lazy("Business line"), lambda i: i.line and i.line.name),
    Column("unit", gettext_lazy("Unit"), lambda i: i.unit.label, sort="unit__path"),
    Column("filed", gettext_lazy("Filed"), lambda i: i.filed_at, sort="filed_at", kind="datetime"),
    Column("state", gettext_lazy("State"), lambda i: i.get_state_display(), sort="state", kind="state"),
]
EXPORTED = [
    Column("code", gettext_lazy("Code"), lambda i: i.code),
    Column("by", gettext_lazy("Filed by"), lambda i: i.filed_by.name),
    Column("source", gettext_lazy("Source"), lambda i: i.source_name),
    Column("author", gettext_lazy("Author"), lambda i: i.author),
    Column("published", gettext_lazy("Published on"), lambda i: i.published_on, kind="date"),
    Column("grade", gettext_lazy("Grade"), lambda i: i.get_grade_display()),
    Column("url", gettext_lazy("Address of the page"), lambda i: i.url),
]


def visible(request, pk):
    items = Item.objects.visible_to(request.user).select_related("unit", "line", "filed_by")
    return get_object_or_404(items, pk=pk)


@require_GET
@access("item.view")
def item_list(request):
    items = Item.objects.visible_to(request.user).for_list()
    filters = ItemFilters(request.GET, queryset=items, request=request)
    page = table(request, items, COLUMNS, EXPORTED, filters=filters, sort="-filed", name="items")
    return page if is_export(page) else show(request, "insight/item_list.html", fragment="rows", page=page)


IMPORT_FORMS = {"file": FileImportForm, "text": TextImportForm, "feed": FeedImportForm}


@access("item.file")
def item_import(request):
    """A saved page, a pasted text or a feed becomes drafts, which are corrected before they are filed."""
    way = request.GET.get("way", "file")
    if way not in IMPORT_FORMS:
        raise Http404
    form = IMPORT_FORMS[way](request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        unit, line = form.chosen_unit, form.cleaned_data["line"]
        try:
            if way == "feed":
                name = form.cleaned_data["file"].name.rsplit(".", 1)[0]
                feed = keep_feed(form.entries, by=request.user, unit=unit, line=line, name=name)
                return redirect("insight:item_choose", feed.pk)
            item = draft_item(
                form.extracted,
                by=request.user,
                unit=unit,
                line=line,
                original=form.original,
                url=form.cleaned_data.get("url", ""),
            )
            return redirect("insight:item_edit", item.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "insight/item_import.html", form=form, way=way)


@access("item.file")
def item_choose(request, pk):
    """Choose entries of a feed; each becomes a draft."""
    feed = get_object_or_404(FeedFile.objects.filter(by=request.user), pk=pk)
    if request.method == "POST":
        numbers = [
            int(n) for n in request.POST.getlist("entry") if n.isascii() and n.isdigit() and len(n) < 6
        ]
        with refusals_as_messages(request):
            drafts = draft_from_feed(feed, numbers, by=request.user)
            if len(drafts) == 1:
                return redirect("insight:item_edit", drafts[0].pk)
            messages.success(request, _("%(count)s drafts. Correct and file each.") % {"count": len(drafts)})
            return redirect("insight:item_list")
    urls = [entry["url"] for entry in feed.entries if entry["url"]]
    known = set(Item.objects.visible_to(request.user).filter(url__in=urls).values_list("url", flat=True))
    return show(request, "insight/item_choose.html", feed=feed, known=known)


@require_GET
@access("item.view")
def item_detail(request, pk):
    item = visible(request, pk)
    user = request.user
    follow_ups = list(FollowUp.objects.visible_to(user).for_list().filter(item=item).order_by("pk"))
    opportunities = list(
        Opportunity.objects.visible_to(user).for_list().filter(item=item).order_by("pk")
        if user.may_ever("opportunity.view")
        else []
    )
    issues = Issue.objects.visible_to(user).published().filter(lines__item=item)
    may_correct = rules.may_correct_item(user, item)
    return show(
        request,
        "insight/item_detail.html",
        item=item,
        original_text=request.GET.get("text") == "original",
        files=Attachment.objects.about(item).filter(kind="original").order_by("pk"),
        follow_ups=follow_ups,
        opportunities=opportunities,
        issues=issues.select_related("report").order_by("-pk"),
        same=Item.objects.visible_to(user).same_original_as(item).order_by("pk")[:5] if item.sha256 else [],
        may_correct=may_correct,
        moves=[move for move in item_flow.open_to(user, item) if move.name == "withdraw"],
        may_follow_up=item.filed and user.may_ever("opportunity.investigate"),
        talk=talk(request, item),
        history=history(user, item, *follow_ups, *opportunities),
        panels=panels(request, item),
    )


@access("item.view")
def item_edit(request, pk):
    """The proposal beside what it was made from; saved as a draft, or filed."""
    item = visible(request, pk)
    forbid(rules.may_correct_item(request.user, item))
    form = ItemForm(request.POST or None, item=item)
    both = []
    if request.method == "POST" and form.is_valid():
        act = file_item if request.POST.get("then") == "file" else correct_item
        try:
            act(item, by=request.user, version=form.cleaned_data["version"], **form.corrections)
            messages.success(
                request, _("Filed as %(code)s.") % {"code": item.code} if act is file_item else _("Saved.")
            )
            return redirect(item)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            item = visible(request, pk)  # as it stands: a refused action leaves its changes on the instance
    return show(
        request,
        "insight/item_edit.html",
        item=item,
        form=form,
        both=both,
        may_file=item_flow.verdict(item, "file", request.user),
        same=Item.objects.visible_to(request.user).same_original_as(item)[:5],
        files=Attachment.objects.about(item).filter(kind="original"),
    )


@require_POST
@access("item.view")
def item_move(request, pk, move):
    item = visible(request, pk)
    if move != "withdraw":
        raise Http404
    with refusals_as_messages(request):
        withdraw_item(item, by=request.user, note=request.POST.get("note", ""))
    return redirect(item)
