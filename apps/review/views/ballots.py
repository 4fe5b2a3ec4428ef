from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.pages import refusals_as_messages, show
from apps.core.verdict import Refused
from apps.review import rules
from apps.review.actions import cast_vote, close_ballot, open_ballot
from apps.review.ballot import quorum_of
from apps.review.forms import BallotForm
from apps.review.models import Ballot, Consultation, Meeting, Topic
from apps.review.views.rounds import results_of


def standing_of(ballot) -> dict:
    """How an open ballot stands, without a word of how anybody voted."""
    members = ballot.members.all()
    recused = sum(member.recused for member in members)
    cast = {vote.voter_id for vote in ballot.votes.all()}
    written = ballot.meeting.form == Meeting.Form.WRITTEN
    there = [m for m in members if not m.recused and (written or m.present)]
    return {
        "eligible": len(members),
        "recused": recused,
        "members": len(members) - recused,
        "present": len(cast) if written else len(there),
        "quorum": quorum_of(len(members) - recused, ballot.rule),
        "cast": len(cast),
        "missing": [m.person for m in there if m.person_id not in cast],
    }


@require_POST
@access("round.manage")
def ballot_open(request, pk, topic):
    """Open the vote on a topic of the agenda."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).select_related("forum"), pk=pk)
    topic = get_object_or_404(Topic.objects.managed_by(request.user), pk=topic)
    form = BallotForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Say for how many minutes, from 5 to 43,200."))
        return redirect(open_ballot(topic, meeting, by=request.user, **form.cleaned_data))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(meeting)


def visible(request, pk):
    rows = Ballot.objects.visible_to(request.user).for_list().prefetch_members()
    return get_object_or_404(rows, pk=pk)


@require_GET
@access("round.view")
def ballot_detail(request, pk):
    ballot = visible(request, pk)
    user, topic = request.user, ballot.topic
    member = next((m for m in ballot.members.all() if m.person_id == user.principal_id), None)
    vote = next((v for v in ballot.votes.all() if v.voter_id == user.principal_id), None)
    standing = standing_of(ballot)
    return show(
        request,
        "review/ballot_detail.html",
        ballot=ballot,
        topic=topic,
        # Who sees a topic and its ballot need not see the meeting, nor what its forum is called.
        meeting=Meeting.objects.visible_to(user).select_related("forum").filter(pk=ballot.meeting_id).first(),
        subject=topic.subject,
        standing=standing,
        member=member,
        vote=vote,
        may_vote=rules.may_vote(user, ballot, member) if member and not vote else None,
        may_run=ballot.state == Ballot.State.OPEN and user.can("round.manage", ballot.meeting),
        may_close=rules.may_count(user, ballot, missing=len(standing["missing"])),
        result=results_of(user, topic.round).get(topic.pk),
        consultations=Consultation.objects.visible_to(user).for_list().filter(project=topic.subject_id),
    )


@require_POST
@access("ballot.vote")
def ballot_vote(request, pk):
    """One vote, once."""
    ballot = visible(request, pk)
    with refusals_as_messages(request):
        cast_vote(ballot, by=request.user, choice=request.POST.get("choice", ""))
        messages.success(request, _("Your vote is cast."))
    return redirect(ballot)


@require_POST
@access("round.manage")
def ballot_close(request, pk):
    """Count, and say how it went."""
    ballot = visible(request, pk)
    with refusals_as_messages(request):
        close_ballot(ballot, by=request.user)
    return redirect(ballot)
