"""One QuerySet for page, filter, sort, count and export.

Pages go by key, not OFFSET: the cursor holds the sort value and primary key of the row it starts after (or before). A
sortable column is stored, never null, and every order ends in the primary key. No page waits for an exact total of a
large set.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, F, Q
from django.db.models.expressions import RawSQL
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from apps.core import clock
from apps.core.documents import watermark_for
from apps.core.sheets import stream_csv, write_xlsx

PAGE_SIZE = 50
COUNT_LIMIT = 1000
EXPORT_LIMIT = 100_000
_plain_fields: dict[tuple[type, str | None], Markup] = {}  # by filter set and language


@dataclass(frozen=True)
class Column:
    """A column of a list and of its export.

    `value(row)` gives what is exported; `sort` is the stored, non-null field it sorts by ("" = not sortable); `kind` is
    text, number, money_fen, date, datetime or state.
    """

    name: str
    label: str | Promise
    value: Callable
    sort: str = ""
    kind: str = "text"

    @property
    def sortable(self):
        return bool(self.sort)


class Page:
    """What a list page shows: rows, where to go next, how they are sorted and filtered."""

    def __init__(self, request, queryset, columns, filters, sort, size):
        self.request = request
        self.columns = columns
        self.filters = filters
        self.size = size
        self.queryset = queryset
        self.sort = self._known_sort(request.GET.get("sort", ""), sort)
        self.back = "before" in request.GET
        self._load(request.GET.get("before") if self.back else request.GET.get("after"))

    def _known_sort(self, asked, default):
        names = {column.name for column in self.columns if column.sortable}
        return asked if asked.lstrip("-") in names and asked[:2] != "--" else default

    @property
    def _field(self):
        return next((c.sort for c in self.columns if c.name == self.sort.lstrip("-")), "pk")

    def ordered(self):
        """All the rows of this list in its order, for the export."""
        sign = "-" if self.sort.startswith("-") else ""
        return self.queryset.order_by(*dict.fromkeys([sign + self._field, sign + "pk"]))

    def _load(self, cursor):
        descending = self.sort.startswith("-") != self.back
        sign = "-" if descending else ""
        rows = self.queryset.order_by(*dict.fromkeys([sign + self._field, sign + "pk"]))
        if "__" in self._field:  # of another table: asked for with the row, for the cursor
            rows = rows.annotate(sort_value=F(self._field))
        if position := _decode(cursor):
            op = "lt" if descending else "gt"
            if self._field == "pk":
                rows = rows.filter(**{f"pk__{op}": position[1]})
            else:
                value, pk = position
                rows = rows.filter(
                    Q(**{f"{self._field}__{op}": value}) | Q(**{self._field: value, f"pk__{op}": pk})
                )
        found = list(rows[: self.size + 1])
        more = len(found) > self.size
        self.rows = found[: self.size]
        if self.back:
            self.rows.reverse()
        has_next, has_previous = (bool(position), more) if self.back else (more, bool(position))
        self.next_url = self.url_for(after=self._cursor(self.rows[-1])) if has_next and self.rows else ""
        self.previous_url = (
            self.url_for(before=self._cursor(self.rows[0])) if has_previous and self.rows else ""
        )

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)

    def _cursor(self, row):
        value = getattr(row, "sort_value" if "__" in self._field else self._field)
        if isinstance(value, datetime | date):
            value = value.isoformat()
        return base64.urlsafe_b64encode(json.dumps([value, row.pk]).encode()).decode().rstrip("=")

    @cached_property
    def count_label(self) -> str:
        """How many there are, when they all stand on this page; else nothing, and `count_url` tells."""
        return "" if self.count_url else str(len(self.rows))

    @property
    def count_url(self) -> str:
        """Where the number is to be had after the page, which waits for no count: “128”, or “more than 1,000”."""
        return self.url_for(format="count") if self.next_url or self.previous_url else ""

    def url_for(self, **changes) -> str:
        """This page's address with these query parameters; moving starts anew unless it is the move itself."""
        query = self.request.GET.copy()
        for key in ("after", "before", "format"):
            query.pop(key, None)
        for key, value in changes.items():
            query.pop(key, None)
            if value not in ("", None):
                query[key] = value
        text = query.urlencode()
        return f"{self.request.path}?{text}" if text else self.request.path

    def sort_url(self, column) -> str:
        return self.url_for(sort=("-" if self.sort == column.name else "") + column.name)

    @property
    def exports(self) -> list[tuple[str, str]]:
        return [("XLSX", self.url_for(format="xlsx")), ("CSV", self.url_for(format="csv"))]

    @property
    def filter_fields(self) -> Markup:
        """The fields of the filters as HTML, in their form."""
        if not self._at_rest:
            return _written(self.filters.form)
        key = (type(self.filters), get_language())
        if key not in _plain_fields:
            _plain_fields[key] = _written(self.filters.form)
        return _plain_fields[key]

    @cached_property
    def _at_rest(self) -> bool:
        return at_rest(self.filters, self.request)

    @property
    def active_filters(self) -> list[tuple[str, str, str]]:
        """(label, value, address without it) of each filter that is set."""
        if self.filters is None or self._at_rest or not self.filters.form.is_valid():
            return []
        active = []
        for name, field in self.filters.form.fields.items():
            if raw := self.request.GET.get(name):
                value = (
                    dict(getattr(field, "choices", ())).get(raw, raw)
                    if not hasattr(field, "queryset")
                    else (self.filters.form.cleaned_data.get(name) or raw)
                )
                active.append((field.label or name, str(value), self.url_for(**{name: ""})))
        return active


