from apps.insight.models.feed import FeedFile
from apps.insight.models.item import Item
from apps.insight.models.opportunity import FollowUp, Investigation, Opportunity
from apps.insight.models.report import Issue, IssueAudience, IssueLine, Reading, Report

__all__ = [
    "FeedFile",
    "FollowUp",
    "Investigation",
    "Issue",
    "IssueAudience",
    "IssueLine",
    "Item",
    "Opportunity",
    "Reading",
    "Report",
]
