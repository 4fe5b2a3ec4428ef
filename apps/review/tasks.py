from apps.core.journal import follows
from apps.projects.models import Project
from apps.review.actions import ask_opinions
from apps.review.models.forum import route


@follows("project.sign", name="review.ask_opinions")
def ask(entry):
    """The applicant unit has signed: the departments of its forum are asked.

    Where the bank has set up no forum for it yet, the page says so; setting one up asks them then.
    """
    if route(entry.subject):
        ask_opinions(entry.subject, by=entry.by)


@follows("forum.set", name="review.ask_what_waited")
def ask_what_waited(entry):
    """Projects that were signed before there was a forum for them."""
    signed = Project.objects.unscoped("the forum was set up for them").filter(
        unit__path__startswith=entry.subject.unit.path, stage__code="proposal", state="active", consultations=None,
        requirements__kind__code="signature", requirements__met_at__isnull=False,
    )  # fmt: skip
    for project in signed:
        if route(project):
            ask_opinions(project, by=entry.by)
