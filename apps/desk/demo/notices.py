"""What people have read of their notices: the diligent nearly all, some nothing for weeks."""

from datetime import datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from apps.core.models import Notice
from apps.desk.demo.bank import Bank

DILIGENT, OTHERS = (4, 5, 6, 7, 9), (2, 3, 5, 8, 13, 27)  # days for which notices lie unread
SLOW = timedelta(hours=5)  # a notice is read some hours after it came


def read_as_people_do(bank: Bank) -> None:
    """Nobody's notices of long ago are unread."""
    chance = bank.chance("notices")
    plain = {user.pk for user in bank.users.values() if not user.username.startswith("e")}
    lags: dict[int, list[int]] = {}
    for pk in Notice.objects.order_by("to").values_list("to", flat=True).distinct():
        lags.setdefault(chance.choice(DILIGENT if pk in plain else OTHERS), []).append(pk)
    for days, readers in lags.items():
        until = timezone.make_aware(datetime.combine(bank.day - timedelta(days=days), time(12)))
        for part in range(0, len(readers), 500):
            some = Notice.objects.filter(to__in=readers[part : part + 500], at__lt=until)
            some.update(read_at=F("at") + SLOW)
