"""Posts. Granting one takes two people; taking one away takes one, and shows on the person's next request."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_seen
from apps.org import matrix, rules
from apps.org.actions.request import make_request
from apps.org.administrators import ADMINISTRATORS
from apps.org.handover import registered
from apps.org.kinds import Kind, register
from apps.org.models import BusinessLine, Person, Post, Request, Unit


@transaction.atomic
def ask_post(
    person: Person,
    unit: Unit,
    role: str,
    *,
    by,
    starts: date | None = None,
    ends: date | None = None,
    line: BusinessLine | None = None,
    full_time: bool = True,
    deputy: Person | None = None,
    note: str = "",
) -> Request:
    """Ask that a person be given a post; the security administrator approves. Raises Refused for what can never be."""
    demand(rules.may_ask_post(by, unit, role))
    payload = {
        "person": person.pk,
        "unit": unit.pk,
        "role": role,
        "line": line.pk if line else None,
        "starts": (starts or clock.today()).isoformat(),
        "ends": ends.isoformat() if ends else None,
        "full_time": full_time,
        "deputy": deputy.pk if deputy else None,
    }
    _look(person, unit, payload)
    return make_request("post.grant", person, by=by, unit=unit, payload=payload, note=note)


@transaction.atomic
def ask_posts(people: list[Person], unit: Unit, role: str, *, by, **values) -> list[Request]:
    """Ask for the same post for several people: one request each, all or none."""
    return [ask_post(person, unit, role, by=by, **values) for person in people]


def _look(person, unit, payload):
    """Refuse what must not be: for one who has left, at a closed unit, twice, or two administrators in one person."""
    role, starts, ends = payload["role"], payload["starts"], payload["ends"]
    if role not in matrix.roles():
        raise Refused(_("There is no role %(role)s.") % {"role": role})
    if person.left_on:
        raise Refused(_("%(person)s has left.") % {"person": person})
    if unit.closed_on:
        raise Refused(_("%(unit)s is closed.") % {"unit": unit})
    if ends and ends < starts:
        raise Refused(_("The post must not end before it starts."))
    if payload["deputy"] == person.pk:
        raise Refused(_("Choose another person as deputy."))
    standing = Post.objects.filter(person=person, revoked_on=None).exclude(ends__lt=starts)
    if ends:
        standing = standing.filter(starts__lte=ends)
    if standing.filter(unit=unit, role=role, line=payload["line"]).exists():
        raise Refused(_("%(person)s already has this post in that time.") % {"person": person})
    if role in ADMINISTRATORS and standing.filter(role__in=ADMINISTRATORS).exclude(role=role).exists():
        raise Refused(
            _("%(person)s already is one of the three administrators; nobody is two.") % {"person": person}
        )


def grant_post(request: Request, by) -> Post:
    """What the approval of a "post.grant" does."""
    payload = request.payload
    # The unit may just be merged or closed; and of two grants at once, the second looks after the first.
    unit = lock(Unit.objects.get(pk=payload["unit"]))
    person = lock(Person.objects.get(pk=payload["person"]))
    _look(person, unit, payload)
    post = Post.objects.create(
        person=person,
        unit=unit,
        role=payload["role"],
        line_id=payload["line"],
        starts=date.fromisoformat(payload["starts"]),
        ends=payload["ends"] and date.fromisoformat(payload["ends"]),
        full_time=payload["full_time"],
        deputy_id=payload["deputy"],
    )
    record("post.grant", person, by=by, request=request.pk, post=post.pk, unit=unit.pk, role=post.role)
    return post


def _describe(request):
    payload = request.payload
    people = Person.objects.in_bulk([payload["person"], payload["deputy"]])
    return {
        "person": people.get(payload["person"]),
        "deputy": people.get(payload["deputy"]),
        "unit": Unit.objects.filter(pk=payload["unit"]).first(),
        "line": BusinessLine.objects.filter(pk=payload["line"]).first(),
        "role": matrix.role_label(payload["role"]),
        "payload": payload,
    }


register(
    Kind(
        "post.grant",
        gettext_lazy("Post"),
        apply=grant_post,
        may_make=lambda user, subject: rules.may_ever(user, "post.request"),
        may_approve=rules.may_approve_post,
        approve="post.grant",
        template="org/request_post_grant.html",
        describe=_describe,
    )
)


@transaction.atomic
def end_post(post: Post, *, by, on: date | None = None) -> None:
    """End a post after the day `on`; without one at once. What it opened is closed on the person's next request."""
    lock(post)
    demand(rules.may_end_post(by, post))
    if on is None or on < clock.today():
        post.revoked_on = clock.today()
    elif on < post.starts:
        raise Refused(_("The post must not end before it starts."))
    else:
        post.ends = on
    post.save(update_fields=["revoked_on", "ends"])
    record("post.end", post.person, by=by, post=post.pk, unit=post.unit_id, role=post.role)


@transaction.atomic
def change_liaison(
    post: Post, *, by, full_time: bool, deputy: Person | None, seen: str | None = None
) -> list[str]:
    """Say whether a liaison is one full-time, and who stands in for them. Returns the fields that changed; raises Stale
    when they are not those seen."""
    lock_seen(post, seen, ("full_time", "deputy"))
    demand(rules.may_change_liaison(by, post))
    if deputy and deputy.pk == post.person_id:
        raise Refused(_("Choose another person as deputy."))
    values = {"full_time": full_time, "deputy_id": deputy.pk if deputy else None}
    changed = [field for field, value in values.items() if getattr(post, field) != value]
    if changed:
        post.full_time, post.deputy = full_time, deputy
        post.save(update_fields=["full_time", "deputy"])
        record("post.change", post.person, by=by, post=post.pk, fields=changed)
    return changed


@transaction.atomic
def hand_over(post: Post, *, to: Person, by) -> dict[str, int]:
    """What is open with a post goes over to another person. Returns model label → how many."""
    lock(post)
    demand(rules.may_hand_over(by, post))
    if to.pk == post.person_id or to.left_on:
        raise Refused(_("Choose another person, who is still with the bank."))
    counts = {name: kind.give(post, to=to, by=by) for name, kind in registered().items()}
    record("post.hand_over", post.person, by=by, post=post.pk, to=to.pk, counts=counts)
    return counts
