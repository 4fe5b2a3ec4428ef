"""The validators of a password profile, and how old a password may become."""

import unicodedata
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.org.models import FormerPassword
from apps.org.sign_in.profiles import PROFILES

LONGEST = 128  # longer ones cost the hash time and nobody types them


def days_left(user) -> int | None:
    """Days until the account's password must be changed, 0 or less when it is time; None in a profile without expiry.

    By the clock of the machine: a demo's clock that is set back makes no password young.
    """
    days = PROFILES[settings.PASSWORD_PROFILE].days
    if not days:
        return None
    return (user.password_set_at + timedelta(days=days) - timezone.now()).days


class LengthValidator:
    def __init__(self, shortest):
        self.shortest = shortest

    def validate(self, password, user=None):
        if len(password) < self.shortest:
            raise ValidationError(self.get_help_text(), code="password_too_short")
        if len(password) > LONGEST:
            raise ValidationError(
                _("A password has %(count)s characters at most.") % {"count": LONGEST},
                code="password_too_long",
            )

    def get_help_text(self):
        return _("At least %(count)s characters.") % {"count": self.shortest}


class ClassesValidator:
    """Characters of so many of the four classes. A letter without case (a Chinese character) is one of the others."""

    def __init__(self, classes):
        self.classes = classes

    def validate(self, password, user=None):
        found = {
            {"Ll": "small", "Lu": "capital", "Nd": "digit"}.get(unicodedata.category(letter), "other")
            for letter in password
        }
        if len(found) < self.classes:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self):
        return _(
            "Of small letters, capital letters, digits and other characters, at least %(count)s kinds."
        ) % {"count": self.classes}


class FormerValidator:
    """Not the present password, nor one of the `former` ones that the account has had, the present one counted."""

    def __init__(self, former):
        self.former = former

    def validate(self, password, user=None):
        if user is None or user.pk is None:
            return
        before = FormerPassword.objects.filter(user=user).order_by("-pk").values_list("password", flat=True)
        known = {user.password, *before[: self.former]}
        if any(check_password(password, one) for one in known):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def password_changed(self, password, user=None):
        if self.former and user is not None and user.pk is not None:
            FormerPassword.objects.create(user=user, password=user.password)
            kept = FormerPassword.objects.filter(user=user).order_by("-pk").values("pk")[: self.former]
            FormerPassword.objects.filter(user=user).exclude(
                pk__in=list(kept.values_list("pk", flat=True))
            ).delete()

    def get_help_text(self):
        if not self.former:
            return _("Another than the present one.")
        return ngettext(
            "None of the last %(count)s password.", "None of the last %(count)s passwords.", self.former
        ) % {"count": self.former}
