"""The fixed lives of review. Moves by decision have no button of their own: an action makes them."""

from django.utils.translation import gettext_lazy as _

from apps.core.flow import Flow, Move
from apps.review import rules
from apps.review.models import Assignment, Ballot, Meeting, Minutes, Round, Topic

A, B, M, T = Assignment.State, Ballot.State, Minutes.State, Topic.State

round_flow = Flow(
    "round",
    Move("close", (Round.State.OPEN,), Round.State.CLOSED, _("Close the round"), rules.may_close_round, tone="primary",
         warning=_("Reviews that are not handed in by now do not count any more.")),
)  # fmt: skip

assignment_flow = Flow(
    "assignment",
    Move("declare", (A.ASSIGNED,), A.DECLARED, _("I have no conflict of interest"), rules.may_declare, by_decision=True),
    Move("recuse", (A.ASSIGNED, A.DECLARED), A.RECUSED, _("I have a conflict of interest"), rules.may_declare, by_decision=True),
)  # fmt: skip

score_flow = Flow(
    "score",
    Move("submit", (A.DECLARED,), A.DONE, _("Hand in"), rules.may_score, by_decision=True),
)

topic_flow = Flow(
    "topic",
    Move("decide", (T.WAITING,), T.DECIDED, _("Decide"), by_decision=True),
    Move("defer", (T.WAITING,), T.WAITING, _("Hold over"), by_decision=True),
)

meeting_flow = Flow(
    "meeting",
    Move("close", (Meeting.State.OPEN,), Meeting.State.CLOSED, _("Close the meeting"), rules.may_close_meeting,
         warning=_("No more ballots can be opened in it.")),
)  # fmt: skip

ballot_flow = Flow(
    "ballot",
    Move("close", (B.OPEN,), B.CLOSED, _("Close the ballot"), by_decision=True),
    Move("abandon", (B.OPEN,), B.CLOSED, _("End without a quorum"), by_decision=True),
)

minutes_flow = Flow(
    "minutes",
    Move("issue", (M.DRAFT,), M.ISSUED, _("Issue"), rules.may_issue, by_decision=True),
)
