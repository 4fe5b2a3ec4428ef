"""Dates as pages write them: 2024-07-31, 2024年7月31日, 二〇二四年七月三十一日, 民國113年7月31日, July 31, 2024."""

import datetime
import re
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:[ T　]*(?:[01]?\d|2[0-3])[:：时時][0-5]\d)?"
_NUMERIC = re.compile(
    r"(?<![\d.])((?:19|20)\d{2})\s*(?:年|[-/.．－])\s*(1[0-2]|0?[1-9])\s*(?:月|[-/.．－])\s*(3[01]|[12]\d|0?[1-9])(?=\D|$|[012]\d[:：])\s*[日号號]?("
    + _CLOCK
    + r"(?::[0-5]\d)?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)"
)
_HANZI = re.compile(
    r"([二一][〇○零0Ｏ九oO][〇○零一二三四五六七八九]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十廿]{1,3})日"
)
_REPUBLIC = re.compile(r"民[國国]\s*(\d{2,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_DAY_FIRST = re.compile(
    r"\b(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s+" + _MONTH + r",?\s+((?:19|20)\d{2})\b", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    r"\b" + _MONTH + r"\s+(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s+((?:19|20)\d{2})\b", re.IGNORECASE
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/]?(1[0-2]|0[1-9])[-/]?(3[01]|[12]\d|0[1-9])(?!\d)")
_DIGITS = {char: index for index, char in enumerate("〇一二三四五六七八九")} | {
    "○": 0,
    "零": 0,
    "0": 0,
    "Ｏ": 0,
    "o": 0,
    "O": 0,
}
_SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


class Found(NamedTuple):
    date: datetime.date
    start: int
    end: int
    has_time: bool


def find_dates(text):
    """All dates in the text, in its order; what cannot be a date of publication (the year 1900, 31 February) is left out."""
    found = []
    for match in _NUMERIC.finditer(text):
        date = _date(match[1], match[2], match[3])
        if date and match[5]:
            date = _in_shanghai(date, match[4])
        found.append((date, match, bool(re.search(r"\d[:：时時]\d", match[4]))))
    for match in _HANZI.finditer(text):
        found.append(
            (
                _date(
                    "".join(str(_DIGITS[c]) for c in match[1]),
                    _hanzi_number(match[2]),
                    _hanzi_number(match[3]),
                ),
                match,
                False,
            )
        )
    for match in _REPUBLIC.finditer(text):
        found.append((_date(int(match[1]) + 1911, match[2], match[3]), match, False))
    for match in _DAY_FIRST.finditer(text):
        found.append((_date(match[3], _MONTHS[match[2].lower()[:3]], match[1]), match, False))
    for match in _MONTH_FIRST.finditer(text):
        found.append((_date(match[3], _MONTHS[match[1].lower()[:3]], match[2]), match, False))
    return sorted(
        (Found(date, match.start(), match.end(), timed) for date, match, timed in found if date),
        key=lambda item: item.start,
    )


def first_date(text):
    """The first date in a short text such as a meta tag, 20240731 and Unix seconds included; None when there is none."""
    if dates := find_dates(text):
        return dates[0].date
    if match := _COMPACT.search(text):
        return _date(match[1], match[2], match[3])
    if match := re.fullmatch(r"\s*(1\d{9})(?:\d{3})?\s*", text):
        return from_unix(int(match[1]))
    return None


def from_url(url):
    """The date many news sites put into the address: /2024/07/31/, /20240731/, t20240731_123.html."""
    if match := re.search(
        r"(?<!\d)((?:19|20)\d{2})[-/_]?(1[0-2]|0[1-9])[-/_]?(3[01]|[12]\d|0[1-9])(?=\D|\d{4,})", url
    ):
        return _date(match[1], match[2], match[3])
    return None


def from_unix(seconds):
    """The day in China at these seconds since 1970."""
    return datetime.datetime.fromtimestamp(seconds, _SHANGHAI).date()


def _date(year, month, day):
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return date if 1980 <= date.year < 2100 else None


def _hanzi_number(text):
    tens, _, ones = (
        text.replace("廿", "二十").rpartition("十") if "十" in text or "廿" in text else ("0", "", text)
    )
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + _DIGITS.get(ones, 0) if _ else _DIGITS.get(ones, 0)


def _in_shanghai(date, clock):
    match = re.search(r"(\d{1,2})[:：](\d{2}).*?(Z|[+-]\d\d:?\d\d)\s*$", clock)
    if not match:
        return date
    offset = (
        0 if match[3] == "Z" else int(match[3][0] + match[3][1:3]) * 60 + int(match[3][0] + match[3][-2:])
    )
    moment = datetime.datetime.combine(
        date,
        datetime.time(int(match[1]) % 24, int(match[2])),
        datetime.timezone(datetime.timedelta(minutes=offset)),
    )
    return moment.astimezone(_SHANGHAI).date()
