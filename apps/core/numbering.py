from django.db import transaction

from apps.core import clock
from apps.core.models import Series


@transaction.atomic
def next_number(code: str) -> tuple[int, int]:
    """(year, number) of the next of a series; locked until the caller's transaction ends, so that none is skipped."""
    year = clock.today().year
    Series.objects.get_or_create(code=code, year=year)
    series = Series.objects.select_for_update().get(code=code, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return year, series.last


def next_code(prefix: str) -> str:
    """A code issued by the server, such as P2026-0042."""
    year, number = next_number(prefix)
    return f"{prefix}{year}-{number:04d}"
