from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from apps.org.filters.units import TextFilter
from apps.org.lookups import UnderFilter
from apps.org.models import Body, Post, Unit


class BodyFilters(FilterSet):
    q = TextFilter(_("Name"))
    kind = ChoiceFilter(choices=Body.Kind.choices, label=_("Kind"), empty_label=_("All"))
    unit = UnderFilter()
    term = ChoiceFilter(
        choices=[("now", _("In office")), ("over", _("Term over"))],
        method="of_term",
        label=_("Term"),
        empty_label=_("All"),
    )

    class Meta:
        model = Body
        fields: list[str] = []

    def of_term(self, queryset, name, value):
        return queryset.in_term() if value == "now" else queryset.over()


class LiaisonFilters(FilterSet):
    q = TextFilter(_("Name"))
    unit = UnderFilter(label=_("Branch or unit"))
    time = ChoiceFilter(
        choices=[("full", _("Full-time")), ("part", _("Part-time"))],
        method="of_time",
        label=_("Works as liaison"),
        empty_label=_("All"),
    )
    deputy = ChoiceFilter(
        choices=[("yes", _("Has a deputy")), ("no", _("Has no deputy"))],
        method="of_deputy",
        label=_("Deputy"),
        empty_label=_("All"),
    )
    standing = ChoiceFilter(
        choices=[("now", _("In office")), ("over", _("Ended"))],
        method="of_standing",
        label=_("State"),
        empty_label=_("All"),
    )

    class Meta:
        model = Post
        fields: list[str] = []

    def of_time(self, queryset, name, value):
        return queryset.filter(full_time=value == "full")

    def of_deputy(self, queryset, name, value):
        return queryset.filter(deputy__isnull=value == "no")

    def of_standing(self, queryset, name, value):
        current = Post.objects.current()
        return queryset.filter(pk__in=current) if value == "now" else queryset.exclude(pk__in=current)


class GapFilters(FilterSet):
    q = TextFilter(_("Name or code"))
    unit = UnderFilter(label=_("Branch or unit"), around=lambda queryset, unit: queryset.under(unit))
    kind = ChoiceFilter(
        choices=[(kind.value, kind.label) for kind in (Unit.Kind.SUB_BRANCH, Unit.Kind.SECOND_LEVEL_BRANCH)],
        label=_("Kind"),
        empty_label=_("All"),
    )

    class Meta:
        model = Unit
        fields: list[str] = []
