from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, StrictDateField
from apps.org.lookups import UnitField
from apps.org.models import Reorganisation

What = Reorganisation.What


class ReorganiseForm(Form):
    what = forms.ChoiceField(label=_("What is to happen"), choices=What.choices, widget=forms.RadioSelect)
    other = UnitField(
        label=_("Into or under which unit"),
        required=False,
        help_text=_("Begin with its name or code. Left empty when the unit is closed."),
    )
    not_before = StrictDateField(
        label=_("Not before"),
        help_text=_("It happens on the day it is approved; before this day it cannot be approved."),
    )
    document = CleanCharField(label=_("Document number"), max_length=100)
    reason = CleanCharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def clean(self):
        data = super().clean()
        if (
            data.get("what") in (What.MERGE, What.MOVE)
            and not data.get("other")
            and "other" not in self.errors
        ):
            self.add_error("other", _("Say which unit it goes to."))
        if data.get("not_before") and data["not_before"] < clock.today():
            self.add_error("not_before", _("Today or a day to come."))
        return data
