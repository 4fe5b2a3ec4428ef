"""Accounts, transactions and legs: money, person-days and points by the same law.

Amounts are whole: fen, hundredths of a person-day, thousandths of a point. A transaction's legs sum to nought. Transactions,
legs, reservations and their resolutions are append-only by trigger, and of an account only the balance moves; actions.py is
the only door.
"""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from apps.core import clock
from apps.core.routes import path_of
from apps.ledger.measures import Measure
from apps.ledger.owners import owner_of, owners
from apps.org.models import Unit

# No balance goes beyond this either way: a balance plus an amount always fits 64 bits, which SQLite would not notice.
LIMIT = 10**18


class CodeField(models.CharField):
    """Text compared byte by byte on both databases, so that "starts with" is one range of the index."""

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def span(prefix: str) -> tuple[str, str]:
    """The codes that start with `prefix`: from the first string, up to but without the second. Raises ValueError if empty."""
    if not prefix:
        raise ValueError("Say under what.")
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


BANK_SEEN_BY = {"scenario.view": [Measure.MONEY, Measure.PERSON_DAYS], "points.view": [Measure.POINTS]}


class AccountQuerySet(models.QuerySet):
    def under(self, prefix):
        """Every account whose code starts so: under("project:123:"). What is reserved there is counted there."""
        first, end = span(prefix)
        return self.filter(code__gte=first, code__lt=end)

    def of(self, thing):
        """The accounts that lie with this row, and what is reserved from them."""
        return self.filter(owner_type=ContentType.objects.get_for_model(thing), owner_id=thing.pk)

    def visible_to(self, user):
        """An account is seen by whoever sees what it lies with, in the way its owner's app says. The bank's own, which lie
        with nobody, are seen by whoever sees funds, or points, at the bank's root."""
        q = Q(pk__in=[])
        for owner in owners():
            if user.may_ever(owner.capability):
                q |= Q(owner_type=owner.content_type, owner_id__in=owner.ids(user))
        root = Unit.objects.filter(depth=1).first()
        for capability, measures in BANK_SEEN_BY.items():
            if root and user.may_at(capability, root):
                q |= Q(owner_type=None, measure__in=measures)
        return self.filter(q)

    def with_balance_at(self, moment):
        """`balance_at`: what each held just before this business time, from its legs."""
        before = Sum("legs__amount", filter=Q(legs__transaction__at__lt=moment))
        return self.annotate(balance_at=Coalesce(before, 0, output_field=models.BigIntegerField()))

    def total(self) -> int:
        """The sum of the balances; the caller sees to it that they are of one measure."""
        return self.aggregate(total=Sum("balance"))["total"] or 0


class Account(models.Model):
    """Where units lie: "project:123:technology". Never below its floor; without one it may go below nought, as a source does."""

    code = CodeField(max_length=120, unique=True)
    measure = models.CharField(max_length=30, choices=Measure)
    floor = models.BigIntegerField(null=True)
    balance = models.BigIntegerField(default=0, editable=False)
    # With whom it lies: a fund, a project, a person. Without an owner it is the bank's own.
    owner_type = models.ForeignKey(ContentType, models.PROTECT, null=True, related_name="+", editable=False)
    owner_id = models.PositiveBigIntegerField(null=True, editable=False)
    owner = GenericForeignKey("owner_type", "owner_id")
    # What is reserved from an account lies in one of its own, which only reserve, commit and release move.
    reserve_of = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reserve", editable=False
    )

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(floor=None) | Q(balance__gte=F("floor")), name="account_not_below_floor"
            ),
            models.CheckConstraint(condition=Q(balance__range=(-LIMIT, LIMIT)), name="account_within_limit"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="account_measure"),
            models.CheckConstraint(
                condition=Q(owner_type=None, owner_id=None)
                | Q(owner_type__isnull=False, owner_id__isnull=False),
                name="account_owner_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="account_owner")]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return path_of("ledger:account_detail", self.pk)

    @property
    def label(self) -> str:
        """What lies here, in words: "Technology, released". The owner is said beside it."""
        known = owner_of(self)
        # The id of the owner ends what is common to the codes of its accounts: project:12:technology:released.
        parts = self.code.split(":")
        rest = parts[parts.index(str(self.owner_id)) + 1 :] if str(self.owner_id) in parts else parts
        return str(known.called(rest)) if known else self.code

    @property
    def name(self) -> str:
        """With whom it lies and what lies there: "Innovation fund 2026 · Technology"."""
        return f"{self.owner} · {self.label}" if self.owner_id else self.code

    def shown(self, amount: int) -> str:
        """`amount` in this account's measure, as people write it."""
        return Measure(self.measure).shown(amount)


class TransactionQuerySet(models.QuerySet):
    def because_of(self, reason):
        return self.filter(because_of=reason)

    def touching(self, accounts):
        return self.filter(pk__in=Leg.objects.filter(account__in=accounts).values("transaction"))


class Transaction(models.Model):
    """One movement, whole: its key is used once, its legs sum to nought. A mistake is corrected by another one."""

    key = CodeField(max_length=200, unique=True)
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now, db_index=True)  # business time
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    memo_code = models.CharField(max_length=60, blank=True)
    because_of = models.CharField(max_length=120, blank=True, db_index=True)  # "allocation.Request:12"
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    objects = TransactionQuerySet.as_manager()

    def __str__(self):
        return self.key


