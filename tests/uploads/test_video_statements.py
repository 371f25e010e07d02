"""Video statements in every shape: played right or refused with words, and none opens anything else.

The real process looks at each, under its real limits, and its outputs are decoded.
"""

import ctypes
import itertools
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image

from rostrum.assembly.statement import Check, Finding
from rostrum.i18n.checks import CHECKS
from rostrum.identity.secrets import new_id
from rostrum.media.clip import Frame, frames
from rostrum.media.transcode.limits import Limits
from rostrum.record.database import Database
from rostrum.record.files import FileStore, Kept
from rostrum.record.sealing import Seal
from rostrum.sealed_file import SealedFile, SealedReader, key_of, sealed_size
from rostrum.settings import Settings
from rostrum.uploads.screening import Screened, Screener, Sealed
from tests.support.shapes import ffmpeg, made, numbers, with_reference

KEY = b"k" * 32
LIMITS = Limits(length_ms=60_000)
SOUNDING = "sine=300:sample_rate=48000"


class Watch:
    """Sees whether a file is opened or read, as the kernel tells it."""

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self._descriptor, bytes(path), 0x21) > 0  # IN_OPEN, IN_ACCESS

    def seen(self) -> bool:
        """Whether anything was seen since the last time."""
        try:
            return bool(os.read(self._descriptor, 4096))
        except BlockingIOError:
            return False


class Surroundings:
    """What a file could reach for: an address that listens, and a file with a secret."""

    def __init__(self, folder: Path) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/one.ts"
        self.secret = made(folder / "secret.mp4", 1)
        self._watch = Watch(self.secret)

    def called(self) -> bool:
        """Whether somebody connected since the last time."""
        try:
            self._listener.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def read(self) -> bool:
        """Whether the secret was opened since the last time."""
        return self._watch.seen()

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(Settings(data=tmp_path).database)
    yield opened
    await opened.close()


@pytest.fixture
def files(database: Database, tmp_path: Path) -> FileStore:
    return FileStore(database, Seal.from_folder(tmp_path / "keys"), tmp_path / "files", KEY)


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Surroundings]:
    found = Surroundings(tmp_path)
    yield found
    found.close()


async def screened(
    files: FileStore, around: Surroundings, folder: Path, data: bytes, limits: Limits = LIMITS
) -> Screened:
    """What came of a file; whatever is in it, nothing was called and nothing else was read."""
    around.read()
    path = folder / "upload"
    path.unlink(missing_ok=True)
    sealed = SealedFile(path, KEY, "upload")
    sealed.append(data)
    sealed.close()
    found = await Screener(files, new_id).screen(Sealed(path, KEY, "upload"), limits, "statement")
    assert not around.called(), "a file made a request"
    assert not around.read(), "a file read another"
    refused = any(finding.check.refuses for finding in found.findings)
    assert refused or (found.clip is not None and found.preview is not None and found.pictures)
    assert not (refused and any(list((folder / "files").rglob(kept.file_id)) for kept in found.all)), (
        "nothing is kept of it"
    )
    assert all(all(CHECKS[finding.check]) for finding in found.findings), "it says what is so, and what to do"
    return found


def opened(files: FileStore, kept: Kept | None) -> BytesIO:
    assert kept is not None
    path, key = files.lies(kept.file_id)
    with path.open("rb") as file:
        return BytesIO(SealedReader(file, key, kept.file_id).read())


def preview_of(files: FileStore, found: Screened) -> av.container.InputContainer:
    preview = av.open(opened(files, found.preview))
    assert isinstance(preview, av.container.InputContainer)
    return preview


def played(files: FileStore, found: Screened) -> list[Frame]:
    return list(frames(opened(files, found.clip).read))


def in_order(files: FileStore, found: Screened, count: int, *, layer: str = "video/2", within: int = 1) -> None:
    """The pictures of a layer are those of the file, each in its turn; some may be missing at the ends."""
    seen = numbers(iter(played(files, found)), layer)
    assert len([n for n in seen if n is not None]) == len(seen) >= count - within
    assert seen == sorted(seen, key=lambda n: n or 0)
    assert len(set(seen)) >= count - within


async def test_a_plain_statement_is_played_in_layers_that_begin_together(
    files: FileStore, around: Surroundings, tmp_path: Path
) -> None:
    data = made(tmp_path / "plain.mp4", 4).read_bytes()
    found = await screened(files, around, tmp_path, data)
    assert found.findings == ()
    assert abs(found.length_ms - 4000) < 100
    there = played(files, found)
    assert [frame.at_s for frame in there] == sorted(frame.at_s for frame in there)
    for layer in ("video", "video/1", "video/2"):
        in_order(files, found, 80, layer=layer)
        assert [frame.at_s for frame in there if frame.kind == layer and frame.opens] == [0, 1, 2, 3]
    sounds = [frame.at_s for frame in there if frame.kind == "audio"]
    assert sounds == [n * 960 / 48_000 for n in range(len(sounds))]
    assert abs(len(sounds) - 200) < 4
    with preview_of(files, found) as preview:
        assert {stream.codec_context.name for stream in preview.streams} == {"vp8", "opus"}
        assert preview.duration is not None
        assert abs(preview.duration / av.time_base - 4) < 0.2
    assert [Image.open(opened(files, one)).format for one in found.pictures] == ["JPEG"] * 3


