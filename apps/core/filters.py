"""Filters of core's lists, and of what every list may be filtered by."""

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, Filter, FilterSet

from apps.core.clock import end_of, start_of
from apps.core.forms import CleanCharField, StrictDateField, StrictIntegerField
from apps.core.jobs import task_names
from apps.core.models import Entry, Job, Notice
from apps.core.search import found
from apps.core.verbs import all_verbs


class WordFilter(CharFilter):
    """A word typed into a search box."""

    field_class = CleanCharField

    def __init__(self, **kwargs):
        super().__init__(widget=forms.TextInput({"type": "search"}), **kwargs)
        self.extra["widget"].input_type = "search"


class SearchFilter(WordFilter):
    """Words of a thing's title or text, or its code, through the search index."""

    def __init__(self):
        super().__init__(label=_("Search"))

    def filter(self, queryset, text):
        return found(queryset, text) if text else queryset


class DayFilter(Filter):
    field_class = StrictDateField


class NumberFilter(Filter):
    field_class = StrictIntegerField


class NoticeFilters(FilterSet):
    state = ChoiceFilter(
        method="by_state",
        choices=[("unread", _("Unread")), ("read", _("Already read"))],
        label=_("State"),
        empty_label=_("All"),
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def by_state(self, notices, name, value):
        return notices.filter(read_at__isnull=value == "unread")


class JobFilters(FilterSet):
    q = WordFilter(field_name="key", lookup_expr="icontains", label=_("Key"))
    state = ChoiceFilter(
        method="by_state",
        choices=[("open", _("Not finished")), ("late", _("Late")), *Job.State.choices],
        label=_("State"),
        empty_label=_("All"),
    )
    task = ChoiceFilter(
        choices=lambda: [(name, name) for name in task_names()], label=_("Task"), empty_label=_("All")
    )

    class Meta:
        model = Job
        fields: list[str] = []

    def by_state(self, jobs, name, value):
        if value == "open":
            return jobs.unsettled()
        return jobs.late() if value == "late" else jobs.filter(state=value)


def kinds_of_things():
    """Every kind of thing of ours, by the name it has in the journal."""
    labels = (model._meta.label_lower for model in apps.get_models())
    return [(label, label) for label in sorted(labels) if label.partition(".")[0] in settings.STAIRS]


class EntryFilters(FilterSet):
    who = WordFilter(method="by_who", label=_("Who (name, number or account)"))
    verb = ChoiceFilter(
        choices=lambda: sorted((verb.name, f"{verb.name} · {verb.label}") for verb in all_verbs().values()),
        label=_("What"),
        empty_label=_("All"),
    )
    kind = ChoiceFilter(method="by_kind", choices=kinds_of_things, label=_("Subject"), empty_label=_("All"))
    number = NumberFilter(field_name="subject_id", label=_("Its number"))
    since = DayFilter(method="from_day", label=_("From"))
    until = DayFilter(method="to_day", label=_("Until"))

    class Meta:
        model = Entry
        fields: list[str] = []

    def by_who(self, entries, name, value):
        return entries.filter(
            Q(by__username=value) | Q(by__person__name__icontains=value) | Q(by__person__employee_no=value)
        )

    def by_kind(self, entries, name, value):
        return entries.filter(subject_type=ContentType.objects.get_by_natural_key(*value.split(".")))

    def from_day(self, entries, name, day):
        return entries.filter(at__gte=start_of(day))

    def to_day(self, entries, name, day):
        return entries.filter(at__lt=end_of(day))
