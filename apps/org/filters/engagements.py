from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.core.filters import WordFilter
from apps.org.models import Engagement


class EngagementFilters(FilterSet):
    q = WordFilter(label=_("Search"), method="of_text")
    kind = ChoiceFilter(choices=Engagement.Kind.choices, label=_("Kind"), empty_label=_("All"))
    when = ChoiceFilter(
        choices=[("now", _("In force")), ("over", _("Ended"))],
        method="of_when",
        label=_("When"),
        empty_label=_("All"),
    )

    class Meta:
        model = Engagement
        fields: list[str] = []

    def of_text(self, queryset, name, value):
        return queryset.filter(
            Q(person__name__icontains=value) | Q(reference__icontains=value) | Q(purpose__icontains=value)
        )

    def of_when(self, queryset, name, value):
        return queryset.current() if value == "now" else queryset.over()
