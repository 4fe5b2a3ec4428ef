from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_seen
from apps.review import rules
from apps.review.models import Consulted, Forum


@transaction.atomic
def set_up_forum(*, by, body, name: str, kind: str, consulted=(), **terms) -> Forum:
    """Give a body the right to decide, within `terms` (limit, majority, quorum), and say which departments are asked first."""
    demand(rules.may_keep_forums(by, body.unit))
    forum = Forum(body=body, unit=body.unit, name=name, kind=kind, **terms)
    _save(forum, consulted, by)
    return forum


@transaction.atomic
def change_forum(forum: Forum, *, by, consulted, seen: str | None = None, **terms) -> None:
    """Change its name, limits, majority, quorum or whom it asks. What has begun goes on by the rule it began with.

    Raises Stale when it is not as it was seen any more.
    """
    lock_seen(forum, seen, Forum.TERMS)
    demand(rules.may_keep_forums(by, forum.unit))
    for name, value in terms.items():
        setattr(forum, name, value)
    forum.consulted.all().delete()
    _save(forum, consulted, by)


def _save(forum, consulted, by) -> None:
    try:
        with transaction.atomic():
            forum.save()
    except IntegrityError:
        raise Refused(_("There is a forum of this name at %(unit)s.") % {"unit": forum.unit}) from None
    Consulted.objects.bulk_create([Consulted(forum=forum, unit=unit) for unit in consulted])
    record("forum.set", forum, by=by, unit=forum.unit.path)
