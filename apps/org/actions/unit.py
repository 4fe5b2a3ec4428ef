"""Units open and change their names; they move, merge and close by a reorganisation (apps.org.actions.reorganisation)."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.org import rules
from apps.org.models import Unit
from apps.org.tree import lock_tree


@transaction.atomic
def open_unit(
    parent: Unit, *, by, code: str, name: str, kind: str, short_name: str = "", opened_on=None
) -> Unit:
    """Add a unit below another. Raises Refused when the code is taken or the parent is closed."""
    lock_tree()
    lock(parent)
    demand(rules.may_open_unit(by, parent))
    if Unit.objects.filter(code=code).exists():
        raise Refused(_("The code %(code)s belongs to another unit.") % {"code": code})
    values = {"code": code, "name": name, "short_name": short_name, "kind": kind}
    unit = Unit.objects.add_child(parent, values | {"opened_on": opened_on or clock.today()})
    index(unit)
    record("unit.open", unit, by=by, parent=parent.pk, kind=str(kind))
    return unit


@transaction.atomic
def change_unit(unit: Unit, *, by, version: int | None = None, **values) -> list[str]:
    """Give a unit another name, short name or kind. Returns the names of the fields that changed.

    Raises Stale when it is not the `version` that was seen any more.
    """
    lock_version(unit, version)
    demand(rules.may_change_unit(by, unit))
    changed = [field for field, value in values.items() if getattr(unit, field) != value]
    if changed:
        for field in changed:
            setattr(unit, field, values[field])
        unit.save(update_fields=[*changed, "version"])
        index(unit)
        record("unit.change", unit, by=by, fields=changed)
    return changed
