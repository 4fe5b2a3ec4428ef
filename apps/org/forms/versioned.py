from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import Form, StrictIntegerField
from apps.core.versions import compared


class Versioned(Form):
    """Carries the version it was filled from."""

    version = StrictIntegerField(least=1, widget=forms.HiddenInput, label=_("Version"))

    def against(self, current) -> list[tuple]:
        """(label, stored, typed) where a stale save differs from what stands; saving again then means the new version."""
        rows = []
        for name, field in self.fields.items():
            if name == "version":
                continue
            stored, typed = getattr(current, name), self.cleaned_data.get(name)
            if (stored or "") != (typed or ""):
                choices = dict(getattr(field, "choices", ()))
                rows.append(
                    (field.label, choices.get(stored, stored) or "—", choices.get(typed, typed) or "—")
                )
        self.data = self.data.copy()
        self.data["version"] = current.version
        return compared(self, rows)

    def values(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def filled_from(thing, form) -> dict:
    """The thing's values for the fields of a form."""
    return {name: getattr(thing, name) for name in form.base_fields}
