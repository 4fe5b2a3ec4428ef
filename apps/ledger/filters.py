from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from apps.ledger.measures import Measure
from apps.ledger.models import Account
from apps.ledger.owners import owners


class AccountFilters(FilterSet):
    q = CharFilter(
        field_name="code",
        lookup_expr="startswith",
        label=_("Code begins with"),
        max_length=60,
        widget=forms.TextInput({"type": "search", "placeholder": "project:12:"}),
    )
    owner = ChoiceFilter(method="by_owner", label=_("Lies with"), empty_label=_("All"))
    measure = ChoiceFilter(choices=Measure.choices, label=_("Counts in"), empty_label=_("All"))
    balance = ChoiceFilter(
        choices=[("some", _("Not empty"))],
        method="by_balance",
        label=_("Account balance"),
        empty_label=_("All"),
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = [(owner.model._meta.label_lower, owner.label) for owner in owners()]
        self.filters["owner"].extra["choices"] = [*known, ("bank", _("The bank"))]

    def by_owner(self, queryset, name, value):
        chosen = next((owner for owner in owners() if owner.model._meta.label_lower == value), None)
        return queryset.filter(owner_type=chosen.content_type if chosen else None)

    def by_balance(self, queryset, name, value):
        return queryset.exclude(balance=0)
