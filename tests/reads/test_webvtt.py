"""The file of captions: WebVTT whatever people said, in the order in which they said it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly.captions import CaptionKind, Cue, Voice
from rostrum.reads.captions import in_file, webvtt

OPENED = datetime(2026, 11, 26, 10, tzinfo=UTC)
TIMES = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})")


def cue(start_s: float, end_s: float, text: str, *, machine: bool = False, who: str = "") -> Cue:
    kind = CaptionKind.AUTOMATIC if machine else CaptionKind.HUMAN
    start, end = OPENED + timedelta(seconds=start_s), OPENED + timedelta(seconds=end_s)
    return Cue("c", "m", "en", start, end, text, kind, Voice(who, ""))


def test_a_file_reads_as_it_is_specified() -> None:
    cues = [
        cue(1, 3.5, "Order & <order>", who="A > B"),
        cue(2, 4, "at the same time", machine=True),
        cue(3723.007, 3724, "later", machine=True),
    ]
    assert webvtt(cues, OPENED, "1st plenary --> meeting", "en") == (
        "WEBVTT\n\n"
        "NOTE\n1st plenary → meeting\nLanguage: en\nTimes count from 2026-11-26T10:00:00+00:00\n\n"
        "NOTE Written by a person\n\n"
        "1\n00:00:01.000 --> 00:00:03.500\n<v A &gt; B>Order &amp; &lt;order&gt;\n\n"
        "NOTE Written by a machine\n\n"
        "2\n00:00:02.000 --> 00:00:04.000\nat the same time\n\n"
        "3\n01:02:03.007 --> 01:02:04.000\nlater\n"
    )


@given(
    st.lists(
        st.tuples(st.integers(-500, 10**7), st.integers(1, 60_000), st.text(min_size=1), st.text(), st.booleans()),
        max_size=6,
    )
)
def test_hostile_words_stay_words(said: list[tuple[int, int, str, str, bool]]) -> None:
    cues = in_file(
        [
            cue(begins / 1000, (begins + lasts) / 1000, text, machine=machine, who=who)
            for begins, lasts, text, who, machine in said
        ],
        OPENED,
    )
    blocks = webvtt(cues, OPENED, "".join(text for _, _, text, _, _ in said), "en").split("\n\n")
    assert blocks[0] == "WEBVTT"
    found = [block.rstrip("\n").split("\n") for block in blocks[1:] if not block.startswith("NOTE")]
    assert len(found) == len(cues), "nobody's words make a block of their own"
    for one, (_, times, *text) in zip(cues, found, strict=True):
        match = TIMES.fullmatch(times)
        assert match is not None
        numbers = [int(each) for each in match.groups()]
        begins, ends = ((n[0] * 3600 + n[1] * 60 + n[2]) * 1000 + n[3] for n in (numbers[:4], numbers[4:]))
        assert 0 <= begins < ends
        words = " ".join(one.text.split())
        assert "-->" not in "".join(text)
        bare = re.sub(r"^<v [^<>]*>", "", "".join(text))
        assert not set("<>") & set(bare)
        assert unescape(bare) == words


def test_what_was_typed_before_the_opening_is_not_in_the_file() -> None:
    early, across = cue(-5, 0, "microphone test"), cue(-1, 1, "I open the meeting")
    assert in_file([early, across], OPENED) == [across]
    assert "00:00:00.000 --> 00:00:01.000" in webvtt([across], OPENED, "", "en")
