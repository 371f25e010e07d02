"""Whatever bytes come as a list: they are read, or refused with a reason, and nothing else happens."""

import contextlib
import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from rostrum.sheets.reading import Unreadable, read
from tests.support.lists import HEADS, lines, xlsx

GOOD = xlsx([HEADS, *lines(5, faulty_every=2)])
PARTS = {name: zipfile.ZipFile(io.BytesIO(GOOD)).read(name) for name in zipfile.ZipFile(io.BytesIO(GOOD)).namelist()}


def known(head: str) -> bool:
    return head in HEADS


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read(data, known)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_spreadsheet_with_bytes_turned(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for position, value in changes:
        data[position] = value
    with contextlib.suppress(Unreadable):
        read(bytes(data), known)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(PARTS)),
    st.lists(st.tuples(st.integers(0, 5000), st.sampled_from([b"", b"<", b"\x00", b"9" * 30, b"r=", b"&#0;", b"-1"]))),
)
def test_a_spreadsheet_whose_parts_are_nonsense(part: str, changes: list[tuple[int, bytes]]) -> None:
    text = PARTS[part]
    for position, piece in changes:
        at = position % max(1, len(text))
        text = text[:at] + piece + text[at + 1 :]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (PARTS | {part: text}).items():
            archive.writestr(name, data)
    with contextlib.suppress(Unreadable):
        read(out.getvalue(), known)
