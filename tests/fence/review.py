"""Who may use the routes of review, and what a stranger tries them on."""

from apps.core.jobs import drain
from apps.review.models import Consultation
from tests.factories import PostFactory, branch_group, committee, make_project, signed

ACCESS = {
    "review:consultation_answer": "project.view",
    "review:consultation_detail": "project.view",
    "review:consultation_give": "consultation.answer",
    "review:consultation_list": "project.view",
    "review:forum_detail": "project.view",
    "review:forum_edit": "body.manage",
    "review:forum_list": "project.view",
    "review:forum_set_up": "body.manage",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of what another branch and the head-office committee have."""
    house = committee()
    forum = {"pk": branch_group(PostFactory().unit, house.secretary).pk}
    officer = PostFactory(role="group_lead").user
    signed(make_project(officer), by=officer)
    drain()
    consultation = {"pk": Consultation.objects.unscoped("a stranger tries it").first().pk}
    return {
        "review:consultation_answer": consultation,
        "review:consultation_detail": consultation,
        "review:consultation_give": consultation,
        "review:forum_detail": forum,
        "review:forum_edit": forum,
    }
