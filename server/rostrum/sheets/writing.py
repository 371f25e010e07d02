"""Lists as files: CSV and XLSX in which no cell is a formula, whatever somebody called themselves."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from rostrum.sheets.reading import FORMULA_STARTS, LINES_MAX

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"
WIDTH = 22
CHOICES_LENGTH_MAX = 255
"""Characters of a list of choices that a spreadsheet takes in a cell's rule."""
NOT_IN_CELLS = dict.fromkeys((*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)))


def safe_cell(text: str) -> str:
    """The text so that a spreadsheet shows it and calculates nothing (OWASP: CSV injection)."""
    text = text.translate(NOT_IN_CELLS)
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA_STARTS) else text


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file: UTF-8 with the mark by which spreadsheets know it, commas."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(
    title: str,
    rows: Sequence[Sequence[str]],
    *,
    right_to_left: bool = False,
    choices: Mapping[int, Sequence[str]] | None = None,
    notes: tuple[str, Sequence[Sequence[str]]] | None = None,
) -> bytes:
    """An XLSX file whose first row is the head. `choices`: by column (from 0), what its cells can be chosen from.

    `notes`: the title and rows of a second sheet, which says how to fill in the first.
    """
    book = Workbook(write_only=True)
    _fill(book, title, rows, right_to_left=right_to_left, choices=choices or {})
    if notes is not None:
        _fill(book, notes[0], notes[1], right_to_left=right_to_left, choices={})
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(
    book: Workbook,
    title: str,
    rows: Sequence[Sequence[str]],
    *,
    right_to_left: bool,
    choices: Mapping[int, Sequence[str]],
) -> None:
    sheet = book.create_sheet("".join(sign for sign in title if sign not in "[]:*?/\\")[:31])
    sheet.sheet_view.rightToLeft = right_to_left
    sheet.freeze_panes = "A2"
    for column in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = WIDTH
    for column, words in choices.items():
        listed = ",".join(words)
        if len(listed) <= CHOICES_LENGTH_MAX and not any("," in word or '"' in word for word in words):
            rule = DataValidation("list", formula1=f'"{listed}"', allow_blank=True)
            letter = get_column_letter(column + 1)
            rule.add(f"{letter}2:{letter}{LINES_MAX + 1}")
            sheet.data_validations.append(rule)
    for number, row in enumerate(rows):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, safe_cell(text))
            cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number == 0:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
