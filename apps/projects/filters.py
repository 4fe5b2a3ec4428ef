"""What narrows the list of projects and the board."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet, ModelChoiceFilter

from apps.core.forms import CleanCharField, StrictDateField, YuanField
from apps.core.search import found
from apps.org.models import BusinessLine, Unit
from apps.org.reach import units_nearby
from apps.projects.models import Project, Stage

SEGMENTS = [
    ("mine", _("Mine")),
    ("unit", _("My unit")),
    ("late", _("Late")),
    ("waiting", _("Waiting on me")),
]


class SearchFilter(Filter):
    field_class = CleanCharField

    def __init__(self):
        super().__init__(label=_("Search"), widget=forms.TextInput({"type": "search"}))
        self.extra["widget"].input_type = "search"

    def filter(self, queryset, text):
        return found(queryset, text) if text else queryset


class NameFilter(Filter):
    field_class = CleanCharField


class UnitFilter(ModelChoiceFilter):
    """A unit with all below it."""

    def filter(self, queryset, unit):
        return queryset.filter(unit__path__range=unit.span) if unit else queryset


class DayFilter(Filter):
    field_class = StrictDateField


class AmountFilter(Filter):
    field_class = YuanField


def stages() -> list[tuple[str, str]]:
    """Stages by their code, which the versions of a process share."""
    names = {stage.code: str(stage) for stage in Stage.objects.order_by("process__starts", "order")}
    return list(names.items())


class ProjectFilters(FilterSet):
    q = SearchFilter()
    segment = ChoiceFilter(
        choices=SEGMENTS, method="of_segment", label=_("View"), empty_label=_("All"), widget=forms.HiddenInput
    )
    stage = ChoiceFilter(field_name="stage__code", choices=stages, label=_("Stage"), empty_label=_("All"))
    state = ChoiceFilter(
        choices=[("open", _("All open")), *Project.State.choices],
        method="of_state",
        label=_("State"),
        empty_label=_("All"),
    )
    unit = UnitFilter(queryset=Unit.objects.none(), label=_("Unit"), empty_label=_("All"))
    line = ModelChoiceFilter(
        queryset=lambda request: BusinessLine.objects.all(), label=_("Business line"), empty_label=_("All")
    )
    manager = NameFilter(field_name="manager__name", lookup_expr="icontains", label=_("Manager"))
    since = DayFilter(field_name="proposed_at__date", lookup_expr="gte", label=_("Proposed from"))
    until = DayFilter(field_name="proposed_at__date", lookup_expr="lte", label=_("Proposed until"))
    least = AmountFilter(field_name="asked_fen", lookup_expr="gte", label=_("Asked for, from"))
    most = AmountFilter(field_name="asked_fen", lookup_expr="lte", label=_("Asked for, up to"))

    class Meta:
        model = Project
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.form.fields["unit"].queryset = units_nearby(self.request.user, "project.view")

    def of_segment(self, queryset, name, segment):
        user = self.request.user
        return {
            "mine": lambda: queryset.mine(user),
            "unit": lambda: queryset.of_units(user),
            "late": queryset.late,
            "waiting": lambda: queryset.waiting_on(user),
        }[segment]()

    def of_state(self, queryset, name, state):
        return queryset.open() if state == "open" else queryset.filter(state=state)
