"""Business lines: added, renamed, put in order. None is removed: what was filed under it keeps it."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_seen
from apps.org import rules
from apps.org.models import BusinessLine, Unit


def _refuse_twice(line, code, name):
    others = BusinessLine.objects.exclude(pk=line.pk)
    if others.filter(code__iexact=code).exists():
        raise Refused(_("The code %(code)s belongs to another business line.") % {"code": code})
    if others.filter(name=name).exists():
        raise Refused(_("There already is a business line “%(name)s”.") % {"name": name})


@transaction.atomic
def add_line(*, by, code: str, name: str, department: Unit | None = None) -> BusinessLine:
    """Add a business line at the end. Raises Refused when its code or name is taken."""
    demand(rules.may_keep_parameters(by))
    line = BusinessLine(code=code, name=name, department=department)
    _refuse_twice(line, code, name)
    line.order = (BusinessLine.objects.aggregate(last=Max("order"))["last"] or 0) + 1
    line.save()
    record("business_line.add", line, by=by, code=code)
    return line


@transaction.atomic
def change_line(line: BusinessLine, *, by, seen: str | None = None, **values) -> list[str]:
    """Give it another code, name or department. Returns the names of the fields that changed; raises Stale when they are
    not those seen."""
    lock_seen(line, seen, values)
    demand(rules.may_keep_parameters(by))
    changed = [field for field, value in values.items() if getattr(line, field) != value]
    if changed:
        for field in changed:
            setattr(line, field, values[field])
        _refuse_twice(line, line.code, line.name)
        line.save(update_fields=changed)
        record("business_line.change", line, by=by, fields=changed)
    return changed


@transaction.atomic
def move_line(line: BusinessLine, *, by, up: bool) -> None:
    """One place up or down in every list."""
    demand(rules.may_keep_parameters(by))
    lines = list(BusinessLine.objects.select_for_update())
    place = lines.index(line)
    other = place + (-1 if up else 1)
    if not 0 <= other < len(lines):
        raise Refused(_("It already stands at the end of the list."))
    lines[place], lines[other] = lines[other], lines[place]
    for order, row in enumerate(lines, 1):
        row.order = order
    BusinessLine.objects.bulk_update(lines, ["order"])
    record("business_line.move", line, by=by, order=other + 1)
