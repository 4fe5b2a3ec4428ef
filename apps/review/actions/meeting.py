"""Meetings: the roll, ballots, and the minutes that say what was decided."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.numbering import next_number
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.org.reach import allow
from apps.review import rules
from apps.review.ballot import NO_QUORUM, Outcome, outcome
from apps.review.flow import meeting_flow
from apps.review.models import (
    AgendaItem,
    Attendance,
    Ballot,
    BallotMember,
    Decision,
    Meeting,
    Minutes,
    Topic,
    Vote,
)
from apps.review.subjects import subject_of


@transaction.atomic
def call_meeting(forum, topics, *, by, held_on, place: str = "", form: str = Meeting.Form.SITTING) -> Meeting:
    """Call a sitting, or a written vote, with these topics on its agenda; the body's members of the day are its list."""
    demand(rules.may_call_meeting(by, forum))
    year, number = next_number(f"meeting:{forum.pk}")
    meeting = Meeting.objects.create(
        forum=forum,
        unit=forum.unit,
        year=year,
        number=number,
        form=form,
        held_on=held_on,
        place=place,
        called_by_id=by.principal_id,
    )
    Attendance.objects.bulk_create(
        [
            Attendance(meeting=meeting, person=seat.person, role=seat.role, votes=seat.votes)
            for seat in forum.body.sitting()
        ]
    )
    for order, topic in enumerate(topics, 1):
        if topic.round.forum_id != forum.pk or topic.state != Topic.State.WAITING:
            raise Refused(
                _("%(topic)s does not wait for a decision of this forum.") % {"topic": topic.number}
            )
        AgendaItem.objects.create(meeting=meeting, topic=topic, order=order)
        record("meeting.agenda", topic.subject, by=by, meeting=meeting.pk, topic=topic.pk)
    record("meeting.call", meeting, by=by, forum=forum.pk, topics=len(topics))
    return meeting


@transaction.atomic
def call_roll(meeting: Meeting, present: set[int], *, by) -> None:
    """Write down which members are there (ids of people). Open ballots follow the roll, except for who has voted."""
    lock(meeting)
    demand(rules.may_chair(by, meeting))
    rows = list(meeting.attendance.all())
    for row in rows:
        row.present = row.person_id in present
    for row in rows:
        row.save(update_fields=["present"])
    for ballot in meeting.ballots.filter(state=Ballot.State.OPEN).select_for_update():
        voted = set(ballot.votes.all().marked().values_list("voter", flat=True))
        for member in ballot.members.all().marked():
            if member.person_id not in voted:
                member.present = member.person_id in present
                member.save(update_fields=["present"])
    record(
        "meeting.roll",
        meeting,
        by=by,
        present=sum(bool(r.present) for r in rows if r.votes),
        members=sum(r.votes for r in rows),
    )


@transaction.atomic
def open_ballot(topic: Topic, meeting: Meeting, *, by, minutes: int = 60 * 24) -> Ballot:
    """Open the vote on a topic for `minutes`; the list of who votes, the majority and the quorum are frozen now.

    Who is recused is on the list as such, and leaves base and quorum. The secretary is never on it.
    """
    lock(meeting)
    topic = lock(topic)
    seats = [row for row in meeting.attendance.all() if row.votes]
    called = meeting.form == Meeting.Form.WRITTEN or any(row.present is not None for row in seats)
    on_agenda = meeting.agenda.filter(topic=topic).exists()
    demand(rules.may_open_ballot(by, topic, meeting, on_agenda=on_agenda, roll_called=called))
    if topic.ballots.all().marked().exclude(result=NO_QUORUM).exists():
        raise Refused(_("This topic has had its ballot."))
    rule = meeting.forum.rule
    recused = set(topic.recusals.all().marked().values_list("person", flat=True))
    ballot = Ballot.objects.create(
        topic=topic, meeting=meeting, opened_at=clock.now(), closes_at=clock.now() + timedelta(minutes=minutes),
        majority_numerator=rule.majority[0], majority_denominator=rule.majority[1], majority_of=rule.of,
        majority_more_than=rule.more_than, quorum_numerator=rule.quorum[0], quorum_denominator=rule.quorum[1],
    )  # fmt: skip
    for row in seats:
        out = row.person_id in recused
        BallotMember.objects.create(ballot=ballot, person=row.person, present=row.present, recused=out)
        if not out:
            allow(ballot, "ballot.vote", because_of=f"review.Ballot:{ballot.pk}", person=row.person)
    record(
        "ballot.open", topic.subject, by=by, ballot=ballot.pk, topic=topic.pk, meeting=meeting.pk,
        eligible=len(seats), recused=sum(row.person_id in recused for row in seats),
    )  # fmt: skip
    return ballot


