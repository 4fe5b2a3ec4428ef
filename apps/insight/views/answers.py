"""What several views answer with."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, QueryDict

from apps.core.listing import listing


def table(request, queryset, columns, extra_columns, **options):
    """A page of a list; an export has the extra columns as well."""
    exporting = request.GET.get("format") in ("csv", "xlsx")
    return listing(request, queryset, [*columns, *extra_columns] if exporting else columns, **options)


def is_export(page) -> bool:
    return isinstance(page, HttpResponseBase)


def with_defaults(request, **defaults) -> QueryDict:
    """The query of the page, or these filters when there is none yet."""
    if request.GET:
        return request.GET
    data = QueryDict(mutable=True)
    data.update(defaults)
    return data


def forbid(verdict):
    """403 with the reason for a function the person may not use on what they see."""
    if not verdict:
        raise PermissionDenied(str(verdict.reason))
