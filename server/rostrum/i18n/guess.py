"""Which of our languages a text is in: by its script, and where several are written in Latin letters by small words.

Says nothing where it is not clear: a wrong word about somebody's language is worse than none.
"""

import re
from collections import Counter

LETTERS_MIN = 200
"""Fewer letters say too little."""
SHARE = 0.6
"""So much of a text is in its own script: names and quotations are in others."""
LEAD = 1.5
"""How much more of its small words a text has than of any other language's."""
SCRIPTS = {
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "zh": re.compile("[\u3400-\u9fff]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
}
SMALL_SHARE = 0.15
"""So many of a text's words are small ones of its language, at least."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


SMALL_WORDS = {
    "en": _words("the of and to in that is for we our are this with by be has have which as it on not from"),
    "fr": _words("le la les des et à en que est pour nous notre une du dans qui au ce par sur avec pas aux"),
    "es": _words("el la los las de y en que es para nuestra una del por con se al lo como no más nuestro su"),
}


def guess(text: str) -> str | None:
    """The language that a text is clearly in; None where it is not clear, or none of ours."""
    counts = {script: len(letters.findall(text)) for script, letters in SCRIPTS.items()}
    letters = sum(counts.values())
    # A character of Chinese is a word where others need several letters.
    if letters + 4 * counts["zh"] < LETTERS_MIN:
        return None
    script = max(counts, key=counts.__getitem__)
    if counts[script] < SHARE * letters:
        return None
    if script != "latin":
        return script
    words = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    scores = {code: sum(words[word] for word in small) for code, small in SMALL_WORDS.items()}
    first, second, *_ = sorted(scores, key=scores.__getitem__, reverse=True)
    clear = scores[first] > LEAD * scores[second] and scores[first] >= SMALL_SHARE * words.total()
    return first if clear else None