def behind(model, field: str, column: str = "name") -> RawSQL:
    """A column (or SQL expression over columns) of the row a foreign key of `model` points to, for a list's `annotate`.

    A subquery, not a join: with four joins PostgreSQL takes as long to plan a list as to read it, and Django to build the
    objects nobody asked for. Only for the outermost query: it names the table by its own name.
    """
    key = model._meta.get_field(field)
    return RawSQL(
        f"SELECT {column} FROM {key.related_model._meta.db_table} behind"
        f" WHERE behind.id = {model._meta.db_table}.{key.column}",
        [],
        output_field=CharField(),
    )


def listing(request, queryset, columns, *, filters=None, sort="-pk", size=PAGE_SIZE, name="list"):
    """The page of a list, or the response of its export (`?format=csv|xlsx`) or its count (`?format=count`): the same
    rows in the same scope.

    `filters` is a bound django-filter FilterSet over the queryset. One that says `plain = True` narrows nothing while none
    of its fields is set, and its empty fields are the same for everybody: then they are neither asked nor written again.
    Return the answer at once when it is an HttpResponse:

        page = listing(request, Project.objects.visible_to(request.user), COLUMNS, filters=…)
        if isinstance(page, HttpResponseBase): return page
    """
    if filters is not None and not at_rest(filters, request):
        queryset = filters.qs if filters.is_valid() else queryset.none()
    if request.GET.get("format") == "count":
        return HttpResponse(_counted(queryset))
    page = Page.__new__(Page)
    if request.GET.get("format") in ("csv", "xlsx"):
        page.request, page.columns, page.filters, page.size, page.queryset = (
            request,
            columns,
            filters,
            size,
            queryset,
        )
        page.sort = page._known_sort(request.GET.get("sort", ""), sort)
        return _export(request, page.ordered(), columns, request.GET["format"], name)
    page.__init__(request, queryset, columns, filters, sort, size)
    return page


def at_rest(filters, request) -> bool:
    """Is none of these plain filters set?"""
    return getattr(filters, "plain", False) and not any(map(request.GET.get, filters.base_filters))


def _written(form) -> Markup:
    return Markup(render_to_string("filters.html", {"form": form}))


def _counted(queryset) -> str:
    """In words, "128 in all" or "more than 1,000 in all": counting stops there."""
    count = queryset.order_by()[: COUNT_LIMIT + 1].count()
    if count > COUNT_LIMIT:
        return _("more than %(count)s in all") % {"count": f"{COUNT_LIMIT:,}"}
    return _("%(count)s in all") % {"count": f"{count:,}"}


def _export(request, queryset, columns, format_, name):
    stamp = timezone.localtime(clock.now()).strftime("%Y%m%d-%H%M")
    heads = [(str(column.label), "text" if column.kind == "state" else column.kind) for column in columns]
    rows = (
        [column.value(row) for column in columns] for row in queryset[:EXPORT_LIMIT].iterator(chunk_size=2000)
    )
    if format_ == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            stream_csv(heads, rows), content_type="text/csv; charset=utf-8"
        )
    else:
        file = write_xlsx(heads, rows, watermark=watermark_for(request.user), title=name)
        response = HttpResponse(
            file.read(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.{format_}"'
    response["Cache-Control"] = "no-store"
    return response


def _decode(cursor):
    if not cursor:
        return None
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return value, int(pk)
    except (ValueError, TypeError):
        return None
