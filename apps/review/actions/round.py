"""Rounds: take topics, assign reviewers, hear conflicts first, gather scores."""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.numbering import next_code
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_seen
from apps.org import matrix
from apps.org.calendar import due_in, parameter
from apps.org.models import Post
from apps.org.reach import allow, deny
from apps.projects.actions import hand_to
from apps.review import rules
from apps.review.calibration import calibrate
from apps.review.flow import assignment_flow, round_flow, score_flow
from apps.review.models import Assignment, Recusal, Round, Rubric, Score, Topic
from apps.review.models.forum import route
from apps.review.scoring import total_milli
from apps.review.subjects import subject_of


@transaction.atomic
def open_round(
    forum, things, *, by, title: str, due_on=None, rubric=None, decides: str = Round.Measure.TRIMMED
) -> Round:
    """Take these things as the topics of a new round, to be ordered by the measure that `decides`. All of them or none.

    Raises Refused for a thing that belongs to another forum, is not ready, or waits in another round.
    """
    demand(rules.may_open_round(by, forum))
    rubric = rubric or Rubric.in_force()
    if not things or rubric is None:
        raise Refused(_("Choose at least one topic, and a rubric."))
    round_ = Round.objects.create(
        forum=forum, unit=forum.unit, title=title, number=next_code("R"), rubric=rubric, opened_on=clock.today(),
        due_on=due_on or due_in(parameter("review_days")), decides=decides, opened_by_id=by.principal_id,
    )  # fmt: skip
    for order, thing in enumerate(things, 1):
        _take(round_, order, thing, by)
    record("round.open", round_, by=by, forum=forum.pk, topics=len(things))
    index(round_)
    return round_


def _take(round_, order, thing, by) -> Topic:
    kind = subject_of(thing)
    if (right := route(thing)) != round_.forum:
        raise Refused(_("%(thing)s is for %(forum)s to decide.") % {"thing": thing, "forum": right or "—"})
    kind.take(thing, by)
    topic = Topic.objects.create(
        round=round_, number=f"{round_.number}-{order:02d}", order=order,
        subject_type=ContentType.objects.get_for_model(thing), subject_id=thing.pk,
        title=kind.title(thing)[:160], field=kind.field(thing)[:60], snapshot=kind.snapshot(thing),
    )  # fmt: skip
    for person_id in kind.interested(thing):
        recuse(topic, person_id, reason=_("Has a hand in it"), by=by)
    hand_to(thing, person=None, note=str(round_.forum), due_on=round_.due_on)
    record("round.topic", thing, by=by, round=round_.pk, topic=topic.pk, forum=round_.forum_id)
    return topic


def recuse(topic: Topic, person_id: int, *, reason: str, by, hide_subject: bool = False) -> None:
    """Take a person out of a topic for good: scores, ballot and base. `hide_subject`: the thing itself as well."""
    recusal, made = Recusal.objects.get_or_create(
        topic=topic, person_id=person_id, defaults={"reason": reason[:300], "at": clock.now()}
    )
    if not made:
        return
    because = f"review.Recusal:{recusal.pk}"
    for capability in ("round.view", "round.manage", "score.give"):
        deny(topic, capability, because_of=because, person=recusal.person)
    if hide_subject:
        deny(topic.subject, "project.view", because_of=because, person=recusal.person)
    record("topic.recuse", topic, by=by, topic=topic.pk, person=person_id)


def scoring_roles() -> list[str]:
    """The roles whose posts may score."""
    return [role for role in matrix.roles() if matrix.cell(role, "score.give")]


@transaction.atomic
def assign_all(topic: Topic, people, *, by, due_on=None) -> None:
    """Ask several people to review a topic. All of them or none."""
    if not people:
        raise Refused(_("Choose at least one reviewer."))
    for person in people:
        assign(topic, person, by=by, due_on=due_on)


@transaction.atomic
def assign(topic: Topic, person, *, by, due_on=None) -> Assignment:
    """Ask a person to review a topic. Until they have declared to be free of conflicts they see its number and field only."""
    topic = lock(topic)
    kind = subject_of(topic.subject)
    demand(
        rules.may_assign(
            by,
            topic,
            scores=Post.objects.current().filter(person=person, role__in=scoring_roles()).exists(),
            interested=person.pk in kind.interested(topic.subject),
            recused=topic.recusals.all().marked().filter(person=person).exists(),
        )
    )
    assignment, made = Assignment.objects.get_or_create(
        topic=topic,
        reviewer=person,
        defaults={"due_on": due_on or topic.round.due_on, "assigned_at": clock.now()},
    )
    if not made:
        raise Refused(_("%(person)s has this topic already.") % {"person": person})
    allow(topic, "score.give", because_of=f"review.Assignment:{assignment.pk}", person=person)
    record("assignment.make", topic, by=by, assignment=assignment.pk, topic=topic.pk, reviewer=person.pk)
    return assignment


