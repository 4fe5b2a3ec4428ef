"""A confidential model fails closed."""

import pytest
from django.db.models import Count, Exists, OuterRef, Sum

from apps.core.scope import Unscoped
from apps.org.models import Unit
from apps.projects.models import Project
from tests.factories import make_project

pytestmark = pytest.mark.django_db

READINGS = [
    list,
    lambda q: q.get(pk=1),
    lambda q: q.first(),
    lambda q: q.count(),
    lambda q: q.exists(),
    lambda q: q.aggregate(Sum("asked_fen")),
    lambda q: q.annotate(n=Count("team")).values_list("n"),
    lambda q: list(q.values("pk")),
    lambda q: list(q.values_list("pk", flat=True).union(q.values_list("pk", flat=True))),
    lambda q: q.in_bulk([1]),
    lambda q: q.update(title="x"),
    lambda q: q.delete(),
    lambda q: list(Unit.objects.filter(pk__in=q.values("unit"))),
    lambda q: list(Unit.objects.filter(Exists(q.filter(unit=OuterRef("pk"))))),
    lambda q: list(q.iterator()),
]


QUERIES = {
    "plain": lambda: Project.objects.all(),
    "filtered": lambda: Project.objects.filter(title__contains="x").order_by("pk"),
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
@pytest.mark.parametrize("reading", READINGS)
def test_every_way_of_reading_without_saying_for_whom_raises(reading, query):
    with pytest.raises(Unscoped):
        list(reading(query()))


def test_a_reason_opens_it():
    assert Project.objects.unscoped("a test").count() == 0
    with pytest.raises(AssertionError):
        Project.objects.unscoped("")


def test_what_belongs_to_something_had_through_scope_is_open_and_what_was_had_otherwise_is_not():
    project = make_project()
    seen = Project.objects.visible_to(project.proposer.user).get()

    assert list(seen.milestones.all()) == []
    with pytest.raises(Unscoped):
        list(Project._base_manager.get().milestones.all())
