"""Bytes into text, when the page does not say its charset or says a wrong one."""

import re
from typing import NamedTuple

from charset_normalizer import from_bytes

from apps.insight.script import COMMON, HAN

_BOMS = [
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
]
_DECLARED = re.compile(
    rb"""charset\s*=\s*["']?\s*([\w.:-]{3,20})|<\?xml[^>]{0,80}encoding\s*=\s*["']([\w.:-]{3,20})""",
    re.IGNORECASE,
)
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
}
_WIDER |= {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
}


class Decoded(NamedTuple):
    text: str
    encoding: str
    lied: bool  # the page declares another charset
    damaged: bool  # some bytes make no sense in any charset
    rescrambled: bool  # the text was decoded wrongly once before it was saved, and that could be undone


def decode(data, declared=""):
    """The text in `data`. Never fails: bytes without sense become U+FFFD and `damaged` says so.

    The charset is, in this order: the byte order mark; UTF-8 when the bytes are valid; else whichever of the declared
    charset, GB 18030, Big5, UTF-16 and the best guess of charset-normalizer gives the most ordinary text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            return _finish(text, encoding, [], data)
    stated = [_known(name) for name in (declared, *_stated_in(data))]
    stated = [name for name in dict.fromkeys(stated) if name]
    if wide := _sixteen_bits(data):
        return _finish(data.decode(wide, "replace"), wide, stated, data)
    try:
        return _finish(data.decode("utf-8"), "utf-8", stated, data)
    except UnicodeDecodeError:
        pass
    candidates = [*stated, "gb18030", "big5hkscs", "utf-8", "cp1252"]
    texts = {name: data.decode(name, "replace") for name in dict.fromkeys(candidates)}
    best = max(texts, key=lambda name: (_sense(texts[name]), name in stated))
    if _sense(texts[best]) < 0.15:  # neither Chinese nor Western: let the library look at all it knows
        guess = from_bytes(data[:200_000]).best()
        if guess is not None and (name := _known(guess.encoding)) and name not in texts:
            texts[name] = data.decode(name, "replace")
            best = max((best, name), key=lambda n: _sense(texts[n]))
    return _finish(texts[best], best, stated, data)


def _stated_in(data):
    return [(a or b).decode("ascii", "replace") for a, b in _DECLARED.findall(data[:20_000])]


def _known(name):
    """Python's name for a charset, widened to the superset that browsers use; "" when there is none."""
    name = _WIDER.get(name.strip().lower().replace("utf8", "utf-8"), name.strip().lower())
    try:
        "".encode(name)
        b"".decode(name).encode("utf-8")
    except (LookupError, UnicodeError, ValueError, AttributeError, TypeError):
        return ""  # unknown, or a codec such as "hex" that makes no text
    return name


def _sixteen_bits(data):
    head = data[:4000]
    if len(head) < 8 or head.count(0) < len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _sense(text):
    """How much a decoding looks like a text somebody wrote: the share of common characters, less what cannot be."""
    sample = text if len(text) < 60_000 else text[:30_000] + text[-30_000:]
    foreign = [char for char in sample if char > "\x7f" and char not in "\xa0\u3000"]
    if not foreign:
        return 0.5
    han = [char for char in foreign if HAN.match(char)]
    common = sum(char in COMMON for char in han) / max(1, len(han)) if len(han) * 3 > len(foreign) else 0.0
    if not common:
        letters = sum(char.isalpha() and char < "\u0250" for char in foreign)
        common = 0.35 * letters / len(foreign) if len(foreign) * 5 < len(sample) else 0.0
    wrong = sum(
        char == "\ufffd" or "\x80" <= char <= "\x9f" or "\ue000" <= char <= "\uf8ff" for char in foreign
    )
    odd = sum("\uff61" <= char <= "\uff9f" for char in foreign)
    return common - 4 * wrong / len(foreign) - odd / len(foreign)


def _finish(text, encoding, stated, data):
    text, rescrambled = unscramble(text)
    lied = bool(stated) and encoding not in stated and any(byte > 0x7F for byte in data[:200_000])
    return Decoded(text, encoding, lied, "\ufffd" in text, rescrambled)


def unscramble(text):
    """Undo a wrong decoding that happened before the file was saved: ("涓浗" → "中国", "ä¸­å›½" → "中国").

    Returns the text and whether it was changed. It changes only when the outcome is much more ordinary than what was
    there, so a page that merely quotes such characters stays as it is.
    """
    before = _sense(text)
    if before > 0.25:
        return text, False
    sample, best = text, (before + 0.2, text)
    for wrong, right in (
        ("cp1252", "utf-8"),
        ("cp1252", "gb18030"),
        ("gb18030", "utf-8"),
        ("big5hkscs", "utf-8"),
    ):
        if _encoded(sample[:20_000], wrong) is None or (raw := _encoded(sample, wrong)) is None:
            continue
        after = raw.decode(right, "replace")
        if (sense := _sense(after)) > best[0]:
            best = (sense, after)
    return best[1], best[1] is not text


def _encoded(text, encoding):
    """The bytes a text was wrongly decoded from; cp1252 as browsers have it, with its five holes filled by Latin-1."""
    if encoding == "cp1252":
        raw = bytearray()
        lost = 0
        for char in text:
            try:
                raw += char.encode("cp1252")
            except UnicodeEncodeError:
                if char < "\u0100":
                    raw += char.encode("latin-1")
                else:
                    lost += 1
                    raw += b"?"
                    if lost * 20 > len(text):
                        return None
        return bytes(raw)
    raw = text.encode(encoding, "replace")
    return raw if raw.count(b"?") - text.count("?") <= len(text) // 20 else None
