from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter

from apps.allocation.models import Fund, Scenario, Tranche


def search(label):
    return CharFilter(label=label, method="search", max_length=60, widget=forms.TextInput({"type": "search"}))


def funds(request):
    return Fund.objects.visible_to(request.user) if request else Fund.objects.none()


class FundFilters(FilterSet):
    q = search(_("Search"))

    class Meta:
        model = Fund
        fields = ["q", "year"]

    def search(self, queryset, name, text):
        return queryset.filter(name__icontains=text)


class ScenarioFilters(FilterSet):
    q = search(_("Search"))
    fund = ModelChoiceFilter(queryset=funds, label=_("Fund"), empty_label=_("All"))
    state = ChoiceFilter(choices=Scenario.State.choices, label=_("State"), empty_label=_("All"))

    class Meta:
        model = Scenario
        fields: list[str] = []

    def search(self, queryset, name, text):
        return queryset.filter(name__icontains=text)


class LineFilters(FilterSet):
    """The projects of one scenario. Only projects the person may see are found by name."""

    q = search(_("Search"))
    plan = ChoiceFilter(
        choices=[("in", _("Funded")), ("out", _("Not funded")), ("mandatory", _("Mandatory"))],
        method="by_plan",
        label=_("In the plan"),
        empty_label=_("All"),
    )

    def search(self, queryset, name, text):
        seen = queryset.filter(seen=True)
        return seen.filter(project__title__icontains=text) | seen.filter(project__code__icontains=text)

    def by_plan(self, queryset, name, value):
        if value == "mandatory":
            return queryset.filter(mandatory=True)
        return queryset.filter(level="") if value == "out" else queryset.exclude(level="")


class TrancheFilters(FilterSet):
    show = ChoiceFilter(
        choices=[
            ("due", _("May be asked for now")),
            ("asked", _("Waiting for approval")),
            ("planned", Tranche.State.PLANNED.label),
            ("released", Tranche.State.RELEASED.label),
        ],
        method="by_standing",
        label=_("Show"),
        empty_label=_("All"),
    )
    fund = ModelChoiceFilter(
        field_name="commitment__scenario__fund", queryset=funds, label=_("Fund"), empty_label=_("All")
    )

    def by_standing(self, queryset, name, value):
        if value == "due":
            return queryset.due()
        if value == "asked":
            return queryset.filter(asked=True)
        return queryset.filter(state=value)
