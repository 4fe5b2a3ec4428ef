"""Who may use the routes of projects, and what a stranger tries them on."""

from apps.projects.actions import set_milestones
from tests.factories import PostFactory, make_project

ACCESS = {
    "projects:estimate_edit": "project.view",
    "projects:estimate_list": "project.view",
    "projects:milestone_meet": "project.view",
    "projects:person_options": "project.view",
    "projects:stage_options": "project.view",
    "projects:plan_edit": "project.view",
    "projects:process_detail": "project.view",
    "projects:process_list": "project.view",
    "projects:project_advance": "project.view",
    "projects:project_board": "project.view",
    "projects:project_detail": "project.view",
    "projects:project_edit": "project.view",
    "projects:project_hold": "project.view",
    "projects:project_list": "project.view",
    "projects:project_move": "project.view",
    "projects:project_propose": "project.propose",
    "projects:project_sign": "project.sign",
    "projects:requirement_waive": "project.view",
    "projects:team_edit": "project.view",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a project in somebody else's branch."""
    officer = PostFactory(role="group_lead").user
    project = make_project(officer)
    stage = project.process_version.stages.get(code="build")
    set_milestones(project, [{"name": "完成开发", "stage": stage, "due_on": "2027-01-01"}], by=officer)
    pk = {"pk": project.pk}
    return {
        "projects:estimate_edit": pk,
        "projects:estimate_list": pk,
        "projects:plan_edit": pk,
        "projects:process_detail": {"pk": 999_999},  # every version is open to whoever sees projects
        "projects:project_detail": pk,
        "projects:project_edit": pk,
        "projects:project_hold": pk,
        "projects:project_move": pk | {"move": "submit"},
        "projects:project_sign": pk,
        "projects:project_advance": pk | {"gate": "to_review"},
        "projects:milestone_meet": pk | {"milestone": project.milestones.get().pk},
        "projects:requirement_waive": pk | {"kind": "team"},
        "projects:team_edit": pk,
    }
