"""Mending text that was cut in the middle of a double-byte character.

A tool that works on GBK bytes and eats one of them turns "第二。《中國互" into "第二?！吨袊ヂ": the lost lead byte shows
as "?", and everything after it is read one byte off, until an ASCII trail byte brings it back in step. The lost byte is
found again by trying all 126 lead bytes and asking the rest of the document which character belongs there.
"""

import re
from collections import Counter
from typing import NamedTuple

from apps.insight.script import HAN, plausibility

_FOLDED = str.maketrans(
    "!;,:()", "！；，：（）"
)  # a later step may have made full-width punctuation half-width
_RESIDUE = re.compile(r"[?\ufffd]?/(?:p|div|span|strong|b|font|td|li|h[1-6])>", re.IGNORECASE)
_LONGEST = 80
_CLOSERS = (("“", "”", 0xB1), ("《", "》", 0xB7), ("‘", "’", 0xAF), ("【", "】", 0xBF))


class Mended(NamedTuple):
    text: str
    repairs: list[tuple[str, str]]  # (as it was, as it is now)
    left: list[str]  # places that still look damaged


def mend(text):
    """Repair what can be repaired with confidence, and say what was done and what is left."""
    if "?" not in text and "\ufffd" not in text:
        return Mended(text, [], _suspects(text))
    pairs = Counter(zip(text, text[1:], strict=False))
    lines, repairs = [], []
    for line in text.split("\n"):
        lines.append(_mend_line(line, pairs, repairs))
    text = "\n".join(lines)
    return Mended(text, repairs, _suspects(text))


def _mend_line(line, pairs, repairs):
    at = 0
    while (at := _next_hole(line, at)) >= 0:
        found = _shifted(line, at, pairs)
        if found:
            length, mended = found
            repairs.append((line[at : at + length], mended))
            line = line[:at] + mended + line[at + length :]
            at += len(mended)
        else:
            at += 1
    cleaned = _RESIDUE.sub("", line)
    if cleaned != line and HAN.search(line):
        line = cleaned
    return line


def _next_hole(line, start):
    """The next "?" that is followed by something a shifted byte can be."""
    for at in range(start, len(line) - 1):
        if line[at] in "?\ufffd" and (line[at + 1] > "\x7f" or line[at + 1] in "!;,:()"):
            return at
    return -1


def _shifted(line, at, pairs):
    """(how many characters to replace, by what), or None when the text is better left as it is."""
    raw, end, closed = bytearray(), at + 1, False
    tail = ""
    while end < len(line) and end - at <= _LONGEST:
        char = line[end]
        if end == at + 1:
            char = char.translate(_FOLDED)
        if char in "?\ufffd" or char in "\n ":  # the next hole: the byte before it has lost its partner
            break
        code = char.encode("gb18030", "ignore")
        if len(code) == 1 and char in "!;,:()" and len(raw) % 2:
            code = char.translate(_FOLDED).encode("gb18030")
        raw += code
        end += 1
        if len(code) == 1:
            closed = 0x40 <= code[0] <= 0x7E
            break
        if len(code) == 4:
            return None
    if len(raw) < 2:
        return None
    trail, rest = raw[0], bytes(raw[1:])
    if not closed:
        if rest[-1:] == b"" or len(rest) % 2 == 0:
            return None
        rest, widow = rest[:-1], rest[-1]
        hole = end < len(line) and line[end] in "?\ufffd"
        residue = _RESIDUE.match(line, end)
        if not hole:
            return None
        tail = _closing(line[:at], widow)
        if not tail:
            return None
        end = residue.end() if residue else end + 1
    try:
        inner = rest.decode("gb18030")
    except UnicodeDecodeError:
        return None
    known = (
        bool(tail) and not inner
    )  # "?！?/p>": nothing between two holes but a full stop and a closing quote
    follows = inner[:1] or tail
    first = _lost_character(trail, line[at - 1 : at], follows, pairs)
    if not first:
        return None
    mended = first + inner + tail
    if known and _RESIDUE.search(line, at):
        return end - at, mended
    before = [plausibility(char) for char in line[at + 1 : end]]
    after = [plausibility(char) for char in inner + tail]
    if not after or sum(after) / len(after) < max(0.6, sum(before) / len(before) + 0.15):
        return None
    return end - at, mended


def _lost_character(trail, before, after, pairs):
    """The character with this trail byte that the rest of the document would put between its two neighbours."""
    best, best_score = "", 0.0
    for lead in range(0x81, 0xFF):
        try:
            char = bytes([lead, trail]).decode("gb18030")
        except UnicodeDecodeError:
            continue
        if len(char) != 1 or plausibility(char) <= 0:
            continue
        score = plausibility(char) + 3 * min(3, pairs[before, char]) + 3 * min(3, pairs[char, after])
        if char in "。，；！？" and (after in "《“”‘’【" or not after):
            score += 4
        if score > best_score:
            best, best_score = char, score
    return best


def _closing(before, widow):
    """The closing mark whose lead byte is `widow`, by what is open in the line so far; "" when nothing is."""
    if widow != 0xA1:
        return ""
    for opener, closer, _ in _CLOSERS:
        if before.count(opener) > before.count(closer):
            return closer
    return ""


_DAMAGE = re.compile(
    r"\ufffd+|锟斤拷|烫烫烫|[\ue000-\uf8ff]|(?<=[\u4e00-\u9fff])\?[！；，：]|[\u3041-\u30fe](?=[\u4e00-\u9fff]W)"
)


def _suspects(text):
    return [text[max(0, m.start() - 6) : m.end() + 10].replace("\n", " ") for m in _DAMAGE.finditer(text)]
