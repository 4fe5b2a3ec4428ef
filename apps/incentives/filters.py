"""What narrows the lists of points."""

from django.utils.translation import gettext_lazy as _
from django_filters import Filter, FilterSet, ModelChoiceFilter

from apps.core.forms import CleanCharField
from apps.incentives.models import Award, PointHolder, PointRule
from apps.insight.filters import DayFilter, UnitFilter
from apps.org.models import Unit
from apps.org.reach import units_nearby


class AwardFilters(FilterSet):
    rule = ModelChoiceFilter(
        queryset=lambda request: PointRule.objects.all(), label=_("Rule"), empty_label=_("All")
    )
    since = DayFilter(field_name="at__date", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="at__date", lookup_expr="lte", label=_("Until"))

    class Meta:
        model = Award
        fields: list[str] = []


class HolderFilters(FilterSet):
    q = Filter(field_name="person__name", lookup_expr="icontains", label=_("Name"))
    q.field_class = CleanCharField
    unit = UnitFilter(queryset=Unit.objects.none(), label=_("Unit"), empty_label=_("All"))

    class Meta:
        model = PointHolder
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.form.fields["unit"].queryset = units_nearby(self.request.user, "points.view")


class UnitPointsFilters(FilterSet):
    q = Filter(field_name="name", lookup_expr="icontains", label=_("Name"))
    q.field_class = CleanCharField

    class Meta:
        model = Unit
        fields: list[str] = []
