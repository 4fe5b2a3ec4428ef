"""Who may use the routes of review, and what a stranger tries them on."""

from apps.core.jobs import drain
from apps.core.models import Attachment
from apps.review.actions import assign, draft_minutes, issue_minutes, open_round
from apps.review.models import Consultation
from tests.factories import (
    PostFactory,
    branch_group,
    committee,
    judged,
    make_project,
    ready_for_review,
    signed,
    sitting,
    voted,
)

ACCESS = {
    "review:ballot_close": "round.manage",
    "review:ballot_detail": "round.view",
    "review:ballot_open": "round.manage",
    "review:ballot_vote": "ballot.vote",
    "review:consultation_answer": "project.view",
    "review:consultation_detail": "project.view",
    "review:consultation_give": "consultation.answer",
    "review:consultation_list": "project.view",
    "review:forum_detail": "project.view",
    "review:forum_edit": "body.manage",
    "review:forum_list": "project.view",
    "review:forum_set_up": "body.manage",
    "review:meeting_call": "round.manage",
    "review:meeting_detail": "round.view",
    "review:meeting_list": "round.view",
    "review:meeting_move": "round.manage",
    "review:meeting_roll": "round.manage",
    "review:minutes_detail": "round.view",
    "review:minutes_document": "round.view",
    "review:minutes_draft": "round.manage",
    "review:minutes_edit": "round.manage",
    "review:minutes_file": "minutes.issue",
    "review:minutes_issue": "minutes.issue",
    "review:minutes_list": "round.view",
    "review:review_declare": "score.give",
    "review:review_detail": "score.give",
    "review:review_list": "score.give",
    "review:review_score": "score.give",
    "review:round_detail": "round.view",
    "review:round_list": "round.view",
    "review:round_move": "round.manage",
    "review:round_open": "round.manage",
    "review:topic_assign": "round.manage",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of what another branch and the head-office committee have."""
    house = committee()
    forum = {"pk": branch_group(PostFactory().unit, house.secretary).pk}
    officer = PostFactory(role="group_lead").user
    signed(make_project(officer), by=officer)
    drain()
    project = ready_for_review(make_project(officer), by=officer)
    round_ = open_round(house.forum, [project], by=house.secretary, title="评审")
    topic = round_.topics.get()
    review = {"pk": assign(topic, house.members[0].person, by=house.secretary).pk}
    (second,) = judged(house, ready_for_review(make_project(officer), by=officer))
    meeting = sitting(house, second)
    ballot = {"pk": voted(house, second, meeting).pk}
    issued = issue_minutes(draft_minutes(meeting, by=house.secretary), by=house.secretary)
    minutes, kept = {"pk": issued.pk}, Attachment.objects.about(issued).get()
    meeting = {"pk": meeting.pk}
    consultation = {"pk": Consultation.objects.unscoped("a stranger tries it").first().pk}
    return {
        "review:ballot_close": ballot,
        "review:ballot_detail": ballot,
        "review:ballot_open": meeting | {"topic": second.pk},
        "review:ballot_vote": ballot,
        "review:consultation_answer": consultation,
        "review:consultation_detail": consultation,
        "review:consultation_give": consultation,
        "review:forum_detail": forum,
        "review:forum_edit": forum,
        "review:meeting_detail": meeting,
        "review:meeting_move": meeting | {"move": "close"},
        "review:meeting_roll": meeting,
        "review:minutes_detail": minutes,
        "review:minutes_document": minutes | {"format": "docx"},
        "review:minutes_draft": meeting,
        "review:minutes_edit": minutes,
        "review:minutes_file": minutes | {"file": kept.pk},
        "review:minutes_issue": minutes,
        "review:review_declare": review,
        "review:review_detail": review,
        "review:review_score": review,
        "review:round_detail": {"pk": round_.pk},
        "review:round_move": {"pk": round_.pk, "move": "close"},
        "review:topic_assign": {"pk": topic.pk},
    }
