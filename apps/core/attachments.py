"""Files that belong to a thing."""

import hashlib

from django.core.files.base import ContentFile

from apps.core.grades import Grade
from apps.core.models import Attachment


def attach(
    thing, data: bytes, *, by, name: str, media_type: str, kind: str = "", grade: int = Grade.INTERNAL
) -> Attachment:
    """Keep a checked file with a thing, in the caller's transaction. `kind` says what it is to it: "original", "photo" …"""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, ending = name.rpartition(".")
    if len(name) > 160:
        name = f"{stem[: 159 - len(ending)]}{dot}{ending}"[-160:]
    return Attachment.objects.create(
        subject=thing,
        file=ContentFile(data, name=name),
        name=name,
        media_type=media_type[:100],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        grade=grade,
        kind=kind,
        by=by,
    )
