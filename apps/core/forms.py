"""Base classes of our forms: how they look, and fields that let through what they say and nothing else.

Django's own fields take "１２３", "1_000", "NaN" and "-0"; these take what a person writes on paper, or answer with a sentence.
"""

import datetime
import re
import unicodedata
from contextlib import suppress
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.models import ModelFormMetaclass
from django.forms.renderers import BaseRenderer
from django.template import engines
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

MAX_FEN = 10**15  # ten trillion yuan: more than any bank has, and a thousand of them still fit in eight bytes
MAX_INTEGER = 2**63 - 1
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


class Renderer(BaseRenderer):
    """Renders forms with the templates in templates/django/forms, by the same Jinja2 as the pages."""

    def get_template(self, template_name):
        return engines["jinja2"].get_template(template_name)


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def clean_text(text: str, *, lines: bool = False) -> str:
    """The text without what cannot be seen: control characters, NUL, zero-width and direction marks, lone surrogates.

    Letters in Unicode's composed form (NFC). With `lines`, tabs and line ends stay, the ends as "\\n".
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "\n\t" if lines else ""
    visible = "".join(c for c in text if c in kept or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return unicodedata.normalize("NFC", visible)


class CleanCharField(forms.CharField):
    """One line of text; with a Textarea, several. At most 200 and 20,000 characters unless `max_length` says otherwise."""

    def __init__(self, *, max_length=None, **kwargs):
        widget = kwargs.get("widget")
        self.lines = widget is not None and (isinstance(widget, forms.Textarea) or widget is forms.Textarea)
        super().__init__(max_length=max_length or (20_000 if self.lines else 200), **kwargs)
        # CharField's own check refuses NUL; here it is dropped with the other invisible characters.
        self.validators = [
            v for v in self.validators if type(v).__name__ != "ProhibitNullCharactersValidator"
        ]

    def to_python(self, value):
        if value not in self.empty_values:
            value = clean_text(str(value), lines=self.lines)
        return super().to_python(value)


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = re.compile(r"(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?", re.ASCII)


def read_decimal(text: str) -> Decimal:
    """What a person means by a written number. Full-width digits count as digits, commas must group by three.

    Raises ValueError for anything else: NaN, 1e5, 1_000, 0x10, "1,00".
    """
    found = PLAIN.fullmatch(unicodedata.normalize("NFKC", text).replace("−", "-").strip())
    if found is None or len(text) > 60:
        raise ValueError(text)
    sign, whole, fraction = found.groups()
    value = Decimal(f"{sign}{whole.replace(',', '')}.{fraction or '0'}")
    return abs(value) if value == 0 else value


def row_id(text) -> int:
    """The primary key that a page sent back. Whatever is none gives 0, which is nobody's."""
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


class SeveralField(forms.ModelMultipleChoiceField):
    """Several rows. Django's own asks the database for an id of thirty digits, and the database cannot be asked that."""

    def _check_values(self, value):
        for pk in value:
            if not row_id(pk):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(pk)[:20]},
                )
        return super()._check_values(value)


