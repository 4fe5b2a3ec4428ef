"""Workbooks to import, made as a bank would: `workbook(units=[…], people=[…], posts=[…])`."""

import io

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.org.imports.workbook import SHEETS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(name="机构人员.xlsx", heads=None, touch=None, **sheets) -> SimpleUploadedFile:
    """A file whose sheets hold these rows, in the order of the template's columns.

    `heads` is {sheet: heads} where they differ from the template's; `touch(book, pages)` does what else is wanted.
    """
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False})
    pages = {}
    for sheet, rows in sheets.items():
        pages[sheet] = page = book.add_worksheet(SHEETS[sheet].title)
        page.write_row(0, 0, (heads or {}).get(sheet) or [column.head for column in SHEETS[sheet].columns])
        for number, row in enumerate(rows, 1):
            page.write_row(number, 0, row)
    if touch:
        touch(book, pages)
    book.close()
    return SimpleUploadedFile(name, data.getvalue(), XLSX)
