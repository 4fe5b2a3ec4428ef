"""Grades of confidentiality (保密等级). State secrets are forbidden in this system altogether."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Grade(models.IntegerChoices):
    PUBLIC = 0, _("Public")
    INTERNAL = 10, _("Internal")
    SECRET = 20, _("Ordinary trade secret")
    CORE_SECRET = 30, _("Core trade secret")
