from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.core import clock
from apps.core.filters import DayFilter, SearchFilter, WordFilter
from apps.insight.models import FollowUp, Issue, Item, Opportunity, Report
from apps.org.lookups import LineFilter, UnitFilter


class ItemFilters(FilterSet):
    plain = True

    q = SearchFilter()
    category = ChoiceFilter(choices=Item.Category.choices, label=_("Category"), empty_label=_("All"))
    line = LineFilter()
    unit = UnitFilter()
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
    line = LineFilter()
    since = DayFilter(field_name="filed_at__date", lookup_expr="gte", label=_("Filed from"))

    class Meta:
        model = Item
        fields: list[str] = []


class IssueFilters(FilterSet):
    plain = True

    q = SearchFilter()
    kind = ChoiceFilter(
        field_name="report__kind", choices=Report.Kind.choices, label=_("Kind"), empty_label=_("All")
    )
    state = ChoiceFilter(choices=Issue.State.choices, label=_("State"), empty_label=_("All"))

    class Meta:
        model = Issue
        fields: list[str] = []


class OpportunityFilters(FilterSet):
    plain = True

    q = SearchFilter()
    state = ChoiceFilter(choices=Opportunity.State.choices, label=_("State"), empty_label=_("All"))
    line = LineFilter()
    unit = UnitFilter()
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


class FollowUpFilters(FilterSet):
    plain = True

    state = ChoiceFilter(choices=FollowUp.State.choices, label=_("State"), empty_label=_("All"))
    unit = UnitFilter()
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
    q = WordFilter(field_name="name", lookup_expr="icontains", label=_("Reader"))

    def of_read(self, queryset, name, value):
        return queryset.filter(read_at__isnull=value == "no")
