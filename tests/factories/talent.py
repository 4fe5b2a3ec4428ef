"""Talent profiles, opened by the people whose they are."""

from apps.talent.actions import open_profile
from apps.talent.models import Skill


def make_profile(by, person=None, unit=None, skills=None, **values):
    """The profile of this account's person; of `person`, where this account keeps those of others."""
    levels = {Skill.objects.get(code=code): level for code, level in (skills or {"data": 4}).items()}
    values = {"kind": "composite", "summary": "十年信贷经验，熟悉数据建模"} | values
    return open_profile(person or by.person, by=by, unit=unit or by.standing[0].unit, skills=levels, **values)
