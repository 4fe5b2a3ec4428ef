"""What narrows the list of talent profiles."""

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter

from apps.core.filters import SearchFilter
from apps.org.lookups import UnitFilter
from apps.talent.models import ProfileSkill, Skill, TalentProfile


class ProfileFilters(FilterSet):
    q = SearchFilter()
    kind = ChoiceFilter(choices=TalentProfile.Kind.choices, label=_("Type of talent"), empty_label=_("All"))
    skill = ModelChoiceFilter(
        queryset=lambda request: Skill.objects.all(),
        method="of_skill",
        label=_("Skill"),
        empty_label=_("All"),
    )
    unit = UnitFilter()
    expert = ChoiceFilter(
        choices=[("inside", _("Inside expert")), ("outside", _("Outside expert"))],
        method="of_expert",
        label=_("Expert"),
        empty_label=_("All"),
    )

    class Meta:
        model = TalentProfile
        fields: list[str] = []

    def of_skill(self, queryset, name, skill):
        having = ProfileSkill.objects.unscoped("the profiles are scoped").filter(skill=skill)
        return queryset.filter(pk__in=having.values("profile"))

    def of_expert(self, queryset, name, value):
        return queryset.filter(expert=True, person__inside=value == "inside")
