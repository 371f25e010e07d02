"""A photograph as a badge carries it: cut to its frame, no finer than a printer shows."""

import base64
from io import BytesIO

from PIL import Image, ImageOps

WIDTH, HEIGHT = 330, 440
"""Pixels: 28 by 37 mm at 300 dots an inch."""
FACE = (0.5, 0.35)
"""Where the cut is centred: a face stands above the middle."""
JPEG_QUALITY = 85


def portrait(data: bytes) -> str:
    """A kept photograph (cleaned: JPEG or PNG, upright) as SVG for a template.

    An SVG, since that is text, and text is all that a template takes.
    """
    with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as opened:
        # A JPEG is decoded no larger than it is needed.
        opened.draft("RGB", (WIDTH * 2, HEIGHT * 2))
        fitted = ImageOps.fit(opened.convert("RGB"), (WIDTH, HEIGHT), Image.Resampling.LANCZOS, centering=FACE)
    written = BytesIO()
    fitted.save(written, "JPEG", quality=JPEG_QUALITY)
    inside = base64.b64encode(written.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<image width="{WIDTH}" height="{HEIGHT}" href="data:image/jpeg;base64,{inside}"/></svg>'
    )