class StrictDecimalField(forms.Field):
    """A decimal with at most `places` decimals, between `least` and `most`, both included. Gives a Decimal."""

    default_error_messages = {
        "invalid": _("Write a number, like 1234.5."),
        "places": _("At most %(places)s decimals."),
        "least": _("Not less than %(limit)s."),
        "most": _("Not more than %(limit)s."),
    }

    def __init__(self, *, places: int = 2, least=None, most=MAX_INTEGER, unit="", **kwargs):
        self.places, self.least, self.most = places, least, most
        kwargs.setdefault("widget", NumberInput(unit=unit, whole=places == 0))
        super().__init__(**kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            number = read_decimal(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if self.least is not None and number < self.least or number < -self.most:
            raise ValidationError(
                self.error_messages["least"],
                code="least",
                params={"limit": f"{-self.most if self.least is None else self.least:,}"},
            )
        if number > self.most:
            raise ValidationError(
                self.error_messages["most"], code="most", params={"limit": f"{self.most:,}"}
            )
        # After the limits: what is larger than the arithmetic's own precision cannot be rounded.
        if -int(number.as_tuple().exponent) > self.places and number != round(number, self.places):
            raise ValidationError(
                self.error_messages["places"], code="places", params={"places": self.places}
            )
        return round(number, self.places)

    def has_changed(self, initial, data):
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class StrictIntegerField(StrictDecimalField):
    """A whole number between `least` and `most` (by default what fits in eight bytes). Gives an int."""

    default_error_messages = {
        "invalid": _("Write a whole number, like 1234."),
        "places": _("Write a whole number, like 1234."),
    }

    def __init__(self, *, least=0, most=MAX_INTEGER, **kwargs):
        super().__init__(places=0, least=least, most=most, **kwargs)

    def to_python(self, value):
        number = super().to_python(value)
        return None if number is None else int(number)


class ScaledField(StrictDecimalField):
    """Typed in a large unit, kept as whole small ones, `10 ** places` to the large. Gives an int, takes one as initial."""

    def prepare_value(self, value):
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{Decimal(value).scaleb(-self.places):f}"
        return value

    def to_python(self, value):
        number = super().to_python(value)
        return None if number is None else int(number.scaleb(self.places))

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


UNITS = {"": 1, "万": 10_000, "亿": 100_000_000}
WITH_UNIT = re.compile(r"(.+?)\s*(万|亿)?\s*元?")


class YuanField(ScaledField):
    """Money: yuan are typed, or 万元 and 亿元 with their unit ("80万"); whole fen are kept."""

    default_error_messages = {"invalid": _("Write an amount in yuan, like 1234.56.")}

    def __init__(self, *, least_fen: int = 0, most_fen: int = MAX_FEN, **kwargs):
        kwargs.setdefault("unit", _("yuan"))
        super().__init__(
            places=2, least=Decimal(least_fen).scaleb(-2), most=Decimal(most_fen).scaleb(-2), **kwargs
        )

    def to_python(self, value):
        if isinstance(value, str) and (found := WITH_UNIT.fullmatch(value.strip())):
            number, unit = found.groups()
            value = number
            if unit:
                with suppress(ValueError):  # the number alone then says what is wrong with it
                    value = f"{read_decimal(number) * UNITS[unit]:f}"
        return super().to_python(value)


class PersonDaysField(ScaledField):
    """Work: person-days are typed, whole hundredths are kept."""

    def __init__(self, *, least=0, most=10**9, **kwargs):
        kwargs.setdefault("unit", _("person-days"))
        super().__init__(places=2, least=least, most=most, **kwargs)


class PointsField(ScaledField):
    """Points are typed, whole thousandths are kept."""

    def __init__(self, *, least=0, most=10**9, **kwargs):
        kwargs.setdefault("unit", _("points"))
        super().__init__(places=3, least=least, most=most, **kwargs)


class NumberInput(forms.TextInput):
    """Not type=number: a browser drops what it cannot read there, and then what was typed is lost."""

    template_name = "django/forms/widgets/with_unit.html"

    def __init__(self, attrs=None, *, unit="", whole=False):
        self.unit = unit
        super().__init__(
            {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off", **(attrs or {})}
        )

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["unit"] = self.unit
        return context


# ── Dates ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(
            {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat(), **(attrs or {})}, format="%Y-%m-%d"
        )


class StrictDateField(forms.DateField):
    """A day between 1900 and 2199, written 2026-11-23."""

    widget = DateInput
    default_error_messages = {
        "invalid": _("Write a date that exists, like 2026-11-23."),
        "range": _("The year must lie between 1900 and 2199."),
    }

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, datetime.datetime):
            value = value.date()
        if not isinstance(value, datetime.date):
            text = unicodedata.normalize("NFKC", str(value)).strip()
            if not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text, re.ASCII):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            try:
                value = datetime.date(*map(int, text.split("-")))
            except ValueError:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not FIRST_DAY <= value <= LAST_DAY:
            raise ValidationError(self.error_messages["range"], code="range")
        return value


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class StrictDateTimeField(forms.DateTimeField):
    """A moment in the bank's time zone, between 1900 and 2199, written 2026-11-23 17:20."""

    widget = DateTimeInput
    default_error_messages = {
        "invalid": _("Write a date and a time, like 2026-11-23 17:20."),
        "range": _("The year must lie between 1900 and 2199."),
    }

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value)
            if value and not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", value.strip(), re.ASCII):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            if value and not "1900" <= value.strip()[:4] <= "2199":
                raise ValidationError(self.error_messages["range"], code="range")
        return super().to_python(value)


# ── Forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


DASHES = BLANK_CHOICE_DASH[0][1]  # what Django shows where nothing is chosen


class Form(forms.Form):
    """Base of our forms. Write `ui.form(form, submit=…)` in the page."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if getattr(field, "empty_label", None) == DASHES:
                field.empty_label = _("Not chosen")

    def refuse_end_before_start(self, start: str, end: str) -> None:
        """For clean(): puts an error on the field `end` when it lies before the field `start`."""
        first, last = self.cleaned_data.get(start), self.cleaned_data.get(end)
        if first is not None and last is not None and last < first:
            self.add_error(
                end, format_lazy(_("Must not lie before “{label}”."), label=self.fields[start].label)
            )


STRICT = {
    models.DateTimeField: StrictDateTimeField,
    models.DateField: StrictDateField,
}


def strict_formfield(field, **kwargs):
    """The strict form field of a model field: fields named *_fen are typed in yuan."""
    if field.choices or field.remote_field:
        return field.formfield(**kwargs)
    if isinstance(field, models.IntegerField) and not isinstance(field, models.AutoField):
        if field.name.endswith("_fen"):
            return YuanField(**common(field), **kwargs)
        return StrictIntegerField(**common(field), **kwargs)
    for model_field, form_field in STRICT.items():
        if isinstance(field, model_field):
            return form_field(**common(field), **kwargs)
    if type(field) in (models.CharField, models.TextField):
        area = {"widget": forms.Textarea} if isinstance(field, models.TextField) else {}
        return CleanCharField(**{"max_length": field.max_length, **area, **common(field), **kwargs})
    return field.formfield(**kwargs)


def common(field) -> dict:
    """What every form field takes over from its model field."""
    label = (
        field.verbose_name[:1].upper() + field.verbose_name[1:]
        if isinstance(field.verbose_name, str)
        else field.verbose_name
    )
    initial = {"initial": field.default} if field.has_default() else {}
    return {"label": label, "help_text": field.help_text, "required": not field.blank, **initial}


class StrictMetaclass(ModelFormMetaclass):
    """Gives every ModelForm the strict fields, whether or not its Meta inherits ours."""

    def __new__(mcs, name, bases, attrs):
        meta = attrs.get("Meta")
        if meta is not None and not hasattr(meta, "formfield_callback"):
            meta.formfield_callback = staticmethod(strict_formfield)
        return super().__new__(mcs, name, bases, attrs)


class ModelForm(Form, forms.ModelForm, metaclass=StrictMetaclass):
    """Base of our model forms: numbers, dates and texts are strict, *_fen fields are typed in yuan."""
