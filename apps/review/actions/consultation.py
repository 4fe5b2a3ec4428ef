"""Departments' opinions (会签): asked when the applicant unit has signed, given, answered."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.org.calendar import due_in, parameter
from apps.org.reach import allow
from apps.projects.actions import hand_to, meet_requirement
from apps.review import rules
from apps.review.models import Consultation
from apps.review.models.forum import route


@transaction.atomic
def ask_opinions(project, *, by) -> list[Consultation]:
    """Ask the departments of the forum the route rule sends it to. Asked once: what is asked already stays.

    Each department sees the project from now on. Raises Refused where the bank has set up no forum for it.
    """
    lock(project)
    forum = route(project)
    if forum is None:
        raise Refused(_("No forum may decide a project of this size; set one up first."))
    due = due_in(parameter("review_days"))
    asked = []
    for line in forum.consulted.select_related("unit"):
        consultation, made = Consultation.objects.get_or_create(
            project=project, unit=line.unit, defaults={"due_on": due, "asked_at": clock.now()}
        )
        if made:
            because = f"review.Consultation:{consultation.pk}"
            allow(consultation, "consultation.answer", because_of=because, unit=line.unit)
            allow(project, "project.view", because_of=because, unit=line.unit)
            record(
                "consultation.ask",
                project,
                by=by,
                consultation=consultation.pk,
                unit=line.unit.path,
                due_on=due.isoformat(),
            )
            asked.append(consultation)
    _hand_on(project, by)
    return asked


@transaction.atomic
def give_opinion(consultation: Consultation, *, by, opinion: str, text: str = "") -> None:
    """The department says yes, yes on conditions, or no; the last two with their reasons."""
    lock(consultation)
    demand(rules.may_give_opinion(by, consultation))
    if opinion not in Consultation.Opinion.values:
        raise Refused(_("Choose one of the opinions."))
    if opinion != Consultation.Opinion.AGREE and not text.strip():
        raise Refused(_("Please give the reason."))
    late = consultation.days_late
    consultation.opinion, consultation.text = opinion, text.strip()
    consultation.by_id, consultation.answered_at = by.principal_id, clock.now()
    consultation.save(update_fields=["opinion", "text", "by", "answered_at"])
    project = lock(consultation.project)
    record(
        "consultation.give", project, by=by,
        consultation=consultation.pk, unit=consultation.unit.path, opinion=opinion, late_days=late,
    )  # fmt: skip
    _hand_on(project, by)


@transaction.atomic
def answer_opinion(consultation: Consultation, *, by, reply: str, text: str = "") -> None:
    """The applicant adopts a condition or an objection, or says why not."""
    lock(consultation)
    demand(rules.may_answer_opinion(by, consultation))
    if reply not in Consultation.Reply.values or not text.strip():
        raise Refused(_("Say whether it is adopted, and how, or why not."))
    consultation.reply, consultation.reply_text = reply, text.strip()
    consultation.replied_by_id, consultation.replied_at = by.principal_id, clock.now()
    consultation.save(update_fields=["reply", "reply_text", "replied_by", "replied_at"])
    project = lock(consultation.project)
    record(
        "consultation.answer",
        project,
        by=by,
        consultation=consultation.pk,
        unit=consultation.unit.path,
        reply=reply,
    )
    _hand_on(project, by)


def _hand_on(project, by) -> None:
    """Whoever's turn it is holds the project: the manager while an opinion is to be answered, then the departments that
    still owe theirs; when all are given and answered, the gate's requirement is met and the forum has it."""
    rows = list(Consultation.objects.unscoped("all of them are asked at the gate").filter(project=project))
    owed = [row.due_on for row in rows if not row.opinion]
    if any(row.wants_reply for row in rows):
        hand_to(project, person=project.manager, note=_("To answer the opinions"))
    elif owed:
        hand_to(project, person=None, note=_("Departments consulted"), due_on=max(owed))
    else:
        last = max((row.pk for row in rows), default=0)
        meet_requirement(project, "opinions", by=by, because_of=f"review.Consultation:{last}")
        hand_to(project, person=None, note=str(route(project) or ""))
