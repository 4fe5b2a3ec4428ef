"""What those see who keep the system running: jobs, and the journal they all end in."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.filters import EntryFilters, JobFilters
from apps.core.listing import Column, listing
from apps.core.models import Entry, Job, Seal
from apps.core.operators import rerun_all_dead, rerun_job
from apps.core.pages import refusals_as_messages, show
from apps.core.things import people_named, with_things

JOB_TONES = {"waiting": "neutral", "running": "brand", "done": "ok", "dead": "bad"}
JOB_COLUMNS = [
    Column("task", gettext_lazy("Task"), lambda job: job.task, sort="task"),
    Column("state", gettext_lazy("State"), lambda job: job.get_state_display(), sort="state", kind="state"),
    Column("attempts", gettext_lazy("Attempts"), lambda job: job.attempts, sort="attempts", kind="number"),
    Column("created", gettext_lazy("Written"), lambda job: job.created_at, sort="created", kind="datetime"),
    Column("finished", gettext_lazy("Finished"), lambda job: job.finished_at, kind="datetime"),
]
KEY = Column("key", gettext_lazy("Key"), lambda job: job.key)


@require_GET
@access("job.operate")
def job_list(request):
    rows = Job.objects.all()
    filters = JobFilters(request.GET, rows, request=request)
    columns = [*JOB_COLUMNS, KEY] if "format" in request.GET else JOB_COLUMNS
    page = listing(request, rows, columns, filters=filters, sort="-created", name="jobs")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "core/job_list.html",
        fragment="rows",
        page=page,
        counts=Job.objects.counts() if not request.htmx else None,
        tones=JOB_TONES,
    )


@require_GET
@access("job.operate")
def job_count(request):
    """How many are dead, for the navigation: nothing when none is."""
    return HttpResponse(Job.objects.dead().count() or "")


@require_GET
@access("job.operate")
def job_detail(request, pk):
    job = get_object_or_404(Job, pk=pk)
    return show(
        request,
        "core/job_detail.html",
        job=job,
        tone=JOB_TONES[job.state],
        args=json.dumps(job.args, ensure_ascii=False),
        runs=Entry.objects.about(job).select_related("by__person").order_by("-pk")[:20],
    )


@require_POST
@access("job.operate")
def job_rerun(request, pk):
    job = get_object_or_404(Job, pk=pk)
    with refusals_as_messages(request):
        rerun_job(job, by=request.user)
        messages.success(request, _("It runs again, with five more attempts."))
    return redirect("core:job_detail", pk=pk)


@require_POST
@access("job.operate")
def job_rerun_all(request):
    count = rerun_all_dead(by=request.user)
    messages.success(
        request, ngettext("%(num)d job runs again.", "%(num)d jobs run again.", count) % {"num": count}
    )
    return redirect("core:job_list")


# ── The journal ───────────────────────────────────────────────────────────────────────────────────────────────────


def entry_columns(user):
    """Payload keys that are private to a verb's readers are left out for everybody else."""

    def payload(entry):
        return json.dumps(payload_for(user, entry), ensure_ascii=False, sort_keys=True)

    return [
        Column("at", gettext_lazy("When"), lambda e: e.at, sort="pk", kind="datetime"),
        Column("who", gettext_lazy("Who"), lambda e: str(e.by or "")),
        Column("verb", gettext_lazy("What"), lambda e: str(e.label)),
        Column("subject", gettext_lazy("Subject"), subject_of),
        Column("payload", gettext_lazy("Data"), payload),
        Column("seal", gettext_lazy("Seal"), lambda e: e.seal_number or ""),
    ]


EXPORTED = [
    Column("number", gettext_lazy("Number"), lambda e: e.pk, kind="number"),
    Column("code", gettext_lazy("Verb"), lambda e: e.verb),
    Column("account", gettext_lazy("Account"), lambda e: e.by and e.by.username),
    Column("behalf", gettext_lazy("Person acted for (number)"), lambda e: e.on_behalf_of or ""),
]


def subject_of(entry) -> str:
    return f"{entry.subject_type.app_label}.{entry.subject_type.model} {entry.subject_id}"


def payload_for(user, entry) -> dict:
    verb = entry.declaration
    if verb.private and not user.may_ever(verb.readers):
        return {key: value for key, value in entry.data.items() if key not in verb.private}
    return entry.data


@require_GET
@access("journal.read")
def entry_list(request):
    """Every line: ids, amounts and codes, as they were written. A subject's title shows to those who see the subject."""
    rows = Entry.objects.with_seal().select_related("by__person", "subject_type")
    filters = EntryFilters(request.GET, rows, request=request)
    columns = entry_columns(request.user)
    if "format" in request.GET:
        columns += EXPORTED
    page = listing(request, rows, columns, filters=filters, sort="-at", name="journal")
    if isinstance(page, HttpResponseBase):
        return page
    with_things(request.user, page.rows)
    behalf = people_named({entry.on_behalf_of for entry in page.rows if entry.on_behalf_of})
    for entry in page.rows:
        entry.shown = payload_for(request.user, entry)
        entry.behalf = behalf.get(entry.on_behalf_of)
        entry.about = subject_of(entry)
    return show(
        request,
        "core/entry_list.html",
        fragment="rows",
        page=page,
        unsealed=Seal.unsealed_count() if not request.htmx else None,
    )
