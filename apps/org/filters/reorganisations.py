from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.org.filters.units import TextFilter
from apps.org.models import Reorganisation, ReorganisationRow
from apps.org.reorganising.sight import kept_by_units


class ReorganisationFilters(FilterSet):
    q = TextFilter(_("Name or code of a unit"))
    what = ChoiceFilter(choices=Reorganisation.What.choices, label=_("Kind"), empty_label=_("All"))
    state = ChoiceFilter(choices=Reorganisation.State.choices, label=_("State"), empty_label=_("All"))

    class Meta:
        model = Reorganisation
        fields: list[str] = []


def kinds_of_things():
    """(label of the model, what its rows are called) of all that is seen by reach."""
    return [(model._meta.label_lower, model.plural) for model in kept_by_units()]


class ReorganisationRowFilters(FilterSet):
    q = TextFilter(_("Name or number"))
    kind = ChoiceFilter(
        field_name="counts",
        lookup_expr="has_key",
        choices=kinds_of_things,
        label=_("Sight of"),
        empty_label=_("All"),
    )
    sheet = ChoiceFilter(choices=ReorganisationRow.Sheet.choices, label=_("Effect"), empty_label=_("All"))

    class Meta:
        model = ReorganisationRow
        fields: list[str] = []
