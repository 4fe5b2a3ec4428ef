from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.forms import clean_text, row_id
from apps.core.listing import Column
from apps.core.pages import history, refusals_as_messages, show
from apps.core.verdict import Refused
from apps.core.versions import Stale, seen_of
from apps.review import rules
from apps.review.actions import call_meeting, call_roll, close_meeting
from apps.review.filters import MeetingFilters
from apps.review.flow import meeting_flow
from apps.review.forms import BallotForm, MeetingForm
from apps.review.models import AgendaItem, Ballot, Forum, Meeting, Minutes, Topic
from apps.review.views.answers import attempt, list_page
from apps.review.views.ballots import standing_of
from apps.review.views.rounds import busy_first

COLUMNS = [
    Column("meeting", gettext_lazy("Meeting"), lambda m: str(m)),
    Column("form", gettext_lazy("Form"), lambda m: m.get_form_display(), sort="form"),
    Column("held", gettext_lazy("Held on"), lambda m: m.held_on, sort="held_on", kind="date"),
    Column("place", gettext_lazy("Place"), lambda m: m.place),
    Column("topics", gettext_lazy("Topics"), lambda m: m.topic_count, kind="number"),
    Column("state", gettext_lazy("State"), lambda m: m.get_state_display(), sort="state", kind="state"),
]


@require_GET
@access("round.view")
def meeting_list(request):
    rows = Meeting.objects.visible_to(request.user).for_list(request.user)
    filters = MeetingFilters(request.GET, queryset=rows, request=request)
    return list_page(
        request, "review/meeting_list.html", rows, COLUMNS, filters=filters, sort="-held", name="meetings",
        may_call=request.user.may_ever("round.manage"),
    )  # fmt: skip


@access("round.manage")
def meeting_call(request):
    """Choose the forum, then of its judged topics."""
    user = request.user
    forums = [
        f for f in Forum.objects.visible_to(user).select_related("unit") if rules.may_call_meeting(user, f)
    ]
    ready = {f.pk: [] for f in forums}
    free = (
        Topic.objects.managed_by(user).judged().exclude(pk__in=AgendaItem.objects.standing().values("topic"))
    )
    for topic in free.select_related("round").order_by("pk"):
        if topic.round.forum_id in ready:
            ready[topic.round.forum_id].append(topic)
    asked = request.GET.get("forum", "")
    forum = next((f for f in forums if str(f.pk) == asked), None) if asked else None
    if asked and forum is None:
        raise Http404
    if forum is None:
        forum = next((f for f in forums if ready[f.pk]), forums[0] if forums else None)
    topics = ready[forum.pk] if forum else []
    form = MeetingForm(request.POST or None, topics=topics)
    made = []

    def call(values):
        chosen = list(values.pop("topics"))
        made.append(call_meeting(forum, chosen, by=user, **values))

    if request.method == "POST" and attempt(form, call):
        messages.success(request, _("The meeting is called; its members have the topics to read."))
        return redirect(made[0])
    return show(
        request, "review/meeting_call.html", form=form, forum=forum, topics=topics,
        forums=busy_first(forums, ready),
    )  # fmt: skip


def visible(request, pk):
    rows = Meeting.objects.visible_to(request.user).select_related("forum__body", "unit", "called_by")
    return get_object_or_404(rows, pk=pk)


@require_GET
@access("round.view")
def meeting_detail(request, pk):
    return _detail(request, visible(request, pk))


def _detail(request, meeting, *, typed=None, both=()):
    """The page of a meeting; after a stale roll with what was `typed` (members there, observers) and what stands."""
    user = request.user
    topics = Topic.objects.visible_to(user)
    agenda = list(
        AgendaItem.objects.unscoped("of a meeting and topics had through scope")
        .filter(meeting=meeting, topic__in=topics.values("pk"))
        .select_related("topic__round")
        .prefetch_related("topic__subject")
    )
    ballots = list(Ballot.objects.visible_to(user).filter(meeting=meeting).prefetch_members().order_by("pk"))
    seats = list(meeting.attendance.select_related("person__unit"))
    voting = [seat for seat in seats if seat.votes]
    called = any(seat.present is not None for seat in voting)
    may_chair = rules.may_chair(user, meeting)
    managed = set(
        Topic.objects.managed_by(user).filter(agenda_items__meeting=meeting).values_list("pk", flat=True)
    )
    return show(
        request,
        "review/meeting_detail.html",
        meeting=meeting,
        seats=seats,
        due=len(voting),
        present=sum(bool(seat.present) for seat in voting),
        ticked=typed[0] if typed else {s.person_id for s in voting if s.present or not called},
        observers=typed[1] if typed else meeting.observers,
        seen=seen_of(meeting, Meeting.ROLL),
        both=both,
        called=called or meeting.form == Meeting.Form.WRITTEN,
        may_chair=may_chair,
        agenda=[_line(item.topic, ballots, managed) for item in agenda],
        ballot_form=BallotForm(),
        moves=meeting_flow.open_to(user, meeting),
        minutes=Minutes.objects.visible_to(user).filter(meeting=meeting).first(),
        may_draft=user.can("round.manage", meeting),
        history=history(user, meeting),
    )


def _line(topic, ballots, managed):
    """A topic of the agenda with its ballots; whether another may be opened."""
    of_it = [ballot for ballot in ballots if ballot.topic_id == topic.pk]
    voted = any(ballot.result != Ballot.Result.NO_QUORUM for ballot in of_it)
    return {
        "topic": topic,
        "ballots": [(ballot, standing_of(ballot)) for ballot in of_it],
        "may_open": topic.pk in managed and topic.state == Topic.State.WAITING and not voted,
    }


@require_POST
@access("round.manage")
def meeting_roll(request, pk):
    """Who is there, and who sits in without a vote."""
    meeting = visible(request, pk)
    present = set(map(row_id, request.POST.getlist("present")))
    observers = clean_text(request.POST.get("observers", ""))[:500]
    try:
        call_roll(meeting, present, by=request.user, observers=observers, seen=request.POST.get("seen"))
        messages.success(request, _("The roll is called."))
    except Stale as stale:
        return _detail(request, visible(request, pk), typed=(present, observers), both=rolls(stale.current, present, observers))  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(meeting)


def rolls(meeting, present, observers) -> list[tuple]:
    """(label, stands, typed) where two rolls of a meeting differ."""
    names = {
        seat.person_id: seat.person.name for seat in meeting.attendance.select_related("person") if seat.votes
    }
    pairs = [
        (_("Present"), *("、".join(names[pk] for pk in names if pk in there) or "—" for there in (meeting.roll or [], present))),
        (_("Observers, without a vote"), meeting.observers or "—", observers or "—"),
    ]  # fmt: skip
    return [pair for pair in pairs if pair[1] != pair[2]]


@require_POST
@access("round.manage")
def meeting_move(request, pk, move):
    meeting = visible(request, pk)
    if move not in meeting_flow.moves:
        raise Http404
    with refusals_as_messages(request):
        close_meeting(meeting, by=request.user)
    return redirect(meeting)
