"""Forms of what holds for the whole bank: calendar, parameters, authority table, business lines."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, ScaledField, StrictDateField, StrictIntegerField, YuanField
from apps.core.versions import Seen
from apps.org import matrix
from apps.org.models import Authority, Parameter, Unit
from apps.org.reach import units_nearby


class DayForm(Seen):
    day = StrictDateField(label=_("Day"))
    working = forms.TypedChoiceField(
        label=_("What differs"),
        choices=[
            ("off", _("Off: a holiday on a weekday")),
            ("working", _("Worked: a make-up day on a weekend")),
        ],
        coerce=lambda value: value == "working",
        widget=forms.RadioSelect,
    )
    name = CleanCharField(label=_("Name"), max_length=40, help_text=_("For example “Spring Festival”."))


# How the value of each parameter is typed.
VALUE_FIELDS = {
    Parameter.Key.DISCOUNT_RATE: lambda: ScaledField(label=_("Value"), places=2, least=0, most=100, unit="%"),
    Parameter.Key.BRANCH_LIMIT: lambda: YuanField(label=_("Value")),
    Parameter.Key.REVIEW_DAYS: lambda: StrictIntegerField(
        label=_("Value"), least=1, most=250, unit=_("days")
    ),
}


class ParameterForm(Seen):
    """A new value of one parameter, from a day on."""

    starts = StrictDateField(
        label=_("From"), help_text=_("Today or later: what was computed before keeps its value.")
    )

    def __init__(self, *args, key, seen, **kwargs):
        super().__init__(*args, initial={"seen": seen}, **kwargs)
        self.fields = {"value": VALUE_FIELDS[key](), **self.fields}
        self.fields["starts"].initial = clock.today

    def clean_starts(self):
        if self.cleaned_data["starts"] < clock.today():
            raise ValidationError(_("A new value begins today at the earliest."))
        return self.cleaned_data["starts"]


class AuthorityForm(Form):
    """A line of the authority table, to be asked for."""

    kind = forms.ChoiceField(label=_("Approves"), choices=Authority.Kind.choices)
    role = forms.ChoiceField(label=_("Role"), choices=matrix.role_choices)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), empty_label=None)
    up_to_fen = YuanField(label=_("Up to"))
    starts = StrictDateField(label=_("From"))
    ends = StrictDateField(label=_("To"), required=False)
    document = CleanCharField(
        label=_("Letter of authority"),
        max_length=60,
        required=False,
        help_text=_("Its number, as in the archive."),
    )
    note = CleanCharField(label=_("Note"), max_length=500, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_nearby(user, "parameter.manage").filter(closed_on=None)

    def clean(self):
        self.refuse_end_before_start("starts", "ends")
        return super().clean()


class BusinessLineForm(Form):
    code = CleanCharField(label=_("Code"), max_length=20)
    name = CleanCharField(label=_("Name"), max_length=40)
    department = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Department in charge"), required=False, empty_label=_("None yet")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Unit.objects.filter(
            kind=Unit.Kind.DEPARTMENT, depth=2, closed_on=None
        )

    def clean_code(self):
        if not re.fullmatch(r"[0-9A-Za-z._-]+", self.cleaned_data["code"]):
            raise ValidationError(_("Only letters, digits, dot, hyphen and underscore."))
        return self.cleaned_data["code"]


class BusinessLineChangeForm(BusinessLineForm, Seen):
    pass
