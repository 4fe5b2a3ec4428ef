"""On whose desk a request lies: the step it waits for, and the people whose posts let them take it."""

from dataclasses import dataclass

from django.db.models import Q

from apps.core import clock
from apps.org import matrix
from apps.org.kinds import kind_named
from apps.org.models import Authority, Person, Post, Request
from apps.org.reach import people_with


@dataclass(frozen=True)
class Step:
    """`name` is "confirm" or "approve"; `authority` the kind of the authority table's lines it is held to, or ""."""

    name: str
    capability: str
    authority: str

    @property
    def roles(self) -> list:
        """The roles whose posts give the capability, as words."""
        return [matrix.role_label(role) for role in matrix.roles() if matrix.cell(role, self.capability)]


def next_step(request) -> Step | None:
    """What an open request waits for; None when it is closed."""
    kind = kind_named(request.kind)
    if request.state == Request.State.WAITING and kind.of_three:
        return Step("confirm", kind.confirm, "")
    if request.state in (Request.State.WAITING, Request.State.CONFIRMED):
        return Step("approve", kind.approve, kind.authority)
    return None


def deciders(request):
    """The people who may take the next step by their posts and the authority table, and had no hand in it so far.

    Nobody for a closed request, or for a step that hangs on no capability.
    """
    step = next_step(request)
    if step is None or not step.capability:
        return Person.objects.none()
    people = people_with(step.capability, request).exclude(pk__in=request.hands).filter(left_on=None)
    if step.authority:
        day = clock.today()
        lines = Authority.objects.filter(
            Q(ends=None) | Q(ends__gte=day),
            kind=step.authority,
            starts__lte=day,
            up_to_fen__gte=request.amount_fen,
            unit__path__in=request.unit.path_upwards,
        )
        held = Q(pk__in=[])
        for line in lines:
            held |= Q(role=line.role, unit=line.unit_id)
        people = people.filter(pk__in=Post.objects.current().filter(held).values("person"))
    return people.order_by("name", "pk")
