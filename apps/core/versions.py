"""Optimistic locking: a form carries the version it was filled from, and a stale save overwrites nothing."""

from django.utils.translation import gettext as _

from apps.core.flow import lock
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
