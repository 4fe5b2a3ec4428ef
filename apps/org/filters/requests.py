from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.org.kinds import kinds
from apps.org.models import Request


def kind_choices():
    return [(name, kind.label) for name, kind in kinds().items()]


class RequestFilters(FilterSet):
    mine = ChoiceFilter(
        choices=[("waiting", _("Waiting on me")), ("made", _("Made by me"))],
        method="of_mine",
        label=_("Mine"),
        empty_label=_("All"),
    )
    kind = ChoiceFilter(choices=kind_choices, label=_("Kind"), empty_label=_("All"))
    state = ChoiceFilter(choices=Request.State.choices, label=_("State"), empty_label=_("All"))

    class Meta:
        model = Request
        fields: list[str] = []

    def of_mine(self, queryset, name, value):
        user = self.request.user
        return queryset.made_by(user) if value == "made" else queryset.waiting_on(user)
