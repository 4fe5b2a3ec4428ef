import hashlib
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.attachments import attach
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.notices import follow
from apps.core.numbering import next_code
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.insight import rules
from apps.insight.actions.place import place, say
from apps.insight.flow import followup_flow, opportunity_flow
from apps.insight.models import FollowUp, Investigation, Issue, Item, Opportunity
from apps.insight.models.opportunity import QUESTIONS
from apps.org.calendar import due_in
from apps.org.models import Post, User
from apps.org.reach import allow

LOOK_DAYS = 5  # working days to begin an investigation
INVESTIGATE_DAYS = 10
PROPOSE_DAYS = 20
MAX_PHOTOS = 9
LOOKERS = ("group_lead", "group_member", "innovation_secretary", "innovation_officer")


@transaction.atomic
def follow_up(item: Item, *, by, unit, owner, due_on: date, note: str = "") -> FollowUp:
    """A unit looks further into an item, which it sees from then on. The person sees the item itself, or reads it in a
    published issue.

    Raises `Refused` for a unit out of reach, an owner who works elsewhere, a day gone by, and for a second one of the
    same unit.
    """
    lock(item)
    demand(rules.may_follow_up(by, unit))
    if not item.filed or not (by.can("item.view", item) or reads(by, item)):
        raise Refused(_("You do not see this item."))
    if not Post.objects.current().filter(person=owner, unit__path__range=unit.span).exists():
        raise Refused(_("%(person)s does not work at %(unit)s.") % {"person": owner, "unit": unit})
    if due_on < clock.today():
        raise Refused(_("The due date has gone by."))
    made, new = FollowUp.objects.get_or_create(
        item=item,
        unit=unit,
        defaults={
            "owner": owner,
            "due_on": due_on,
            "note": note.strip(),
            "title": item.headline,
            "opened_by_id": by.principal_id,
        },
    )
    if not new:
        raise Refused(_("%(unit)s follows this item up already.") % {"unit": unit})
    because_of = f"insight.FollowUp:{made.pk}"
    allow(item, "item.view", because_of=because_of, unit=unit)
    follow(made, User.objects.filter(person__in=[owner.pk, by.principal_id]))
    record(
        "followup.open", made, by=by, item=item.pk, unit=unit.pk, path=unit.path, person=by.principal_id,
        owner=owner.pk,
    )  # fmt: skip
    return made


def reads(user, item) -> bool:
    """Does a published issue carry this item to this person?"""
    return Issue.objects.visible_to(user).published().filter(lines__item=item).exists()


@transaction.atomic
def settle_follow_up(made: FollowUp, *, by, move: str, note: str = "") -> FollowUp:
    """Close a follow-up: "finish" or "drop" (for a reason)."""
    followup_flow.make(made, move, by=by, note=note)
    say(made, note, by=by)
    return made


@transaction.atomic
def file_opportunity(
    *, by, unit, title, scene, pain, idea, contact_allowed, line=None, follow_up=None, photos=()
) -> Opportunity:
    """File what was seen at a counter, or what came of a follow-up, which is then done.

    `photos` are (bytes, file name, media type) of checked pictures, nine at most. It comes to the nearest working group
    at once; the head of the unit is told, not asked. Raises `Refused` for a unit the person may not file for.
    """
    demand(rules.may_file_opportunity(by, unit, line and line.pk))
    photos = list(photos)
    if len(photos) > MAX_PHOTOS:
        raise Refused(_("At most %(count)s photos.") % {"count": MAX_PHOTOS})
    if follow_up is not None:
        lock(follow_up)
        if not unit.is_under(follow_up.unit):
            raise Refused(_("The follow-up belongs to %(unit)s.") % {"unit": follow_up.unit})
        if follow_up.state == FollowUp.State.OPEN:
            followup_flow.make(follow_up, "finish", by=by)
        else:
            demand(rules.may_settle_follow_up(by, follow_up))
    holder = nearest_looker(unit, line)
    opportunity = Opportunity.objects.create(
        code=next_code("O"),
        unit=unit,
        line=line,
        follow_up=follow_up,
        item_id=follow_up and follow_up.item_id,
        title=title.strip(),
        scene=scene.strip(),
        pain=pain.strip(),
        idea=idea.strip(),
        contact_allowed=contact_allowed,
        reporter_id=by.principal_id,
        holder_id=holder,
        due_on=due_in(LOOK_DAYS),
    )
    kept = set()
    for data, name, media_type in photos:
        if (print_ := hashlib.sha256(data).digest()) not in kept:
            kept.add(print_)
            attach(opportunity, data, by=by, name=name, media_type=media_type, kind="photo")
    index(opportunity)
    follow(opportunity, User.objects.filter(person=opportunity.reporter_id))
    record(
        "opportunity.file", opportunity, by=by, followup=opportunity.follow_up_id, item=opportunity.item_id,
        **place(opportunity, opportunity.reporter_id),
    )  # fmt: skip
    return opportunity


