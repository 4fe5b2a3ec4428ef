"""Who may keep talent profiles, and what we tell them when they may not."""

from django.utils.translation import gettext as _

from apps.core.verdict import YES, no


def may_keep(user, person, unit):
    """One's own, or as the talent manager those of the unit and below."""
    if user.principal_id == person.pk and user.may_ever("talent.manage"):
        return YES
    if user.may_at("talent.manage", unit):
        return YES
    return no(_("Only the person and the talent manager keep this profile."))


def may_name_experts(user, unit):
    if user.may_at("talent.manage", unit):
        return YES
    return no(_("Only the talent manager says who is an expert of the think tank."))
