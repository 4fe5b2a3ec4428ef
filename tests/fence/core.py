"""Who may use the routes of core, and what a stranger tries them on."""

from apps.core.access import SIGNED_IN
from apps.core.attachments import attach
from apps.core.models import Comment, Job, Notice, SavedView
from tests.factories import PostFactory, make_project

ACCESS = {
    "core:attachment_add": SIGNED_IN,
    "core:attachment_file": SIGNED_IN,
    "core:attachment_remove": SIGNED_IN,
    "core:comment_add": SIGNED_IN,
    "core:comment_withdraw": SIGNED_IN,
    "core:follow_list": SIGNED_IN,
    "core:entry_list": "journal.read",
    "core:help": SIGNED_IN,
    "core:job_count": "job.operate",
    "core:job_detail": "job.operate",
    "core:job_list": "job.operate",
    "core:job_rerun": "job.operate",
    "core:job_rerun_all": "job.operate",
    "core:notice_count": SIGNED_IN,
    "core:notice_list": SIGNED_IN,
    "core:notice_open": SIGNED_IN,
    "core:notice_read": SIGNED_IN,
    "core:notice_read_all": SIGNED_IN,
    "core:profile": SIGNED_IN,
    "core:saved_view_list": SIGNED_IN,
    "core:saved_view_remove": SIGNED_IN,
    "core:saved_view_save": SIGNED_IN,
    "core:thing_follow": SIGNED_IN,
    "core:thing_unfollow": SIGNED_IN,
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    officer = PostFactory(role="group_lead").user
    project = make_project(officer)
    notice = Notice.objects.create(to=officer, subject=project, verb="project.propose")
    comment = Comment.objects.create(subject=project, by=officer, text="请财务先看")
    file = attach(project, b"%PDF-1.4", by=officer, name="方案.pdf", media_type="application/pdf")
    job = Job.objects.create(key="dead:1", task="core.tell_followers", args=[1], state=Job.State.DEAD)
    view = SavedView.objects.create(
        user=officer, page="projects:project_list", name="在建", query="state=active"
    )
    thing = {"kind": "projects.project", "pk": project.pk}
    return {
        "core:attachment_add": thing,
        "core:attachment_file": {"pk": file.pk},
        "core:attachment_remove": {"pk": file.pk},
        "core:comment_add": thing,
        "core:comment_withdraw": {"pk": comment.pk},
        "core:job_detail": {"pk": job.pk},
        "core:job_rerun": {"pk": job.pk},
        "core:notice_open": {"pk": notice.pk},
        "core:notice_read": {"pk": notice.pk},
        "core:saved_view_remove": {"pk": view.pk},
        "core:thing_follow": thing,
        "core:thing_unfollow": thing,
    }
