"""Who may use the routes of review, and what a stranger tries them on."""

from apps.core.jobs import drain
from apps.review.actions import assign, open_round
from apps.review.models import Consultation
from tests.factories import PostFactory, branch_group, committee, make_project, ready_for_review, signed

ACCESS = {
    "review:consultation_answer": "project.view",
    "review:consultation_detail": "project.view",
    "review:consultation_give": "consultation.answer",
    "review:consultation_list": "project.view",
    "review:forum_detail": "project.view",
    "review:forum_edit": "body.manage",
    "review:forum_list": "project.view",
    "review:forum_set_up": "body.manage",
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
    consultation = {"pk": Consultation.objects.unscoped("a stranger tries it").first().pk}
    return {
        "review:consultation_answer": consultation,
        "review:consultation_detail": consultation,
        "review:consultation_give": consultation,
        "review:forum_detail": forum,
        "review:forum_edit": forum,
        "review:review_declare": review,
        "review:review_detail": review,
        "review:review_score": review,
        "review:round_detail": {"pk": round_.pk},
        "review:round_move": {"pk": round_.pk, "move": "close"},
        "review:topic_assign": {"pk": topic.pk},
    }
