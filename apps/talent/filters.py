"""What narrows the list of talent profiles."""

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter

from apps.insight.filters import SearchFilter, UnitFilter
from apps.org.models import Unit
from apps.org.reach import units_nearby
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
    unit = UnitFilter(queryset=Unit.objects.none(), label=_("Unit"), empty_label=_("All"))
    expert = ChoiceFilter(
        choices=[("inside", _("Inside expert")), ("outside", _("Outside expert"))],
        method="of_expert",
        label=_("Expert"),
        empty_label=_("All"),
    )

    class Meta:
        model = TalentProfile
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.form.fields["unit"].queryset = units_nearby(self.request.user, "talent.view")

    def of_skill(self, queryset, name, skill):
        having = ProfileSkill.objects.unscoped("the profiles are scoped").filter(skill=skill)
        return queryset.filter(pk__in=having.values("profile"))

    def of_expert(self, queryset, name, value):
        return queryset.filter(expert=True, person__inside=value == "inside")
