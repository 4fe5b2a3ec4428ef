from django.utils.translation import gettext_lazy as _

from apps.core.panels import panel
from apps.core.search import searchable
from apps.talent.models import TalentProfile

searchable(
    TalentProfile,
    label=_("Talent profiles"),
    capability="talent.view",
    text=lambda profile: (
        profile.person.name,
        "\n".join(
            [
                profile.summary,
                *(
                    f"{row.skill.name} {row.skill.name_en}"
                    for row in profile.skills.all().select_related("skill")
                ),
            ]
        ),
    ),
)


@panel("org.person", order=10, may="talent.view")
def profile_of(user, person):
    """The person's talent profile, for whoever may see it."""
    profile = TalentProfile.objects.visible_to(user).for_list().filter(person=person).first()
    return ("talent/panel_profile.html", {"profile": profile}) if profile else None
