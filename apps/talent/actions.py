"""Talent profiles are opened once a person, and kept by the person and the talent manager."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.journal import record
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.talent import rules
from apps.talent.models import ProfileSkill, Skill, TalentProfile


@transaction.atomic
def open_profile(
    person, *, by, unit, kind: str, summary: str = "", expert: bool = False, skills: dict[Skill, int]
) -> TalentProfile:
    """Open somebody's profile at this unit. `skills` is skill → level, 1 to 5. Raises Refused when there is one already."""
    demand(rules.may_keep(by, person, unit))
    if expert:
        demand(rules.may_name_experts(by, unit))
    profile, made = TalentProfile.objects.get_or_create(
        person=person,
        defaults={"unit": unit, "kind": kind, "expert": expert, "summary": summary, "kept_at": clock.now()},
    )
    if not made:
        raise Refused(_("%(person)s has a talent profile already.") % {"person": person})
    _keep_skills(profile, skills)
    record("profile.open", profile, by=by, person=person.pk, kind=kind, skills=len(skills))
    return profile


@transaction.atomic
def keep_profile(
    profile: TalentProfile,
    *,
    by,
    version: int,
    kind: str,
    summary: str,
    expert: bool,
    skills: dict[Skill, int],
) -> TalentProfile:
    """Bring a profile up to date. Raises Stale when somebody saved first."""
    demand(rules.may_keep(by, profile.person, profile.unit))
    lock_version(profile, version)
    if expert != profile.expert:
        demand(rules.may_name_experts(by, profile.unit))
    profile.kind, profile.summary, profile.expert, profile.kept_at = kind, summary, expert, clock.now()
    profile.save(update_fields=["kind", "summary", "expert", "kept_at", "version"])
    _keep_skills(profile, skills)
    record("profile.keep", profile, by=by, kind=kind, skills=len(skills))
    return profile


def _keep_skills(profile, skills):
    """The skills are these and no others."""
    profile.skills.all().delete()
    ProfileSkill.objects.bulk_create(
        ProfileSkill(profile=profile, skill=skill, level=level) for skill, level in skills.items()
    )
    index(profile)