def nearest_looker(unit, line=None) -> int | None:
    """The id of the person who should look first: the lead of the nearest working group, or the office above it."""
    posts = Post.objects.current().filter(role__in=LOOKERS, unit__path__in=unit.path_upwards)
    posts = [p for p in posts.select_related("unit") if p.line_id in (None, line and line.pk)]
    posts.sort(key=lambda p: (-p.unit.depth, LOOKERS.index(p.role), p.line_id is None, p.pk))
    return posts[0].person_id if posts else None


@transaction.atomic
def correct_opportunity(opportunity: Opportunity, *, by, version: int, **changes) -> Opportunity:
    """The reporter corrects title, scene, pain, idea or the permission to contact. Raises `Stale` and `Refused`."""
    if extra := set(changes) - {"title", "scene", "pain", "idea", "contact_allowed"}:
        raise TypeError(f"not to be corrected: {sorted(extra)}")
    lock_version(opportunity, version)
    demand(rules.may_correct_opportunity(by, opportunity))
    for name, value in changes.items():
        setattr(opportunity, name, value.strip() if isinstance(value, str) else value)
    opportunity.save(update_fields=[*changes, "version"])
    index(opportunity)
    record("opportunity.correct", opportunity, by=by, fields=sorted(changes))
    return opportunity


@transaction.atomic
def start_investigation(opportunity: Opportunity, *, by) -> Opportunity:
    """This person looks into it from now on; ten working days."""
    opportunity_flow.make(opportunity, "investigate", by=by, **place(opportunity, opportunity.reporter_id))
    return _hand(opportunity, by.principal_id, due_in(INVESTIGATE_DAYS))


@transaction.atomic
def conclude(opportunity: Opportunity, *, by, answers: dict, conclusion: str, reason: str) -> Investigation:
    """End the investigation: "take_up" (all six questions answered; it then waits twenty working days to be proposed),
    "hold" or "drop". The reason is always given. Raises `Refused`."""
    if extra := set(answers) - set(QUESTIONS):
        raise TypeError(f"no such questions: {sorted(extra)}")
    answers = {name: text.strip() for name, text in answers.items()}
    conclusion = Investigation.Conclusion(conclusion)
    lock(opportunity)
    if not reason.strip():
        raise Refused(_("Please give the reason."))
    if conclusion == Investigation.Conclusion.TAKE_UP and not all(answers.get(name) for name in QUESTIONS):
        raise Refused(_("Answer all six questions before it is taken up."))
    move = {"take_up": "conclude", "hold": "hold", "drop": "drop"}[conclusion]
    demand(opportunity_flow.verdict(opportunity, move, by))
    investigation = Investigation.objects.create(
        opportunity=opportunity,
        conclusion=conclusion,
        reason=reason.strip(),
        by_id=by.principal_id,
        **answers,
    )
    opportunity_flow.make(
        opportunity, move, by=by, decided=True, investigation=investigation.pk,
        investigator=by.principal_id, **place(opportunity, opportunity.reporter_id),
    )  # fmt: skip
    if conclusion == Investigation.Conclusion.TAKE_UP:
        _hand(opportunity, by.principal_id, due_in(PROPOSE_DAYS))
    else:
        _hand(opportunity, None, None)
    return investigation


@transaction.atomic
def take_up(opportunity: Opportunity, *, by) -> Opportunity:
    """It became a project. Called by the app that proposes one, in the same transaction."""
    opportunity_flow.make(
        opportunity, "take_up", by=by, decided=True, **place(opportunity, opportunity.reporter_id)
    )
    return _hand(opportunity, None, None)


def _hand(opportunity, holder_id, due_on):
    opportunity.holder_id, opportunity.due_on = holder_id, due_on
    opportunity.save(update_fields=["holder", "due_on"])
    return opportunity
