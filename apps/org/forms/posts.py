from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, StrictDateField
from apps.org import matrix
from apps.org.administrators import ADMINISTRATORS
from apps.org.lookups import PeopleField, PersonField, UnitField
from apps.org.models import BusinessLine


class PostAskForm(Form):
    person = PersonField(label=_("Person"), help_text=_("Employee number or name."))
    more = PeopleField(
        label=_("More people for the same post"),
        required=False,
        help_text=_("One a line, by employee number or name. Each gets a request of their own."),
    )
    unit = UnitField(label=_("Unit"), help_text=_("Code or name of the unit."))
    role = forms.ChoiceField(label=_("Role"))
    line = forms.ModelChoiceField(
        BusinessLine.objects.none(), label=_("Business line"), required=False, empty_label=_("All lines")
    )
    starts = StrictDateField(label=_("From"), initial=clock.today)
    ends = StrictDateField(label=_("To"), required=False, help_text=_("Empty: without end."))
    part_time = forms.BooleanField(label=_("Part-time liaison"), required=False)
    deputy = PersonField(label=_("Deputy"), required=False, help_text=_("Of a liaison."))
    note = CleanCharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea({"rows": 3, "maxlength": 500})
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        asks_for_administrators = user.holds("system_admin")
        self.fields["role"].choices = [("", "—")] + [
            (code, label)
            for code, label in matrix.role_choices()
            if asks_for_administrators or code not in ADMINISTRATORS
        ]
        self.fields["line"].queryset = BusinessLine.objects.all()

    def clean(self):
        values = self.cleaned_data
        self.refuse_end_before_start("starts", "ends")
        if values.get("role") != "liaison":
            for name in ("deputy", "part_time"):
                if values.get(name):
                    self.add_error(name, _("Only a liaison has this."))
        return values

    @property
    def people(self) -> list:
        return list(dict.fromkeys([self.cleaned_data["person"], *self.cleaned_data["more"]]))

    def values(self) -> dict:
        """What `ask_posts` takes beside people, unit and role."""
        named = {name: self.cleaned_data[name] for name in ("line", "starts", "ends", "deputy", "note")}
        return named | {"full_time": not self.cleaned_data["part_time"]}


class PostEndForm(Form):
    on = StrictDateField(
        label=_("Last day"), required=False, help_text=_("Empty: at once, today no longer counts.")
    )

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day and day < clock.today():
            raise ValidationError(
                _("The last day is today at the earliest; leave it empty to end it at once.")
            )
        return day


class HandOverForm(Form):
    to = PersonField(label=_("Who takes it over"), help_text=_("Employee number or name."))


class DelegationForm(Form):
    taker = PersonField(label=_("Who acts for you"), help_text=_("Employee number or name."))
    starts = StrictDateField(label=_("From"), initial=clock.today)
    ends = StrictDateField(label=_("To"))
    reason = CleanCharField(label=_("Reason"), max_length=200)

    def clean(self):
        self.refuse_end_before_start("starts", "ends")
        return self.cleaned_data
