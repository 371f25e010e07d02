"""One name under several spellings: brought to Latin letters, and to what the usual transliterations have in common.

anyascii writes every script in Latin letters, a character at a time. What still differs between "Мохаммед", "محمد" and
"Muhammad" is vowels, doubled letters and pairs such as "kh": they are evened out here, and rapidfuzz compares the rest.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import combinations

from anyascii import anyascii
from rapidfuzz.distance import Indel

BARE = re.compile("[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
"""Letters of scripts that leave out short vowels."""
ARABIC_ARTICLE = "ال"
ARTICLES = frozenset({"al", "el", "ul", "ar", "as", "ad", "an", "de", "da", "do", "des", "del", "di", "du", "van",
    "von", "der", "den", "ter", "la", "le", "les", "bin", "ibn", "ben", "bint", "bn", "y", "e", "i"})  # fmt: skip
"""Small words in names that one spelling has and another leaves out."""
SMALL_WORDS = ARTICLES | frozenset({"of", "the", "for", "and", "et", "und", "los", "las", "en", "in", "on", "pour",
    "por", "para", "sur", "a", "au", "aux", "dla", "po", "za"})  # fmt: skip
PAIRS = (
    ("shch", "S"), ("sch", "S"), ("sh", "S"), ("tch", "C"), ("ch", "C"), ("dzh", "J"), ("dj", "J"), ("zh", "J"),
    ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("ck", "k"), ("ts", "s"), ("tz", "s"),
    ("oo", "u"), ("ou", "u"), ("oy", "u"), ("ee", "i"), ("x", "ks"), ("q", "k"), ("j", "J"), ("z", "s"),
)  # fmt: skip
LETTERS = tuple((pair, sign) for pair, sign in PAIRS if len(pair) == 1)
"""What is evened out where two letters are two sounds: "سهام" is "shm" and no "sh"."""
SOFT_C = re.compile("c(?=[eiy])")
VOWEL_J = re.compile("(?<=[aeiou])j(?![aeiou])")
SERVANT = re.compile("^abd[aeu][lr]?(?=[a-z]{3})")
TWICE = re.compile(r"(.)\1+")
NOT_LETTERS = re.compile("[^A-Za-z0-9]+")
VOWELS = re.compile("[aeiouy]")
SYLLABLE = re.compile("[aeiouy]+")
THREE_VOWELS = str.maketrans({"o": "u", "e": "a", "y": "i", "w": "v"})
JOINED = frozenset({"abd", "abdul", "abdel", "abdal"})
"""A servant of whom the next word names: "Abd al-Rahman" is written as one word, or two, or three."""

SAME_WORD = 0.79
"""From which likeness on two spellings with the same consonants are taken for one word."""
ALIKE_WORD = 0.9
"""The same for words whose consonants differ: a slip of the pen in a long word."""
LONG_WORD = 6
STRONG = 4
"""How many consonants must be the same in all, where no word is: those of "Ali" and "Lee" say nothing."""
EXTRA_MAX = 2
"""How many names the longer of two spellings may have that the other leaves out."""
WORDS_MAX = 6
"""Words of a name that are looked at."""
KEY_LENGTH = 3


@dataclass(frozen=True)
class Word:
    """A word. `plain`: in Latin letters; `even`: with what spellings differ by evened out; `bones`: its consonants.

    `bare`: it was written in a script without short vowels, so that its consonants are all that can be compared.
    `syllable`: its vowels, where it has but one group of them.
    """

    plain: str
    even: str
    bones: frozenset[str]
    bare: bool
    syllable: str

    @property
    def weight(self) -> int:
        """How many consonants there are to go by."""
        return min(map(len, self.bones))


@dataclass(frozen=True)
class Spelling:
    """A name as words, and as the wholes of its parts (given and family name), where a part is several words."""

    words: tuple[Word, ...]
    wholes: tuple[Word, ...] = ()


def folded(text: str) -> str:
    """Text for searching: Latin letters without case or accents, one space between words."""
    return " ".join(NOT_LETTERS.sub(" ", _latin(text)).split())


def plain(text: str) -> str:
    """Text for searching in its own script: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def person(given_name: str, family_name: str) -> Spelling:
    """The spelling of a person's name."""
    words: list[Word] = []
    wholes: list[Word] = []
    for part in (given_name, family_name):
        pieces = _pieces(part, ARTICLES)
        words += [_word(piece, bare=bare) for piece, bare in pieces]
        if pieces:
            wholes.append(_word("".join(piece for piece, _ in pieces), bare=any(bare for _, bare in pieces)))
    several = len(words) > len(wholes) == 2
    return Spelling(tuple(words[:WORDS_MAX]), tuple(wholes) if several else tuple(words[:WORDS_MAX]))


def organisation(text: str) -> Spelling:
    """The spelling of an organisation's name."""
    pieces = _pieces(text, SMALL_WORDS)
    return Spelling(tuple(_word(piece, bare=bare) for piece, bare in pieces[: 2 * WORDS_MAX]))


