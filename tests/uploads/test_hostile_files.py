"""Hostile files: refused or cleaned, each with words. The real process cleans them, under its real limits."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from rostrum.assembly.refusal import Refused, Why
from rostrum.i18n.refusals import WORDS
from rostrum.uploads.cleaner import Cleaner
from rostrum.uploads.cleaning import Cleaned
from rostrum.uploads.limits import Limits
from tests.uploads import hostile

CLEANER = Cleaner(Limits(bytes_max=15_000_000, pages_max=10))


async def cleaned(data: bytes, *, picture_only: bool = False, cleaner: Cleaner = CLEANER) -> Cleaned:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 100_000):
            yield data[start : start + 100_000]

    return await cleaner.clean(pieces(), picture_only=picture_only)


async def refusal(data: bytes, *, picture_only: bool = False, cleaner: Cleaner = CLEANER) -> Why:
    with pytest.raises(Refused) as refused:
        await cleaned(data, picture_only=picture_only, cleaner=cleaner)
    assert all(WORDS[refused.value.why]), "it says what is so, and what to do"
    return refused.value.why


def shown(kept: Cleaned) -> Image.Image:
    return Image.open(BytesIO(kept.data)).convert("RGB")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_honest_pictures_are_kept_as_they_look(kind: str) -> None:
    kept = await cleaned(hostile.picture(kind))
    seen = shown(kept)
    assert seen.size == (640, 480)
    left, right = seen.getpixel((100, 200)), seen.getpixel((540, 200))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 200 > 80 > left[2]
    assert right[2] > 200 > 80 > right[0]


async def test_an_honest_document_keeps_its_pages_and_their_words() -> None:
    kept = await cleaned(hostile.saved(hostile.plain_pdf(3)))
    assert (kept.media_type, kept.pages) == ("application/pdf", 3)
    with pikepdf.open(BytesIO(kept.data)) as pdf:
        assert b"Page 2" in pdf.pages[1].Contents.read_bytes()
        assert pdf.pages[1].Resources.Font.F1.BaseFont == "/Helvetica"


async def test_what_was_filled_into_a_form_stays_to_be_read_and_the_form_goes() -> None:
    kept = await cleaned(hostile.filled_form())
    text = pypdfium2.PdfDocument(kept.data)[0].get_textpage().get_text_bounded()
    assert "Filled in by hand" in text
    with pikepdf.open(BytesIO(kept.data)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Annots" not in pdf.pages[0].obj


async def test_what_a_page_has_from_its_tree_comes_along() -> None:
    kept = await cleaned(hostile.inheriting_pdf())
    with pikepdf.open(BytesIO(kept.data)) as pdf:
        page = pdf.pages[0].obj
        assert [int(side) for side in page.MediaBox] == [0, 0, 400, 300]
        assert int(page.Rotate) == 90
        assert page.Resources.Font.F1.BaseFont == "/Helvetica"


async def test_where_a_photograph_was_taken_and_by_what_is_gone_and_it_stands_upright() -> None:
    data = hostile.picture_with_position()
    assert hostile.HIDDEN in data
    kept = await cleaned(data)
    image = Image.open(BytesIO(kept.data))
    assert not image.getexif()
    assert not image.info.keys() & {"exif", "comment", "icc_profile", "xmp"}
    assert hostile.HIDDEN not in kept.data
    assert image.size == (480, 640), "it was turned as its orientation said"


async def test_words_inside_a_png_are_gone() -> None:
    kept = await cleaned(hostile.png_with_text())
    assert hostile.HIDDEN not in kept.data
    assert kept.media_type == "image/png"


async def test_of_a_moving_picture_the_first_is_kept() -> None:
    kept = await cleaned(hostile.moving_gif())
    image = Image.open(BytesIO(kept.data))
    assert getattr(image, "n_frames", 1) == 1
    assert shown(kept).getpixel((5, 5)) == (254, 0, 0) or shown(kept).getpixel((5, 5)) == (255, 0, 0)


async def test_all_that_a_document_carries_beside_its_pages_is_gone() -> None:
    data = hostile.armed_pdf()
    kept = await cleaned(data)
    with pikepdf.open(BytesIO(kept.data)) as pdf:
        assert len(pdf.pages) == 2
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert not pdf.docinfo.keys()
        unpacked = hostile.saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    for word in (
        hostile.HIDDEN,
        b"JavaScript",
        b"/JS",
        b"Launch",
        b"/URI",
        b"EmbeddedFile",
        b"/AA",
        b"/Annots",
        b"/Ref",
    ):
        assert word not in unpacked, word


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"", Why.FILE_EMPTY),
        (lambda: b"hello, this is text\n" * 50, Why.FILE_TYPE),
        (lambda: b"MZ" + bytes(3000), Why.FILE_TYPE),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Why.FILE_TYPE),
        (lambda: b"<html><script>alert(1)</script></html>", Why.FILE_TYPE),
        (hostile.zip_file, Why.FILE_TYPE),
        (lambda: hostile.picture()[:300], Why.FILE_BROKEN),
        (lambda: b"%PDF-1.7\n" + b"nonsense " * 400, Why.FILE_BROKEN),
        (hostile.png_bomb, Why.TOO_MANY_PIXELS),
        (hostile.swelling_pdf, Why.FILE_SWELLS),
        (hostile.twice_packed_pdf, Why.FILE_SWELLS),
        (lambda: hostile.saved(hostile.plain_pdf(11)), Why.TOO_MANY_PAGES),
        (lambda: hostile.locked_pdf("u"), Why.FILE_ENCRYPTED),
        (lambda: hostile.locked_pdf(""), Why.FILE_ENCRYPTED),
        (lambda: hostile.picture() + bytes(15_000_000), Why.FILE_TOO_LARGE),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_is_refused_in_words(make: Callable[[], bytes], why: Why) -> None:
    assert await refusal(make()) is why


@pytest.mark.parametrize(
    "make", [hostile.picture_and_zip, hostile.pdf_and_page, hostile.picture_and_pdf, hostile.armed_pdf]
)
async def test_of_a_file_that_is_two_kinds_at_once_one_is_left(make: Callable[[], bytes]) -> None:
    kept = await cleaned(make())
    second = [b"PK\x03\x04", b"<script"] + ([b"%PDF-"] if kept.media_type != "application/pdf" else [])
    assert not [mark for mark in second if mark in kept.data]


async def test_an_object_stream_that_fills_the_memory_ends_the_process_and_not_the_server() -> None:
    assert await refusal(hostile.object_stream_bomb()) in {Why.FILE_SWELLS, Why.FILE_BROKEN}


async def test_a_photograph_is_a_picture() -> None:
    assert await refusal(hostile.saved(hostile.plain_pdf()), picture_only=True) is Why.PICTURE_TYPE


async def test_a_cleaning_that_takes_too_long_is_stopped() -> None:
    hurried = Cleaner(Limits(bytes_max=15_000_000, pages_max=10, wall_s=0.02))
    assert await refusal(hostile.picture(), cleaner=hurried) is Why.FILE_SWELLS


async def test_the_process_that_cleans_can_open_no_file_and_no_socket() -> None:
    code = (
        "import socket; from rostrum.confinement import confine\n"
        "confine(2**30, 20)\n"
        "ways = (lambda: open('/etc/hostname'), lambda: open('/tmp/x', 'w'), socket.socket, lambda: bytearray(2**31))\n"
        "for way in ways:\n"
        "    try: way(); print('open')\n"
        "    except (OSError, MemoryError): print('shut')\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    answer, _ = await process.communicate()
    assert answer.split() == [b"shut"] * 4
