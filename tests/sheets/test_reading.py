"""Files that people, or nobody in their right mind, would send as a list."""

import io
import zipfile

import pytest

from rostrum.sheets.reading import FILE_BYTES_MAX, LINES_MAX, Fault, Unreadable, read
from rostrum.sheets.writing import csv_bytes, safe_cell, xlsx_bytes
from tests.support.lists import xlsx

TEXT = "Given name;Family name\r\nZoë;Muñoz\r\n"
KNOWN = {"Given name", "Family name"}


def known(head: str) -> bool:
    return head in KNOWN


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_csv_is_read_in_every_usual_dress(encoding: str, separator: str) -> None:
    sheet = read(TEXT.replace(";", separator).encode(encoding), known)
    assert list(sheet.head) == ["Given name", "Family name"]
    assert [(line.number, *line.cells) for line in sheet.lines] == [(2, "Zoë", "Muñoz")]


def test_a_separator_is_told_by_the_heads_and_not_by_what_stands_in_cells() -> None:
    data = b'Given name;Family name\n"a,b,c,d";"x;y"\n'
    assert list(read(data, known).lines[0].cells) == ["a,b,c,d", "x;y"]
    assert list(read(b"sep=|\nGiven name|Family name\nA|B\n", known).lines[0].cells) == ["A", "B"]


def test_formulas_dates_and_numbers_are_text() -> None:
    sheet = read(xlsx([["Given name", "Family name"], ['=HYPERLINK("http://x","y")', 42.0], [True, None]]), known)
    assert [list(line.cells) for line in sheet.lines] == [['=HYPERLINK("http://x","y")', "42"], ["yes"]]


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-x", "@sum", "\tx", "  =1", "x=1", "Zoë", "'quoted'"])
def test_no_cell_that_is_written_is_a_formula_and_all_are_read_back(text: str) -> None:
    safe = safe_cell(text)
    assert not safe.lstrip().startswith(("=", "+", "-", "@", "\t"))
    for data in (csv_bytes([["Given name"], [text]]), xlsx_bytes("x", [["Given name"], [text]])):
        assert read(data, known).lines[0].cells[0] == text.strip()


def packed(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


CONTENT = {"[Content_Types].xml": b"<Types/>"}
EXPANDING = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst>&b;</sst>'


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"\r\n \n", Fault.EMPTY),
        (b"x" * (FILE_BYTES_MAX + 1), Fault.TOO_LARGE),
        (packed(**CONTENT, **{"xl/sharedStrings.xml": b"a" * 60_000_000}), Fault.TOO_LARGE),
        (packed(**CONTENT, **{f"xl/{n}": b"" for n in range(400)}), Fault.TOO_LARGE),
        (packed(**CONTENT, **{"xl/sharedStrings.xml": EXPANDING}), Fault.NOT_A_LIST),
        (packed(**CONTENT, **{"xl/styles.xml": EXPANDING.decode().encode("utf-16")}), Fault.NOT_A_LIST),
        (packed(**CONTENT, **{"xl/workbook.xml": b"<nonsense"}), Fault.BROKEN),
        (packed(readme=b"no workbook"), Fault.NOT_A_LIST),
        (b"PK\x03\x04 and no more", Fault.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, Fault.OLD_FORMAT),
        (b"%PDF-1.7\n%\xe2\xe3\x01\x02\x03", Fault.NOT_A_LIST),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01", Fault.NOT_A_LIST),
        (b"Given name\n" + b"x\n" * (LINES_MAX + 1), Fault.TOO_MANY_LINES),
        (b'Given name\n"' + b"x" * 200_000, Fault.BROKEN),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(data: bytes, fault: Fault) -> None:
    with pytest.raises(Unreadable) as refused:
        read(data, known)
    assert refused.value.fault is fault


def test_a_sheet_that_claims_to_be_huge_and_far_away_is_read_as_far_as_it_is_filled() -> None:
    rows: list[list[object]] = [["Given name"], ["A"], *([[]] * 30), ["B"]]
    assert [line.cells[0] for line in read(xlsx(rows), known).lines] == ["A", "B"]
