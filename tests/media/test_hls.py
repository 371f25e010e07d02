"""What the webcast's stream is made of: fragments that ffprobe reads, playlists, what stands where nothing comes."""

import asyncio
import json
import subprocess
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from rostrum.app import play_test_picture
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.feeds import SetWebcast
from rostrum.assembly.interpretation import WORKING_LANGUAGES
from rostrum.assembly.program import Audience, AudienceRole
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from rostrum.media.hls.rendition import KEPT, PARTS, Rendition
from rostrum.media.hls.tracks import DELAY_S, FPS, GROUP, HEIGHT, WIDTH, Picture, Sound, nal_units
from rostrum.media.loadtest.descriptions import H264_PAYLOAD_TYPE, with_h264
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.playout import make_clip
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.wire import h264, rtp, vp8
from rostrum.media.wire.opus import SILENCE, opus_duration
from rostrum.recording_take import CHANNELS
from tests.support.app import running_app
from tests.support.programs import program

BEGUN = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
FIRST = 1000


def probed(folder: Path, segments: int) -> dict[str, Any]:
    """What ffprobe says of the first segments together."""
    whole = folder / "whole.mp4"
    parts = [folder / "init.mp4", *(folder / f"{FIRST + number}.m4s" for number in range(segments))]
    whole.write_bytes(b"".join(one.read_bytes() for one in parts))
    command = [program("ffprobe"), "-v", "error", "-show_streams", "-count_frames", "-of", "json", str(whole)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert not found.stderr
    stream: dict[str, Any] = json.loads(found.stdout)["streams"][0]
    return stream


def test_opus_goes_on_as_it_came_and_silence_stands_where_nothing_comes(tmp_path: Path) -> None:
    made: list[tuple[int, int]] = []
    sound = Sound(0.0)
    rendition = Rendition(tmp_path, sound.timescale, FIRST, BEGUN, lambda *position: made.append(position))
    rendition.begin(sound.init)
    frames = [one.data for one in make_clip(1).frames if one.kind == "audio"]
    kept = []
    for tick in range(1, 200):
        if tick <= len(frames):
            sound.packet(rtp.parse(rtp.header(False, 111, tick, tick * 960, 1) + frames[tick - 1]), (tick - 1) * 0.02)
        for sample in sound.samples(tick * 0.02 + DELAY_S - 0.001):
            kept.append(sample.data)
            rendition.add(sample)
    assert kept[: len(frames)] == frames
    assert set(kept[len(frames) :]) == {SILENCE}
    assert made[:7] == [(FIRST, part) for part in range(PARTS)] + [(FIRST + 1, 0)]
    stream = probed(tmp_path, 2)
    assert (stream["codec_name"], stream["sample_rate"], stream["nb_read_frames"]) == ("opus", "48000", "192")


def test_the_picture_is_whole_without_a_source_and_black_once_one_has_stopped(tmp_path: Path) -> None:
    picture = Picture(0.0)
    rendition = Rendition(tmp_path, picture.timescale, FIRST, BEGUN, lambda *_: None)
    rendition.begin(picture.init)
    frames = [one.data for one in make_clip(1).frames if one.kind == "video"]
    sequence, sizes = 0, []
    for tick in range(1, 3 * GROUP):
        if tick <= len(frames):
            for payload, last in vp8.packetise(frames[tick - 1], tick):
                sequence += 1
                picture.packet(rtp.parse(rtp.header(last, 96, sequence, tick * 3600, 1) + payload), "vp8", tick / FPS)
        for sample in picture.samples(tick / FPS + DELAY_S):
            sizes.append(len(sample.data))
            assert sample.begins == ((len(sizes) - 1) % GROUP == 0)
            rendition.add(sample)
    assert not picture.lost
    # A second after the last frame there is nothing to be coded any more.
    assert sum(sizes[2 : len(frames)]) > 20 * sum(sizes[2 * GROUP + 1 :])
    stream = probed(tmp_path, 2)
    assert (stream["codec_name"], stream["width"], stream["nb_read_frames"]) == ("h264", 640, str(2 * GROUP))
    assert picture.codec == "avc1.42c01e"


def h264_frames(count: int) -> list[bytes]:
    """Grey pictures as an encoder makes them, each a byte stream."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 320, 180, "yuv420p", Fraction(1, FPS)
    encoder.options = {"tune": "zerolatency"}
    found = []
    for number in range(count):
        frame = av.VideoFrame(320, 180, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([200]) * plane.buffer_size)
        frame.pts = number
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found


def test_h264_of_an_encoder_is_put_together_whatever_its_packets(tmp_path: Path) -> None:
    picture, pictures, sequence = Picture(0.0), h264.Pictures(), 0
    for number, frame in enumerate(h264_frames(5)):
        units = nal_units(frame)
        small, large = units[:-1], units[-1]
        payloads = [b"\x78" + b"".join(len(one).to_bytes(2, "big") + one for one in small)] if small else []
        head, body = large[0], large[1:]
        cut = len(body) // 2
        payloads += [
            bytes([head & 0xE0 | 28, 0x80 | head & 0x1F]) + body[:cut],
            bytes([head & 0xE0 | 28, 0x40 | head & 0x1F]) + body[cut:],
        ]
        for payload in payloads:
            sequence += 1
            packet = rtp.parse(rtp.header(payload is payloads[-1], 102, sequence, number * 3600, 1) + payload)
            whole = pictures.take(packet)
            picture.packet(packet, "h264", number / FPS)
        assert whole is not None
        assert nal_units(whole) == units
    made = picture.samples(4 / FPS + DELAY_S)
    assert not picture.lost
    black = Picture(0.0).samples(4 / FPS + DELAY_S)
    assert made[0].data != black[0].data
    pictures.spoil()
    assert pictures.take(rtp.parse(rtp.header(True, 102, 99, 0, 1) + b"\x41x")) is None


def test_a_lost_packet_asks_for_a_keyframe() -> None:
    picture = Picture(0.0)
    first, second = (rtp.parse(rtp.header(True, 96, number, 0, 1) + b"\x10\x01xx") for number in (1, 3))
    picture.packet(first, "vp8", 0.1)
    picture.lost = False
    picture.packet(second, "vp8", 0.2)
    assert picture.lost


def test_old_files_go_and_the_playlist_names_what_is_there(tmp_path: Path) -> None:
    sound = Sound(0.0)
    rendition = Rendition(tmp_path, sound.timescale, FIRST, BEGUN, lambda *_: None)
    for sample in sound.samples(60.0 + DELAY_S):
        rendition.add(sample)
    playlist = rendition.playlist()
    assert playlist == (tmp_path / "playlist.m3u8").read_text()
    named = {line.split('URI="')[-1].rstrip('"').split('"')[0] for line in playlist.splitlines() if ".m4s" in line}
    hinted = playlist.splitlines()[-1].split('URI="')[1].rstrip('"')
    there = {one.name for one in tmp_path.glob("*.m4s")}
    assert named - {hinted} <= there
    assert hinted not in there
    assert len(there) < 2 * KEPT + 6 * PARTS
    newest = FIRST + int(60.0 / (PARTS * 0.32))
    assert f"#EXT-X-MEDIA-SEQUENCE:{newest - KEPT}" in playlist
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T12:00:" in playlist


@pytest.mark.parametrize(("packet", "duration"), [(SILENCE, 960), (b"\x00", 480), (b"\x18", 2880), (b"\x7b\x03", 2880)])
def test_a_packet_says_how_long_it_is(packet: bytes, duration: int) -> None:
    assert opus_duration(packet) == duration


async def test_the_packager_is_given_h264_where_the_hall_has_nothing_else() -> None:
    end, engine = Endpoint(Identity.generateCertificate()), EmbeddedEngine(0, ["127.0.0.1"])
    await engine.start()
    try:
        offer = with_h264(end.offer(("video", "audio"), "recvonly"))
        answer = await engine.subscribe("m", Audience(AudienceRole.WEBCAST), offer, place_id=None)
        assert "VP8/90000" in answer.sdp
        assert f"a=rtpmap:{H264_PAYLOAD_TYPE} H264/90000" in answer.sdp
    finally:
        await end.close()
        await engine.close()


async def from_outside(name: str, *arguments: str) -> str:
    """What one of ffmpeg's programs writes, which has nothing to complain of."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(program(name), *arguments, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(60):
        output, complaints = await process.communicate()
    assert (process.returncode, complaints.decode()) == (0, "")
    return output.decode()


async def test_ffmpeg_reads_every_rendition_from_the_master_and_decodes_ten_seconds(tmp_path: Path) -> None:
    async with running_app(tmp_path / "data") as running:
        await play_test_picture(running.app, MEETING_ID)
        await running.house.desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
        async with asyncio.timeout(30):
            while running.house.streams.newest(MEETING_ID, "fr") is None:  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.1)
        await asyncio.sleep(6)
        address = f"{running.base}/hls/{MEETING_ID}/master.m3u8"
        found = json.loads(await from_outside("ffprobe", "-v", "warning", "-show_streams", "-of", "json", address))
        kinds = [(one["codec_type"], one["codec_name"]) for one in found["streams"]]
        assert sorted(kinds) == [("audio", "opus")] * len(CHANNELS) + [("video", "h264")]
        (picture,) = (one for one in found["streams"] if one["codec_type"] == "video")
        assert (picture["width"], picture["height"], picture["avg_frame_rate"]) == (WIDTH, HEIGHT, f"{FPS}/1")
        assert {one.get("tags", {}).get("language") for one in found["streams"]} >= set(WORKING_LANGUAGES)
        # A warning is its own doing: it reads the initialisation once more where it goes back to the oldest segment.
        read = "-v", "error", "-nostats", "-progress", "pipe:1", "-live_start_index", "0", "-i", address
        told = await from_outside("ffmpeg", *read, "-map", "0", "-t", "10", "-f", "null", "-")
        frames = [int(line.partition("=")[2]) for line in told.splitlines() if line.startswith("frame=")]
        assert abs(frames[-1] - 10 * FPS) <= 2
