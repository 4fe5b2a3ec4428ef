"""What is said about a thing and the files that lie with it, the same on every page.

An app says which of its things are talked about, in its panels.py: `discussed(Project)`. The view gives the page
`talk=talk(request, project)`, and the page shows `{{ ui.follow_button(talk) }}` and `{{ ui.talk(talk) }}`.
"""

from dataclasses import dataclass

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from apps.core.attachments import attach
from apps.core.flow import lock
from apps.core.grades import Grade
from apps.core.journal import record
from apps.core.models import Attachment, Comment
from apps.core.notices import follow, follows_thing
from apps.core.things import kind_of, thing_or_404
from apps.core.verdict import Refused

LOOSE = ""  # the kind of a file that somebody laid with a thing
_discussed: dict[str, tuple[str, ...]] = {}


def discussed(*models, files: tuple[str, ...] = ()) -> None:
    """These things can be followed, commented and given files. `files` are the kinds of attachments, besides those
    that people lay with them, that whoever sees the thing may open: "original", "photo"."""
    for model in models:
        _discussed[model._meta.label_lower] = (LOOSE, *files)


def open_files(kind: str) -> tuple[str, ...]:
    return _discussed.get(kind, ())


def discussed_or_404(user, kind: str, pk: int):
    """A thing people talk about, if this person sees it."""
    if kind not in _discussed:
        raise Http404
    return thing_or_404(user, kind, pk)


@dataclass(frozen=True)
class Talk:
    """What `ui.talk` and `ui.follow_button` show."""

    thing: object
    kind: str
    comments: list
    files: list
    following: bool


def talk(request, thing) -> Talk:
    """Three queries: what was said, what lies here, and whether the reader follows it."""
    comments = Comment.objects.about(thing).select_related("by__person").order_by("pk")
    files = Attachment.objects.about(thing).filter(kind=LOOSE).select_related("by__person").order_by("pk")
    return Talk(thing, kind_of(thing), list(comments), list(files), follows_thing(request.user, thing))


# ── What people do ────────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def add_comment(thing, text: str, *, by) -> Comment:
    """Say something; who speaks hears the answers from then on."""
    if not text.strip():
        raise Refused(_("Write something first."))
    comment = Comment.objects.create(subject=thing, by=by, text=text.strip())
    follow(thing, [by])
    record("comment.add", thing, by=by, comment=comment.pk)
    return comment


@transaction.atomic
def withdraw_comment(comment: Comment, *, by) -> None:
    """Take back what one said oneself: a line stays that says so."""
    lock(comment)
    if comment.by_id != by.pk:
        raise Refused(_("Only who wrote a comment can take it back."))
    if comment.withdrawn:
        raise Refused(_("It was taken back already."))
    comment.withdrawn = True
    comment.save(update_fields=["withdrawn"])
    record("comment.withdraw", comment.subject, by=by, comment=comment.pk)


@transaction.atomic
def keep_file(thing, data: bytes, *, by, name: str, media_type: str, grade: int) -> Attachment:
    """Lay a checked file with the thing."""
    file = attach(thing, data, by=by, name=name, media_type=media_type, grade=grade, kind=LOOSE)
    record("attachment.add", thing, by=by, attachment=file.pk, grade=int(grade))
    return file


@transaction.atomic
def remove_file(file: Attachment, *, by) -> None:
    """Take away what one laid here oneself, for good: what should not be in this house must not stay in it."""
    lock(file)
    if file.by_id != by.pk or file.kind != LOOSE:
        raise Refused(_("Only who added a file can remove it."))
    record("attachment.remove", file.subject, by=by, attachment=file.pk, sha256=file.sha256)
    stored = file.file
    transaction.on_commit(lambda: stored.delete(save=False))
    file.delete()


@transaction.atomic
def take_file(file: Attachment, *, by) -> Attachment:
    """Somebody opens a file; of trade secrets the journal keeps who."""
    if file.grade >= Grade.SECRET:
        record("attachment.take", file.subject, by=by, attachment=file.pk, grade=file.grade)
    return file
