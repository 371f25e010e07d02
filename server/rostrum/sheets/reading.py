"""A list of lines from bytes that anybody may have sent: CSV in the usual encodings and separators, or XLSX.

Everything is text: a formula is read as it is written, and nothing is ever calculated, fetched or followed.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

FILE_BYTES_MAX = 5 * 1024 * 1024
UNPACKED_BYTES_MAX = 48 * 1024 * 1024
"""What an XLSX may be once unpacked: far more than 5,000 lines need, and little enough to be read whole."""
ENTRIES_MAX = 300
LINES_MAX = 5_000
ROWS_READ_MAX = 4 * LINES_MAX
"""Rows of an XLSX that are looked at, empty ones too."""
COLUMNS_MAX = 60
CELL_MAX = 8_000
"""Characters of a cell that are read; no field takes as many, so that a longer one is said to be too long."""
SEPARATORS = (",", ";", "\t")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a damaged file brings about in the libraries that read it: XML's own faults are SyntaxErrors, for instance."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Fault(StrEnum):
    """Why a file cannot be read as a list."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    TOO_MANY_LINES = "too-many-lines"
    OLD_FORMAT = "old-format"
    NOT_A_LIST = "not-a-list"
    BROKEN = "broken"


class Unreadable(Exception):
    """A file that is no list, or one beyond the limits."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Line:
    """One line, by its number in the file (the head is 1). Cells are text; empty ones at the end are left out."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Sheet:
    """A list: the head, and the lines below it that hold anything."""

    head: Sequence[str]
    lines: Sequence[Line]


def read(data: bytes, known: Callable[[str], bool]) -> Sheet:
    """The list in a file. `known` says whether a head is one that is looked for: by it separators are told apart.

    Raises `Unreadable`.
    """
    if len(data) > FILE_BYTES_MAX:
        raise Unreadable(Fault.TOO_LARGE)
    if not data.strip(b"\x00\t\r\n "):
        raise Unreadable(Fault.EMPTY)
    if data.startswith(OLE):
        raise Unreadable(Fault.OLD_FORMAT)
    rows = _xlsx(data) if data.startswith(ZIP) else _csv(data, known)
    return _sheet(rows)


def _sheet(rows: Iterable[Sequence[str]]) -> Sheet:
    head: Sequence[str] | None = None
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        cells = [_cell(cell) for cell in row[:COLUMNS_MAX]]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if head is None:
            head = cells
            continue
        if len(lines) == LINES_MAX:
            raise Unreadable(Fault.TOO_MANY_LINES)
        lines.append(Line(number, cells))
    if head is None:
        raise Unreadable(Fault.EMPTY)
    return Sheet(head, lines)


def _cell(text: str) -> str:
    """A cell's text, without the sign that keeps it from being a formula where we wrote it."""
    text = text[: CELL_MAX + 1].strip()
    guarded = text[:1] == "'" and text[1:].lstrip(" ").startswith(FORMULA_STARTS)
    return text[1:].strip() if guarded else text


def _csv(data: bytes, known: Callable[[str], bool]) -> Iterator[Sequence[str]]:
    text = _decoded(data)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        separator, text = first.strip()[-1], rest
    else:
        separator = _separator(text, known)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise Unreadable(Fault.BROKEN) from error


def _decoded(data: bytes) -> str:
    """By its mark UTF-8 or UTF-16; UTF-16 where every other byte is nothing; UTF-8 where it is; else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as("utf-16", data)
    begin = data[:2000]
    if b"\x00" in begin:
        little = begin[1::2].count(0) >= begin[0::2].count(0)
        return _as("utf-16-le" if little else "utf-16-be", data)
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _as("cp1252", data)
    return _as("utf-8-sig", data)


def _as(encoding: str, data: bytes) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(Fault.NOT_A_LIST) from error
    if any(sign < " " and sign not in "\t\r\n" for sign in text[:2000]):
        raise Unreadable(Fault.NOT_A_LIST)
    return text


def _separator(text: str, known: Callable[[str], bool]) -> str:
    """The separator by which most heads are known; among equals the one that stands most often in the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def score(separator: str) -> tuple[int, int]:
        heads = next(csv.reader([first], delimiter=separator), [])
        return sum(known(head) for head in heads), first.count(separator)

    return max(SEPARATORS, key=score)


def _xlsx(data: bytes) -> Iterator[Sequence[str]]:
    _require_harmless(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        # What the file says of its own size is not believed.
        sheet.reset_dimensions()
        # A sheet that is only formatted goes on for a million empty rows.
        for row in sheet.iter_rows(max_row=ROWS_READ_MAX, max_col=COLUMNS_MAX, values_only=True):
            yield tuple(_text(value) for value in row)
    except Unreadable:
        raise
    except BROKEN as error:
        raise Unreadable(Fault.BROKEN) from error


def _require_harmless(data: bytes) -> None:
    """No more than the limits once unpacked, and no document type."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            if len(entries) > ENTRIES_MAX or sum(entry.file_size for entry in entries) > UNPACKED_BYTES_MAX:
                raise Unreadable(Fault.TOO_LARGE)
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise Unreadable(Fault.NOT_A_LIST)
            for entry in entries:
                # Office writes none, and by one a few bytes can become many.
                part = packed.read(entry) if entry.filename.endswith((".xml", ".rels")) else b""
                if any("<!DOCTYPE".encode(encoding) in part for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
                    raise Unreadable(Fault.NOT_A_LIST)
    except BROKEN as error:
        raise Unreadable(Fault.BROKEN) from error


def _text(value: object) -> str:
    """A cell as somebody sees it: a whole number without a point, a date as it is written everywhere."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
