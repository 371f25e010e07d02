"""The words of a PDF, as far as its fonts say which they are (ToUnicode, PDF 32000-1 section 9.10.3).

Enough to tell the language that a text is in, and no more. Runs in the process of `child.py`, under its limits.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from io import BytesIO

import pikepdf

WORDS_MAX = 20_000
"""Characters that are read; the language shows in the first page."""
GAP = -120
"""Thousandths of the font's size between two pieces of a line: a wider gap is one between words."""
_HEX = rb"<([0-9A-Fa-f]+)>"
_CHARACTER = re.compile(_HEX + rb"\s*" + _HEX)
_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:" + _HEX + rb"|\[([^\]]*)\])")
_UTF_16 = codecs.getdecoder("utf-16-be")
"""Looked up before the doors close: Python loads it from a file."""
_BREAKS = frozenset({"Td", "TD", "T*", "Tm", "ET"})


def words_of(data: bytes) -> str:
    """The words of a file; "" where it is no PDF, or does not say."""
    found, size = [], 0
    try:
        with pikepdf.open(BytesIO(data), suppress_warnings=True) as document:
            for page in document.pages:
                for part in _drawn(page):
                    found.append(part)
                    size += len(part)
                    if size >= WORDS_MAX:
                        return "".join(found)
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        # What was read until then may be enough.
        return "".join(found)
    return "".join(found)


def _drawn(page: pikepdf.Page) -> Iterator[str]:
    fonts = {name: _Font(font) for name, font in page.resources.get("/Font", {}).items()}
    font = None
    for drawn in pikepdf.parse_content_stream(page):
        if not isinstance(drawn, pikepdf.ContentStreamInstruction):
            continue
        operands, name = drawn.operands, str(drawn.operator)
        if name == "Tf":
            font = fonts.get(str(operands[0]))
        elif name in _BREAKS:
            yield " "
        elif font is not None and name in {"Tj", "'", '"'}:
            yield font.read(bytes(operands[-1]))
        elif font is not None and name == "TJ":
            for piece in operands[0]:
                if isinstance(piece, pikepdf.String):
                    yield font.read(bytes(piece))
                elif float(piece) < GAP:
                    yield " "


class _Font:
    """How a font's codes are read: by its map, or as Latin where it has none and one byte is a letter."""

    def __init__(self, font: pikepdf.Object) -> None:
        self._wide = str(font.get("/Subtype", "")) == "/Type0"
        stream = font.get("/ToUnicode")
        self._letters = _letters(stream.read_bytes()) if isinstance(stream, pikepdf.Stream) else {}

    def read(self, codes: bytes) -> str:
        """The letters of some codes."""
        if not self._letters:
            return "" if self._wide else codes.decode("latin-1")
        step = 2 if self._wide else 1
        numbers = (int.from_bytes(codes[at : at + step], "big") for at in range(0, len(codes), step))
        return "".join(self._letters.get(number, "") for number in numbers)


def _letters(cmap: bytes) -> Mapping[int, str]:
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, letters in _CHARACTER.findall(block):
            found[int(code, 16)] = _text(letters)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, letters, listed in _RANGE.findall(block):
            begin, end = int(first, 16), min(int(last, 16), int(first, 16) + 0xFFFF)
            if listed:
                found.update(zip(range(begin, end + 1), map(_text, re.findall(_HEX, listed)), strict=False))
            else:
                text = _text(letters)
                found.update(
                    (code, text[:-1] + chr(min(ord(text[-1]) + code - begin, 0x10FFFF)))
                    for code in range(begin, end + 1)
                    if text
                )
    return found


def _text(letters: bytes) -> str:
    return _UTF_16(bytes.fromhex(letters.decode()), "ignore")[0] if len(letters) % 4 == 0 else ""