@transaction.atomic
def cast_vote(ballot: Ballot, *, by, choice: str) -> None:
    """One vote, once. The journal keeps that it was cast, not what it says."""
    lock(ballot)
    if choice not in Vote.Choice.values:
        raise Refused(_("Vote for, against, or abstain."))
    member = ballot.members.all().marked().filter(person=by.principal_id).first()
    demand(rules.may_vote(by, ballot, member))
    if ballot.votes.all().marked().filter(voter=by.principal_id).exists():
        raise Refused(_("You have voted already."))
    Vote.objects.create(ballot=ballot, voter_id=by.principal_id, choice=choice, at=clock.now())
    record("ballot.vote", ballot.topic.subject, by=by, ballot=ballot.pk, topic=ballot.topic_id)


def count(ballot: Ballot) -> Outcome:
    """Count the votes as they stand, by the frozen list and rule. A written vote has its voters present."""
    members = list(ballot.members.all().marked())
    votes = list(ballot.votes.all().marked().values_list("choice", flat=True))
    recused = sum(member.recused for member in members)
    if ballot.meeting.form == Meeting.Form.WRITTEN:
        present = len(votes)
    else:
        present = sum(bool(member.present) and not member.recused for member in members)
    return outcome(
        votes.count("for"),
        votes.count("against"),
        votes.count("abstain"),
        present,
        len(members),
        recused,
        ballot.rule,
    )


@transaction.atomic
def close_ballot(ballot: Ballot, *, by) -> Outcome:
    """Count and close, in one locked transaction. Raises Refused while votes are missing and there is time, and without a
    quorum while its time lasts; after that it ends without a result."""
    lock(ballot)
    counted = count(ballot)
    missing = counted.present - counted.votes_for - counted.votes_against - counted.abstentions
    demand(rules.may_count(by, ballot, missing=missing))
    if counted.result == NO_QUORUM and not ballot.over:
        raise Refused(
            _("No quorum: %(present)s of %(members)s are present, %(quorum)s are needed.")
            % {"present": counted.present, "members": counted.members, "quorum": counted.quorum}
        )
    was, ballot.state = ballot.state, Ballot.State.CLOSED
    ballot.result, ballot.outcome, ballot.closed_at = counted.result, counted.as_data(), clock.now()
    ballot.save(update_fields=["state", "result", "outcome", "closed_at"])
    verb = "ballot.abandon" if counted.result == NO_QUORUM else "ballot.close"
    record(
        verb,
        ballot.topic.subject,
        by=by,
        was=was,
        now=ballot.state,
        ballot=ballot.pk,
        topic=ballot.topic_id,
        result=counted.result,
    )
    return counted


def close_meeting(meeting: Meeting, *, by) -> None:
    meeting_flow.make(meeting, "close", by=by)


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
        for item in meeting.agenda.all().marked().select_related("topic"):
            Decision.objects.create(
                minutes=minutes,
                topic=item.topic,
                order=item.order,
                decision=PROPOSED.get(result_of(item.topic, meeting), Topic.Result.HOLD),
            )
        record("minutes.draft", minutes, by=by, meeting=meeting.pk)
    return minutes


def result_of(topic: Topic, meeting: Meeting) -> str:
    """How the topic's ballot at this meeting ended, "" where there was none that counts."""
    ballot = topic.ballots.all().marked().filter(meeting=meeting).exclude(result=NO_QUORUM).first()
    return ballot.result if ballot else ""


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
    record("minutes.edit", minutes, by=by, revision=minutes.version)


@transaction.atomic
def issue_minutes(minutes: Minutes, *, by) -> Minutes:
    """Issue under the next number of the forum's series, and let each decision take effect. All of it or none.

    Raises Refused where a ballot does not bear a decision out.
    """
    lock(minutes)
    demand(rules.may_issue(by, minutes))
    meeting = minutes.meeting
    rows = list(minutes.decisions.all().marked().select_related("topic__round"))
    for row in rows:
        demand(rules.bears_out(row.decision, result_of(row.topic, meeting), row.conditions))
    year, number = next_number(f"minutes:{meeting.forum.series}")
    minutes.number = f"{meeting.forum.series}〔{year}〕{number}号"
    was, minutes.state = minutes.state, Minutes.State.ISSUED
    minutes.issued_by_id, minutes.issued_at = by.principal_id, clock.now()
    minutes.save(update_fields=["number", "state", "issued_by", "issued_at"])
    for row in rows:
        _decide(row, minutes, by)
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
