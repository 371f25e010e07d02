"""What goes into renditions: sounds as they came, at an even pace; the picture, coded once more, since no player takes
VP8 in MP4. Silence and black stand where nothing comes, so that sound and picture stay together."""

import re
from collections import deque
from fractions import Fraction

import av

from rostrum.media.hls.boxes import Sample, avc_entry, init, opus_entry
from rostrum.media.wire import h264, rtp, vp8
from rostrum.media.wire.opus import OPUS_RATE, SILENCE, SILENCE_SAMPLES, opus_duration

WIDTH, HEIGHT, FPS = 640, 360, 25
BPS = 700_000
GROUP = 48
"""Frames from one that a decoder can begin with to the next: a segment."""
PICTURE_ENDS_S = 1.0
"""A picture of which nothing came for so long is over: black is shown, and no face stands on the screen."""
DELAY_S = 0.15
"""For so long what belongs to a moment is waited for."""
OFF_S_MAX = 0.03
"""How far a sound may be from its time before silence is put in, or one is left out."""
_QUEUE_MAX = 50
_START = re.compile(rb"\x00\x00\x00?\x01")


class Sound:
    """A language's packets, brought to an even pace."""

    timescale = OPUS_RATE

    def __init__(self, begun_s: float) -> None:
        self._queue: deque[tuple[float, bytes]] = deque(maxlen=_QUEUE_MAX)
        self._begun_s, self._at = begun_s, 0

    @property
    def init(self) -> bytes:
        """The initialisation section."""
        return init(opus_entry(), OPUS_RATE)

    def packet(self, packet: rtp.RtpPacket, at_s: float) -> None:
        """Take one that came, and belongs to this time."""
        if packet.payload:
            self._queue.append((at_s, bytes(packet.payload)))

    def samples(self, now_s: float) -> list[Sample]:
        """What is due by now."""
        made = []
        while now_s - DELAY_S > (due_s := self._begun_s + self._at / OPUS_RATE):
            while self._queue and self._queue[0][0] < due_s - OFF_S_MAX:
                self._queue.popleft()
            if self._queue and self._queue[0][0] <= due_s + OFF_S_MAX:
                data = self._queue.popleft()[1]
                made.append(Sample(data, opus_duration(data)))
            else:
                made.append(Sample(SILENCE, SILENCE_SAMPLES))
            self._at += made[-1].duration
        return made


class Picture:
    """The stage: VP8 or H.264 in, H.264 out, at one size and pace whatever comes."""

    timescale = FPS

    def __init__(self, begun_s: float) -> None:
        self._decoders = {codec: av.CodecContext.create(codec, "r") for codec in ("vp8", "h264")}
        self._encoder = _encoder()
        self._begun_s, self._number = begun_s, 0
        self._frame: bytearray | None = None
        self._pictures = h264.Pictures()
        self._sequence: int | None = None
        self._coming: deque[tuple[float, av.VideoFrame]] = deque(maxlen=_QUEUE_MAX)
        self._shown: tuple[float, av.VideoFrame] | None = None
        self._black = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane, value in zip(self._black.planes, (16, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        parameters = nal_units(self._encoder.extradata or b"")
        self._sps = next(one for one in parameters if one[0] & 0x1F == 7)
        self._pps = next(one for one in parameters if one[0] & 0x1F == 8)
        self.lost = False
        """A packet is missing: a keyframe is needed. Set here, cleared by whoever has asked for one."""

    @property
    def init(self) -> bytes:
        """The initialisation section."""
        return init(avc_entry(self._sps, self._pps, WIDTH, HEIGHT), FPS, WIDTH, HEIGHT)

    @property
    def codec(self) -> str:
        """As playlists name it (RFC 6381)."""
        return f"avc1.{self._sps[1:4].hex()}"

    def packet(self, packet: rtp.RtpPacket, codec: str, at_s: float) -> None:
        """Take one that belongs to this time; a frame of which one is missing is not shown."""
        if self._sequence is not None and packet.sequence != (self._sequence + 1) & 0xFFFF:
            self._frame, self.lost = None, True
            self._pictures.spoil()
        self._sequence = packet.sequence
        if codec == "vp8":
            self._take_vp8(packet, at_s)
        elif (whole := self._pictures.take(packet)) is not None:
            self._decode(whole, codec, at_s)

    def _take_vp8(self, packet: rtp.RtpPacket, at_s: float) -> None:
        try:
            described = vp8.parse(packet.payload)
        except rtp.Malformed:
            return
        if described.starts_frame:
            self._frame = bytearray()
        if self._frame is None:
            return
        self._frame += packet.payload[described.length :]
        if packet.marker:
            self._decode(bytes(self._frame), "vp8", at_s)
            self._frame = None

    def _decode(self, frame: bytes, codec: str, at_s: float) -> None:
        try:
            for shown in self._decoders[codec].decode(av.Packet(frame)):
                if isinstance(shown, av.VideoFrame):
                    self._coming.append((at_s, shown))
        except av.FFmpegError:
            self.lost = True

    def samples(self, now_s: float) -> list[Sample]:
        """What is due by now."""
        made = []
        while now_s - DELAY_S > (due_s := self._begun_s + self._number / FPS):
            while self._coming and self._coming[0][0] < due_s + 0.5 / FPS:
                self._shown = self._coming.popleft()
            there = self._shown is not None and due_s - self._shown[0] < PICTURE_ENDS_S
            source = self._shown[1] if there and self._shown is not None else self._black
            frame = source.reformat(width=WIDTH, height=HEIGHT, format="yuv420p")
            frame.pts, frame.time_base = self._number, Fraction(1, FPS)
            frame.pict_type = (
                av.video.frame.PictureType.I if self._number % GROUP == 0 else av.video.frame.PictureType.NONE
            )
            self._number += 1
            for packet in self._encoder.encode(frame):
                units = [one for one in nal_units(bytes(packet)) if one[0] & 0x1F in (1, 5)]
                data = b"".join(len(one).to_bytes(4, "big") + one for one in units)
                made.append(Sample(data, 1, packet.is_keyframe))
        return made


def _encoder() -> av.VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    if not isinstance(encoder, av.VideoCodecContext):
        raise TypeError("libx264 is no coder of pictures")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.bit_rate, encoder.gop_size, encoder.thread_count = BPS, GROUP, 1
    encoder.options = {
        "preset": "superfast",
        "tune": "zerolatency",
        "profile": "baseline",
        "forced-idr": "1",
        "x264-params": f"keyint={GROUP}:min-keyint={GROUP}:scenecut=0:vbv-maxrate=900:vbv-bufsize=900",
    }
    encoder.flags |= av.codec.context.Flags.global_header
    encoder.open()
    return encoder


def nal_units(stream: bytes) -> list[bytes]:
    """The units of a byte stream (ISO/IEC 14496-10 annex B)."""
    return [unit for unit in _START.split(stream) if unit]
