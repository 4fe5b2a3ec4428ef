from apps.review.models.ballot import Ballot, BallotMember, Vote
from apps.review.models.consultation import Consultation
from apps.review.models.forum import Consulted, Forum
from apps.review.models.meeting import AgendaItem, Attendance, Meeting
from apps.review.models.minutes import Decision, Minutes
from apps.review.models.round import Assignment, Recusal, Round, Score, Topic
from apps.review.models.rubric import Criterion, Rubric

__all__ = [
    "AgendaItem",
    "Assignment",
    "Attendance",
    "Ballot",
    "BallotMember",
    "Consultation",
    "Consulted",
    "Criterion",
    "Decision",
    "Forum",
    "Meeting",
    "Minutes",
    "Recusal",
    "Round",
    "Rubric",
    "Score",
    "Topic",
    "Vote",
]
