"""Ten mistakes somebody might make, each at one place where the application keeps things apart. Nothing in the application
knows of them: a test plants one, and the worlds must find it."""

from django.db.models.sql.where import WhereNode
from django.shortcuts import get_object_or_404

from apps.allocation.filters import ScenarioFilters
from apps.allocation.models import Fund
from apps.allocation.views import scenarios
from apps.core import listing
from apps.core.listing import Column
from apps.core.views import notices, talk
from apps.projects.forms.project import person_label
from apps.projects.models import Project
from apps.projects.views import detail as project_pages
from apps.projects.views import lists


def without_scope(queryset):
    """The same rows read anew, without what narrowed them."""
    rows = queryset.all()
    rows.query.where = WhereNode()
    return rows


def export(patch):
    """The workbook holds “all rows”, for whoever wants to work with them."""
    patch.setattr(listing, "_export", exported_whole("xlsx", listing._export))


def csv(patch):
    """The same of the streamed file, which is read again from the start while it is sent."""
    patch.setattr(listing, "_export", exported_whole("csv", listing._export))


def exported_whole(form, as_it_is):
    def exported(request, queryset, columns, format_, name):
        rows = without_scope(queryset) if format_ == form else queryset
        return as_it_is(request, rows, columns, format_, name)

    return exported


def count(patch):
    """The number beside a list is that of the table, because that is faster."""
    as_it_is = listing._counted
    patch.setattr(listing, "_counted", lambda queryset: as_it_is(queryset.model._base_manager.all()))


def detail(patch):
    """A page is had by its number."""

    def found(request, pk, *related):
        rows = Project.objects.unscoped("its address is known already")
        return get_object_or_404(rows.select_related(*related), pk=pk)

    patch.setattr(project_pages, "found_project", found)


def file(patch):
    """A file has a number of its own, and is served by it."""
    patch.setattr(talk, "thing_or_404", lambda user, kind, pk: None)


def notice(patch):
    """A notice shows what it is about."""

    def with_subjects(user, rows):
        for row in rows:
            row.thing = row.subject
        return rows

    patch.setattr(notices, "with_things", with_subjects)


def autocomplete(patch):
    """Namesakes are told apart by what they manage."""

    def told_apart(person):
        managed = Project.objects.unscoped("to tell namesakes apart").filter(manager=person).first()
        return " · ".join(map(str, filter(None, [person_label(person), managed])))

    patch.setattr(lists, "person_label", told_apart)


def sort(patch):
    """The lines of a plan can be put in the order of their projects' codes, those that are not named included."""
    true_columns = scenarios.line_columns

    def by_code(scenario, titles):
        project, *others = true_columns(scenario, titles)
        return [Column(project.name, project.label, project.value, sort="project__code"), *others]

    patch.setattr(scenarios, "line_columns", by_code)


def facet(patch):
    """A filter offers every fund that has scenarios."""
    every = Fund.objects.unscoped("the scenarios are scoped")
    patch.setattr(ScenarioFilters.base_filters["fund"], "queryset", lambda request: every)
    patch.setitem(ScenarioFilters.base_filters["fund"].extra, "queryset", lambda request: every)


def cache(patch):
    """The fields of a filter are kept for the next person, although what they offer is not the same for all."""
    patch.setattr(ScenarioFilters, "plain", True, raising=False)
    patch.setattr(listing, "_plain_fields", {})


LEAKS = {
    "export": export,
    "autocomplete": autocomplete,
    "count": count,
    "detail": detail,
    "file": file,
    "notice": notice,
    "csv": csv,
    "sort": sort,
    "facet": facet,
    "cache": cache,
}


def plant(name: str, patch) -> None:
    """Make this mistake, until `patch` (a pytest monkeypatch) takes it back."""
    LEAKS[name](patch)
