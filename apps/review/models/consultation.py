from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.routes import path_of
from apps.core.scope import ScopedQuerySet
from apps.org.reach import within_reach
from apps.projects.models import Project


class ConsultationQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Opinions stand on the project: whoever sees it reads them."""
        return self.filter(project__in=Project.objects.visible_to(user).values("pk")).marked()

    def asked_of(self, user):
        """Not yet given, by a department this person answers for."""
        return self.filter(within_reach(self.model, user, "consultation.answer"), opinion="").marked()

    def to_answer_by(self, user):
        """Given with a condition or a no, on this person's own project, and not answered yet."""
        Opinion = self.model.Opinion
        return self.filter(
            Q(project__manager=user.principal_id) | Q(project__proposer=user.principal_id),
            opinion__in=[Opinion.CONDITIONS, Opinion.DISAGREE],
            reply="",
        ).marked()

    def waiting_on(self, user):
        return (self.asked_of(user) | self.to_answer_by(user)).distinct().marked()

    def open(self):
        return self.filter(opinion="")

    def for_list(self):
        return self.select_related("project__unit", "unit", "by", "replied_by")


class Consultation(models.Model):
    """A department's opinion on a project (会签), and the applicant's answer to it. Not a vote."""

    class Opinion(models.TextChoices):
        AGREE = "agree", _("Agree")
        CONDITIONS = "agree_with_conditions", _("Agree on conditions")
        DISAGREE = "disagree", _("Disagree")

    class Reply(models.TextChoices):
        ADOPT = "adopt", _("Adopted")
        NOT_ADOPT = "not_adopt", _("Not adopted")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="consultations")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="consultations")
    asked_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField()
    opinion = models.CharField(max_length=30, choices=Opinion, blank=True)
    text = models.TextField(max_length=3000, blank=True)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=20, choices=Reply, blank=True)
    reply_text = models.TextField(max_length=3000, blank=True)
    replied_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "unit"], name="consultation_once"),
            models.CheckConstraint(
                condition=Q(opinion="", by=None, answered_at=None)
                | ~Q(opinion="") & Q(by__isnull=False, answered_at__isnull=False),
                name="consultation_opinion_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(reply="", replied_by=None)
                | ~Q(reply="") & ~Q(opinion="") & Q(replied_by__isnull=False),
                name="consultation_reply_answers_an_opinion",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "due_on"], name="consultation_open", condition=Q(opinion="")),
            models.Index(fields=["due_on", "id"], name="consultation_due"),
        ]

    def __str__(self):
        return f"{self.unit} · {self.project.code}"

    def get_absolute_url(self):
        return path_of("review:consultation_detail", self.pk)

    @property
    def wants_reply(self):
        """An opinion that is not a plain yes is answered before the project goes on."""
        return self.opinion in (self.Opinion.CONDITIONS, self.Opinion.DISAGREE) and not self.reply

    @property
    def settled(self):
        return bool(self.opinion) and not self.wants_reply

    @property
    def standing(self):
        """Whose turn it is, in words."""
        if not self.opinion:
            return _("Waiting for the opinion")
        return _("To be answered") if self.wants_reply else _("Settled")

    @property
    def days_late(self):
        return max(0, (clock.today() - self.due_on).days) if not self.opinion else 0
