"""What an account counts in. Whole units only; nothing here is ever a fraction."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Measure(models.TextChoices):
    MONEY = "money_fen", _("Money")  # fen (分), hundredths of a yuan
    PERSON_DAYS = "person_day_hundredths", _("Person-days")
    POINTS = "points_thousandths", _("Points")

    def shown(self, amount: int) -> str:
        """`amount` in these units as people write it, exactly: 1234567 fen are "12,345.67 yuan"."""
        digits, words = {
            Measure.MONEY: (2, _("%(number)s yuan")),
            Measure.PERSON_DAYS: (2, _("%(number)s person-days")),
            Measure.POINTS: (3, _("%(number)s points")),
        }[self]
        whole, part = divmod(abs(amount), 10**digits)
        sign = "-" if amount < 0 else ""
        return words % {"number": f"{sign}{whole:,}.{part:0{digits}}"}
