from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.core import clock
from apps.org import matrix
from apps.org.models import Authority


def years():
    """From the first line of the table to next year, newest first."""
    first = Authority.objects.order_by("starts").values_list("starts", flat=True).first()
    this = clock.today().year
    return [
        (str(year), str(year)) for year in range(this + 1, min(first.year if first else this, this) - 1, -1)
    ]


class AuthorityFilters(FilterSet):
    year = ChoiceFilter(choices=years, method="of_year", label=_("Year"), empty_label=_("All"))
    kind = ChoiceFilter(choices=Authority.Kind.choices, label=_("Approves"), empty_label=_("All"))
    role = ChoiceFilter(choices=matrix.role_choices, label=_("Role"), empty_label=_("All"))

    class Meta:
        model = Authority
        fields: list[str] = []

    def of_year(self, queryset, name, value):
        first, last = date(int(value), 1, 1), date(int(value), 12, 31)
        return queryset.filter(Q(ends=None) | Q(ends__gte=first), starts__lte=last)
