"""How numbers, money and moments are written for people. Pure, but for the language of the request and the time zone.

What is missing is written "—", never "None" and never nought.
"""

from datetime import date as Date
from datetime import datetime as DateTime
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from markupsafe import Markup

from apps.core import clock

MISSING = "—"


def in_english() -> bool:
    """Is this page written in English? Otherwise in Chinese."""
    return (get_language() or "").startswith("en")


def _fixed(value: int, scale: int, digits: int) -> str:
    """A whole number of 1/scale as a decimal with thousands separators, rounded half up, without binary fractions."""
    exact = Decimal(int(value)) / scale
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"


def yuan(fen: int | None) -> str:
    """Fen as yuan: 123456 → "1,234.56"."""
    return MISSING if fen is None else _fixed(fen, 100, 2)


def _short(value: int, scale: int, digits: int) -> str:
    """The same without decimals where there is nothing behind the point: "420", but "420.50"."""
    return _fixed(value, scale, 0 if value % scale == 0 else digits)


def wan_parts(fen: int | None, digits: int = 2) -> tuple[str, str]:
    """Fen in the unit banks talk in, number and unit apart: ("486.20", "万元"), from 100 million yuan on ("1.23", "亿元").

    A whole number of them has no decimals: ("420", "万元"). English has no 万: ("4.86", "CNY million"), below a million
    ("486,200", "CNY").
    """
    if fen is None:
        return MISSING, ""
    if (get_language() or "").startswith("zh"):
        if abs(fen) >= 10_000_000_000:
            return _short(fen, 10_000_000_000, digits), "亿元"
        return _short(fen, 1_000_000, digits), "万元"
    if abs(fen) >= 100_000_000:
        return _short(fen, 100_000_000, digits), "CNY million"
    return _fixed(fen, 100, 0), "CNY"


def wan(fen: int | None, digits: int = 2) -> str:
    """Fen in the unit banks talk in: 486200000 → "486.20 万元" or "4.86 CNY million"; see wan_parts."""
    return " ".join(wan_parts(fen, digits)).strip()


def number(value, digits: int | None = None) -> str:
    """1234567 → "1,234,567"; with `digits`, rounded half up to so many decimals."""
    if value is None:
        return MISSING
    if digits is None:
        return f"{value:,}"
    return f"{Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"


def percent(ratio, digits: int = 1) -> str:
    """A ratio as per cent: 0.314 → "31.4%"."""
    return MISSING if ratio is None else f"{number(Decimal(str(ratio)) * 100, digits)}%"


def points(thousandths: int | None, digits: int = 1) -> str:
    """Points from thousandths: 1234500 → "1,234.5"."""
    return MISSING if thousandths is None else _fixed(thousandths, 1000, digits)


def person_days(hundredths: int | None, digits: int = 1) -> str:
    """Person-days from hundredths: 1250 → "12.5"."""
    return MISSING if hundredths is None else _fixed(hundredths, 100, digits)


def filesize(octets: int | None) -> str:
    """Bytes in the largest fitting unit: 1536 → "1.5 KB"."""
    if octets is None:
        return MISSING
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if octets >= size:
            return f"{octets / size:.1f} {unit}"
    return f"{octets} B"


def paragraphs(text: str | None) -> Markup:
    """Plain text as paragraphs and line breaks, everything in it escaped."""
    blocks = [block.strip() for block in (text or "").replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(block.split("\n"))) for block in blocks
    )


def web_address(url: str | None) -> str:
    """The address when it leads to the web, else "": a link must never run what stands in it."""
    return url if url and url.lower().startswith(("http://", "https://")) else ""


def _local(moment: DateTime) -> DateTime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def date(value: Date | DateTime | None) -> str:
    """2026-11-23, in the bank's time zone."""
    if not value:
        return MISSING
    if isinstance(value, DateTime):
        value = _local(value).date()
    return value.isoformat()


def datetime(value: DateTime | None) -> str:
    """2026-11-23 17:20, in the bank's time zone."""
    return f"{_local(value):%Y-%m-%d %H:%M}" if value else MISSING


def ago(value: DateTime | None) -> str:
    """How long ago, as one says it: "12 minutes ago", "yesterday 17:20"; older than a week, the date."""
    if not value:
        return MISSING
    now, then = _local(clock.now()), _local(value)
    passed = now - then
    days = (now.date() - then.date()).days
    if passed < timedelta(0):
        return datetime(value)
    if passed < timedelta(minutes=1):
        return gettext("just now")
    if passed < timedelta(hours=1):
        minutes = int(passed.total_seconds() // 60)
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    if days == 0:
        hours = int(passed.total_seconds() // 3600)
        return ngettext("%(count)d hour ago", "%(count)d hours ago", hours) % {"count": hours}
    if days == 1:
        return gettext("yesterday %(time)s") % {"time": f"{then:%H:%M}"}
    if days < 7:
        return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    return then.date().isoformat()
