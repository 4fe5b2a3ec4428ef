from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, StrictDateField
from apps.core.versions import Seen
from apps.org.lookups import PersonField, UnitField
from apps.org.models import Body, Membership


class TermForm(Form):
    """Name and term of a body."""

    name = CleanCharField(label=_("Name"), max_length=100)
    term_starts = StrictDateField(label=_("Term from"), initial=clock.today)
    term_ends = StrictDateField(label=_("Term to"), required=False, help_text=_("Empty: without end."))

    def clean(self):
        self.refuse_end_before_start("term_starts", "term_ends")
        return super().clean()


class BodyChangeForm(TermForm, Seen):
    field_order = ("name", "term_starts", "term_ends")


class BodyForm(TermForm):
    field_order = ("kind", "unit", "name")
    kind = forms.ChoiceField(label=_("Kind"), choices=Body.Kind.choices)
    unit = UnitField(label=_("Unit"), help_text=_("Code or name of the unit."))


class SeatForm(Form):
    person = PersonField(label=_("Person"), help_text=_("Employee number or name."))
    role = forms.ChoiceField(label=_("Seat"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER)
    starts = StrictDateField(label=_("From"), initial=clock.today)
    ends = StrictDateField(label=_("To"), required=False, help_text=_("Empty: without end."))

    def clean(self):
        self.refuse_end_before_start("starts", "ends")
        return super().clean()


class LiaisonForm(Seen):
    """What of a liaison's post may change without asking anew."""

    full_time = forms.TypedChoiceField(
        label=_("Works as liaison"),
        choices=[("full", _("Full-time")), ("part", _("Part-time"))],
        coerce=lambda value: value == "full",
        widget=forms.RadioSelect,
    )
    deputy = PersonField(
        label=_("Deputy"), required=False, help_text=_("Stands in when the liaison is away.")
    )
