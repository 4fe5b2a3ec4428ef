"""What review does when something happened, and who is told without having asked."""

from apps.core.journal import follows
from apps.core.notices import notify
from apps.org.models import Post, User
from apps.projects.models import Project
from apps.review.actions import ask_opinions
from apps.review.models import BallotMember, Consultation
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


@follows("consultation.ask", name="review.tell_department")
def tell_department(entry):
    """Those of the department who may answer."""
    asked = Consultation.objects.unscoped("the department is told").get(pk=entry.data["consultation"])
    there = User.objects.filter(person__in=Post.objects.current().filter(unit=asked.unit_id).values("person"))
    notify(there.filter(pk__in=[user.pk for user in there if user.can("consultation.answer", asked)]), entry)


@follows("assignment.make", name="review.tell_reviewer")
def tell_reviewer(entry):
    notify(User.objects.filter(person=entry.data["reviewer"]), entry)


@follows("meeting.call", name="review.tell_seats")
def tell_seats(entry):
    """Every seat of the body that meets."""
    seats = entry.subject.attendance.all().marked().values("person")
    notify(User.objects.filter(person__in=seats), entry)


@follows("ballot.open", name="review.tell_voters")
def tell_voters(entry):
    """Who may vote; who is recused from the topic hears nothing of it."""
    voters = (
        BallotMember.objects.unscoped("the voters are told")
        .filter(ballot=entry.data["ballot"], recused=False)
        .values("person")
    )
    notify(User.objects.filter(person__in=voters), entry)
