from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import Form
from apps.insight.forms import Versioned, long_text
from apps.talent.models import ProfileSkill, Skill, TalentProfile


class ProfileForm(Form):
    """The type, a few words, and a level for each skill of the bank's list; an empty level means the person lacks it."""

    kind = forms.ChoiceField(label=_("Type of talent"), choices=TalentProfile.Kind)
    expert = forms.BooleanField(label=_("An expert of the think tank"), required=False)
    summary = long_text(
        _("In a few words"),
        rows=4,
        most=1000,
        required=False,
        help_text=_("Experience and strengths. No identity numbers, family, health or anything private."),
    )

    def __init__(self, *args, names_experts, levels=None, **kwargs):
        super().__init__(*args, **kwargs)
        if not names_experts:
            del self.fields["expert"]
        self.of_bank = {f"skill_{skill.pk}": skill for skill in Skill.objects.all()}
        for name, skill in self.of_bank.items():
            self.fields[name] = forms.TypedChoiceField(
                label=str(skill),
                choices=[("", "—"), *ProfileSkill.Level.choices],
                coerce=int,
                empty_value=None,
                required=False,
                initial=(levels or {}).get(skill.pk),
            )

    @property
    def areas(self):
        """(name of the area, its fields), for the page."""
        return [
            (area.label, [self[name] for name, skill in self.of_bank.items() if skill.area == area])
            for area in Skill.Area
        ]

    @property
    def values(self):
        """What the actions take; `expert` only where this person may say it."""
        told = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "version" and name not in self.of_bank
        }
        levels = {skill: self.cleaned_data[name] for name, skill in self.of_bank.items()}
        return told | {"skills": {skill: level for skill, level in levels.items() if level}}


class ProfileKeepForm(ProfileForm, Versioned):
    def __init__(self, *args, profile, **kwargs):
        initial = {name: getattr(profile, name) for name in ("kind", "expert", "summary", "version")}
        levels = {row.skill_id: row.level for row in profile.skills.all()}
        super().__init__(*args, initial=initial, levels=levels, **kwargs)

    def differing(self, current):
        """Both texts, and both levels of each skill."""
        rows = super().differing(current)
        stands = {row.skill_id: row.level for row in current.skills.all()}
        labels = dict(ProfileSkill.Level.choices)
        for name, skill in self.of_bank.items():
            stored, typed = stands.get(skill.pk), self.cleaned_data.get(name)
            if stored != typed:
                rows.append((str(skill), labels.get(stored, "—"), labels.get(typed, "—")))
        return rows
