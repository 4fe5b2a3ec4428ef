from apps.projects.models.estimate import Estimate, EstimateOption
from apps.projects.models.process import Gate, ProcessVersion, RequiredKind, Stage
from apps.projects.models.project import GateRequirement, Milestone, Project, TeamMember, TrackRecord

__all__ = [
    "Estimate",
    "EstimateOption",
    "Gate",
    "GateRequirement",
    "Milestone",
    "ProcessVersion",
    "Project",
    "RequiredKind",
    "Stage",
    "TeamMember",
    "TrackRecord",
]
