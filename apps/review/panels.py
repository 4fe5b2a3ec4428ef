from django.utils.translation import gettext_lazy as _

from apps.core.panels import panel
from apps.core.search import searchable
from apps.org.unsettled import unsettled
from apps.review import rules
from apps.review.models import (
    Assignment,
    Ballot,
    Consultation,
    Decision,
    Forum,
    Meeting,
    Minutes,
    Round,
    Topic,
)
from apps.review.models.forum import explained_route
from apps.review.subjects import ready_by_forum

# Not the titles of its topics: a word of one would show that it is there to whoever is recused from it.
searchable(Round, label=_("Rounds"), capability="round.view", text=lambda r: (r.title, r.number))
searchable(
    Meeting,
    label=_("Meetings"),
    capability="round.view",
    text=lambda m: (str(m), f"{m.place} {m.held_on.isoformat()}"),
)
searchable(
    Minutes,
    label=_("Minutes"),
    capability="round.view",
    text=lambda m: (
        f"{m} {m.meeting}",
        "\n".join(
            [
                m.text,
                *(
                    f"{d.topic.title} {d.text} {d.conditions}"
                    for d in m.decisions.all().marked().select_related("topic")
                ),
            ]
        ),
    ),
)


WAITING_LONGEST = 100


unsettled(
    "review.round",
    label=_("Rounds"),
    advice=_("Close the round first."),
    open=lambda unit: Round.objects.unscoped("whether a unit can be closed").filter(
        unit=unit, state=Round.State.OPEN
    ),
)
unsettled(
    "review.meeting",
    label=_("Meetings"),
    advice=_("Close the meeting first."),
    open=lambda unit: Meeting.objects.unscoped("whether a unit can be closed").filter(
        unit=unit, state=Meeting.State.OPEN
    ),
)
unsettled(
    "review.consulted",
    label=_("Forums that consult the unit"),
    advice=_("Let these forums consult another department first."),
    open=lambda unit: Forum.objects.filter(consulted__unit=unit),
)
unsettled(
    "review.consultation",
    label=_("Consultations"),
    advice=_("Give the opinions first."),
    open=lambda unit: Consultation.objects.unscoped("whether a unit can be closed").filter(
        unit=unit, opinion=""
    ),
    passes_on=True,
)


@panel("projects.project", order=10)
def course(user, project):
    """Which forum decides it and why; the departments' opinions and the answers; what was decided."""
    forum, passed_over = explained_route(project)
    consultations = list(Consultation.objects.visible_to(user).for_list().filter(project=project))
    decisions = (
        Decision.objects.unscoped("what was decided on a project is told to whoever sees it")
        .filter(
            topic__in=Topic.objects.unscoped("of this project").about(project).values("pk"),
            minutes__state="issued",
        )
        .select_related("minutes")
        .order_by("pk")
    )
    return "review/panel_course.html", {
        "project": project,
        "forum": forum,
        "passed_over": passed_over,
        "consultations": consultations,
        "decisions": list(decisions),
    }


@panel("desk.home", order=12, may="consultation.answer")
def opinions_owed(user, thing):
    """Opinions this person's department owes."""
    rows = Consultation.objects.visible_to(user).asked_of(user).for_list().order_by("due_on", "pk")[:10]
    return ("review/panel_opinions_owed.html", {"consultations": rows}) if rows else None


@panel("desk.home", order=14, may="project.view")
def opinions_to_answer(user, thing):
    """Opinions on this person's own projects that want an answer."""
    rows = (
        Consultation.objects.visible_to(user).to_answer_by(user).for_list().order_by("answered_at", "pk")[:10]
    )
    return ("review/panel_opinions_to_answer.html", {"consultations": rows}) if rows else None


@panel("desk.home", order=16, may="score.give")
def reviews_owed(user, thing):
    """Topics this person has to declare on or to score."""
    rows = Assignment.objects.waiting_on(user).for_list().order_by("due_on", "pk")[:10]
    return ("review/panel_reviews_owed.html", {"assignments": rows}) if rows else None


@panel("desk.home", order=10, may="ballot.vote")
def ballots_waiting(user, thing):
    """Open ballots in which this person's vote is missing, and the meetings they sit in next."""
    ballots = list(
        Ballot.objects.visible_to(user).waiting_on(user).for_list().order_by("closes_at", "pk")[:10]
    )
    coming = (
        Meeting.objects.visible_to(user).coming(user.principal_id).for_list(user).order_by("held_on", "pk")
    )
    meetings = list(coming[:5])
    if ballots or meetings:
        return "review/panel_ballots.html", {"ballots": ballots, "meetings": meetings}
    return None


@panel("desk.home", order=30, may="round.manage")
def ready_for_a_round(user, thing):
    """Projects at the gate of a forum this person runs, of those that have waited longest."""
    ready = ready_by_forum(user, most=WAITING_LONGEST)
    forums = [
        (forum, ready[forum.pk])
        for forum in Forum.objects.filter(pk__in=ready).select_related("unit")
        if rules.may_open_round(user, forum)
    ]
    return ("review/panel_ready.html", {"forums": forums}) if forums else None
