"""Cleaning of what people send, as functions of bytes: what a file is, and what of it is kept.

Nothing of the file as it came is kept: a picture's pixels are written anew, a PDF's pages are copied into a new
document. Whatever else rode along (positions, names of devices, scripts, files inside, a second format behind the
first) has no way through. Runs in the process of `child.py`, under its limits.
"""

from dataclasses import dataclass
from io import BytesIO

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from rostrum.assembly.refusal import Refused, Why
from rostrum.uploads.limits import Limits
from rostrum.uploads.pdf import clean_pdf

PDF = "application/pdf"
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
"""Media type to Pillow's name of the one decoder that may look at it."""
HEAD_BYTES = 2048
JPEG_QUALITY = 88


@dataclass(frozen=True)
class Cleaned:
    """What is kept of a file. `pages` is 1 for a picture."""

    media_type: str
    data: bytes
    pages: int


def clean(data: bytes, limits: Limits, *, picture_only: bool) -> Cleaned:
    """What is kept of a file. Raises `Refused`: FILE_EMPTY, FILE_TOO_LARGE, FILE_TYPE, and what the kinds raise."""
    if not data:
        raise Refused(Why.FILE_EMPTY)
    if len(data) > limits.bytes_max:
        raise Refused(Why.FILE_TOO_LARGE, megabytes=limits.bytes_max // 1_000_000)
    kind = kind_of(data)
    if kind in PICTURES:
        return clean_picture(data, kind, limits)
    if kind == PDF and not picture_only:
        pages, written = clean_pdf(data, limits)
        return Cleaned(PDF, written, pages)
    raise Refused(Why.PICTURE_TYPE if picture_only else Why.FILE_TYPE)


def kind_of(data: bytes) -> str:
    """The media type that the content has, whatever its name says; "" where it is none that we know."""
    head = data[:HEAD_BYTES]
    if head.startswith(b"%PDF-"):
        return PDF
    try:
        return puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError, EOFError):
        return ""


def clean_picture(data: bytes, kind: str, limits: Limits) -> Cleaned:
    """A picture's pixels, upright, in a file of their own. Of one that moves, the first picture.

    Raises `Refused`: FILE_BROKEN, TOO_MANY_PIXELS.
    """
    Image.MAX_IMAGE_PIXELS = limits.pixels_max
    try:
        with Image.open(BytesIO(data), formats=(PICTURES[kind],)) as opened:
            if opened.width * opened.height > limits.pixels_max:
                raise Refused(Why.TOO_MANY_PIXELS)
            opened.seek(0)
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((limits.side_max, limits.side_max), Image.Resampling.LANCZOS)
            pixels = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Image.DecompressionBombError as error:
        raise Refused(Why.TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError) as error:
        raise Refused(Why.FILE_BROKEN) from error
    # Only the pixels go on: an image that was opened carries comments and profiles that saving would write again.
    plain = Image.new("RGB", pixels.size, "white")
    plain.paste(pixels, mask=pixels.getchannel("A") if pixels.mode == "RGBA" else None)
    written = BytesIO()
    lossless = kind in {"image/png", "image/gif"}
    if lossless:
        plain.save(written, "PNG", optimize=True)
    if not lossless or written.tell() > limits.bytes_max:
        written = BytesIO()
        plain.save(written, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
        lossless = False
    return Cleaned("image/png" if lossless else "image/jpeg", written.getvalue(), 1)
