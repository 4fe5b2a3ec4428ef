"""Units open, change their names, and close. Nothing is ever removed: what happened there keeps its place."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.org import rules
from apps.org.models import Post, Unit


@transaction.atomic
def open_unit(
    parent: Unit, *, by, code: str, name: str, kind: str, short_name: str = "", opened_on=None
) -> Unit:
    """Add a unit below another. Raises Refused when the code is taken or the parent is closed."""
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


@transaction.atomic
def move_unit(unit: Unit, parent: Unit, *, by) -> None:
    """Put a unit, with all below it, under another. Raises Refused when it would stand below itself or a closed one."""
    lock(unit)
    lock(parent)
    demand(rules.may_change_unit(by, unit))
    demand(rules.may_open_unit(by, parent))
    if parent.is_under(unit):
        raise Refused(_("%(unit)s cannot stand below itself.") % {"unit": unit})
    was = unit.get_parent()
    if was is None or was.pk == parent.pk:
        raise Refused(_("%(unit)s already stands there.") % {"unit": unit})
    unit.move(parent, pos="last-child")
    unit.refresh_from_db()
    record("unit.move", unit, by=by, was=was.pk, now=parent.pk)


@transaction.atomic
def close_unit(unit: Unit, *, by) -> None:
    """Close a unit from today on. Raises Refused while it has open units below it or people with posts."""
    lock(unit)
    demand(rules.may_close_unit(by, unit))
    below = Unit.objects.under(unit).open().exclude(pk=unit.pk).count()
    if below:
        raise Refused(_("%(count)s units below it are still open; close them first.") % {"count": below})
    posts = Post.objects.current().filter(unit=unit).count()
    if posts:
        raise Refused(_("%(count)s people still have posts here; end these first.") % {"count": posts})
    unit.closed_on = clock.today()
    unit.save(update_fields=["closed_on"])
    record("unit.close", unit, by=by)
