"""How far a job is, on the page of the thing it works for.

The app's own view fetches the thing through `visible_to`, and answers:

    return progress(request, f"allocation.solve:{scenario.pk}", label=_("Solving"), done_url=scenario.get_absolute_url())

The page shows `{{ ui.job_progress(url=url("allocation:scenario_progress", pk=…), label=…) }}` while `under_way(key)`.
It asks again every two seconds; when the job is done the browser goes to `done_url`, when it is dead it says so.
"""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.core.models import Job
from apps.core.pages import show


def job_of(key: str) -> Job | None:
    return Job.objects.filter(key=key).first()


def under_way(key: str) -> bool:
    """Whether the job is waiting or running: the page then shows its progress."""
    return Job.objects.unsettled().filter(key=key).exists()


def progress(request, key: str, *, label: str, done_url: str) -> HttpResponse:
    """The answer to the page that asks how far the job is. Without script it is a page of its own."""
    row = job_of(key)
    if row is None or row.state == Job.State.DONE:
        if not request.htmx:
            return redirect(done_url)
        response = HttpResponse()
        response.headers["HX-Redirect"] = done_url
        return response
    note = row.progress_note
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
        poll_url=request.path,
    )
