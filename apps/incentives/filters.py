"""What narrows the lists of points."""

from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet, ModelChoiceFilter

from apps.core.filters import DayFilter, WordFilter
from apps.incentives.models import Award, PointHolder, PointRule
from apps.org.lookups import UnitFilter
from apps.org.models import Unit


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
    q = WordFilter(field_name="person__name", lookup_expr="icontains", label=_("Name"))
    unit = UnitFilter()

    class Meta:
        model = PointHolder
        fields: list[str] = []


class UnitPointsFilters(FilterSet):
    q = WordFilter(field_name="name", lookup_expr="icontains", label=_("Name"))

    class Meta:
        model = Unit
        fields: list[str] = []
