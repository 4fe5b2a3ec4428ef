from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import CleanCharField, Form, StrictDateField
from apps.org.forms.versioned import Versioned
from apps.org.models import Unit

BELOW = [choice for choice in Unit.Kind.choices if choice[0] != Unit.Kind.HEAD_OFFICE]


class UnitOpenForm(Form):
    code = CleanCharField(label=_("Code"), max_length=20)
    kind = forms.ChoiceField(label=_("Kind"), choices=BELOW)
    name = CleanCharField(label=_("Name"), max_length=100)
    short_name = CleanCharField(label=_("Short name"), max_length=40, required=False)
    opened_on = StrictDateField(label=_("Opened on"), required=False, help_text=_("Today when left empty."))


class UnitForm(Versioned):
    name = CleanCharField(label=_("Name"), max_length=100)
    short_name = CleanCharField(label=_("Short name"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Unit.Kind.choices)
