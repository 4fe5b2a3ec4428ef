from apps.projects.actions.estimate import give_estimate
from apps.projects.actions.handover import hand_over_projects
from apps.projects.actions.stage import (
    advance,
    hand_to,
    hold_project,
    meet_milestone,
    meet_requirement,
    resume_project,
    return_project,
    sign_project,
    stop_project,
    submit_project,
    waive_requirement,
)
from apps.projects.actions.text import edit_project, propose_project, set_milestones, set_team

__all__ = [
    "advance",
    "edit_project",
    "give_estimate",
    "hand_over_projects",
    "hand_to",
    "hold_project",
    "meet_milestone",
    "meet_requirement",
    "propose_project",
    "resume_project",
    "return_project",
    "set_milestones",
    "set_team",
    "sign_project",
    "stop_project",
    "submit_project",
    "waive_requirement",
]
