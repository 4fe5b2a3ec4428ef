from datetime import date, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Prefetch, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from apps.core import clock
from apps.core.routes import path_of
from apps.org import matrix
from apps.org.administrators import ADMINISTRATORS


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who works where is no secret inside the bank: everybody, or nobody to those without a post."""
        return self if user.may_ever("org.view") else self.none()

    def inside(self):
        return self.filter(inside=True)

    def serving(self):
        return self.filter(left_on=None)

    def around(self, unit):
        """Those who belong to the unit or below it, or hold a post there today."""
        posts = Post.objects.current().filter(unit__path__range=unit.span)
        return self.filter(Q(unit__path__range=unit.span) | Q(pk__in=posts.values("person")))

    def with_posts(self):
        """Each with the posts of today, as `standing_posts`."""
        posts = Post.objects.current().select_related("unit").order_by("pk")
        return self.select_related("unit").prefetch_related(
            Prefetch("posts", posts, to_attr="standing_posts")
        )

    def search_text(self, text):
        return self.filter(Q(name__icontains=text) | Q(employee_no__istartswith=text))


class Person(models.Model):
    """Somebody, inside the bank or outside, with or without an account."""

    name = models.CharField(max_length=60, db_index=True)
    employee_no = models.CharField(max_length=20, unique=True, null=True, blank=True)
    inside = models.BooleanField(default=True)
    organisation = models.CharField(max_length=120, blank=True)  # of an outside person
    unit = models.ForeignKey("org.Unit", models.PROTECT, null=True, blank=True, related_name="people")
    email = models.EmailField(blank=True)
    mobile = models.CharField(max_length=20, blank=True)
    left_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    org_import = models.ForeignKey(
        "org.OrgImport", models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = PersonQuerySet.as_manager()

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_of("org:person_detail", self.pk)

    @property
    def handle(self) -> str:
        """What to write in a form to mean this very person: the employee number, where there is one."""
        return self.employee_no or f"#{self.pk}"

    @property
    def roles_held(self) -> set[str]:
        """The roles of the person's posts of today, and of those to come."""
        posts = self.posts.exclude(revoked_on__lte=clock.today()).exclude(ends__lt=clock.today())
        return set(posts.values_list("role", flat=True))

    @property
    def user(self):
        """The person's account, if there is one."""
        return next(iter(self.users.all()), None)


