from apps.projects.actions.estimate import give_estimate
from apps.projects.actions.stage import (
    advance,
    hand_to,
    meet_milestone,
    meet_requirement,
    sign_project,
    submit_project,
    waive_requirement,
)
from apps.projects.actions.text import edit_project, propose_project, set_milestones, set_team

__all__ = [
    "advance",
    "edit_project",
    "give_estimate",
    "hand_to",
    "meet_milestone",
    "meet_requirement",
    "propose_project",
    "set_milestones",
    "set_team",
    "sign_project",
    "submit_project",
    "waive_requirement",
]
