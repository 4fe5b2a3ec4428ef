"""Minutes: what a meeting decided, topic by topic; issuing them lets it take effect."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.attachments import attach
from apps.core.documents import WORD, watermark_for, word
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.numbering import next_number
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.org.reach import allow
from apps.projects.actions import hand_to
from apps.review import rules
from apps.review.ballot import NO_QUORUM
from apps.review.documents import minutes_context
from apps.review.flow import meeting_flow
from apps.review.models import Decision, Meeting, Minutes, Topic
from apps.review.subjects import subject_of

PROPOSED = {"passed": Topic.Result.APPROVE, "failed": Topic.Result.REJECT}


@transaction.atomic
def draft_minutes(meeting: Meeting, *, by) -> Minutes:
    """Minutes of a meeting, with a decision per topic as its ballot went."""
    lock(meeting)
    if meeting.open_ballots:
        raise Refused(_("A ballot is still open."))
    minutes, made = Minutes.objects.get_or_create(
        meeting=meeting, defaults={"unit": meeting.unit, "written_by_id": by.principal_id}
    )
    demand(rules.may_write_minutes(by, minutes))
    if made:
        results = results_at(meeting)
        for item in meeting.agenda.all().marked().select_related("topic"):
            Decision.objects.create(
                minutes=minutes,
                topic=item.topic,
                order=item.order,
                decision=PROPOSED.get(results.get(item.topic_id) or "", Topic.Result.HOLD),
            )
        index(minutes)
        record("minutes.draft", minutes, by=by, meeting=meeting.pk)
    return minutes


def results_at(meeting: Meeting) -> dict[int, str]:
    """Topic → how its ballot at this meeting ended; a topic without one that counts is not in it."""
    ballots = meeting.ballots.all().marked().exclude(result=NO_QUORUM)
    return dict(ballots.values_list("topic", "result"))


@transaction.atomic
def edit_minutes(minutes: Minutes, *, by, version: int, text: str, decisions: dict[int, dict]) -> None:
    """Change the draft: its text, and per decision (by id) {decision, text, conditions}. Raises Stale when it has moved on."""
    lock_version(minutes, version)
    demand(rules.may_write_minutes(by, minutes))
    minutes.text = text
    minutes.save(update_fields=["text", "version"])
    for row in minutes.decisions.all().marked():
        if values := decisions.get(row.pk):
            row.decision, row.text, row.conditions = (
                values["decision"],
                values.get("text", ""),
                values.get("conditions", ""),
            )
            row.save(update_fields=["decision", "text", "conditions"])
    index(minutes)
    record("minutes.edit", minutes, by=by, revision=minutes.version)


@transaction.atomic
def issue_minutes(minutes: Minutes, *, by) -> Minutes:
    """Issue under the next number of the forum's series, keep the document, and let each decision take effect. All of it
    or none. The meeting ends with its minutes.

    Raises Refused where a ballot does not bear a decision out.
    """
    lock(minutes)
    demand(rules.may_issue(by, minutes))
    meeting = minutes.meeting
    rows = list(minutes.decisions.all().marked().select_related("topic__round"))
    results = results_at(meeting)
    for row in rows:
        demand(rules.bears_out(row.decision, results.get(row.topic_id, ""), row.conditions))
    year, number = next_number(f"minutes:{meeting.forum.series}")
    minutes.number = f"{meeting.forum.series}〔{year}〕{number}号"
    was, minutes.state = minutes.state, Minutes.State.ISSUED
    minutes.issued_by_id, minutes.issued_at = by.principal_id, clock.now()
    minutes.save(update_fields=["number", "state", "issued_by", "issued_at"])
    if meeting.state == Meeting.State.OPEN:
        meeting_flow.make(meeting, "close", by=by)
    for row in rows:
        _decide(row, minutes, by)
    for seat in meeting.attendance.all().marked().select_related("person"):
        allow(minutes, "round.view", because_of=f"review.Meeting:{meeting.pk}", person=seat.person)
    paper = word("minutes", minutes_context(minutes), watermark=watermark_for(by))
    attach(minutes, paper, by=by, name=f"{minutes.number}.docx", media_type=WORD, kind="issued")
    index(minutes)
    record(
        "minutes.issue", minutes, by=by, was=was, now=minutes.state, number=minutes.number, topics=len(rows)
    )
    return minutes


def _decide(row: Decision, minutes: Minutes, by) -> None:
    topic = lock(row.topic)
    held = row.decision == Topic.Result.HOLD
    was, topic.state = topic.state, Topic.State.WAITING if held else Topic.State.DECIDED
    topic.result = row.decision
    topic.save(update_fields=["state", "result"])
    thing = topic.subject
    record(
        "topic.defer" if held else "topic.decide", thing, by=by, was=was, now=topic.state,
        topic=topic.pk, minutes=minutes.pk, number=minutes.number, decision=row.decision,
    )  # fmt: skip
    subject_of(thing).give(
        thing, row.decision, because_of=f"review.Minutes:{minutes.pk}", by=by, text=row.text or row.conditions
    )
    if held:
        hand_to(lock(thing), person=None, note=str(topic.round.forum))
