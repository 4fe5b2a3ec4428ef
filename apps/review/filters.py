"""What narrows the lists of review."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, Filter, FilterSet

from apps.core import clock
from apps.core.forms import CleanCharField, StrictDateField
from apps.core.search import matching
from apps.projects.models import Project
from apps.review.models import Assignment, Consultation, Forum, Meeting, Minutes, Round


class SearchFilter(Filter):
    """Words of a title or text, or a code; `of` is the path from the row to the thing that is searched."""

    field_class = CleanCharField

    def __init__(self, searched, of="pk"):
        self.searched, self.of = searched, of
        super().__init__(label=_("Search"), widget=forms.TextInput({"type": "search"}))
        self.extra["widget"].input_type = "search"

    def filter(self, queryset, value):
        ids = matching(value, self.searched).values("subject_id")[:2000] if value else ()
        return queryset.filter(**{f"{self.of}__in": ids}) if value else queryset


class DayFilter(Filter):
    field_class = StrictDateField


class ConsultationFilters(FilterSet):
    q = SearchFilter(Project, of="project")
    show = ChoiceFilter(
        choices=[("mine", _("Waiting on me")), ("open", _("Waiting for the opinion")), ("late", _("Late"))],
        method="of_show",
        label=_("Show"),
        empty_label=_("All"),
    )
    opinion = ChoiceFilter(choices=Consultation.Opinion.choices, label=_("Opinion"), empty_label=_("All"))

    class Meta:
        model = Consultation
        fields: list[str] = []

    def of_show(self, queryset, name, value):
        if value == "mine":
            return queryset.waiting_on(self.request.user)
        if value == "late":
            queryset = queryset.filter(due_on__lt=clock.today())
        return queryset.open()


class ForumFilters(FilterSet):
    name = CharFilter(lookup_expr="icontains", label=_("Search"), widget=forms.TextInput({"type": "search"}))
    name.field_class = CleanCharField
    kind = ChoiceFilter(choices=Forum.Kind.choices, label=_("Kind"), empty_label=_("All"))

    class Meta:
        model = Forum
        fields: list[str] = []


class RoundFilters(FilterSet):
    q = SearchFilter(Round)
    state = ChoiceFilter(choices=Round.State.choices, label=_("State"), empty_label=_("All"))
    late = ChoiceFilter(choices=[("yes", _("Late"))], method="of_late", label=_("Show"), empty_label=_("All"))

    class Meta:
        model = Round
        fields: list[str] = []

    def of_late(self, queryset, name, value):
        return queryset.filter(state=Round.State.OPEN, due_on__lt=clock.today())


class ReviewFilters(FilterSet):
    """No search in titles: what is not declared yet must not be found by a word of it."""

    show = ChoiceFilter(
        choices=[("pending", _("Pending")), ("late", _("Late")), ("done", _("Handed in"))],
        method="of_show",
        label=_("Show"),
        empty_label=_("All"),
    )

    class Meta:
        model = Assignment
        fields: list[str] = []

    def of_show(self, queryset, name, value):
        if value == "done":
            return queryset.filter(state=Assignment.State.DONE)
        return queryset.pending().filter(**({"due_on__lt": clock.today()} if value == "late" else {}))


class MeetingFilters(FilterSet):
    q = SearchFilter(Meeting)
    form = ChoiceFilter(choices=Meeting.Form.choices, label=_("Form"), empty_label=_("All"))
    state = ChoiceFilter(choices=Meeting.State.choices, label=_("State"), empty_label=_("All"))
    since = DayFilter(field_name="held_on", lookup_expr="gte", label=_("Held from"))

    class Meta:
        model = Meeting
        fields: list[str] = []


class MinutesFilters(FilterSet):
    q = SearchFilter(Minutes)
    state = ChoiceFilter(choices=Minutes.State.choices, label=_("State"), empty_label=_("All"))
    since = DayFilter(field_name="meeting__held_on", lookup_expr="gte", label=_("Held from"))

    class Meta:
        model = Minutes
        fields: list[str] = []
