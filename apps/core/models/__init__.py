from apps.core.models.attachment import Attachment
from apps.core.models.comment import Comment, Follow, Notice, SavedView
from apps.core.models.job import Job
from apps.core.models.journal import Checkpoint, Entry, Seal
from apps.core.models.search import SearchRow
from apps.core.models.series import Series

__all__ = [
    "Attachment",
    "Checkpoint",
    "Comment",
    "Entry",
    "Follow",
    "Job",
    "Notice",
    "SavedView",
    "Seal",
    "SearchRow",
    "Series",
]
