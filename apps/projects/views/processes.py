from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.access import access
from apps.core.pages import show
from apps.projects.models import Gate, ProcessVersion


@require_GET
@access("project.view")
def process_list(request):
    versions = list(ProcessVersion.objects.order_by("-starts", "-version"))
    in_force = ProcessVersion.in_force()
    return show(
        request,
        "projects/process_list.html",
        versions=[(version, standing(version, in_force)) for version in versions],
    )


def standing(version, in_force) -> str:
    if version.pk == in_force.pk:
        return "now"
    return "ahead" if version.starts > clock.today() else "past"


@require_GET
@access("project.view")
def process_detail(request, pk):
    """The stages of one version, and what each gate out of them asks for and of whom."""
    version = get_object_or_404(ProcessVersion, pk=pk)
    gates = Gate.objects.select_related("target").prefetch_related("required")
    stages = version.stages.prefetch_related(Prefetch("gates_out", gates))
    return show(
        request,
        "projects/process_detail.html",
        version=version,
        stages=stages,
        standing=standing(version, ProcessVersion.in_force()),
    )
