"""What happened and concerns me, and what I follow. Titles are shown to those who still see the thing."""

from django.contrib import messages
from django.db.models import BigIntegerField, Case, F, Value, When
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import SIGNED_IN, access
from apps.core.filters import NoticeFilters
from apps.core.listing import Column, listing
from apps.core.models import Entry, Notice
from apps.core.notices import read_all_notices, read_notice
from apps.core.pages import TONES, show
from apps.core.things import visible_things, with_things
from apps.core.verbs import declared

UNREAD_FIRST = 10**15  # more than there will ever be notices
NOTICE_COLUMNS = [
    Column("when", gettext_lazy("What happened"), lambda n: n.at, sort="rank", kind="datetime"),
]
FOLLOW_COLUMNS = [
    Column("since", gettext_lazy("Followed since"), lambda f: f.since, sort="since", kind="datetime")
]
MOST_SHOWN = 99


@require_GET
@access(SIGNED_IN)
def notice_list(request):
    """Unread first, each half newest first."""
    rank = Case(
        When(read_at=None, then=F("pk") + Value(UNREAD_FIRST)),
        default=F("pk"),
        output_field=BigIntegerField(),
    )
    rows = request.user.notices.annotate(rank=rank)
    filters = NoticeFilters(request.GET, rows, request=request)
    page = listing(request, rows, NOTICE_COLUMNS, filters=filters, sort="-when", name="notices")
    if isinstance(page, HttpResponseBase):
        return redirect("core:notice_list")
    told(request.user, page.rows)
    unread = request.user.notices.unread().exists()
    return show(request, "core/notice_list.html", fragment="rows", page=page, unread=unread)


def told(user, notices) -> None:
    """Give each notice its `thing`, and what was done by whom: `text`, `who`, `icon`, `tone`."""
    with_things(user, notices)
    entries = Entry.objects.select_related("by__person").in_bulk([n.entry for n in notices if n.entry])
    for notice in notices:
        verb, entry = declared(notice.verb), entries.get(notice.entry)
        notice.text, notice.who = verb.label, entry.by if entry and entry.by else _("The system")
        notice.icon, notice.tone = verb.icon, TONES.get(verb.tone, verb.tone)


@require_POST
@access(SIGNED_IN)
def notice_open(request, pk):
    """Read it, and go to what it is about, when that is still open to the reader."""
    notice = get_object_or_404(request.user.notices, pk=pk)
    read_notice(notice)
    thing = visible_things(request.user, [notice]).get((notice.subject_type_id, notice.subject_id))
    if thing is None:
        messages.info(request, _("What this notice is about is not open to you any more."))
    return redirect(thing or "core:notice_list")


@require_POST
@access(SIGNED_IN)
def notice_read(request, pk):
    read_notice(get_object_or_404(request.user.notices, pk=pk))
    return redirect("core:notice_list")


@require_POST
@access(SIGNED_IN)
def notice_read_all(request):
    read_all_notices(request.user)
    return redirect("core:notice_list")


@require_GET
@access(SIGNED_IN)
def notice_count(request):
    """How many are unread, for the bell: nothing when there are none."""
    count = Notice.objects.filter(to=request.user).unread()[: MOST_SHOWN + 1].count()
    return HttpResponse("" if not count else f"{MOST_SHOWN}+" if count > MOST_SHOWN else str(count))


@require_GET
@access(SIGNED_IN)
def follow_list(request):
    """All that I follow."""
    page = listing(request, request.user.follows.all(), FOLLOW_COLUMNS, sort="-since", name="follows")
    if isinstance(page, HttpResponseBase):
        return redirect("core:follow_list")
    with_things(request.user, page.rows)
    return show(request, "core/follow_list.html", fragment="rows", page=page)
