from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.core.models import Notice


class NoticeFilters(FilterSet):
    state = ChoiceFilter(
        method="by_state",
        choices=[("unread", _("Unread")), ("read", _("Already read"))],
        label=_("State"),
        empty_label=_("All"),
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def by_state(self, notices, name, value):
        return notices.filter(read_at__isnull=value == "unread")
