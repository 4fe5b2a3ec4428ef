"""What narrows the list of projects and the board."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet

from apps.core.filters import DayFilter, SearchFilter
from apps.core.formats import in_english
from apps.core.forms import CleanCharField, YuanField
from apps.org.lookups import ChosenOnly, LineFilter, UnitFilter
from apps.projects.models import Project, Stage

SEGMENTS = [
    ("mine", _("Mine")),
    ("unit", _("My unit")),
    ("late", _("Late")),
    ("waiting", _("Waiting on me")),
]


class NameFilter(Filter):
    field_class = CleanCharField


class AmountFilter(Filter):
    field_class = YuanField


def stages() -> list[tuple[str, str]]:
    """Stages by their code, which the versions of a process share."""
    name = "name_en" if in_english() else "name"
    return list(dict(Stage.objects.order_by("process__starts", "order").values_list("code", name)).items())


class ProjectFilters(FilterSet):
    plain = True

    q = SearchFilter()
    segment = ChoiceFilter(
        choices=SEGMENTS, method="of_segment", label=_("View"), empty_label=_("All"), widget=forms.HiddenInput
    )
    stage = ChoiceFilter(
        field_name="stage__code",
        choices=stages,
        label=_("Stage"),
        empty_label=_("All"),
        widget=ChosenOnly("projects:stage_options"),
    )
    state = ChoiceFilter(
        choices=[("open", _("All open")), *Project.State.choices],
        method="of_state",
        label=_("State"),
        empty_label=_("All"),
    )
    unit = UnitFilter()
    line = LineFilter()
    manager = NameFilter(field_name="manager__name", lookup_expr="icontains", label=_("Manager"))
    since = DayFilter(field_name="proposed_at__date", lookup_expr="gte", label=_("Proposed from"))
    until = DayFilter(field_name="proposed_at__date", lookup_expr="lte", label=_("Proposed until"))
    least = AmountFilter(field_name="asked_fen", lookup_expr="gte", label=_("Asked for, from"))
    most = AmountFilter(field_name="asked_fen", lookup_expr="lte", label=_("Asked for, up to"))

    class Meta:
        model = Project
        fields: list[str] = []

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
