from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet, ModelChoiceFilter

from apps.core.forms import CleanCharField
from apps.org.models import Unit


class TextFilter(Filter):
    """A name, or the beginning of a code or number: `search_text` of the rows' QuerySet."""

    field_class = CleanCharField

    def __init__(self, label):
        super().__init__(label=label, widget=forms.TextInput({"type": "search"}))
        self.extra["widget"].input_type = "search"

    def filter(self, queryset, value):
        return queryset.search_text(value) if value else queryset


class UnitFilters(FilterSet):
    """Without a word or a kind, one level of the tree: the units just below `under`. With one, all below it."""

    q = TextFilter(_("Name or code"))
    kind = ChoiceFilter(choices=Unit.Kind.choices, label=_("Kind"), empty_label=_("All"))
    state = ChoiceFilter(
        choices=[("open", _("In operation")), ("closed", _("Closed down"))],
        method="of_state",
        label=_("State"),
        empty_label=_("All"),
    )
    under = ModelChoiceFilter(
        queryset=Unit.objects.all(), label=_("Below"), method="of_nothing", widget=forms.HiddenInput
    )

    class Meta:
        model = Unit
        fields: list[str] = []

    def of_state(self, queryset, name, value):
        return queryset.filter(closed_on__isnull=value == "open")

    def of_nothing(self, queryset, name, value):
        return queryset

    @cached_property
    def above(self):
        """The unit whose level is shown: the chosen one, or the root of the bank."""
        chosen = self.form.cleaned_data.get("under") if self.is_valid() else None
        return chosen or Unit.objects.filter(depth=1).first()

    def filter_queryset(self, queryset):
        rows, above = super().filter_queryset(queryset), self.above
        if above is None:
            return rows
        rows = rows.under(above).exclude(pk=above.pk)
        searching = self.form.cleaned_data["q"] or self.form.cleaned_data["kind"]
        return rows if searching else rows.filter(depth=above.depth + 1)
