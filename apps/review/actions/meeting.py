"""Meetings: the roll and the ballots."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.numbering import next_number
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_seen
from apps.org.reach import allow_each
from apps.projects.actions import hand_to
from apps.review import rules
from apps.review.ballot import NO_QUORUM, Outcome, outcome
from apps.review.flow import meeting_flow
from apps.review.models import (
    AgendaItem,
    Attendance,
    Ballot,
    BallotMember,
    Meeting,
    Topic,
    Vote,
)


@transaction.atomic
def call_meeting(forum, topics, *, by, held_on, place: str = "", form: str = Meeting.Form.SITTING) -> Meeting:
    """Call a sitting, or a written vote, with these topics on its agenda; the body's members of the day are its list."""
    demand(rules.may_call_meeting(by, forum))
    if not topics:
        raise Refused(_("Choose at least one topic."))
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
        if topic.agenda_items.standing().exists():
            raise Refused(_("%(topic)s is on the agenda of another meeting.") % {"topic": topic.number})
        AgendaItem.objects.create(meeting=meeting, topic=topic, order=order)
        hand_to(lock(topic.subject), person=None, note=str(forum), due_on=held_on)
        record("meeting.agenda", topic.subject, by=by, meeting=meeting.pk, topic=topic.pk)
    _hand_out_pack(meeting, topics)
    record("meeting.call", meeting, by=by, forum=forum.pk, topics=len(topics))
    index(meeting)
    return meeting


def _hand_out_pack(meeting, topics) -> None:
    """Every seat reads the meeting and its topics, wherever its post is; who is recused from a topic reads nothing of it."""
    because = f"review.Meeting:{meeting.pk}"
    seats = [row.person for row in meeting.attendance.all().marked().select_related("person")]
    allow_each([meeting], "round.view", because_of=because, people=seats)
    for topic in topics:
        recused = set(topic.recusals.all().marked().values_list("person", flat=True))
        readers = [person for person in seats if person.pk not in recused]
        allow_each([topic], "round.view", because_of=because, people=readers)
        allow_each([topic.subject], "project.view", because_of=because, people=readers)


@transaction.atomic
def call_roll(
    meeting: Meeting, present: set[int], *, by, observers: str = "", seen: str | None = None
) -> None:
    """Write down which members are there (ids of people), and who sits in without a vote (names). Open ballots follow the
    roll, except for who has voted. Raises Stale when the roll is not the one that was seen."""
    lock_seen(meeting, seen, Meeting.ROLL)
    demand(rules.may_chair(by, meeting))
    meeting.observers = observers.strip()[:500]
    meeting.save(update_fields=["observers"])
    rows = list(meeting.attendance.all())
    for row in rows:
        row.present = row.person_id in present
    meeting.attendance.bulk_update(rows, ["present"])
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
def open_ballot(
    topic: Topic, meeting: Meeting, *, by, minutes: int = 60 * 24, secret: bool = False
) -> Ballot:
    """Open the vote on a topic for `minutes`; the list of who votes, the majority and the quorum are frozen now. A secret
    one keeps nobody's choice.

    Who is recused is on the list as such, and leaves base and quorum. The secretary is never on it.
    """
    lock(meeting)
    topic = lock(topic)
    seats = [row for row in meeting.attendance.all().select_related("person") if row.votes]
    called = meeting.form == Meeting.Form.WRITTEN or any(row.present is not None for row in seats)
    on_agenda = meeting.agenda.filter(topic=topic).exists()
    demand(rules.may_open_ballot(by, topic, meeting, on_agenda=on_agenda, roll_called=called))
    if topic.ballots.all().marked().filter(meeting=meeting).exclude(result=NO_QUORUM).exists():
        raise Refused(_("This topic has had its ballot at this meeting."))
    rule = meeting.forum.rule
    recused = set(topic.recusals.all().marked().values_list("person", flat=True))
    ballot = Ballot.objects.create(
        topic=topic, meeting=meeting, secret=secret, opened_at=clock.now(), closes_at=clock.now() + timedelta(minutes=minutes),
        majority_numerator=rule.majority[0], majority_denominator=rule.majority[1], majority_of=rule.of,
        majority_more_than=rule.more_than, quorum_numerator=rule.quorum[0], quorum_denominator=rule.quorum[1],
    )  # fmt: skip
    BallotMember.objects.bulk_create(
        BallotMember(
            ballot=ballot, person_id=row.person_id, present=row.present, recused=row.person_id in recused
        )
        for row in seats
    )
    voters = [row.person for row in seats if row.person_id not in recused]
    allow_each([ballot], "ballot.vote", because_of=f"review.Ballot:{ballot.pk}", people=voters)
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
    if ballot.secret:
        counter = f"secret_{choice}"
        setattr(ballot, counter, getattr(ballot, counter) + 1)
        ballot.save(update_fields=[counter])
    kept = "" if ballot.secret else choice
    Vote.objects.create(ballot=ballot, voter_id=by.principal_id, choice=kept, at=clock.now())
    record("ballot.vote", ballot, by=by, ballot=ballot.pk, topic=ballot.topic_id)


def count(ballot: Ballot) -> Outcome:
    """Count the votes as they stand, by the frozen list and rule. A written vote has its voters present."""
    members = list(ballot.members.all().marked())
    votes = list(ballot.votes.all().marked().values_list("choice", flat=True))
    if ballot.secret:
        by_choice = (ballot.secret_for, ballot.secret_against, ballot.secret_abstain)
    else:
        choices = Vote.Choice
        by_choice = (votes.count(choices.FOR), votes.count(choices.AGAINST), votes.count(choices.ABSTAIN))
    recused = sum(member.recused for member in members)
    if ballot.meeting.form == Meeting.Form.WRITTEN:
        present = len(votes)
    else:
        present = sum(bool(member.present) and not member.recused for member in members)
    return outcome(*by_choice, present, len(members), recused, ballot.rule)


@transaction.atomic
def close_ballot(ballot: Ballot, *, by) -> Outcome:
    """Count and close, in one locked transaction. Raises Refused while votes are missing and there is time, and without a
    quorum while its time lasts; after that it ends without a result."""
    lock(ballot)
    counted = count(ballot)
    written = ballot.meeting.form == Meeting.Form.WRITTEN
    asked = counted.members if written else counted.present
    missing = asked - counted.votes_for - counted.votes_against - counted.abstentions
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
