"""A document from a template of ours and data: typst sets it, and takes the data as data alone."""

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import typst

from rostrum.assembly.refusal import Refused, Why

STANDARDS: tuple[Literal["a-2a"], Literal["ua-1"]] = ("a-2a", "ua-1")
"""Archival (PDF/A-2a) and accessible (PDF/UA-1): tagged, with its language, every letter in a font that goes along."""
FONTS: Mapping[str, tuple[str, ...]] = {
    "ar": ("Noto Naskh Arabic", "Noto Sans Arabic", "Noto Serif", "Libertinus Serif"),
    "zh": ("Noto Serif CJK SC", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "Droid Sans Fallback"),
    "": ("Noto Serif", "Libertinus Serif"),
}
"""Families by language, the first that is there is taken; every other language is set in the last line's."""


async def typeset(template: str, language: str, data: Mapping[str, object]) -> bytes:
    """The PDF of a template in this folder. `data` must be JSON; the template reads it as `data`.

    Raises `Refused(FONT_MISSING)` where the machine has no font for the language.
    """
    there = _families()
    fonts = [each for each in FONTS.get(language, FONTS[""]) if each.lower() in there]
    if not fonts:
        raise Refused(Why.FONT_MISSING)
    told = {"data": json.dumps({**data, "language": language, "fonts": fonts}, ensure_ascii=False)}
    return await asyncio.to_thread(_compile, template, told)


def _compile(template: str, told: dict[str, str]) -> bytes:
    source = resources.files(__package__).joinpath(template).read_bytes()
    try:
        return typst.compile(source, format="pdf", pdf_standards=list(STANDARDS), sys_inputs=told)
    except typst.TypstError as error:
        if "could not be displayed with" in str(error):
            # An archival document may not lack a letter.
            raise Refused(Why.FONT_MISSING) from error
        raise


@cache
def _families() -> frozenset[str]:
    return frozenset(family.lower() for family in typst.Fonts().families())
