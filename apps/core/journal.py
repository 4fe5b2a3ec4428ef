"""The journal: the audit trail, the timeline, and the event that other apps follow.

`record` writes one line in the caller's transaction, with one job for each follower of the verb, and one more when
somebody else follows the subject.
"""

from collections import defaultdict
from functools import reduce
from operator import or_

from django.db.models import Q

from apps.core import clock
from apps.core.jobs import enqueue, job
from apps.core.models import Entry, Follow
from apps.core.verbs import checked, declared

_followers: dict[str, list[str]] = defaultdict(list)


def record(verb: str, subject, *, by, **data) -> Entry:
    """Write one line about `subject`, signed by the account `by` (None: the system itself).

    Raises LookupError for an undeclared verb and TypeError for a payload that is not the declared one.
    """
    declaration = declared(verb)
    entry = Entry.objects.create(
        verb=verb,
        version=declaration.version,
        subject=subject,
        by=by,
        person=by and by.person_id,
        on_behalf_of=getattr(by, "acting_for_id", None),
        data=checked(declaration, data),
        at=clock.now(),
    )
    for name in _followers[verb]:
        enqueue(name, entry.pk, key=f"{name}:{entry.pk}")
    if not declaration.quiet and Follow.objects.about(subject).exclude(user=by).exists():
        enqueue("core.tell_followers", entry.pk, key=f"core.tell_followers:{entry.pk}")
    return entry


def follows(*verbs: str, name: str):
    """Put above a function of one argument, the entry: it runs as a job of its own after each of these verbs commits."""

    def register(function):
        @job(name)
        def run(entry_id):
            function(Entry.objects.select_related("by").get(pk=entry_id))

        for verb in verbs:
            _followers[verb].append(name)
        function.follows = verbs
        return function

    return register


def followers() -> dict[str, list[str]]:
    """verb → names of the jobs that follow it."""
    return {verb: list(names) for verb, names in _followers.items() if names}


def timeline(user, *things, limit=200, nouns: tuple[str, ...] = ()):
    """The lines about these things that this person may read, newest first. The caller had the things through scope.

    `nouns` keeps to the verbs of those nouns ("product" of "product.make").
    """
    entries = Entry.objects.about(*things)
    if nouns:
        entries = entries.filter(reduce(or_, (Q(verb__startswith=f"{noun}.") for noun in nouns)))
    entries = entries.select_related("by__person", "subject_type").order_by("-pk")[:limit]
    return [
        entry
        for entry in entries
        if not entry.declaration.readers or user.may_ever(entry.declaration.readers)
    ]
