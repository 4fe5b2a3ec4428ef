"""One line of text as a reader sees it."""

import re

_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_SPACES = re.compile(r"[ \t\r\xa0\u3000\u2000-\u200a\u202f]+")


def tidy(text):
    """Spaces made plain, invisible characters removed; a gap of two or more spaces stays as two."""
    text = _INVISIBLE.sub("", text)
    return _SPACES.sub(lambda gap: " " if len(gap[0]) == 1 and gap[0] != "\u3000" else "  ", text).strip()
