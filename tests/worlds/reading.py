"""What an answer of the application says: its text, whatever form it comes in."""

import base64
import csv
import io
import re
import zipfile
from urllib.parse import unquote

from tests.worlds.world import CANARY

CURSOR = re.compile(r"(?:after|before)=([\w-]{8,})")
# What differs between two answers that say the same: tokens against forgery, and the address itself.
TOKENS = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken"?: ?"|nonce="|"csrf-token" content=")[\w-]+')


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def text_of(answer, data: bytes) -> str:
    """All that stands in the answer: headers, the members of a workbook or document, and what a cursor holds."""
    told = [unquote(f"{name}: {value}") for name, value in answer.headers.items()]
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            told += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    else:
        told.append(data.decode("utf-8", "replace"))
    told += [decoded(cursor) for cursor in CURSOR.findall(told[-1])]
    return "\n".join(told)


def decoded(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        return ""


def canaries(text: str) -> set[str]:
    return set(CANARY.findall(text))


def lines_of(data: bytes) -> list[list[str]]:
    """The lines of a CSV export, without its head."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1:]


def said(answer, path: str) -> str:
    """A page without what is different each time."""
    text = body(answer).decode("utf-8", "replace")
    return TOKENS.sub("", text).replace(path, "HERE")


def number_in(text: str) -> int:
    return int(re.sub(r"\D", "", text) or 0)
