import hashlib
import re
import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, SeveralField, StrictDateField, StrictIntegerField, YuanField
from apps.core.uploads import BadUpload, check_upload
from apps.insight.forms import Versioned, long_text
from apps.operations.actions import ANSWER_DAYS
from apps.org.calendar import due_in
from apps.org.models import Unit

FIRST_YEAR = 2000
MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:月|[-/.月]\d{1,2}日?)?", re.ASCII)
ADOPTERS = (
    Unit.Kind.BRANCH,
    Unit.Kind.SECOND_LEVEL_BRANCH,
    Unit.Kind.SPECIALISED,
    Unit.Kind.SUBSIDIARY,
)


class ProductForm(Form):
    name = CleanCharField(label=_("Name"), max_length=120)
    customer = CleanCharField(label=_("Customers"), max_length=200, help_text=_("For whom it is."))
    summary = long_text(_("What it is"), rows=6, required=False)


class ProductCorrectionForm(ProductForm, Versioned):
    field_order = ("name", "customer", "summary")

    def __init__(self, *args, product, **kwargs):
        initial = {name: getattr(product, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)


class OfferForm(Form):
    """The branches that do not have the product yet, several at once."""

    units = SeveralField(Unit.objects.none(), label=_("Branches"), widget=forms.CheckboxSelectMultiple)
    due_on = StrictDateField(label=_("Answer by"))

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, initial={"due_on": due_in(ANSWER_DAYS)}, **kwargs)
        self.fields["units"].queryset = (
            Unit.objects.open()
            .filter(kind__in=ADOPTERS)
            .exclude(pk=product.unit_id)
            .exclude(pk__in=product.rollouts.values("unit"))
        )

    def clean_due_on(self):
        if self.cleaned_data["due_on"] < clock.today():
            raise ValidationError(_("The due date has gone by."))
        return self.cleaned_data["due_on"]


# ── Readings ──────────────────────────────────────────────────────────────────────────────────────────────────────


class MonthInput(forms.TextInput):
    input_type = "month"


class MonthField(forms.Field):
    """A month that has begun, written 2026-11. Gives its first day."""

    widget = MonthInput
    default_error_messages = {
        "invalid": _("Write a month, like 2026-11."),
        "range": _("The year must lie between %(first)s and this year."),
        "future": _("This month has not begun."),
    }

    def prepare_value(self, value):
        return f"{value:%Y-%m}" if isinstance(value, date) else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if not isinstance(value, date):
            text = unicodedata.normalize("NFKC", str(value)).strip()
            parts = MONTH.fullmatch(text)
            if not parts or not 1 <= int(parts[2]) <= 12 or not int(parts[1]):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            value = date(int(parts[1]), int(parts[2]), 1)
        first = date(value.year, value.month, 1)
        if first.year < FIRST_YEAR:
            raise ValidationError(self.error_messages["range"], code="range", params={"first": FIRST_YEAR})
        if first > clock.today():
            raise ValidationError(self.error_messages["future"], code="future")
        return first


class ReadingForm(Form):
    """A month of one unit. `units` are those the person may enter for, by id; `stands` the readings in force, by unit and
    month: for such a month the reason of the correction is asked."""

    unit = forms.TypedChoiceField(label=_("Unit"))
    month = MonthField(label=_("Month"))
    cost_fen = YuanField(label=_("Cost of the month"))
    benefit_fen = YuanField(label=_("Benefit of the month"))
    customers = StrictIntegerField(
        label=_("Customers using it"), most=10**9, required=False, help_text=_("At the end of the month.")
    )
    reason = CleanCharField(
        label=_("Reason of the correction"),
        max_length=300,
        required=False,
        help_text=_("Only for a month that has a reading already. The old line stays, marked as corrected."),
    )
    seen = StrictIntegerField(
        label=_("Version"), required=False, widget=forms.HiddenInput
    )  # reading shown, by id

    def __init__(self, *args, units, stands, **kwargs):
        super().__init__(*args, **kwargs)
        self.units, self.stands, self.old = units, stands, None
        self.fields["unit"].choices = [(pk, unit.label) for pk, unit in units.items()]
        self.fields["unit"].coerce = lambda pk: units[int(pk)]

    def clean(self):
        values = super().clean()
        if values.get("unit") and values.get("month"):
            self.old = self.stands.get((values["unit"].pk, values["month"]))
        if self.old and not self.errors:
            if self.unchanged:
                self.add_error(None, _("This is what stands already; there is nothing to correct."))
            elif not values.get("reason"):
                self.add_error("reason", _("This month has a reading already. Say why it is corrected."))
                self.shows(self.old)
        return values

    def shows(self, reading):
        """The page now shows this reading beside the form: saving again means that it was seen."""
        self.old, self.data = reading, self.data.copy()
        self.data["seen"] = reading.pk

    @property
    def unchanged(self):
        """The very numbers that stand."""
        names = ("cost_fen", "benefit_fen", "customers")
        return bool(self.old) and all(getattr(self.old, name) == self.cleaned_data[name] for name in names)


class ReadingFileForm(Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("An XLSX or CSV file made from the template below."),
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            self.kind = check_upload(file, kinds=("sheet",)).kind
        except BadUpload as refusal:
            raise ValidationError(str(refusal)) from refusal
        self.sha256 = hashlib.sha256(file.read()).hexdigest()
        return file
