from apps.core.models import Comment


def place(thing, person_id: int) -> dict:
    """What the journal keeps of where a thing lies and whose it is: for points and statistics."""
    return {
        "code": thing.code,
        "person": person_id,
        "unit": thing.unit_id,
        "path": thing.unit.path,
        "line": thing.line_id,
    }


def say(thing, text: str, *, by) -> None:
    """The reason given with a move stands among the thing's comments; the journal holds no texts."""
    if text.strip():
        Comment.objects.create(subject=thing, by=by, text=text.strip()[:5000])
