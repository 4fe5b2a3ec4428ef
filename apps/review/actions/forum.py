from django.db import transaction

from apps.core.journal import record
from apps.core.verdict import demand
from apps.review import rules
from apps.review.models import Consulted, Forum


@transaction.atomic
def set_up_forum(*, by, body, name: str, kind: str, consulted=(), **terms) -> Forum:
    """Give a body the right to decide, within `terms` (limit, majority, quorum), and say which departments are asked first."""
    demand(rules.may_keep_forums(by, body.unit))
    forum = Forum.objects.create(body=body, unit=body.unit, name=name, kind=kind, **terms)
    Consulted.objects.bulk_create([Consulted(forum=forum, unit=unit) for unit in consulted])
    record("forum.set", forum, by=by, unit=body.unit.path)
    return forum
