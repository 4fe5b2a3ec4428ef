"""What narrows the lists of products, roll-outs and readings."""

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter

from apps.core import clock
from apps.core.filters import SearchFilter
from apps.core.search import found
from apps.operations.models import Product, Reading, Rollout
from apps.org.lookups import LineFilter, UnitFilter
from apps.org.models import Unit


class ProductFilters(FilterSet):
    plain = True

    q = SearchFilter()
    state = ChoiceFilter(choices=Product.State.choices, label=_("State"), empty_label=_("All"))
    line = LineFilter()
    unit = UnitFilter()

    class Meta:
        model = Product
        fields: list[str] = []


class _ProductSearch(SearchFilter):
    def filter(self, queryset, value):
        """The roll-outs of products that match: the list's own scope goes on holding."""
        if not value:
            return queryset
        products = found(Product.objects.unscoped("the roll-outs are scoped"), value)
        return queryset.filter(product__in=products.values("pk"))


class RolloutFilters(FilterSet):
    plain = True

    q = _ProductSearch()
    state = ChoiceFilter(choices=Rollout.State.choices, label=_("State"), empty_label=_("All"))
    unit = UnitFilter()
    show = ChoiceFilter(
        choices=[("waiting", _("Waiting for my answer")), ("late", _("Answer is late"))],
        method="of_show",
        label=_("Show"),
        empty_label=_("All"),
    )

    class Meta:
        model = Rollout
        fields: list[str] = []

    def of_show(self, queryset, name, value):
        if value == "waiting":
            return queryset.filter(pk__in=Rollout.objects.all().waiting_on(self.request.user).values("pk"))
        return queryset.filter(state=Rollout.State.OFFERED, due_on__lt=clock.today())


class ReadingFilters(FilterSet):
    unit = ModelChoiceFilter(queryset=Unit.objects.none(), label=_("Unit"), empty_label=_("All"))
    show = ChoiceFilter(
        choices=[("force", _("In force")), ("corrected", _("Corrected"))],
        method="of_show",
        label=_("Show"),
        empty_label=_("All"),
    )

    class Meta:
        model = Reading
        fields: list[str] = []

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.form.fields["unit"].queryset = units

    def of_show(self, queryset, name, value):
        return queryset.filter(in_force=value == "force")
