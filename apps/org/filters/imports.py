from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.org.models import ImportRow, OrgImport


class ImportFilters(FilterSet):
    state = ChoiceFilter(choices=OrgImport.State.choices, label=_("State"), empty_label=_("All"))

    class Meta:
        model = OrgImport
        fields: list[str] = []


class ImportRowFilters(FilterSet):
    sheet = ChoiceFilter(choices=ImportRow.Sheet.choices, label=_("Sheet"), empty_label=_("All"))
    effect = ChoiceFilter(choices=ImportRow.Effect.choices, label=_("Effect"), empty_label=_("All"))

    class Meta:
        model = ImportRow
        fields: list[str] = []
