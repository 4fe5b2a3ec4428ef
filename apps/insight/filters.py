from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet, ModelChoiceFilter

from apps.core import clock
from apps.core.forms import CleanCharField, StrictDateField
from apps.core.search import found
from apps.insight.models import FollowUp, Issue, Item, Opportunity, Report
from apps.org.models import BusinessLine, Unit
from apps.org.reach import units_nearby


class SearchFilter(Filter):
    """Words of the title or text, or a code."""

    field_class = CleanCharField

    def __init__(self):
        super().__init__(label=_("Search"), widget=forms.TextInput({"type": "search"}))
        self.extra["widget"].input_type = "search"

    def filter(self, queryset, value):
        return found(queryset, value) if value else queryset


class DayFilter(Filter):
    field_class = StrictDateField


class UnitFilter(ModelChoiceFilter):
    """A unit with all below it."""

    def filter(self, queryset, unit):
        return queryset.filter(unit__path__range=unit.span) if unit else queryset


def lines(request):
    return BusinessLine.objects.all()


class _ListFilters(FilterSet):
    """`capability` bounds the units one may choose: those of the person's posts and those one step below."""

    capability = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "unit" in self.filters:
            units = units_nearby(self.request.user, self.capability) if self.request else Unit.objects.none()
            self.form.fields["unit"].queryset = units


class ItemFilters(_ListFilters):
    capability = "item.view"

    q = SearchFilter()
    category = ChoiceFilter(choices=Item.Category.choices, label=_("Category"), empty_label=_("All"))
    line = ModelChoiceFilter(queryset=lines, label=_("Business line"), empty_label=_("All"))
    unit = UnitFilter(queryset=Unit.objects.none(), label=_("Unit"), empty_label=_("All"))
    state = ChoiceFilter(choices=Item.State.choices, label=_("State"), empty_label=_("All"))
    since = DayFilter(field_name="filed_at__date", lookup_expr="gte", label=_("Filed from"))
    until = DayFilter(field_name="filed_at__date", lookup_expr="lte", label=_("Filed until"))

    class Meta:
        model = Item
        fields: list[str] = []


class PullFilters(FilterSet):
    """Items that may go into an issue."""

    q = SearchFilter()
    category = ChoiceFilter(choices=Item.Category.choices, label=_("Category"), empty_label=_("All"))
    line = ModelChoiceFilter(queryset=lines, label=_("Business line"), empty_label=_("All"))
    since = DayFilter(field_name="filed_at__date", lookup_expr="gte", label=_("Filed from"))

    class Meta:
        model = Item
        fields: list[str] = []


class IssueFilters(FilterSet):
    q = SearchFilter()
    kind = ChoiceFilter(
        field_name="report__kind", choices=Report.Kind.choices, label=_("Kind"), empty_label=_("All")
    )
    state = ChoiceFilter(choices=Issue.State.choices, label=_("State"), empty_label=_("All"))

    class Meta:
        model = Issue
        fields: list[str] = []


class OpportunityFilters(_ListFilters):
    capability = "opportunity.view"

    q = SearchFilter()
    state = ChoiceFilter(choices=Opportunity.State.choices, label=_("State"), empty_label=_("All"))
    line = ModelChoiceFilter(queryset=lines, label=_("Business line"), empty_label=_("All"))
    unit = UnitFilter(queryset=Unit.objects.none(), label=_("Unit"), empty_label=_("All"))
    mine = ChoiceFilter(
        choices=[("reported", _("Reported by me")), ("held", _("Waiting on me"))],
        method="of_mine",
        label=_("Mine"),
        empty_label=_("All"),
    )

    class Meta:
        model = Opportunity
        fields: list[str] = []

    def of_mine(self, queryset, name, value):
        if value == "reported":
            return queryset.filter(reporter=self.request.user.principal_id)
        return queryset.waiting_on(self.request.user)


class FollowUpFilters(_ListFilters):
    capability = "opportunity.view"

    state = ChoiceFilter(choices=FollowUp.State.choices, label=_("State"), empty_label=_("All"))
    unit = UnitFilter(queryset=Unit.objects.none(), label=_("Unit"), empty_label=_("All"))
    late = ChoiceFilter(
        choices=[("yes", _("Late")), ("mine", _("Mine"))],
        method="of_late",
        label=_("Show"),
        empty_label=_("All"),
    )

    class Meta:
        model = FollowUp
        fields: list[str] = []

    def of_late(self, queryset, name, value):
        if value == "mine":
            return queryset.filter(owner=self.request.user.principal_id)
        return queryset.filter(state=FollowUp.State.OPEN, due_on__lt=clock.today())


class ReaderFilters(FilterSet):
    read = ChoiceFilter(
        choices=[("yes", _("Has read")), ("no", _("Has not read"))],
        method="of_read",
        label=_("Reading"),
        empty_label=_("All"),
    )
    q = Filter(field_name="name", lookup_expr="icontains", label=_("Reader"))
    q.field_class = CleanCharField

    def of_read(self, queryset, name, value):
        return queryset.filter(read_at__isnull=value == "no")