class LegQuerySet(models.QuerySet):
    def under(self, prefix):
        """Movements of every account whose code starts so."""
        first, end = span(prefix)
        return self.filter(account__code__gte=first, account__code__lt=end)

    def before(self, moment):
        """Movements of earlier business time than `moment`: an appraisal's cut-off."""
        return self.filter(transaction__at__lt=moment)

    def since(self, moment):
        return self.filter(transaction__at__gte=moment)

    def for_list(self):
        """With what a statement of movements shows, newest first."""
        return self.select_related("transaction", "account").order_by("-pk")

    def total(self) -> int:
        return self.aggregate(total=Sum("amount"))["total"] or 0


class Leg(models.Model):
    """What one transaction does to one account: more when positive, less when negative."""

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="legs", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="legs", db_index=False)
    amount = models.BigIntegerField()

    objects = LegQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transaction", "account"], name="leg_once_per_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="leg_moves_something"),
        ]
        indexes = [models.Index(fields=["account", "id"], name="leg_account")]

    def __str__(self):
        return f"{self.account} {self.amount:+}"


class ReservationQuerySet(models.QuerySet):
    def open(self):
        return self.filter(resolution=None)

    def under(self, prefix):
        first, end = span(prefix)
        return self.filter(account__code__gte=first, account__code__lt=end)


class Reservation(models.Model):
    """An amount set aside until it is committed or released.

    It is itself a transaction, from the account to the account's reserve, so that balances alone say what is still free;
    and how it ended is a row of its own, unique to it, so that it ends at most once and no row ever changes.
    """

    transaction = models.OneToOneField(Transaction, models.PROTECT, related_name="reservation")
    account = models.ForeignKey(Account, models.PROTECT, related_name="reservations")
    amount = models.BigIntegerField()

    objects = ReservationQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="reservation_of_something")]

    def __str__(self):
        return self.key

    @property
    def key(self) -> str:
        return self.transaction.key

    @property
    def state(self) -> str:
        """open, committed or released."""
        resolution = Resolution.objects.filter(reservation=self).first()
        return resolution.outcome if resolution else "open"


class Resolution(models.Model):
    """How a reservation ended, and the transaction that emptied it."""

    class Outcome(models.TextChoices):
        COMMITTED = "committed"
        RELEASED = "released"

    reservation = models.OneToOneField(Reservation, models.PROTECT, related_name="resolution")
    transaction = models.OneToOneField(Transaction, models.PROTECT, related_name="resolution")
    outcome = models.CharField(max_length=10, choices=Outcome)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["committed", "released"]), name="resolution_outcome"
            )
        ]

    def __str__(self):
        return f"{self.reservation_id} {self.outcome}"
