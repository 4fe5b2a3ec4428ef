from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, StrictDateField
from apps.org.lookups import PersonField, UnitField


def _purpose(help_text):
    return CleanCharField(
        label=_("Purpose"),
        max_length=300,
        widget=forms.Textarea({"rows": 3, "maxlength": 300}),
        help_text=help_text,
    )


class AuditForm(Form):
    person = PersonField(label=_("Who reads"), help_text=_("Employee number or name."))
    unit = UnitField(label=_("Unit"), help_text=_("What it and the units below it hold is opened."))
    reference = CleanCharField(
        label=_("Number of the letter"),
        max_length=60,
        help_text=_("The one that orders the audit or inspection."),
    )
    purpose = _purpose(_("What is looked into. The one who approves reads it."))
    starts = StrictDateField(label=_("From"), initial=clock.today)
    ends = StrictDateField(label=_("To"), help_text=_("A year at most."))

    def clean(self):
        self.refuse_end_before_start("starts", "ends")
        return self.cleaned_data


class EmergencyForm(Form):
    unit = UnitField(label=_("Unit"), help_text=_("What it and the units below it hold is opened."))
    purpose = _purpose(_("What has happened, and what you must see. The one who approves reads it."))
