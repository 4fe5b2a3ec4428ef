"""The estimate as one sheet: years, probability, options, and where the numbers come from."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.forms import Form, PersonDaysField, ScaledField, StrictIntegerField, YuanField
from apps.core.versions import compared
from apps.insight.forms import long_text
from apps.projects.forms.project import Rows, after_button, rows_of
from apps.projects.models import EstimateOption

MOST_YEARS = 10
FIRST_YEARS = 4
Level = EstimateOption.Level


class EstimateForm(Form):
    version = StrictIntegerField(least=0, initial=0, widget=forms.HiddenInput, label=_("Version"))
    probability_bp = ScaledField(
        label=_("Probability of success"),
        places=2,
        most=100,
        least=0,
        unit="%",
        help_text=_("That the work succeeds and customers take it up."),
    )
    basis = long_text(
        _("Where the numbers come from"),
        rows=3,
        required=False,
        help_text=_("Customers, prices, peers, earlier projects."),
    )


class YearRow(Form):
    cost_fen = YuanField(label=_("Cost"), required=False)
    benefit_fen = YuanField(label=_("Benefit"), required=False)


class OptionForm(Form):
    """A size at which the project can be funded. Left blank, it is not offered."""

    technology_fen = YuanField(label=_("Technology money"), required=False)
    marketing_fen = YuanField(label=_("Marketing money"), required=False)
    people_fen = YuanField(label=_("People money"), required=False)
    technology_days = PersonDaysField(label=_("Technology work"), required=False)
    benefit_share_bp = ScaledField(
        label=_("Share of the benefits"), places=2, least=0, most=100, unit="%", required=False
    )

    def __init__(self, *args, level, **kwargs):
        super().__init__(*args, prefix=level, **kwargs)
        self.level = level
        if level == Level.FULL:
            del self.fields["benefit_share_bp"]

    @property
    def label(self):
        return Level(self.level).label

    @property
    def option(self) -> dict | None:
        """The row `give_estimate` takes, or None when nothing was written."""
        values = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return {"level": self.level, **values} if values else None

    def clean(self):
        values = super().clean()
        smaller = self.level != Level.FULL and any(value is not None for value in values.values())
        if smaller and values.get("benefit_share_bp") is None and "benefit_share_bp" not in self.errors:
            self.add_error("benefit_share_bp", gettext("How much of the benefits does it still bring?"))
        return values


class YearRows(Rows):
    def clean(self):
        if not any(self.errors) and not self.costs_and_benefits[0]:
            raise forms.ValidationError(gettext("Write at least one year."))

    @property
    def costs_and_benefits(self) -> tuple[list[int], list[int]]:
        """Whole fen by year, blank ones nought; blank years at the end are no years."""
        rows = [
            (form.cleaned_data.get("cost_fen"), form.cleaned_data.get("benefit_fen")) for form in self.forms
        ]
        while rows and rows[-1] == (None, None):
            rows.pop()
        return [cost or 0 for cost, _benefit in rows], [benefit or 0 for _cost, benefit in rows]


YearFormSet = rows_of(YearRow, MOST_YEARS, YearRows)


class EstimateSheet:
    """The three parts together: bound to what was typed, or filled from the last version."""

    def __init__(self, data=None, last=None):
        self.bound = data is not None
        years = after_button(data, "years", YearRow.base_fields, MOST_YEARS) if self.bound else None
        self.changed_rows = years is not None
        if self.bound and not self.changed_rows:
            self.form, self.years = EstimateForm(data), YearFormSet(data, prefix="years")
            self.options = [OptionForm(data, level=level) for level in Level]
        elif self.bound:  # a row more or less: everything as it was typed, nothing judged yet
            self.form = EstimateForm(initial={name: data.get(name, "") for name in EstimateForm.base_fields})
            self.years = YearFormSet(initial=years, prefix="years")
            self.options = [
                OptionForm(
                    level=level,
                    initial={name: data.get(f"{level}-{name}", "") for name in OptionForm.base_fields},
                )
                for level in Level
            ]
        else:
            self._fill(last)

    def _fill(self, last):
        years, options = [{} for _year in range(FIRST_YEARS)], {}
        if last:
            years = [
                {"cost_fen": cost or None, "benefit_fen": benefit or None}
                for _n, cost, benefit, _net in last.years
            ]
            options = {option.level: option for option in last.options.all()}
        self.form = EstimateForm(
            initial={name: getattr(last, name) for name in EstimateForm.base_fields} if last else None
        )
        self.years = YearFormSet(initial=years, prefix="years")
        self.options = [
            OptionForm(
                level=level,
                initial={name: getattr(options[level], name) or None for name in OptionForm.base_fields}
                if level in options
                else None,
            )
            for level in Level
        ]

    def is_valid(self) -> bool:
        """All parts are asked, so that the page names everything that is wrong at once."""
        if not self.bound or self.changed_rows:
            return False
        parts = [part.is_valid() for part in (self.form, self.years, *self.options)]
        return all(parts)

    def against(self, current) -> list[tuple]:
        """(label, stored, typed) where a stale sheet differs from the last version; saving again then means a newer one."""
        stored, typed = EstimateSheet(last=current).told, self.told
        self.form.data = self.form.data.copy()
        self.form.data["version"] = current.version if current else 0
        pairs = [(label, stored.get(label, "—"), typed.get(label, "—")) for label in {**stored, **typed}]
        return compared(self.form, [(label, was, now) for label, was, now in pairs if was != now])

    @property
    def told(self) -> dict[str, str]:
        """What the sheet says, field by field: of what was typed and is valid, or of the version it was filled from."""
        parts = [
            (gettext("Year %(number)s") % {"number": n}, form) for n, form in enumerate(self.years.forms)
        ]
        parts += [("", self.form), *((option.label, option) for option in self.options)]
        told = {}
        for head, part in parts:
            values = part.cleaned_data if part.is_bound else part.initial
            for name, field in part.fields.items():
                if name != "version":
                    label = " · ".join(str(word) for word in (head, field.label) if word)
                    told[label] = str(field.prepare_value(values.get(name) or "")) or "—"
        return told

    @property
    def wrong(self) -> bool:
        """Was something typed that cannot be taken?"""
        return self.bound and not self.changed_rows and not self.is_valid()

    @property
    def values(self) -> dict:
        """What `appraise` takes, of a valid sheet."""
        costs, benefits = self.years.costs_and_benefits
        return {
            "costs_fen": costs,
            "benefits_fen": benefits,
            "probability_bp": self.form.cleaned_data["probability_bp"],
            "options": [form.option for form in self.options if form.option],
        }
