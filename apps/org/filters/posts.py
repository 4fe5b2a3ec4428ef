from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet

from apps.core.forms import CleanCharField
from apps.org import matrix
from apps.org.lookups import UnderFilter
from apps.org.models import Delegation, Post

SOON, LATER = 30, 90


class PostFilters(FilterSet):
    q = Filter(label=_("Full name"), method="of_name", widget=forms.TextInput({"type": "search"}))
    q.field_class = CleanCharField
    unit = UnderFilter()
    role = ChoiceFilter(choices=matrix.role_choices, label=_("Role"), empty_label=_("All"))
    when = ChoiceFilter(
        choices=[
            ("now", _("In force")),
            ("soon", _("Ends within 30 days")),
            ("later", _("Ends within 90 days")),
            ("to_come", _("Not yet begun")),
            ("over", _("Ended")),
        ],
        method="of_when",
        label=_("When"),
        empty_label=_("All"),
    )

    class Meta:
        model = Post
        fields: list[str] = []

    def of_name(self, queryset, name, text):
        return queryset.filter(person__name__icontains=text)

    def of_when(self, queryset, name, value):
        if value in ("soon", "later"):
            return queryset.ending_within(SOON if value == "soon" else LATER)
        return {"now": queryset.current, "to_come": queryset.to_come, "over": queryset.over}[value]()


class DelegationFilters(FilterSet):
    mine = ChoiceFilter(
        choices=[("given", _("Given by me")), ("taken", _("Given to me"))],
        method="of_mine",
        label=_("Mine"),
        empty_label=_("All"),
    )
    when = ChoiceFilter(
        choices=[("now", _("In force")), ("over", _("Ended"))],
        method="of_when",
        label=_("When"),
        empty_label=_("All"),
    )

    class Meta:
        model = Delegation
        fields: list[str] = []

    def of_mine(self, queryset, name, value):
        person = self.request.user.person_id
        return queryset.filter(giver=person) if value == "given" else queryset.filter(taker=person)

    def of_when(self, queryset, name, value):
        return queryset.current() if value == "now" else queryset.over()