def keys(spelling: Spelling) -> frozenset[str]:
    """Under which a spelling is filed: two spellings without a key in common are never one name."""
    found: set[str] = set()
    for words in {spelling.words[:WORDS_MAX], spelling.wholes}:
        if len(words) == 1:
            found |= {_short(bones) for bones in words[0].bones}
        for one, other in combinations(words, 2):
            found |= {" ".join(sorted((_short(a), _short(b)))) for a in one.bones for b in other.bones}
    return frozenset(found)


def person_likeness(one: Spelling, other: Spelling) -> float:
    """How likely two spellings are one person's name: 0 for no, 1 for the same letters."""
    wholes = _all_matched(one.wholes, other.wholes, extra_max=0)
    return max(wholes, _all_matched(one.words, other.words, extra_max=EXTRA_MAX))


def organisation_likeness(one: Spelling, other: Spelling) -> float:
    """How likely two spellings are one organisation's name."""
    fewer, more = sorted((one.words, other.words), key=len)
    if not fewer or len(more) - len(fewer) > len(fewer) // 3:
        return 0.0
    return _all_matched(fewer, more, extra_max=len(more) - len(fewer), alone=True)


def _all_matched(one: tuple[Word, ...], other: tuple[Word, ...], *, extra_max: int, alone: bool = False) -> float:
    """The least of the likenesses of the shorter one's words, each to another word of the longer one.

    `alone`: a single word is enough to go by.
    """
    fewer, more = sorted((one, other), key=len)
    if len(fewer) < (1 if alone else 2) or len(more) - len(fewer) > extra_max:
        return 0.0
    left, least, strength = list(more), 1.0 if len(fewer) == len(more) else 0.95, 0
    for word in sorted(fewer, key=lambda each: -len(each.even)):
        best = max(left, key=lambda each: _same(word, each))
        likeness = _same(word, best)
        if not likeness:
            return 0.0
        strength += STRONG if word.plain == best.plain else min(word.weight, best.weight)
        least = min(least, likeness)
        left.remove(best)
    return least if strength >= STRONG else 0.0


def _same(one: Word, other: Word) -> float:
    if one.plain == other.plain:
        return 1.0
    if not one.bones.isdisjoint(other.bones):
        if one.bare or other.bare:
            return 0.9
        if one.even[-1] != other.even[-1] and (one.even[-1] in "aiu" or other.even[-1] in "aiu"):
            return 0.0  # Mario and Maria, Ivanov and Ivanova
        if one.syllable and other.syllable and one.syllable != other.syllable:
            return 0.0  # Zhang and Zheng
        return min(Indel.normalized_similarity(one.even, other.even, score_cutoff=SAME_WORD), 0.99)
    if one.bare or other.bare or min(len(one.even), len(other.even)) < LONG_WORD:
        return 0.0
    return min(Indel.normalized_similarity(one.even, other.even, score_cutoff=ALIKE_WORD), 0.99)


def _short(bones: str) -> str:
    return bones[:KEY_LENGTH]


def _latin(text: str) -> str:
    return anyascii(unicodedata.normalize("NFKC", text)).casefold()


def _pieces(text: str, small: frozenset[str]) -> list[tuple[str, bool]]:
    """The words of a text in Latin letters, small ones left out where others stay; whether each was written bare."""
    every: list[tuple[str, bool]] = []
    for written in re.split(r"[\s\-‐‑–—/,;:.()«»\"]+", unicodedata.normalize("NFKC", text)):
        bare = BARE.search(written) is not None
        if bare and written.startswith(ARABIC_ARTICLE) and len(written) > len(ARABIC_ARTICLE) + 1:
            written = written.removeprefix(ARABIC_ARTICLE)
        latin = NOT_LETTERS.sub("", _latin(written))
        if latin:
            every.append((latin, bare))
    kept: list[tuple[str, bool]] = []
    joins = False
    for latin, bare in every:
        if latin in small:
            continue
        kept.append((f"{kept.pop()[0]}{latin}" if joins else latin, bare))
        joins = latin in JOINED or (bare and latin == "bd")
    return kept or every


def _word(latin: str, *, bare: bool) -> Word:
    even = _evened(SERVANT.sub("abd", latin), PAIRS)
    sounds = {even}
    if bare:
        # Between two letters that are the same a vowel may have been left out, or not.
        sounds |= {_evened(latin, LETTERS), _evened(latin, LETTERS, twice=True), _evened(latin, PAIRS, twice=True)}
    bones = {VOWELS.sub("", sound.replace("w", w)) or sound for sound in sounds for w in ("v", "")}
    groups = SYLLABLE.findall(latin)
    syllable = groups[0].replace("y", "i") if len(groups) == 1 else ""
    return Word(latin, TWICE.sub(r"\1", even.translate(THREE_VOWELS)), frozenset(bones), bare, syllable)


def _evened(latin: str, signs: tuple[tuple[str, str], ...], *, twice: bool = False) -> str:
    even = VOWEL_J.sub("i", SOFT_C.sub("s", latin))
    for pair, sign in signs:
        even = even.replace(pair, sign)
    even = even.replace("c", "k")
    even = even if twice else TWICE.sub(r"\1", even)
    if even.endswith("of"):
        even = f"{even[:-1]}v"
    return even[:-1] if even.endswith("h") and len(even) > 2 else even
