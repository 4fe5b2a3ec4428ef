"""The workbook (机构, 人员, 任职): its columns, how each cell is read, and the template to fill in.

The heads are Chinese in every language: they are the format, and one file must work for everybody.
"""

import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import accumulate

import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.core.forms import FIRST_DAY, LAST_DAY, clean_text
from apps.core.sheets import BadSheet, check_workbook, formula_cells, merged_ranges, read_rows, sheet_names
from apps.org import matrix
from apps.org.models import Unit

MAX_ROWS = 60_000  # a sheet
EXAMPLE = "示例"  # a row whose first cell begins so shows how, and is not read
NOTES = "填写说明"
CHINESE = "zh-hans"
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)")


class BadCell(ValueError):
    """What is wrong with one cell, as a sentence."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet. `read` gives a plain value (text, bool, or a date as ISO text) or raises BadCell."""

    name: str
    head: str
    read: Callable
    example: str
    note: str
    required: bool = False
    words: Callable | None = None  # code → what a reader calls it


@dataclass(frozen=True)
class Sheet:
    name: str
    title: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass
class Row:
    """A row of a sheet: what was read, then what it would do (`effect`, `changes`) or what is wrong with it."""

    sheet: str
    number: int
    values: dict
    errors: list = field(default_factory=list)  # [head of the column, sentence]
    effect: str = ""
    changes: dict = field(default_factory=dict)  # name of the column → [was, will be]

    def wrong(self, column: str, sentence: str) -> None:
        self.errors.append([SHEETS[self.sheet].column(column).head, sentence])

    def is_wrong(self, column: str) -> bool:
        return any(head == SHEETS[self.sheet].column(column).head for head, _sentence in self.errors)


# ── Cells ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def text(most: int) -> Callable:
    def read(value):
        if isinstance(value, bool | date | datetime) or not isinstance(value, str | int):
            raise BadCell(_("Write this as text."))
        plain = clean_text(str(value)).strip()
        if len(plain) > most:
            raise BadCell(
                _("At most %(most)s characters; here are %(count)s.") % {"most": most, "count": len(plain)}
            )
        return plain

    return read


def code(value):
    plain = unicodedata.normalize("NFKC", text(20)(value))
    if not re.fullmatch(r"[0-9A-Za-z._-]+", plain):
        raise BadCell(_("Only letters, digits, dot, hyphen and underscore."))
    return plain


def day(value):
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        found = DATE.fullmatch(unicodedata.normalize("NFKC", str(value)).strip())
        try:
            value = date(*[int(part) for part in found.groups() if part]) if found else None
        except ValueError:
            value = None
    if value is None:
        raise BadCell(_("Write a date that exists, like 2026-11-23."))
    if not FIRST_DAY <= value <= LAST_DAY:
        raise BadCell(_("The year must lie between 1900 and 2199."))
    return value.isoformat()


def email(value):
    plain = text(254)(value)
    try:
        validate_email(plain)
    except ValidationError:
        raise BadCell(_("This is no e-mail address.")) from None
    return plain


def mobile(value):
    plain = unicodedata.normalize("NFKC", text(20)(value))
    if not re.fullmatch(r"\+?[0-9][0-9 -]{5,18}", plain):
        raise BadCell(_("This is no telephone number."))
    return plain


def one_of(words: Callable) -> Callable:
    def read(value):
        plain = text(60)(value)
        known = words()
        for key, label in known.items():
            if plain in (key, label):
                return key
        raise BadCell(_("“%(value)s” is not known. Write one of: %(words)s.") % {
            "value": plain, "words": "、".join(known.values())
        })  # fmt: skip

    return read


def full_time(value):
    return {"full": True, "part": False}[one_of(full_time_words)(value)]


def full_time_words():
    return {"full": "专职", "part": "兼职"}


@cache
def kind_words() -> dict[str, str]:
    with override(CHINESE):
        return {str(kind): str(kind.label) for kind in Unit.Kind}


@cache
def role_words() -> dict[str, str]:
    with override(CHINESE):
        return {role: str(label) for role, label in matrix.role_choices()}


# ── Sheets ────────────────────────────────────────────────────────────────────────────────────────────────────────
_UNIT_CODE = "最多20位字母、数字、点、横线"
_DAY = "日期，如2026-11-23"

SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("units", "机构", (
            Column("code", "机构编码", code, "示例-3301", _UNIT_CODE + "；已有的编码即为修改", required=True),
            Column("name", "机构名称", text(100), "江州分行", "新机构必填，最多100字"),
            Column("short_name", "简称", text(40), "江州", "最多40字"),
            Column("kind", "机构类型", one_of(kind_words), "分行", "新机构必填，可填的类型见下", words=kind_words),
            Column("parent", "上级机构编码", code, "HO", "新机构必填；可以是本表中的新机构。改填即为调整隶属"),
            Column("opened_on", "启用日期", day, "2026-01-01", _DAY),
            Column("closed_on", "停用日期", day, "", _DAY + "；填写即停用，须先停用下级、结束任职"),
        )),
        Sheet("people", "人员", (
            Column("no", "工号", code, "示例-000123", "最多20位；已有的工号即为修改", required=True),
            Column("name", "姓名", text(60), "李明", "新人员必填，最多60字"),
            Column("unit", "所属机构编码", code, "3301", "新人员必填；可以是“机构”表中的新机构"),
            Column("email", "邮箱", email, "liming@example.com", "选填"),
            Column("mobile", "手机", mobile, "13800000000", "选填"),
            Column("left_on", "离职日期", day, "", _DAY + "；填写即离职，其任职、代理和账号一并终止"),
        )),
        Sheet("posts", "任职", (
            Column("no", "工号", code, "示例-000123", "可以是“人员”表中的新人员", required=True),
            Column("unit", "机构编码", code, "3301", "任职所在机构", required=True),
            Column("role", "角色", one_of(role_words), "创新工作联系人", "可填的角色见下", required=True, words=role_words),
            Column("line", "业务条线", text(40), "", "条线名称或编码；不填为全部条线"),
            Column("starts", "开始日期", day, "2026-01-01", _DAY + "；工号、机构、角色、条线、开始日期相同即为同一任职", required=True),
            Column("ends", "结束日期", day, "", _DAY + "（当日仍有效）"),
            Column("full_time", "专职或兼职", full_time, "兼职", "专职、兼职；不填为专职"),
            Column("deputy", "替补联系人工号", code, "", "仅创新工作联系人可填"),
        )),
    )
}  # fmt: skip


