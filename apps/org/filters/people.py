from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.org import matrix
from apps.org.filters.units import TextFilter
from apps.org.lookups import UnderFilter
from apps.org.models import Person, Post


class PersonFilters(FilterSet):
    q = TextFilter(_("Name or number"))
    unit = UnderFilter(around=lambda people, unit: people.around(unit))
    role = ChoiceFilter(choices=matrix.role_choices, method="of_role", label=_("Role"), empty_label=_("All"))
    serving = ChoiceFilter(
        choices=[("yes", _("In service")), ("no", _("Has left"))],
        method="of_serving",
        label=_("Service"),
        empty_label=_("All"),
    )
    inside = ChoiceFilter(
        choices=[("yes", _("Inside the bank")), ("no", _("Outside"))],
        method="of_inside",
        label=_("Belongs"),
        empty_label=_("All"),
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def of_role(self, queryset, name, role):
        return queryset.filter(pk__in=Post.objects.current().filter(role=role).values("person"))

    def of_serving(self, queryset, name, value):
        return queryset.filter(left_on__isnull=value == "yes")

    def of_inside(self, queryset, name, value):
        return queryset.filter(inside=value == "yes")
