"""How a view has its project, and what several of them say."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from apps.projects.models import Project


def found_project(request, pk, *related) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user).select_related(*related), pk=pk)


def forbid(verdict) -> None:
    """403 with the reason, for a function the person may not use on what they see."""
    if not verdict:
        raise PermissionDenied(str(verdict.reason))
