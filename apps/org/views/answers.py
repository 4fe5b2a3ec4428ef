"""What several views answer with."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from apps.core.forms import clean_text
from apps.core.listing import listing


def table(request, queryset, columns, extra_columns=(), **options):
    """A page of a list; an export has the extra columns as well."""
    exporting = request.GET.get("format") in ("csv", "xlsx")
    return listing(request, queryset, [*columns, *extra_columns] if exporting else columns, **options)


def typed(request) -> str:
    """The first word of the field for which a lookup asks, whatever the field is called."""
    words = clean_text(next(iter(request.GET.values()), ""))[:60].split()
    return words[0] if words else ""


def state_in_time(row) -> str:
    """Of what runs from one time to another: not begun, in force or ended."""
    if row.runs:
        return _("In force")
    return _("Ended") if row.over else _("Not yet begun")


def is_export(page) -> bool:
    return isinstance(page, HttpResponseBase)


def forbid(verdict):
    """403 with the reason for a function the person may not use on what they see."""
    if not verdict:
        raise PermissionDenied(str(verdict.reason))
