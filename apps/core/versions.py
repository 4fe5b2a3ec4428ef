"""Optimistic locking: a form carries the version it was filled from, and a stale save overwrites nothing.

A row without a version is known again by a digest of the values that the form showed.
"""

import hashlib
import json
from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.flow import lock
from apps.core.forms import Form
from apps.core.verdict import Refused


class Stale(Refused):
    """Somebody saved first. `current` is the row as it stands now, to be shown beside what was typed."""

    def __init__(self, current):
        super().__init__(
            _("Somebody changed this while you were writing. Compare both texts, then save again.")
        )
        self.current = current


def lock_version(thing, seen: int | None):
    """Lock the row, and take its next version if it is still the one that was seen. The caller saves `version` too.

    Raises `Stale` otherwise. Who saw no form (`seen` None: an import) overwrites what stands. Returns the thing.
    """
    lock(thing)
    if seen is not None and thing.version != seen:
        raise Stale(thing)
    thing.version += 1
    return thing


def digest(values) -> str:
    """What a form shows, in 32 letters: the same for the same values (plain ones, or lists and dicts of them)."""
    text = json.dumps(values, sort_keys=True, default=lambda value: str(getattr(value, "pk", value)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


NOTHING = "-"  # the digest of a row that is not there yet


def seen_of(thing, names: Iterable[str]) -> str:
    """The digest of these values of a row; of None, `NOTHING`."""
    return digest({name: getattr(thing, name) for name in names}) if thing else NOTHING


def lock_seen(thing, seen: str | None, names: Iterable[str]):
    """Lock a row without a version. Raises `Stale` when these values are not those of the digest `seen` any more.

    Who saw no form (`seen` None) overwrites what stands. Returns the thing.
    """
    lock(thing)
    if seen is not None and seen_of(thing, names) != seen:
        raise Stale(thing)
    return thing


class Seen(Form):
    """A form about a row without a version: it carries the digest of what it was filled from."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput, label=gettext_lazy("Version"))

    def against(self, current) -> list[tuple]:
        """(label, stored, typed) where a stale save differs from what stands; saving again then means what stands now."""
        names = [name for name in self.fields if name != "seen"]
        data = self.data.copy()
        data["seen"] = seen_of(current, names)
        self.data = data
        stored = {name: getattr(current, name) for name in names}
        return compared(self, differences(self.fields, stored, self.cleaned_data))


def differences(fields, stored: dict, typed: dict) -> list[tuple]:
    """(label, stored, typed) of what was typed otherwise than it stands, as a reader calls both."""
    return [
        (fields[name].label, _shown(fields[name], value), _shown(fields[name], typed.get(name)))
        for name, value in stored.items()
        if (value or "") != (typed.get(name) or "")
    ]


def compared(form, rows: list[tuple]) -> list[tuple]:
    """The rows; where there are none, the form says that somebody saved the very same first."""
    if not rows:
        form.add_error(
            None, _("Somebody saved the same while you were writing. Look at it once more, then save again.")
        )
    return rows


def _shown(field, value):
    choices = {} if hasattr(field, "queryset") else dict(getattr(field, "choices", ()))
    if isinstance(value, bool):
        words = {field.coerce(key): label for key, label in choices.items()}
        return words[value] if words else _("Yes") if value else _("No")
    return choices.get(value, value) or "—"