class User(AbstractUser):
    """An account. The person behind it holds the posts; posts are read on every request."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="users")
    language = models.CharField(max_length=10, blank=True)
    first_password = models.BooleanField(
        default=False
    )  # given by an administrator: to be changed before anything else
    password_set_at = models.DateTimeField(default=timezone.now)
    session_round = models.PositiveIntegerField(default=0)  # a session belongs to one; the next ends it
    recoverable_until = models.DateTimeField(null=True, blank=True)  # two people agreed to a new password

    acting_for_id: int | None = None  # set per request by the delegation middleware, never stored

    def __str__(self):
        return self.person.name if self.person_id else self.username

    @property
    def name(self):
        return str(self)

    def set_password(self, raw_password):
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def end_sessions(self):
        """Every session of the account ends with its next request, those of a disabled account for good."""
        self.session_round = F("session_round") + 1
        self.save(update_fields=["session_round"])
        self.refresh_from_db(fields=["session_round"])

    def _get_session_auth_hash(self, secret=None):
        """What a session remembers of its account (Django's hook, of the password alone): a new password or a new round
        makes it another one."""
        return salted_hmac(
            "apps.org.models.User.session",
            f"{self.session_round}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def principal_id(self) -> int | None:
        """The id of the person in whose name this account acts now."""
        return self.acting_for_id or self.person_id

    @cached_property
    def standing(self) -> list["Post"]:
        """The posts held today by the person in whose name this account acts, one query.

        An administrator's post is nobody else's, not even for a day: it does not go over with a delegation.
        """
        if not self.is_active or not self.principal_id:
            return []
        posts = Post.objects.current().filter(person=self.principal_id)
        if self.acting_for_id:
            posts = posts.exclude(role__in=ADMINISTRATORS)
        return list(posts.select_related("unit").order_by("pk"))

    @property
    def is_logged(self) -> bool:
        """Does this account read under an engagement, so that what it opens is written down?"""
        return any(post.engagement_id for post in self.standing)

    def holds(self, role: str, unit=None) -> bool:
        """Does this person hold the role, at this unit or above it?"""
        return any(post.role == role and (unit is None or unit.is_under(post.unit)) for post in self.standing)

    def may_ever(self, capability: str) -> bool:
        """Could any post of this person give the capability over anything at all?"""
        return any(matrix.cell(post.role, capability) for post in self.standing)

    def may_at(self, capability: str, unit, line_id=None) -> bool:
        """Do the posts give the capability over something of this unit (and line)?"""
        return any(
            matrix.relation(unit.path, post.unit.path) in matrix.cell(post.role, capability)
            and (post.line_id is None or post.line_id == line_id)
            for post in self.standing
        )

    def can(self, capability: str, thing) -> bool:
        """May this person do this to this very thing? (reach or own or shared) and not denied."""
        from apps.org.reach import can  # noqa: PLC0415 (reach reads this module's models)

        return can(self, capability, thing)


class FormerPassword(models.Model):
    """A password an account has had, as its hash: it may not come back soon."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=timezone.now)


class PostQuerySet(models.QuerySet):
    def current(self, on=None):
        day = on or clock.today()
        posts = self.filter(
            Q(revoked_on=None) | Q(revoked_on__gt=day), Q(ends=None) | Q(ends__gte=day), starts__lte=day
        )
        return posts if on else posts.filter(Q(until_at=None) | Q(until_at__gt=clock.now()))

    def at_or_above(self, unit):
        return self.filter(unit__path__in=unit.path_upwards)

    def for_list(self):
        """With `until`, the last day, far off for those without end: a stored order for the list."""
        far = models.Value(date.max, output_field=models.DateField())
        until = Coalesce("revoked_on", "ends", far)
        return self.select_related("person", "unit", "line", "deputy").annotate(until=until)

    def to_come(self):
        return self.filter(Q(revoked_on=None) | Q(revoked_on__gt=F("starts")), starts__gt=clock.today())

    def over(self):
        day = clock.today()
        return self.filter(Q(revoked_on__lte=day) | Q(ends__lt=day))

    def ending_within(self, days):
        """Those of today that end in so many days."""
        return self.current().filter(ends__lte=clock.today() + timedelta(days=days))


class Post(models.Model):
    """A person's role at a unit between two dates (both included); several at once.

    A post taken away before its end has `revoked_on`, and does not count on that day any more.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="posts")
    role = models.CharField(max_length=30, choices=matrix.role_choices)
    line = models.ForeignKey("org.BusinessLine", models.PROTECT, null=True, blank=True, related_name="posts")
    starts = models.DateField(default=clock.today)
    ends = models.DateField(null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)
    full_time = models.BooleanField(default=True)
    deputy = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="deputy_posts")
    # An auditor's post stands on an engagement, and ends with it, to the minute.
    engagement = models.ForeignKey(
        "org.Engagement", models.PROTECT, null=True, blank=True, related_name="posts"
    )
    until_at = models.DateTimeField(null=True, blank=True)
    org_import = models.ForeignKey(
        "org.OrgImport", models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="post_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(role="auditor")
                | Q(engagement__isnull=False, ends__isnull=False, until_at__isnull=False),
                name="post_auditor_has_an_engagement",
            ),
            models.UniqueConstraint(
                fields=["person", "unit", "role", "line", "starts"],
                condition=Q(revoked_on=None),
                name="post_once_a_line",
            ),
            models.UniqueConstraint(
                fields=["person", "unit", "role", "starts"],
                condition=Q(line=None, revoked_on=None, engagement=None),
                name="post_once_for_all_lines",
            ),
        ]
        indexes = [models.Index(fields=["unit", "role"], name="post_unit_role")]

    def __str__(self):
        return f"{self.person} · {self.role_label} · {self.unit}"

    @property
    def role_label(self):
        return self.get_role_display()

    @property
    def over(self) -> bool:
        """Has it ended, by its date or taken away?"""
        day = clock.today()
        return bool(
            self.revoked_on and self.revoked_on <= day
            or self.ends and self.ends < day
            or self.until_at and self.until_at <= clock.now()
        )  # fmt: skip

    @property
    def stands(self) -> bool:
        """Does it count today?"""
        return self.starts <= clock.today() and not self.over


class DelegationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, given or taken; all of them to those who approve posts or read the journal."""
        if user.may_ever("post.grant") or user.may_ever("journal.read"):
            return self
        return self.filter(Q(giver=user.person_id) | Q(taker=user.person_id))

    def current(self):
        day = clock.today()
        return self.filter(Q(revoked_on=None) | Q(revoked_on__gt=day), starts__lte=day, ends__gte=day)

    def over(self):
        day = clock.today()
        return self.filter(Q(revoked_on__lte=day) | Q(ends__lt=day))

    def for_list(self):
        """With `until`, the last day: a delegation that was taken back stands in the order where it ended."""
        return self.select_related("giver", "taker").annotate(until=Coalesce("revoked_on", "ends"))


class Delegation(models.Model):
    """For a period, one person may act in another's name. Both names stand in the journal."""

    giver = models.ForeignKey(Person, models.PROTECT, related_name="delegations_given")
    taker = models.ForeignKey(Person, models.PROTECT, related_name="delegations_taken")
    starts = models.DateField()
    ends = models.DateField()
    reason = models.CharField(max_length=200)
    revoked_on = models.DateField(null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")), name="delegation_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="delegation_of_two_people"),
        ]

    def __str__(self):
        return f"{self.giver} → {self.taker}"

    @property
    def over(self) -> bool:
        return self.revoked_on is not None or self.ends < clock.today()

    @property
    def runs(self) -> bool:
        """Does it count today?"""
        return not self.over and self.starts <= clock.today()
