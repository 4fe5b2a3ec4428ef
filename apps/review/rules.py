"""Who may consult, judge, vote and decide, and what we tell them when they may not. The things come loaded."""

from django.utils.translation import gettext as _

from apps.core.verdict import YES, no

OPEN, CLOSED = "open", "closed"
# Which decisions a ballot bears out: nothing is approved that was not voted for, nothing rejected that was.
DECISIONS = {
    "passed": ("approve", "approve_with_conditions", "hold"),
    "failed": ("reject", "return", "hold"),
    "": ("return", "hold"),
}


def in_person(user):
    """What is judged by a person is not judged by whoever stands in for them."""
    return no(_("This is done in person, not in another's name.")) if user.acting_for_id else YES


def may_keep_forums(user, unit):
    return (
        YES
        if user.may_at("body.manage", unit)
        else no(_("You may not set up forums at %(unit)s.") % {"unit": unit})
    )


# ── Consultation ────────────────────────────────────────────────────────────────────────────────────────────────


def may_give_opinion(user, consultation):
    if consultation.opinion:
        return no(_("This department has given its opinion."))
    if consultation.project.state != "active":
        return no(_("The project is not in progress."))
    if user.principal_id in (consultation.project.manager_id, consultation.project.proposer_id):
        return no(_("Nobody gives an opinion on their own project."))
    return (
        YES
        if user.can("consultation.answer", consultation)
        else no(_("Only the department that was asked gives this opinion."))
    )


def may_answer_opinion(user, consultation):
    project = consultation.project
    if consultation.reply:
        return no(_("This opinion has been answered."))
    if not consultation.wants_reply:
        return no(_("There is nothing to answer here."))
    if project.state not in ("active", "returned"):
        return no(_("The project is not in progress."))
    if user.principal_id in (project.manager_id, project.proposer_id):
        return YES
    return (
        YES
        if user.may_at("project.edit", project.unit, project.line_id)
        else no(_("The applicant answers: the project's manager, its proposer or the working group."))
    )


# ── Rounds ──────────────────────────────────────────────────────────────────────────────────────────────────────


def may_open_round(user, forum):
    return (
        YES
        if user.may_at("round.manage", forum.unit)
        else no(_("You do not run the rounds of %(forum)s.") % {"forum": forum})
    )


def may_run(user, round_):
    """Run an open round: assign, close."""
    if round_.state != OPEN:
        return no(_("The round is closed."))
    return YES if user.can("round.manage", round_) else no(_("Only those who run the round do this."))


def may_assign(user, topic, *, scores: bool, interested: bool, recused: bool):
    """`scores`: the person holds a post that scores; `interested`: they have a hand in the subject; `recused`: they
    have left the topic before."""
    if not (verdict := may_run(user, topic.round)):
        return verdict
    if not user.can("round.manage", topic):
        return no(_("You are recused from this topic."))
    if not scores:
        return no(_("They hold no post that scores; ask for the post of a reviewer first."))
    return is_free(interested=interested, recused=recused)


def is_free(*, interested: bool, recused: bool):
    """May a person who scores be asked about this topic at all?"""
    if interested:
        return no(_("They have a hand in this project themselves."))
    return no(_("They are recused from this topic.")) if recused else YES


def may_declare(user, assignment):
    if assignment.topic.round.state != OPEN:
        return no(_("The round is closed."))
    if assignment.reviewer_id != user.principal_id:
        return no(_("Only the reviewer declares this."))
    return in_person(user)


def may_score(user, assignment):
    if not (verdict := may_declare(user, assignment)):
        return verdict
    if assignment.state == "assigned":
        return no(_("Declare first whether you have a conflict of interest."))
    if assignment.state == "recused":
        return no(_("You are recused from this topic."))
    if assignment.state == "done":
        return no(_("You have handed in your scores."))
    return (
        YES if user.can("score.give", assignment.topic) else no(_("You hold no post that scores any more."))
    )


def may_close_round(user, round_):
    if not (verdict := may_run(user, round_)):
        return verdict
    owed = round_.owed
    if owed and not round_.past_due:
        return no(
            _("%(count)s reviews are still due, until %(day)s.")
            % {"count": owed, "day": round_.due_on.isoformat()}
        )
    return YES


# ── Meetings and ballots ────────────────────────────────────────────────────────────────────────────────────────


def may_call_meeting(user, forum):
    return may_open_round(user, forum)


def may_chair(user, meeting):
    """Call the roll, open and close ballots, close the meeting."""
    if meeting.state != OPEN:
        return no(_("The meeting is closed."))
    return YES if user.can("round.manage", meeting) else no(_("Only the forum's secretary does this."))


def may_close_meeting(user, meeting):
    if not (verdict := may_chair(user, meeting)):
        return verdict
    return no(_("A ballot is still open.")) if meeting.open_ballots else YES


def may_open_ballot(user, topic, meeting, *, on_agenda: bool, roll_called: bool):
    if not (verdict := may_chair(user, meeting)):
        return verdict
    if not user.can("round.manage", topic):
        return no(_("You are recused from this topic."))
    if not on_agenda:
        return no(_("The topic is not on this meeting's agenda."))
    if topic.state != "waiting":
        return no(_("The topic has been decided."))
    if topic.round.state == OPEN:
        return no(_("Close the round first; scores are still coming in."))
    return YES if roll_called else no(_("Call the roll first."))


def may_vote(user, ballot, member):
    """`member` is the person's line of the frozen list, or None."""
    if ballot.state != OPEN:
        return no(_("The ballot is closed."))
    if ballot.over:
        return no(_("The time to vote has passed."))
    if member is None:
        return no(_("You are not on the list of those who vote; a secretary never is."))
    if member.recused:
        return no(_("You are recused from this topic."))
    if member.present is False:
        return no(_("You are not marked as present."))
    if not (verdict := in_person(user)):
        return verdict
    return YES if user.can("ballot.vote", ballot) else no(_("You hold no post that votes any more."))


def may_count(user, ballot, *, missing: int):
    """Close a ballot: when everybody present has voted, or its time is over."""
    if ballot.state != OPEN:
        return no(_("The ballot is closed already."))
    if not user.can("round.manage", ballot.meeting):
        return no(_("Only the forum's secretary does this."))
    if missing and not ballot.over:
        return no(_("%(count)s votes are missing, and there is still time to vote.") % {"count": missing})
    return YES


# ── Minutes ─────────────────────────────────────────────────────────────────────────────────────────────────────


def may_write_minutes(user, minutes):
    if minutes.state != "draft":
        return no(_("Issued minutes do not change; a correction is another meeting's."))
    return (
        YES
        if user.can("round.manage", minutes) or user.can("minutes.issue", minutes)
        else no(_("Only the forum's secretary does this."))
    )


def may_issue(user, minutes):
    if minutes.state != "draft":
        return no(_("These minutes have been issued."))
    return (
        YES if user.can("minutes.issue", minutes) else no(_("You may not issue the minutes of this forum."))
    )


def bears_out(decision: str, ballot_result: str, conditions: str):
    """May minutes say this of a topic whose ballot ended so ("" for no ballot)?"""
    if not decision:
        return no(_("A decision is missing."))
    if decision not in DECISIONS[ballot_result]:
        return no(_("The ballot does not bear out this decision."))
    if decision == "approve_with_conditions" and not conditions.strip():
        return no(_("Say on which conditions it is approved."))
    return YES
