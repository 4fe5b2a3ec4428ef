from django.utils.translation import gettext_lazy as _

from apps.core.verbs import declare

MOVE = {"was": str, "now": str}

# On the project
declare(
    "consultation.ask", _("asked a department for its opinion"),
    consultation=int, unit=str, due_on=str, icon="messages-square", tone="violet",
)  # fmt: skip
declare(
    "consultation.give", _("gave the department's opinion"),
    consultation=int, unit=str, opinion=str, late_days=int, icon="message-square-text", tone="violet",
)  # fmt: skip
declare(
    "consultation.answer", _("answered an opinion"),
    consultation=int, unit=str, reply=str, icon="message-square-reply", tone="violet",
)  # fmt: skip
declare(
    "round.topic", _("took it into a review round"),
    round=int, topic=int, forum=int, icon="clipboard-list", tone="violet",
)  # fmt: skip
declare(
    "meeting.agenda",
    _("put it on a meeting's agenda"),
    meeting=int,
    topic=int,
    icon="calendar-plus",
    tone="violet",
)
declare(
    "ballot.open", _("opened the ballot"),
    ballot=int, topic=int, meeting=int, eligible=int, recused=int, icon="vote", tone="violet",
)  # fmt: skip
declare(
    "ballot.close", _("closed the ballot"),
    **MOVE, ballot=int, topic=int, result=str, icon="lock", tone="violet",
)  # fmt: skip
declare(
    "ballot.abandon", _("ended the ballot for want of a quorum"),
    **MOVE, ballot=int, topic=int, result=str, icon="circle-slash", tone="amber",
)  # fmt: skip
declare(
    "topic.decide", _("issued the minutes with the decision"),
    **MOVE, topic=int, minutes=int, number=str, decision=str, icon="stamp", tone="green",
)  # fmt: skip
declare(
    "topic.defer", _("issued the minutes: held over"),
    **MOVE, topic=int, minutes=int, number=str, decision=str, icon="stamp", tone="amber",
)  # fmt: skip

# On the topic: who reviews is not told to the applicant
declare(
    "assignment.make", _("assigned a reviewer"),
    assignment=int, topic=int, reviewer=int, readers="round.manage", private=("reviewer",), icon="user-plus", tone="violet",
)  # fmt: skip
declare(
    "assignment.declare", _("declared to have no conflict of interest"),
    **MOVE, assignment=int, topic=int, reviewer=int, conflict=bool, readers="round.manage",
    private=("reviewer", "conflict"), icon="hand", tone="violet",
)  # fmt: skip
declare(
    "assignment.recuse", _("declared a conflict of interest and left the topic"),
    **MOVE, assignment=int, topic=int, reviewer=int, conflict=bool, readers="round.manage",
    private=("reviewer", "conflict"), icon="hand", tone="amber",
)  # fmt: skip
declare(
    "score.submit", _("handed in scores"),
    **MOVE, assignment=int, topic=int, reviewer=int, late_days=int, readers="round.manage", private=("reviewer",),
    icon="clipboard-check", tone="violet",
)  # fmt: skip
declare(
    "topic.recuse", _("recused a member from the topic"),
    topic=int, person=int, readers="round.manage", private=("person",), icon="hand", tone="amber",
)  # fmt: skip

# On the things themselves
declare("round.open", _("opened the round"), forum=int, topics=int, icon="clipboard-list")
declare("round.close", _("closed the round"), **MOVE, icon="lock")
declare("meeting.call", _("called the meeting"), forum=int, topics=int, icon="calendar-plus")
declare("meeting.roll", _("called the roll"), present=int, members=int, icon="users")
declare("meeting.close", _("closed the meeting"), **MOVE, icon="lock")
declare("ballot.vote", _("voted"), ballot=int, topic=int, readers="round.view", icon="vote", tone="violet")
declare("minutes.draft", _("drafted the minutes"), meeting=int, icon="file-pen")
declare("minutes.edit", _("changed the minutes"), revision=int, icon="pencil")
declare("minutes.issue", _("issued the minutes"), **MOVE, number=str, topics=int, icon="stamp", tone="green")
declare("forum.set", _("set up the forum"), unit=str, icon="landmark")
