from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.org.filters.units import TextFilter
from apps.org.models import Reorganisation, ReorganisationRow


class ReorganisationFilters(FilterSet):
    q = TextFilter(_("Name or code of a unit"))
    what = ChoiceFilter(choices=Reorganisation.What.choices, label=_("Kind"), empty_label=_("All"))
    state = ChoiceFilter(choices=Reorganisation.State.choices, label=_("State"), empty_label=_("All"))

    class Meta:
        model = Reorganisation
        fields: list[str] = []


class ReorganisationRowFilters(FilterSet):
    q = TextFilter(_("Name or number"))
    sheet = ChoiceFilter(choices=ReorganisationRow.Sheet.choices, label=_("Effect"), empty_label=_("All"))

    class Meta:
        model = ReorganisationRow
        fields: list[str] = []
