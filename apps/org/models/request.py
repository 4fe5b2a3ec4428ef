import hashlib
import json

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.models.subject import About, AboutQuerySet
from apps.core.routes import path_of
from apps.org import kinds
from apps.org.models.bank import Authority
from apps.org.reach import ReachQuerySet, denied, within_reach


class RequestQuerySet(ReachQuerySet, AboutQuerySet):
    def visible_to(self, user):
        """Those in reach, those this person had a hand in, and those they may decide."""
        q = within_reach(Request, user, "request.view")
        if user.standing:
            for kind in kinds.kinds().values():
                for capability in {kind.approve, kind.confirm} - {""}:
                    if user.may_ever(capability):
                        q |= Q(kind=kind.name) & within_reach(Request, user, capability)
        return self.filter(q & ~denied(Request, user, "request.view")).marked()

    def for_list(self):
        return self.select_related("unit", "maker", "maker_for")

    def open(self):
        return self.filter(state__in=[Request.State.WAITING, Request.State.CONFIRMED])

    def made_by(self, user):
        """What the person in whose name this account acts asked for, by their own hand or by another's."""
        return self.filter(Q(maker=user.principal_id) | Q(maker_for=user.principal_id))

    def waiting_on(self, user):
        """What this person may confirm or approve now: kind, unit, the authority table, and no hand in it so far.

        A kind's own further conditions are asked when it is opened.
        """
        q = Q(pk__in=[])
        for kind in kinds.kinds().values():
            step = Q(kind=kind.name)
            if kind.of_three and (not kind.confirm or user.may_ever(kind.confirm)):
                q |= step & Q(state=Request.State.WAITING) & _reach(user, kind.confirm)
            if not kind.approve or user.may_ever(kind.approve):
                ready = Request.State.CONFIRMED if kind.of_three else Request.State.WAITING
                limit = Authority.within(user, kind.authority) if kind.authority else Q()
                q |= step & Q(state=ready) & _reach(user, kind.approve) & limit
        mine = {user.person_id, user.acting_for_id} - {None}
        for hand in Request.own_fields:
            q &= ~Q(**{f"{hand}__in": mine})
        return self.filter(q)


def _reach(user, capability):
    return within_reach(Request, user, capability) if capability else Q()


class Request(About):
    """What moves money, points or roles: made by one person, confirmed where its kind asks for it, approved by another.

    Maker, confirmer and checker, and whoever each acts for, are all different people. The checker approves the exact
    payload seen: its hash goes with the click.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CONFIRMED = "confirmed", _("Confirmed")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    kind = models.CharField(max_length=40)  # registered in apps.org.kinds
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField(default=0)
    payload = models.JSONField()
    payload_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    maker = models.ForeignKey("org.Person", models.PROTECT, related_name="requests_made")
    maker_for = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    confirmer = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    confirmer_for = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    checker = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    checker_for = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    own_fields = ("maker", "maker_for", "confirmer", "confirmer_for", "checker", "checker_for")

    plural = _("Requests")
    objects = RequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "state"], name="request_kind_state")]
        constraints = [
            models.CheckConstraint(name=f"request_{a}_is_not_{b}", condition=Q(**{a: None}) | Q(**{b: None}) | ~Q(**{a: F(b)}))
            for a, b in [
                ("maker", "checker"), ("maker", "checker_for"), ("maker_for", "checker"), ("maker_for", "checker_for"),
                ("maker", "confirmer"), ("maker", "confirmer_for"), ("maker_for", "confirmer"), ("maker_for", "confirmer_for"),
                ("confirmer", "checker"), ("confirmer", "checker_for"), ("confirmer_for", "checker"), ("confirmer_for", "checker_for"),
            ]
        ]  # fmt: skip

    def __str__(self):
        return f"{self.kind_label} #{self.pk}"

    def get_absolute_url(self):
        return path_of("org:request_detail", self.pk)

    @property
    def kind_label(self):
        return kinds.kind_named(self.kind).label

    @property
    def hands(self) -> set[int]:
        """The ids of everybody who has already had a hand in it, for themselves or for another."""
        return {getattr(self, f"{hand}_id") for hand in self.own_fields} - {None}


def payload_hash(request) -> str:
    """What the checker approves, as a number: kind, subject, unit, amount and payload of a request (saved or not)."""
    seen = [
        request.kind,
        request.subject_type_id,
        request.subject_id,
        request.unit_id,
        request.amount_fen,
        request.payload,
    ]
    text = json.dumps(seen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