async def test_a_phones_portrait_stands_upright(files: FileStore, around: Surroundings, tmp_path: Path) -> None:
    made(tmp_path / "flat.mp4", 2, "-c:v", "libx264", "-preset", "ultrafast")
    turned = tmp_path / "portrait.mp4"
    ffmpeg("-i", str(tmp_path / "flat.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90", str(turned))
    found = await screened(files, around, tmp_path, turned.read_bytes())
    with preview_of(files, found) as preview:
        assert preview.streams.video[0].height > preview.streams.video[0].width


async def test_large_hevc_and_sound_for_six_loudspeakers_are_played(
    files: FileStore, around: Surroundings, tmp_path: Path
) -> None:
    coded = "-vf", "scale=3840:2160", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"
    data = made(tmp_path / "large.mp4", 1.5, *coded, channels=6).read_bytes()
    found = await screened(files, around, tmp_path, data)
    assert not any(finding.check.refuses for finding in found.findings)
    in_order(files, found, 30)
    assert sum(frame.kind == "audio" for frame in played(files, found)) > 70


async def test_pictures_at_an_uneven_pace_keep_their_order_and_time(
    files: FileStore, around: Surroundings, tmp_path: Path
) -> None:
    uneven = "-vf", "select='lt(n,30)+not(mod(n,7))'", "-vsync", "vfr"
    found = await screened(files, around, tmp_path, made(tmp_path / "uneven.mkv", 4, *uneven).read_bytes())
    seen = numbers(iter(played(files, found)), "video/2")
    assert None not in seen
    assert seen == sorted(seen, key=lambda n: n or 0)
    ticks = [frame.at_s for frame in played(files, found) if frame.kind == "video"]
    assert all(after - before < 0.051 for before, after in itertools.pairwise(ticks))


@pytest.mark.parametrize("ending", ["webm", "avi", "ts", "mov"])
async def test_every_container_that_is_named_is_played(
    files: FileStore, around: Surroundings, tmp_path: Path, ending: str
) -> None:
    coded = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M") if ending == "webm" else ()
    data = made(tmp_path / f"statement.{ending}", 1.5, *coded).read_bytes()
    found = await screened(files, around, tmp_path, data)
    assert not any(finding.check.refuses for finding in found.findings), found.findings
    in_order(files, found, 30, within=2)


async def test_what_cannot_be_played_is_refused_with_words(
    files: FileStore, around: Surroundings, tmp_path: Path
) -> None:
    whole = made(tmp_path / "whole.mp4", 4, "-movflags", "faststart").read_bytes()
    index_last = made(tmp_path / "last.mp4", 2).read_bytes()
    picture = BytesIO()
    Image.effect_noise((64, 64), 50).save(picture, "PNG")
    hours = "-f", "lavfi", "-i", "color=gray:s=64x36:r=1:d=10800", "-f", "lavfi", "-t", "1", "-i", SOUNDING
    coded = *hours, "-c:v", "libx264", "-preset", "ultrafast"
    ffmpeg(*coded, str(tmp_path / "hours.mp4"))
    ffmpeg(*coded, "-f", "matroska", "-live", "1", str(tmp_path / "untold.mkv"))
    silent, black = "anullsrc=sample_rate=48000", ("-vf", "drawbox=c=black:t=fill")
    shapes: list[tuple[bytes, Check]] = [
        (made(tmp_path / "mute.mp4", 2, sound="").read_bytes(), Check.NO_SOUND),
        (whole[: len(whole) * 6 // 10], Check.BREAKS_OFF),
        (index_last[: len(index_last) // 2], Check.BREAKS_OFF),
        (picture.getvalue(), Check.NOT_A_VIDEO),
        ((tmp_path / "hours.mp4").read_bytes(), Check.TOO_LONG),
        ((tmp_path / "untold.mkv").read_bytes(), Check.TOO_LONG),
        (made(tmp_path / "silent.mp4", 2, sound=silent).read_bytes(), Check.ALL_SILENT),
        (made(tmp_path / "black.mp4", 2, *black).read_bytes(), Check.ALL_BLACK),
        (made(tmp_path / "short.mp4", 0.4).read_bytes(), Check.TOO_SHORT),
        (b"", Check.NOT_A_VIDEO),
        (b"\0\0\0\x20ftypisom" + os.urandom(3000), Check.BREAKS_OFF),
    ]
    for data, expected in shapes:
        found = await screened(files, around, tmp_path, data)
        assert [finding.check for finding in found.findings] == [expected]


async def test_silence_darkness_and_a_faint_voice_are_told_and_played(
    files: FileStore, around: Surroundings, tmp_path: Path
) -> None:
    faint = "sine=300:sample_rate=48000,volume='if(between(t,1,10),0,0.2)':eval=frame"
    dark = "-vf", "drawbox=c=black:t=fill:enable='between(t,2,8)'"
    found = await screened(files, around, tmp_path, made(tmp_path / "faint.mp4", 12, *dark, sound=faint).read_bytes())
    by_check = {finding.check: finding for finding in found.findings}
    assert set(by_check) == {Check.SILENCE, Check.BLACK, Check.LOUDNESS_CHANGED}
    assert abs((by_check[Check.BLACK].at_ms or 0) - 2000) < 200
    assert abs((by_check[Check.SILENCE].at_ms or 0) - 1300) < 500
    with preview_of(files, found) as preview:
        samples = [frame for frame in preview.decode(audio=0) if frame.time is not None and frame.time < 1]
    loudest = max(abs(value) for frame in samples for value in memoryview(frame.planes[0]).cast("f"))
    assert 0.05 < loudest < 0.9, "it was brought to the common loudness"


async def test_lists_and_references_lead_nowhere(files: FileStore, around: Surroundings, tmp_path: Path) -> None:
    lists = [
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{around.url}\n#EXTINF:1,\n{around.secret}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {around.secret}\nfile {around.url}\n",
        f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{around.url}</BaseURL></MPD>',
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        f"[Reference]\nRef1={around.url}\n",
    ]
    for text in lists:
        found = await screened(files, around, tmp_path, text.encode())
        assert found.findings == (Finding(Check.NOT_A_VIDEO),)
        hidden = await screened(files, around, tmp_path, b"\0\0\0\x08free" + text.encode())
        assert any(finding.check.refuses for finding in hidden.findings)
    plain = made(tmp_path / "plain.mp4", 2).read_bytes()
    for url in (around.url, f"file://{around.secret}", str(around.secret)):
        await screened(files, around, tmp_path, with_reference(plain, url))
        found = await screened(files, around, tmp_path, with_reference(plain, url, alias=True))
        assert any(finding.check.refuses for finding in found.findings), found.findings


def test_the_watch_sees_what_a_careless_reader_would_do(around: Surroundings, tmp_path: Path) -> None:
    """Without this the tests above could not fail."""
    playlist = tmp_path / "list.m3u8"
    for address, seen in ((around.url, around.called), (str(around.secret), around.read)):
        playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n")
        around.read()
        allowed = "-protocol_whitelist", "file,http,tcp", "-f", "hls", "-allowed_extensions", "ALL"
        process = subprocess.Popen(["ffprobe", "-v", "quiet", *allowed, playlist])
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert seen()


def test_the_process_can_open_nothing(around: Surroundings) -> None:
    program = """
import socket, sys
import av
from rostrum.confinement import confine
confine(3 * 2**30, 60)
secret, url = sys.argv[1:]
for reach in (socket.socket, lambda: open(secret, "rb"), lambda: av.open(secret), lambda: av.open(url)):
    try:
        reach()
    except OSError as error:
        print(error.errno)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, str(around.secret), around.url], check=True, capture_output=True, text=True
    )
    assert len(ran.stdout.split()) == 4
    assert not around.called()
    assert not around.read()


async def test_a_file_that_takes_too_much_is_stopped(files: FileStore, around: Surroundings, tmp_path: Path) -> None:
    data = made(tmp_path / "work.mp4", 2).read_bytes()
    small = replace(LIMITS, memory_bytes=200_000_000)
    found = await screened(files, around, tmp_path, data, small)
    assert [finding.check for finding in found.findings][-1] in {Check.TOO_MUCH_WORK, Check.DAMAGED, Check.BREAKS_OFF}


def test_a_sealed_file_is_read_from_anywhere(tmp_path: Path) -> None:
    path, data = tmp_path / "sealed", os.urandom(300_000)
    sealed = SealedFile(path, KEY, "one")
    for start in range(0, len(data), 70_001):
        sealed.append(data[start : start + 70_001])
    sealed.finish()
    mark = sealed.mark()
    sealed.close()
    assert sealed_size(path, mark) == sealed_size(path) == len(data)
    with path.open("rb") as file:
        reader = SealedReader(file, key_of(path, KEY, "one"), "one")
        for at, size in ((0, 10), (69_990, 30), (299_990, 50), (131_072, 140_000), (400_000, 5)):
            reader.seek(at)
            assert reader.read(size) == data[at : at + size]
        reader.seek(-7, os.SEEK_END)
        assert reader.read() == data[-7:]
        assert reader.tell() == len(data)
