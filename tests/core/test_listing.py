"""One QuerySet for page, sort, count and export."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from apps.core import listing as module
from apps.core.listing import Column, listing
from apps.org.models import Unit
from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db
COLUMNS = [
    Column("code", "Code", lambda row: row.code, sort="code"),
    Column("kind", "Kind", lambda row: row.kind, sort="kind"),
]


@pytest.fixture
def units():
    for number in range(7):
        UnitFactory(kind="sub_branch" if number % 2 else "department")
    return Unit.objects.order_by()


def shown(units, size=3, **query):
    return listing(RequestFactory().get("/", query), units, COLUMNS, size=size)


def walked(units, sort):
    """The rows of all pages, forward, and of all pages back again."""
    page = shown(units, sort=sort)
    pages = [page]
    while pages[-1].next_url:
        pages.append(listing(RequestFactory().get(pages[-1].next_url), units, COLUMNS, size=3))
    back = [pages[-1]]
    while back[-1].previous_url:
        back.append(listing(RequestFactory().get(back[-1].previous_url), units, COLUMNS, size=3))
    return [r.pk for p in pages for r in p], [r.pk for p in reversed(back) for r in p]


@pytest.mark.parametrize("sort", ["code", "-code", "kind", "-kind"])
def test_pages_by_key_show_each_row_once_forward_and_back(units, sort):
    field, sign = sort.lstrip("-"), "-" if sort.startswith("-") else ""
    whole = list(units.order_by(sign + field, sign + "pk").values_list("pk", flat=True))
    forward, back = walked(units, sort)
    assert forward == whole
    assert back == whole


def test_a_page_waits_for_no_count_and_says_where_it_is_to_be_had(units):
    with CaptureQueriesContext(connection) as queries:
        page = shown(units)
    assert (len(queries), page.count_label, page.count_url) == (1, "", "/?format=count")

    alone = shown(units, size=50)
    assert (alone.count_label, alone.count_url) == (str(units.count()), "")


def test_the_count_is_of_the_same_rows_and_stops_at_its_limit(units, monkeypatch):
    answer = shown(units.filter(kind="department"), format="count")
    assert isinstance(answer, HttpResponse)
    assert answer.content.decode() == f"共 {units.filter(kind='department').count()} 条"

    monkeypatch.setattr(module, "COUNT_LIMIT", 2)
    assert shown(units, format="count").content.decode() == "共 2 条以上"


def test_a_cursor_that_makes_no_sense_shows_the_first_page(units):
    assert [row.pk for row in shown(units, after="%%%")] == [row.pk for row in shown(units)]
