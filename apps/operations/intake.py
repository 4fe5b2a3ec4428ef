"""A file of readings: its template, and its rows as they would be entered, with what is wrong with each."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from apps.core.sheets import BadSheet, check_workbook, formula_cells, read_rows, sheet_names, write_xlsx
from apps.operations.forms import ReadingForm

HEADS = {
    "unit": gettext_noop("Unit"),
    "month": gettext_noop("Month"),
    "cost_fen": gettext_noop("Cost (yuan)"),
    "benefit_fen": gettext_noop("Benefit (yuan)"),
    "customers": gettext_noop("Customers using it"),
    "reason": gettext_noop("Reason of the correction"),
}
MAX_ROWS = 500
MAX_SHEET_ROWS = 5_000  # of a file that is opened at all; rows between may be empty


def heads() -> list[str]:
    return [_(head) for head in HEADS.values()]


def template(units, month, *, watermark):
    """An XLSX file with the heads and a row for each unit, open at its start."""
    rows = [[unit.label, f"{month:%Y-%m}", "", "", "", ""] for unit in units]
    return write_xlsx([(head, "text") for head in heads()], rows, watermark=watermark, title="readings")


@dataclass
class Row:
    """A row of the file: new, corrected, unchanged or wrong (then with what is wrong, by column)."""

    number: int
    effect: str
    form: ReadingForm
    errors: list[tuple[str, str]] = field(default_factory=list)

    def shown(self, name: str):
        """What was understood of a cell, or as it was typed when it was not."""
        return self.form.cleaned_data.get(name, self.form.data.get(name))


def read_file(file, kind: str, *, units: dict, stands: dict) -> list[Row]:
    """The rows of the file. Raises BadSheet for what is no table of readings."""
    formulas: set[str] = set()
    if kind == "xlsx":
        check_workbook(file, rows=MAX_SHEET_ROWS)
        formulas = formula_cells(file, next(iter(sheet_names(file)), ""))
    lines = read_rows(file, kind=kind)
    first = next(lines, (0, []))[1]
    named = [str(value or "").strip() for value in first[: len(HEADS)]]
    known = []
    for language in ("zh-hans", "en"):
        with override(language):
            known.append(heads())
    if named not in known:
        raise BadSheet(_("The first row must hold these heads: %(heads)s.") % {"heads": " · ".join(heads())})
    by_name = {name: pk for pk, unit in units.items() for name in (unit.name, unit.label, unit.code)}
    rows: list[Row] = []
    seen: set[tuple] = set()
    for number, values in lines:
        if len(rows) == MAX_ROWS:
            raise BadSheet(_("At most %(most)s rows at once.") % {"most": f"{MAX_ROWS:,}"})
        cells = dict(zip(HEADS, [*values, *[None] * len(HEADS)], strict=False))
        row = _row(number, cells, by_name, seen, units=units, stands=stands)
        for letter, head in zip("ABCDEF", HEADS.values(), strict=True):
            if f"{letter}{number}" in formulas:
                row.errors.append((_(head), _("A formula stands here; put its value in its place.")))
                row.effect = "bad"
        rows.append(row)
    if not rows:
        raise BadSheet(_("There are no rows under the heads."))
    return rows


def _row(number, cells, by_name, seen, *, units, stands) -> Row:
    named = str(cells["unit"] or "")
    data = {name: value for name, value in cells.items() if value is not None}
    data["unit"] = by_name.get(named, "")
    form = ReadingForm(data, units=units, stands=stands)
    form.is_valid()
    errors = [
        (form.fields[name].label if name in form.fields else "", error)
        for name, found in form.errors.items()
        if not form.unchanged
        for error in found
    ]
    if named and not data["unit"]:
        errors = [pair for pair in errors if pair[0] != form.fields["unit"].label]
        sentence = _("You enter no readings for “%(unit)s”.") % {"unit": named[:60]}
        errors.insert(0, (form.fields["unit"].label, sentence))
    key = (form.cleaned_data.get("unit"), form.cleaned_data.get("month"))
    if all(key) and key in seen:
        errors.append((form.fields["month"].label, _("This unit and month stand in the file twice.")))
    seen.add(key)
    effect = "bad" if errors else "same" if form.unchanged else "corrected" if form.old else "new"
    return Row(number, effect, form, errors)
