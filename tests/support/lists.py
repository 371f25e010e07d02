"""Lists of people as files, for tests and the bench of the import."""

import io
from collections.abc import Sequence

from openpyxl import Workbook

HEADS = ("Given name", "Family name", "E-mail address", "Function", "Takes part", "Listens in", "Time zone", "Captions")


def person(number: int) -> tuple[str, ...]:
    """A whole line."""
    mode = "In the hall" if number % 3 else "From far away, by browser"
    return (
        f"Given {number}",
        f"Ñame {number}",
        f"p{number}@example.org",
        "Adviser",
        mode,
        "Français",
        "Africa/Dakar",
        "x",
    )


def faulty(number: int) -> tuple[str, ...]:
    """A line with two faults: no family name, and an address that is none."""
    return (f"Given {number}", "", f"p{number} at example", "Adviser", "In the hall", "", "", "")


def lines(count: int, *, faulty_every: int) -> list[tuple[str, ...]]:
    """So many lines, some of them faulty."""
    return [faulty(number) if number % faulty_every == 0 else person(number) for number in range(1, count + 1)]


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    """The rows as a spreadsheet writes them, formulas as formulas."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("People")
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
