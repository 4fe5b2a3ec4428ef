from apps.core.journal import record
from apps.org.handover import hands_over
from apps.projects.models import Project


@hands_over("projects.project")
def hand_over_projects(post, *, to, by) -> int:
    """The open projects that the holder of this post manages at its unit and below go over to another manager."""
    rows = (
        Project.objects.unscoped("a post ends; its projects go over")
        .open()
        .filter(manager=post.person, unit__path__range=post.unit.span)
        .select_for_update()
    )
    if post.line_id:
        rows = rows.filter(line=post.line_id)
    count = 0
    for project in rows:
        if project.holder_id == project.manager_id:
            project.holder = to
        project.manager = to
        project.version += 1
        project.save(update_fields=["manager", "holder", "version"])
        record("project.hand_over", project, by=by, was=post.person_id, to=to.pk)
        count += 1
    return count
