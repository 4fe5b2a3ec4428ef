"""Choosing one of very many: a person or a unit is typed, and what fits is offered while one types."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django_filters import Filter, ModelChoiceFilter

from apps.core.forms import CleanCharField, row_id
from apps.org.models import BusinessLine, Person, Unit


class Lookup(forms.TextInput):
    """A text box with offers from `url`, which answers an htmx request with options."""

    template_name = "django/forms/widgets/lookup.html"

    def __init__(self, url, attrs=None):
        self.url = url
        super().__init__({"autocomplete": "off", **(attrs or {})})

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["url"] = self.url
        return context


class PersonField(CleanCharField):
    """A person, written as "E000123 name", or by the number or the full name alone. Gives a Person."""

    default_error_messages = {
        "nobody": _("There is nobody with this number or name."),
        "several": _("Several people have this name. Write the employee number."),
    }

    def __init__(self, *, queryset=None, **kwargs):
        self.queryset = Person.objects.serving() if queryset is None else queryset
        kwargs.setdefault("widget", Lookup(reverse_lazy("org:person_suggest")))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return f"{value.handle} {value.name}" if isinstance(value, Person) else value

    def clean(self, value):
        text = super().clean(self.prepare_value(value))
        return self.find(text) if text else None

    def find(self, text):
        number = text.split()[0]
        if re.fullmatch(r"#\d{1,15}", number):
            rows = list(self.queryset.filter(pk=int(number[1:])))
        else:
            rows = list(self.queryset.filter(employee_no=number)) or list(self.queryset.filter(name=text)[:2])
        if len(rows) != 1:
            code = "several" if rows else "nobody"
            raise ValidationError(self.error_messages[code], code=code)
        return rows[0]


class PeopleField(PersonField):
    """Several people, one a line. Gives a list."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.Textarea({"rows": 4}), **kwargs)

    def clean(self, value):
        text = CleanCharField.clean(self, value)
        found, wrong = [], []
        for line in filter(None, map(str.strip, text.splitlines())):
            try:
                found.append(self.find(line))
            except ValidationError as error:
                wrong.append(f"{line}: {error.message}")
        if wrong:
            raise ValidationError(wrong)
        return list(dict.fromkeys(found))


class UnitField(CleanCharField):
    """A unit, written as "code name", or by the code or the full name alone. Gives a Unit."""

    default_error_messages = {
        "none": _("There is no unit with this code or name."),
        "several": _("Several units have this name. Write the code."),
    }

    def __init__(self, *, queryset=None, **kwargs):
        self.queryset = Unit.objects.open() if queryset is None else queryset
        kwargs.setdefault("widget", Lookup(reverse_lazy("org:unit_suggest")))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return f"{value.code} {value.name}" if isinstance(value, Unit) else value

    def clean(self, value):
        text = super().clean(self.prepare_value(value))
        if not text:
            return None
        rows = list(self.queryset.filter(code=text.split()[0])) or list(self.queryset.filter(name=text)[:2])
        if len(rows) != 1:
            code = "several" if rows else "none"
            raise ValidationError(self.error_messages[code], code=code)
        return rows[0]


class UnderFilter(Filter):
    """Rows of a unit and of all below it; `around` says how, where the rows have no `unit` of their own."""

    field_class = UnitField

    def __init__(self, *, around=None, **kwargs):
        self.around = around
        # What is closed is not offered, but found: things keep the unit of their time.
        super().__init__(**({"label": _("Unit"), "queryset": Unit.objects.all()} | kwargs))

    def filter(self, queryset, unit):
        if not unit:
            return queryset
        return self.around(queryset, unit) if self.around else queryset.filter(unit__path__range=unit.span)


class ChosenOnly(forms.Select):
    """A select that holds only what is chosen; `route` gives the others when it is opened or searched in."""

    def __init__(self, route):
        super().__init__({"data-choose-from": reverse_lazy(route)})

    def optgroups(self, name, value, attrs=None):
        chosen = {one for one in value if one}
        if not chosen:
            found = []
        elif hasattr(self.choices, "queryset"):
            rows = self.choices.queryset.filter(pk__in=map(row_id, chosen))
            found = [(row.pk, str(row)) for row in rows]
        else:
            found = [(code, label) for code, label in self.choices if code in chosen]
        shown = [("", self.choices.field.empty_label), *found]
        return forms.Select(choices=shown).optgroups(name, value, attrs)


class UnitFilter(ModelChoiceFilter):
    """A unit with all below it. Any may be chosen: the list's own scope bounds what is seen of it."""

    def __init__(self):
        super().__init__(
            queryset=lambda request: Unit.objects.visible_to(request.user),
            label=_("Unit"),
            empty_label=_("All"),
            widget=ChosenOnly("org:unit_options"),
        )

    def filter(self, queryset, unit):
        return queryset.filter(unit__path__range=unit.span) if unit else queryset


class LineFilter(ModelChoiceFilter):
    """A business line."""

    def __init__(self):
        super().__init__(
            queryset=lambda request: BusinessLine.objects.all(),
            label=_("Business line"),
            empty_label=_("All"),
            widget=ChosenOnly("org:line_options"),
        )
