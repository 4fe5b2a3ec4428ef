from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.pages import show
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.org.calendar import parameter
from apps.projects import rules
from apps.projects.actions import give_estimate
from apps.projects.actions.estimate import appraise
from apps.projects.forms.estimate import EstimateSheet
from apps.projects.models import Project, TrackRecord
from apps.projects.views.finding import forbid, found_project

RECORDS = 6


@access("project.view")
def estimate_edit(request, pk):
    """A new version of the estimate. The figures follow what is typed; nothing is kept until it is saved."""
    project = found_project(request, pk, "stage", "line", "unit")
    forbid(rules.may_edit(request.user, project))
    last = project.estimates.with_options().first()
    sheet = EstimateSheet(request.POST if request.method == "POST" else None, last)
    result = problem = None
    both = []
    if sheet.is_valid():
        try:
            if not request.htmx:
                give_estimate(project, by=request.user, **sheet.form.cleaned_data | sheet.values)
                messages.success(request, _("Saved."))
                return redirect(project)
            result = appraise(**sheet.values)
        except Stale as stale:
            both, last = sheet.against(stale.current), stale.current
        except Refused as refusal:
            problem = str(refusal)
    return show(
        request,
        "projects/estimate_edit.html",
        fragment="years" if sheet.changed_rows else "preview",
        project=project,
        sheet=sheet,
        both=both,
        last=last,
        result=result,
        problem=problem,
        rate_bp=parameter("discount_rate_bp"),
        records=track_records(request.user, project),
    )


def track_records(user, project):
    """What earlier projects of the same business line really returned, of those this person sees."""
    return list(
        TrackRecord.objects.filter(line=project.line_id, project__in=Project.objects.visible_to(user))
        .exclude(project=project)
        .select_related("project")
        .order_by("-pk")[:RECORDS]
    )


@require_GET
@access("project.view")
def estimate_list(request, pk):
    """All versions; one of them in full, beside the one before it."""
    project = found_project(request, pk, "stage", "unit")
    versions = list(project.estimates.select_related("by").with_options())
    asked = request.GET.get("version", "")
    numbers = {str(estimate.version): at for at, estimate in enumerate(versions)}
    if asked and asked not in numbers:
        raise Http404
    at = numbers.get(asked, 0)
    return show(
        request,
        "projects/estimate_list.html",
        project=project,
        versions=versions,
        estimate=versions[at] if versions else None,
        before=versions[at + 1] if at + 1 < len(versions) else None,
        may_edit=rules.may_edit(request.user, project),
    )
