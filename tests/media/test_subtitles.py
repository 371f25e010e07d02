"""Captions as a rendition: what stood on the screen, in pieces of WebVTT that ffmpeg reads, and their playlists."""

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rostrum.media.hls.rendition import KEPT
from rostrum.media.hls.subtitles import (
    COLUMNS,
    SEGMENT,
    STANDS,
    Roll,
    Run,
    Said,
    playlist,
    rolled,
    segment,
    with_subtitles,
)
from tests.support.programs import program

BEGUN = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
RUN = Run(1000, BEGUN)
TIMES = re.compile(r"(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})\n")


def after(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def test_words_are_shown_in_the_half_segment_that_ends_with_them() -> None:
    roll = Roll()
    roll.show(after(2.5), ("Ms <K>: she",))
    roll.show(after(3.7), ("Ms <K>: she & he",))
    head = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"
    assert segment(roll, RUN, 1000) == f"{head}\n"
    assert segment(roll, RUN, 1001) == (
        f"{head}\n00:00:01.920 --> 00:00:02.880\nMs &lt;K&gt;: she\n"
        "\n00:00:02.880 --> 00:00:03.840\nMs &lt;K&gt;: she &amp; he\n\n"
    )
    assert segment(roll, RUN, 1002) == f"{head}\n00:00:03.840 --> 00:00:05.760\nMs &lt;K&gt;: she &amp; he\n\n"
    # What is corrected later changes nothing that was given.
    before = segment(roll, RUN, 1001)
    roll.show(after(6), ("Ms K: they",))
    assert segment(roll, RUN, 1001) == before


def test_words_that_nothing_follows_are_taken_away_and_what_was_taken_back_is_gone() -> None:
    roll = Roll()
    roll.show(after(0.1), ("said",))
    last = 1000 + int(STANDS / SEGMENT)
    assert "said" in segment(roll, RUN, last - 1)
    assert "-->" not in segment(roll, RUN, last + 1)
    roll.clear()
    assert "-->" not in segment(roll, RUN, 1000)


def test_what_no_player_asks_for_any_more_is_forgotten() -> None:
    roll = Roll()
    for number in range(10_000):
        roll.show(after(number / 10), (str(number),))
    newest = 1000 + int(1000 / SEGMENT.total_seconds()) - 1
    assert "-->" in segment(roll, RUN, newest - KEPT - 2)
    assert "-->" not in segment(roll, RUN, newest - 2 * KEPT)


def test_ffmpeg_reads_the_pieces_as_text(tmp_path: Path) -> None:
    roll = Roll()
    roll.show(after(0.5), ("نص عربي", "second row"))
    roll.show(after(2), ("third",))
    for number in (1000, 1001):
        (tmp_path / f"{number}.vtt").write_text(segment(roll, RUN, number))
    stream = tmp_path / "playlist.m3u8"
    stream.write_text(f"{playlist(RUN, 1001)}#EXT-X-ENDLIST\n")
    command = [program("ffmpeg"), "-v", "error", "-allowed_extensions", "ALL", "-i", str(stream), "-f", "srt", "-"]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert not found.stderr
    assert found.stdout == (
        "1\n00:00:00,000 --> 00:00:01,920\nنص عربي\nsecond row\n\n2\n00:00:01,920 --> 00:00:03,840\nthird\n\n"
    )


def test_a_playlist_names_as_many_as_the_pictures_does() -> None:
    first = playlist(RUN, 1002).splitlines()
    assert [line for line in first if line.endswith(".vtt")] == ["1000.vtt", "1001.vtt", "1002.vtt"]
    later = playlist(RUN, 5000)
    assert f"#EXT-X-MEDIA-SEQUENCE:{5001 - KEPT}\n" in later
    assert later.count(".vtt") == KEPT
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T12:00:01.920Z\n#EXTINF:1.92000,\n1001.vtt\n" in playlist(RUN, 1001)


def test_the_playlist_of_all_renditions_names_the_languages_that_there_are() -> None:
    master = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO\n#EXT-X-STREAM-INF:AUDIO="sound"\nvideo/playlist.m3u8\n'
    assert with_subtitles(master, {}) == master
    lines = with_subtitles(master, {"ar": "العربية"}).splitlines()
    assert lines[-2:] == ['#EXT-X-STREAM-INF:AUDIO="sound",SUBTITLES="captions"', "video/playlist.m3u8"]
    assert 'NAME="العربية",LANGUAGE="ar"' in lines[2]


def test_chinese_is_broken_between_its_letters_and_a_speaker_is_named_once() -> None:
    rows = rolled([Said("Ms K", "one"), Said("", "two")])
    assert rows == ("\u2068Ms K\u2069: one", "two")
    assert [len(row) for row in rolled([Said("", "会" * 50)])] == [COLUMNS // 2, COLUMNS // 2, 50 - COLUMNS]


@given(st.text("ab会 é", min_size=1, max_size=25), st.text("ab会 é", max_size=15))
def test_what_is_added_changes_no_row_but_the_last(text: str, more: str) -> None:
    before, now = rolled([Said("", text)]), rolled([Said("", text + more)])
    assert now[: len(before) - 1] == before[:-1]
    assert "".join(now).replace(" ", "") == (text + more).replace(" ", "")
