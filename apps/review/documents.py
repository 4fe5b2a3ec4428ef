"""Issued minutes as a document: what templates/documents/minutes is filled in with. In the language of the bank."""

import re
from collections import defaultdict

from django.conf import settings
from django.utils import timezone, translation

from apps.review.models import Consultation, Meeting, Minutes

NAMES = re.compile(r"[、,，;；\s]+")


def minutes_context(minutes: Minutes) -> dict:
    with translation.override(settings.LANGUAGE_CODE):
        return _context(minutes, minutes.meeting)


def _context(minutes, meeting) -> dict:
    seats = list(meeting.attendance.all().marked().select_related("person"))
    by_role = {seat.role: seat.person.name for seat in reversed(seats) if seat.present or not seat.votes}
    voting = [seat for seat in seats if seat.votes]
    there = _there(meeting, voting)
    return {
        "number": minutes.number,
        "body": meeting.forum.body.name,
        "title": f"{meeting}纪要",
        "held_on": meeting.held_on,
        "issued_on": minutes.issued_at and timezone.localtime(minutes.issued_at).date(),
        "place": meeting.place or meeting.get_form_display(),
        "chair": by_role.get("chair") or by_role.get("deputy_chair") or "",
        "secretary": by_role.get("secretary") or minutes.written_by.name,
        "due": len(voting),
        "present": [seat.person.name for seat in voting if seat.person_id in there],
        "absent": [seat.person.name for seat in voting if seat.person_id not in there],
        "observers": [name for name in NAMES.split(meeting.observers) if name],
        "topics": _topics(minutes, meeting),
        "text": minutes.text,
    }


def _there(meeting, voting) -> set[int]:
    """Who took part: of a sitting those on the roll, of a written vote those who voted in it."""
    if meeting.form == Meeting.Form.WRITTEN:
        ballots = meeting.ballots.all().marked()
        return set(ballots.values_list("votes__voter", flat=True))
    return {seat.person_id for seat in voting if seat.present}


def _topics(minutes, meeting) -> list[dict]:
    rows = minutes.decisions.all().marked().select_related("topic").prefetch_related("topic__subject__unit")
    ballots = {ballot.topic_id: ballot for ballot in meeting.ballots.all().marked().filter(state="closed")}
    opinions = defaultdict(list)
    given = Consultation.objects.unscoped("they stand in the minutes").exclude(opinion="")
    for row in given.filter(project__in=[row.topic.subject_id for row in rows]).select_related("unit"):
        opinions[row.project_id].append(row)
    return [
        {
            "number": row.order,
            "title": row.topic.title,
            "unit": row.topic.subject.unit.name,
            "decision": "：".join(part for part in (row.get_decision_display(), row.text) if part),
            "votes": _votes(ballots.get(row.topic_id)),
            "conditions": [line.strip() for line in row.conditions.splitlines() if line.strip()],
            "opinions": [_opinion(opinion) for opinion in opinions[row.topic.subject_id]],
        }
        for row in rows
    ]


def _opinion(row) -> dict:
    return {
        "department": row.unit.name,
        "opinion": row.get_opinion_display(),
        "text": row.text,
        "answer": "：".join(part for part in (row.get_reply_display(), row.reply_text) if part),
    }


def _votes(ballot) -> str:
    if ballot is None:
        return ""
    count = ballot.outcome
    said = f"赞成 {count['votes_for']} 票，反对 {count['votes_against']} 票，弃权 {count['abstentions']} 票"
    if count["recused"]:
        said += f"，回避 {count['recused']} 人"
    return said + ("（无记名投票）" if ballot.secret else "")
