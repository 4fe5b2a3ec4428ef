"""Who may use the routes of projects, and what a stranger tries them on."""

from apps.projects.actions import set_milestones
from tests.factories import PostFactory, make_project

ACCESS = {
    "projects:milestone_meet": "project.manage",
    "projects:project_advance": "project.manage",
    "projects:project_detail": "project.view",
    "projects:project_list": "project.view",
    "projects:project_move": "project.view",
    "projects:project_sign": "project.sign",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a project in somebody else's branch."""
    officer = PostFactory(role="group_lead").user
    project = make_project(officer)
    stage = project.process_version.stages.get(code="build")
    set_milestones(project, [{"name": "完成开发", "stage": stage, "due_on": "2027-01-01"}], by=officer)
    pk = {"pk": project.pk}
    return {
        "projects:project_detail": pk,
        "projects:project_move": pk | {"move": "submit"},
        "projects:project_sign": pk,
        "projects:project_advance": pk | {"gate": "to_review"},
        "projects:milestone_meet": pk | {"milestone": project.milestones.get().pk},
    }
