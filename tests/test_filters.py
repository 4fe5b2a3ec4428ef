"""Filters of every list: a set that calls itself plain is the same for everybody while nothing is set in it."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import translation
from django_filters import FilterSet

from apps.core.listing import Page, at_rest
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db
VIEWS = get_resolver().reverse_dict  # reading it imports every view, and with it every filter set
PLAIN = sorted(
    (found for found in FilterSet.__subclasses__() if getattr(found, "plain", False)),
    key=lambda s: s.__name__,
)


def filled(filters, user, **query):
    request = RequestFactory().get("/", query)
    request.user = user
    return request, filters(request.GET, filters._meta.model.objects.none(), request=request)


def test_some_filters_are_plain():
    assert {"ItemFilters", "OpportunityFilters", "ProjectFilters"} <= {filters.__name__ for filters in PLAIN}


@pytest.mark.parametrize("filters", PLAIN, ids=lambda filters: filters.__name__)
def test_plain_filters_hang_on_no_row_and_no_reader(filters):
    written = set()
    for role in ("innovation_secretary", "liaison"):
        user = PostFactory(role=role).user
        assert user.standing  # which a page has read before it comes to its filters
        request, found = filled(filters, user)
        assert at_rest(found, request)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            written.add(render_to_string("filters.html", {"form": found.form}))
        assert not asked.captured_queries
    assert len(written) == 1


@pytest.mark.parametrize("filters", PLAIN, ids=lambda filters: filters.__name__)
def test_a_plain_filter_that_is_set_is_asked(filters):
    user = PostFactory(role="innovation_secretary").user
    for name in filters.base_filters:
        request, found = filled(filters, user, **{name: "x"})
        assert not at_rest(found, request)


def test_what_was_typed_is_not_shown_to_the_next_reader():
    filters = next(f for f in PLAIN if f.__name__ == "ProjectFilters")
    user = PostFactory(role="innovation_secretary").user

    def fields(**query):
        request, found = filled(filters, user, **query)
        return Page(request, filters._meta.model.objects.visible_to(user), [], found, "-pk", 5).filter_fields

    empty = fields()
    assert "烟草" in fields(q="烟草")
    assert fields() == empty
    assert "烟草" not in empty


def test_an_empty_query_is_at_rest():
    filters = PLAIN[0]
    request, found = filled(filters, PostFactory(role="innovation_secretary").user)
    request.GET = QueryDict("&".join(f"{name}=" for name in filters.base_filters))
    assert at_rest(found, request)


def test_the_empty_fields_are_kept_by_language():
    filters = next(f for f in PLAIN if f.__name__ == "ProjectFilters")
    user = PostFactory(role="innovation_secretary").user
    request, found = filled(filters, user)
    page = Page(request, filters._meta.model.objects.visible_to(user), [], found, "-pk", 5)
    assert "机构" in page.filter_fields
    with translation.override("en"):
        assert "机构" not in page.filter_fields
