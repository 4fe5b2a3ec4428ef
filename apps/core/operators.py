"""What operators do to jobs; the journal keeps who did."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.flow import lock
from apps.core.jobs import rerun
from apps.core.journal import record
from apps.core.models import Job
from apps.core.verdict import Refused


@transaction.atomic
def rerun_job(job: Job, *, by) -> None:
    """Give a dead job another five attempts."""
    lock(job)
    if job.state != Job.State.DEAD:
        raise Refused(
            _("Only a dead job can be run again; this one is “%(state)s”.")
            % {"state": job.get_state_display()}
        )
    rerun(job)
    record("job.rerun", job, by=by, task=job.task)


def rerun_all_dead(*, by) -> int:
    """Each dead job again, as after an outage. Returns how many."""
    dead = list(Job.objects.dead().order_by("pk"))
    for job in dead:
        rerun_job(job, by=by)
    return len(dead)
