from django.utils.translation import gettext_lazy as _

from apps.core.journal import record
from apps.core.notices import follow
from apps.org.handover import hands_over
from apps.org.models import User
from apps.projects.models import Project


def open_projects(post):
    """The open projects that the holder of this post manages at its unit and below."""
    rows = (
        Project.objects.unscoped("a post ends; its projects go over")
        .open()
        .filter(manager=post.person, unit__path__range=post.unit.span)
    )
    return rows.filter(line=post.line_id) if post.line_id else rows


@hands_over("projects.project", label=_("Projects"), open=open_projects)
def hand_over_projects(post, *, to, by) -> int:
    """They go over to another manager."""
    count = 0
    for project in open_projects(post).select_for_update():
        if project.holder_id == project.manager_id:
            project.holder = to
        project.manager = to
        project.version += 1
        project.save(update_fields=["manager", "holder", "version"])
        follow(project, User.objects.filter(person=to.pk))
        record("project.hand_over", project, by=by, was=post.person_id, to=to.pk)
        count += 1
    return count
