"""States by their names at the United Nations, in the six languages, and the order of each language.

The names are the short forms of the UN's Protocol and Liaison Service (UNTERM), as the "country-codes" data package
(datahub, public domain) held them in 2026, without the articles in brackets: the members of the United Nations, the
Holy See, the State of Palestine, the Cook Islands and Niue. Codes are ISO 3166-1 alpha-3.
"""

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

from anyascii import anyascii

ARABIC_ARTICLE = "ال"
ARABIC_FOLDED = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ة": "ه", "ء": None, "ـ": None}
)
SPANISH_LETTER = "n\uffff"
"""The letter ñ, which Spanish puts after every other word in n."""
READ_OTHERWISE = {"秘鲁": "bi"}
"""Names whose first character is read in another way than it is mostly."""


@cache
def states() -> Mapping[str, Mapping[str, str]]:
    """Code to names by language."""
    text = resources.files(__package__).joinpath("states.csv").read_text("utf-8")
    return {row.pop("code"): row for row in csv.DictReader(text.splitlines())}


def state_name(code: str, language: str) -> str:
    """A state's name in a language; the code itself where it is none of ours."""
    names = states().get(code)
    return code if names is None else names[language]


def in_order(codes: Iterable[str], language: str) -> list[str]:
    """The states as a list in this language has them."""
    return sorted(codes, key=lambda code: collation_key(state_name(code, language), language))


def collation_key(name: str, language: str) -> tuple[tuple[str, ...], str]:
    """Where a name stands in its language's alphabet; the name itself settles ties.

    Arabic passes over the article and what sits on an alif, as the Assembly's lists do; Chinese follows the reading
    of each character (pinyin); the others pass over accents, but for the Spanish ñ, and over what is no letter.
    """
    if language == "zh":
        read = [anyascii(character).lower() for character in name]
        read[:1] = [READ_OTHERWISE.get(name, read[0])] if read else []
        return tuple(read), name
    if language == "ar":
        folded = name.removeprefix(ARABIC_ARTICLE).translate(ARABIC_FOLDED)
        return tuple(_words(folded)), name
    text = name.casefold()
    if language == "ru":
        # й is a letter of its own and keeps its mark; ё stands as е.
        return tuple(_words(text.replace("ё", "е"))), name
    if language == "es":
        text = text.replace("ñ", SPANISH_LETTER)
    plain = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    return tuple(_words(plain)), name


def _words(text: str) -> list[str]:
    """The words, each as a group: a shorter first word stands before a longer one ("Guinea", "Guinea-Bissau")."""
    spaced = "".join(each if each.isalnum() or each == "\uffff" else " " for each in text)
    return spaced.split()
