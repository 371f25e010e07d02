"""Opens what a delegation sent: by its content, never by its name, and with no way from it to anything else.

Only the demuxers that are named here look at a file. None of them is a list of other files; what a file says of others
(data references of MP4) meets a demuxer that follows none, no protocol, and a process that cannot open anything.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn, Protocol

import av
from av.container import InputContainer

from rostrum.assembly.statement import Check
from rostrum.media.transcode.limits import Found, Limits

HEAD_BYTES = 1024
MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
EBML = b"\x1a\x45\xdf\xa3"
PACKET_BYTES = (188, 192)
"""Lengths of an MPEG transport stream's packets, without and with their times."""
PICTURE_CODECS = frozenset(
    {
        "av1", "dnxhd", "h263", "h264", "hevc", "mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v3", "prores",
        "vp8", "vp9",
    }
)  # fmt: skip
SOUND_CODECS = frozenset(
    {
        "aac", "ac3", "alac", "amr_nb", "amr_wb", "eac3", "flac", "mp2", "mp3", "opus", "pcm_alaw", "pcm_f32le",
        "pcm_mulaw", "pcm_s16be", "pcm_s16le", "pcm_s24be", "pcm_s24le", "pcm_s32le", "pcm_u8", "vorbis",
    }
)  # fmt: skip
READ_BYTES = 256 * 1024
THREADS = 2


class Source(Protocol):
    """Something that can be read from anywhere in it."""

    def read(self, size: int = -1, /) -> bytes:
        """So many bytes."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go on from there."""


@dataclass(frozen=True)
class Opened:
    """A file that can be looked at. `length_ms` as the file itself says; None where it does not."""

    container: InputContainer
    picture: av.VideoStream
    sound: av.AudioStream
    length_ms: int | None
    begins_s: Fraction

    def picture_at(self, pts: int, time_base: Fraction) -> Fraction:
        """Seconds from the file's beginning."""
        return pts * time_base - self.begins_s


def kind_of(head: bytes) -> str | None:
    """The demuxer for what begins so; None: nothing that we know."""
    if head[4:8] in MP4_BOXES:
        return "mov"
    if head.startswith(EBML):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    for size in PACKET_BYTES:
        first = size - PACKET_BYTES[0]
        if len(head) > first + 3 * size and all(head[first + n * size] == 0x47 for n in range(4)):
            return "mpegts"
    return None


def open_file(file: Source, limits: Limits) -> Opened:
    """Open a file. Raises `Found` for what cannot be played."""
    kind = kind_of(file.read(HEAD_BYTES))
    file.seek(0)
    if kind is None:
        raise Found(Check.NOT_A_VIDEO)
    try:
        container = av.open(
            file, format=kind, options={"protocol_whitelist": "none"}, buffer_size=READ_BYTES, io_open=_refuse
        )
    except (av.FFmpegError, ValueError) as error:
        raise Found(Check.BREAKS_OFF, 0) from error
    if not isinstance(container, InputContainer):
        raise TypeError("opened to be read")
    picture = next((one for one in container.streams.video if not _is_cover(one)), None)
    if picture is None:
        raise Found(Check.NO_PICTURE)
    if not container.streams.audio:
        raise Found(Check.NO_SOUND)
    sound = container.streams.audio[0]
    _require_codec(picture, PICTURE_CODECS)
    _require_codec(sound, SOUND_CODECS)
    if picture.codec_context.width * picture.codec_context.height > limits.pixels_max:
        raise Found(Check.TOO_LARGE_A_PICTURE)
    picture.codec_context.options = {"max_pixels": str(limits.pixels_max)}
    picture.codec_context.thread_count = THREADS
    picture.thread_type = "AUTO"
    length_ms = None if container.duration is None else container.duration * 1000 // av.time_base
    if length_ms is not None and length_ms > limits.end_ms:
        raise Found(Check.TOO_LONG, figure=limits.length_ms)
    return Opened(container, picture, sound, length_ms, Fraction(container.start_time or 0, av.time_base))


def _refuse(url: str, flags: int, options: dict[str, str]) -> NoReturn:  # noqa: ARG001 - as av calls it
    raise PermissionError("a file opens no other")


def _is_cover(stream: av.VideoStream) -> bool:
    """Whether it is a picture that rides along with sound."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _require_codec(stream: av.VideoStream | av.AudioStream, known: frozenset[str]) -> None:
    context = stream.codec_context
    if context.codec.canonical_name not in known:
        raise Found(Check.CODEC_UNKNOWN)