@transaction.atomic
def declare(assignment: Assignment, *, by, conflict: bool, reason: str = "") -> None:
    """The reviewer says whether there is a conflict of interest: then they leave the topic for good; else it opens."""
    if conflict and not reason.strip():
        raise Refused(_("Please give the reason."))
    lock(assignment)
    demand(rules.may_declare(by, assignment))
    topic = assignment.topic
    was = assignment.state
    verdict = assignment_flow.verdict(assignment, "recuse" if conflict else "declare", by)
    demand(verdict)
    assignment.conflict, assignment.conflict_reason = conflict, reason.strip()[:300]
    assignment.declared_at = clock.now()
    assignment.state = Assignment.State.RECUSED if conflict else Assignment.State.DECLARED
    assignment.save(update_fields=["conflict", "conflict_reason", "declared_at", "state"])
    record(
        "assignment.recuse" if conflict else "assignment.declare", topic, by=by,
        was=was, now=assignment.state, assignment=assignment.pk, topic=topic.pk, reviewer=assignment.reviewer_id, conflict=conflict,
    )  # fmt: skip
    if conflict:
        recuse(topic, assignment.reviewer_id, reason=reason, by=by, hide_subject=True)
    else:
        because = f"review.Assignment:{assignment.pk}"
        allow(topic.subject, "project.view", because_of=because, person=assignment.reviewer)


@transaction.atomic
def submit_scores(
    assignment: Assignment, *, by, scores: dict[int, int], comment: str = "", seen: str | None = None
) -> None:
    """Hand in: a whole number for every criterion, within its scale. Final. Raises Refused for what is missing, and Stale
    when the draft is not the one that was seen."""
    lock_seen(assignment, seen, Assignment.DRAFT)
    late = assignment.days_late
    demand(score_flow.verdict(assignment, "submit", by))
    criteria = list(assignment.topic.round.rubric.criteria.all())
    missing = [str(c) for c in criteria if c.pk not in scores]
    if missing:
        raise Refused(_("Still missing: %(missing)s.") % {"missing": "、".join(missing)})
    for criterion in criteria:
        if not 0 <= scores[criterion.pk] <= criterion.max_score:
            raise Refused(
                _("%(criterion)s: from 0 to %(most)s.")
                % {"criterion": criterion, "most": criterion.max_score}
            )
    assignment.scores.all().marked().delete()
    Score.objects.bulk_create(
        [Score(assignment=assignment, criterion=c, value=scores[c.pk]) for c in criteria]
    )
    assignment.total_milli = total_milli([(scores[c.pk], c.max_score, c.weight) for c in criteria])
    assignment.comment, assignment.submitted_at = comment.strip()[:3000], clock.now()
    was, assignment.state = assignment.state, Assignment.State.DONE
    assignment.save(update_fields=["total_milli", "comment", "submitted_at", "state"])
    record(
        "score.submit", assignment.topic, by=by, was=was, now=assignment.state,
        assignment=assignment.pk, topic=assignment.topic_id, reviewer=assignment.reviewer_id, late_days=late,
    )  # fmt: skip


@transaction.atomic
def save_scores(
    assignment: Assignment, *, by, scores: dict[int, int], comment: str = "", seen: str | None = None
) -> None:
    """Keep a draft, the reviewer's own until handed in. Raises Stale when it is not the one that was seen."""
    lock_seen(assignment, seen, Assignment.DRAFT)
    demand(rules.may_score(by, assignment))
    criteria = {c.pk: c for c in assignment.topic.round.rubric.criteria.all()}
    assignment.scores.all().marked().delete()
    Score.objects.bulk_create(
        [
            Score(assignment=assignment, criterion=criteria[pk], value=value)
            for pk, value in scores.items()
            if pk in criteria and 0 <= value <= criteria[pk].max_score
        ]
    )
    assignment.comment = comment.strip()[:3000]
    assignment.save(update_fields=["comment"])


@transaction.atomic
def close_round(round_: Round, *, by) -> None:
    """No more scores come in, and those that did are calibrated; its topics may be voted on, and lie with the forum until
    it sits."""
    round_flow.make(round_, "close", by=by)
    done = Assignment.objects.unscoped("a round is calibrated as a whole").filter(
        topic__round=round_, state=Assignment.State.DONE
    )
    calibrated = calibrate(list(done.values_list("topic", "reviewer", "total_milli").order_by("pk"))).scores
    for topic in round_.topics.all().marked():
        topic.calibrated_milli = calibrated.get(topic.pk)
        topic.save(update_fields=["calibrated_milli"])
        hand_to(lock(topic.subject), person=None, note=str(round_.forum))
