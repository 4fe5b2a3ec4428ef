import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, StrictDateField
from apps.org.forms.versioned import Versioned
from apps.org.lookups import UnitField


class _PersonFields(Form):
    name = CleanCharField(label=_("Full name"), max_length=60)
    employee_no = CleanCharField(
        label=_("Employee number"), max_length=20, required=False, help_text=_("Empty for an outside person.")
    )
    unit = UnitField(label=_("Belongs to"), required=False, help_text=_("Code or name of the unit."))
    inside = forms.BooleanField(label=_("Works in the bank"), required=False, initial=True)
    organisation = CleanCharField(
        label=_("Organisation"), max_length=120, required=False, help_text=_("Of an outside person.")
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    mobile = CleanCharField(label=_("Mobile phone"), max_length=20, required=False)

    def clean_employee_no(self):
        number = self.cleaned_data["employee_no"]
        if number and not re.fullmatch(r"[A-Za-z0-9-]+", number):
            raise ValidationError(_("Letters, digits and hyphens only."))
        return number or None

    def clean(self):
        values = self.cleaned_data
        if values.get("inside") and not values.get("employee_no") and "employee_no" not in self.errors:
            self.add_error("employee_no", _("Whoever works in the bank has an employee number."))
        if values.get("inside") and not values.get("unit") and "unit" not in self.errors:
            self.add_error("unit", _("Say to which unit the person belongs."))
        return values


class PersonAddForm(_PersonFields):
    pass


class PersonForm(_PersonFields, Versioned):
    pass


class LeaveForm(Form):
    on = StrictDateField(label=_("Last day"), initial=clock.today)

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > clock.today():
            raise ValidationError(_("Record it on the last day or after."))
        return day


class AccountForm(Form):
    username = CleanCharField(label=_("Account name"), max_length=60)

    def clean_username(self):
        name = self.cleaned_data["username"]
        if not re.fullmatch(r"[A-Za-z0-9._@-]{3,60}", name):
            raise ValidationError(_("3 to 60 letters, digits, dots, hyphens or underscores."))
        return name


class RecoveryForm(Form):
    second_factor = forms.BooleanField(
        label=_("The phone is lost too"),
        required=False,
        help_text=_(
            "Its authenticator app and recovery codes are forgotten; another is set up at the next sign-in."
        ),
    )
    note = CleanCharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("How you know that it is really them who ask. The one who approves reads it."),
    )
