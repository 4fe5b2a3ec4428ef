"""How far a job is, on the page of the thing it works for.

The app's own view fetches the thing through `visible_to`, and answers:

    return progress(request, scenario.job_key, label=_("Solving"), done_url=scenario.get_absolute_url())

The page shows `{{ ui.job_progress(url("allocation:scenario_progress", pk=…), _("Solving")) }}` while the work goes on. It
asks again every two seconds; when the job is done, or dead, the browser loads the page of the thing, which says what came
of it.
"""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.core.models import Job
from apps.core.pages import show


def progress(request, key: str, *, label: str, done_url: str) -> HttpResponse:
    """The answer to the page that asks how far the job is; without script, a page of its own."""
    row = Job.objects.filter(key=key).first()
    if row is None or row.settled:
        return HttpResponse(headers={"HX-Redirect": done_url}) if request.htmx else redirect(done_url)
    note = _(row.progress_note) if row.progress_note else ""
    if row.state == Job.State.WAITING:
        note = _("It failed and is tried again.") if row.attempts else _("It waits for its turn.")
    return show(
        request,
        "core/job_progress.html",
        fragment="progress",
        job=row,
        label=label,
        note=note,
        done_url=done_url,
    )
