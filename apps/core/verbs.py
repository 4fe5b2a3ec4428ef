"""What may be recorded. Each app's verbs.py declares its verbs; an undeclared verb raises."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_declared: dict[str, "Verb"] = {}


@dataclass(frozen=True)
class Verb:
    """One kind of journal line.

    `payload` maps each key to its type (int, str, bool, list, dict; `X | None` where it may be absent): ids, amounts and
    codes, never names, texts or personal data. `readers` is the capability needed to read the line beyond seeing its
    subject ("" = whoever sees the subject); keys in `private` are shown to those readers only. Nobody is told of a
    `quiet` line.
    """

    name: str
    label: str | Promise
    payload: dict = field(default_factory=dict)
    readers: str = ""
    private: tuple[str, ...] = ()
    version: int = 1
    icon: str = "circle-dot"
    tone: str = "blue"
    quiet: bool = False


def declare(
    name, label, *, readers="", private=(), version=1, icon="circle-dot", tone="blue", quiet=False, **payload
) -> Verb:
    """Declare a verb, e.g. `declare("project.submit", _("submitted"), was=str, now=str)`."""
    if not isinstance(version, int):
        raise TypeError(
            f"{name}: `version` is the declaration's own, an int; call the payload's key something else"
        )
    verb = Verb(name, label, payload, readers, tuple(private), version, icon, tone, quiet)
    if _declared.get(name, verb) != verb:
        raise ValueError(f"{name} is declared twice")
    _declared[name] = verb
    return verb


def declared(name: str) -> Verb:
    """The declaration of a verb. Raises LookupError for one that nobody declared."""
    try:
        return _declared[name]
    except KeyError:
        raise LookupError(f"The verb {name!r} is not declared in any verbs.py") from None


def all_verbs() -> dict[str, Verb]:
    return dict(_declared)


def checked(verb: Verb, data: dict) -> dict:
    """The payload, if its keys and types are those declared. Raises TypeError otherwise."""
    for key, kind in verb.payload.items():
        value = data.get(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            raise TypeError(f"{verb.name}: {key} must be {kind}, not {value!r}")
    if extra := set(data) - set(verb.payload):
        raise TypeError(f"{verb.name}: undeclared keys {sorted(extra)}")
    return data


# What core itself records.
declare("comment.add", _("commented"), icon="message-square", comment=int)
declare("comment.withdraw", _("took a comment back"), icon="message-square-off", tone="grey", comment=int)
declare("attachment.add", _("added a file"), icon="paperclip", attachment=int, grade=int)
declare(
    "attachment.take", _("opened a file that is a trade secret"), icon="download", tone="amber", quiet=True,
    attachment=int, grade=int,
)  # fmt: skip
declare("attachment.remove", _("removed a file"), icon="trash-2", tone="red", attachment=int, sha256=str)
declare("job.rerun", _("ran a dead job again"), icon="rotate-cw", tone="amber", task=str)