def shown(sheet: str, name: str, value) -> str:
    """A value of a cell as a reader of the sheet writes it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return full_time_words()["full" if value else "part"]
    words = SHEETS[sheet].column(name).words
    return words().get(value, value) if words else str(value)


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────
def read_workbook(file) -> list[Row]:
    """The rows of the three sheets with what is wrong in each cell. Raises BadSheet for what is no such workbook."""
    check_workbook(file, rows=MAX_ROWS)
    present = sheet_names(file)
    if not any(sheet.title in present for sheet in SHEETS.values()):
        titles = "、".join(sheet.title for sheet in SHEETS.values())
        raise BadSheet(_("The file has none of the sheets %(names)s. Start from the template.") % {"names": titles})  # fmt: skip
    rows = [row for sheet in SHEETS.values() if sheet.title in present for row in _read_sheet(file, sheet)]
    if not rows:
        raise BadSheet(_("There is no row to import. Rows that begin with “%(word)s” are not read.") % {"word": EXAMPLE})  # fmt: skip
    return rows


def _read_sheet(file, sheet: Sheet) -> Iterator[Row]:
    lines = read_rows(file, sheet=sheet.title)
    number, heads = next(lines, (1, []))
    places, faults = _places(sheet, heads)
    if number != 1:
        faults = [["—", _("The heads of the columns belong in row 1.")]]
    if faults:
        yield Row(sheet.name, number, {}, faults)
        return
    formulas, merged = formula_cells(file, sheet.title), _merged(file, sheet, places)
    for number, cells in lines:
        if str(cells[0] if cells else "").startswith(EXAMPLE):
            continue
        yield _read_row(sheet, number, cells, places, formulas, merged)


def _places(sheet, heads):
    """(name → index, what is wrong with the heads)"""
    known = {column.head: column.name for column in sheet.columns}
    places, faults = {}, []
    for index, head in enumerate(heads):
        if head is None:
            continue
        name = known.get(str(head).strip("*＊ "))
        if name is None:
            faults.append([str(head)[:40], _("There is no such column; take the heads from the template.")])
        elif name in places:
            faults.append([str(head), _("This column is there twice.")])
        else:
            places[name] = index
    faults += [
        [column.head, _("This column is missing.")]
        for column in sheet.columns
        if column.required and column.name not in places
    ]
    return places, faults


def _merged(file, sheet, places) -> dict[int, bytes]:
    """Index of a column → for each number of a row, whether its cell is merged with others."""
    steps: dict[int, Counter] = {index: Counter() for index in places.values()}
    for (top, left), (bottom, right) in merged_ranges(file, sheet.title):
        for index, at in steps.items():
            if left <= index <= right:
                at[top + 1] += 1
                at[bottom + 2] -= 1
    return {
        index: bytes(depth > 0 for depth in accumulate(at[number] for number in range(MAX_ROWS + 1)))
        for index, at in steps.items()
        if at
    }


def _read_row(sheet, number, cells, places, formulas, merged):
    row = Row(sheet.name, number, {})
    for column in sheet.columns:
        index = places.get(column.name)
        value = cells[index] if index is not None and index < len(cells) else None
        row.values[column.name] = None
        if index in merged and merged[index][number]:
            row.wrong(column.name, _("Cells are merged here; unmerge them and fill each row."))
        elif index is not None and f"{_letters(index)}{number}" in formulas:
            row.wrong(column.name, _("A formula stands here; put its value in its place."))
        elif value is None:
            if column.required:
                row.wrong(column.name, _("This must be filled in."))
        else:
            try:
                row.values[column.name] = column.read(value)
            except BadCell as fault:
                row.wrong(column.name, str(fault))
    return row


def _letters(index: int) -> str:
    letters = ""
    while index >= 0:
        letters = chr(65 + index % 26) + letters
        index = index // 26 - 1
    return letters


# ── The template ──────────────────────────────────────────────────────────────────────────────────────────────────
def write_template(line_names: list[str]):
    """The workbook to fill in, open at its start: the three sheets with an example row, and the notes."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller streams it)
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_numbers": False})
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2FB"})
    grey = book.add_format({"italic": True, "font_color": "#808080", "num_format": "@"})
    plain = book.add_format({"num_format": "@"})  # text: a number would lose the noughts a code begins with
    for sheet in SHEETS.values():
        page = book.add_worksheet(sheet.title)
        page.freeze_panes(1, 0)
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, 18, plain)
            page.write_string(0, index, column.head + ("*" if column.required else ""), bold)
            page.write_comment(0, index, column.note)
            page.write_string(1, index, column.example, grey)
        for name, words in (("kind", kind_words), ("role", role_words), ("full_time", full_time_words)):
            for index, column in enumerate(sheet.columns):
                # Excel takes a list of at most 255 characters.
                if column.name == name and len(",".join(words().values())) <= 255:
                    page.data_validation(1, index, 5000, index, {
                        "validate": "list", "source": list(words().values()), "ignore_blank": True
                    })  # fmt: skip
    _write_notes(book, bold, line_names)
    book.close()
    file.seek(0)
    return file


def _write_notes(book, bold, line_names):
    page = book.add_worksheet(NOTES)
    page.set_column(0, 1, 20)
    page.set_column(2, 2, 90)
    lines = [
        ("", "", f"第一格以“{EXAMPLE}”开头的行不导入。标*的列每行必填。表中没有的机构、人员、任职保持不变。"),
        ("", "", "空白单元格表示不改动原值；不要使用公式和合并单元格；编码、工号按文本填写。"),
        (
            "",
            "",
            "导入须经预览确认，并由安全管理员复核；有任何一处错误则全部不导入。严禁填写涉及国家秘密的内容。",
        ),
    ]
    for sheet in SHEETS.values():
        lines += [(sheet.title, column.head, column.note) for column in sheet.columns]
    lines += [("机构", "机构类型", "、".join(kind_words().values()))]
    lines += [("任职", "角色", "、".join(role_words().values())), ("任职", "业务条线", "、".join(line_names))]
    for index, head in enumerate(("表", "列", "说明")):
        page.write_string(0, index, head, bold)
    for number, line in enumerate(lines, 1):
        for index, value in enumerate(line):
            page.write_string(number, index, value)
