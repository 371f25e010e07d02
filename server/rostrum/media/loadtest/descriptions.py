"""Session descriptions of the load generator's ends: what browsers say, as far as servers read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rostrum.media.wire import sdp

VIDEO_PAYLOAD_TYPE, AUDIO_PAYLOAD_TYPE = 96, 111
RTX_PAYLOAD_TYPE, RED_PAYLOAD_TYPE = 97, 63
MID_ID, LAYER_ID = 4, 10
H264_PAYLOAD_TYPE = 102
KINDS = {VIDEO_PAYLOAD_TYPE: "video", AUDIO_PAYLOAD_TYPE: "audio", RTX_PAYLOAD_TYPE: "rtx", RED_PAYLOAD_TYPE: "red"}
"""What a packet of a payload type is, in offers of ours."""

_H264 = "".join(
    f"a={line}\r\n"
    for line in (
        f"rtpmap:{H264_PAYLOAD_TYPE} H264/90000",
        f"fmtp:{H264_PAYLOAD_TYPE} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        f"rtcp-fb:{H264_PAYLOAD_TYPE} nack",
        f"rtcp-fb:{H264_PAYLOAD_TYPE} nack pli",
    )
)
_CODECS = {
    "video": (VIDEO_PAYLOAD_TYPE, "VP8/90000", ("nack", "nack pli", "goog-remb")),
    "audio": (AUDIO_PAYLOAD_TYPE, "opus/48000/2", ("nack",)),
}
_FURTHER = {
    "video": (RTX_PAYLOAD_TYPE, "rtx/90000", f"apt={VIDEO_PAYLOAD_TYPE}"),
    "audio": (RED_PAYLOAD_TYPE, "red/48000/2", f"{AUDIO_PAYLOAD_TYPE}/{AUDIO_PAYLOAD_TYPE}"),
}
_EXTENSIONS = {
    MID_ID: "urn:ietf:params:rtp-hdrext:sdes:mid",
    LAYER_ID: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
}


@dataclass(frozen=True)
class Own:
    """Our end of the transport."""

    ufrag: str
    password: str
    fingerprint: str
    port: int


def offer(
    own: Own,
    kinds: Sequence[str],
    direction: str,
    *,
    ssrcs: Sequence[int] = (),
    layers: Sequence[str] = (),
    repair: bool = False,
) -> str:
    """An offer with an m-line for each of `kinds`. `ssrcs` name what is sent, one for each; `layers` the streams of a
    picture in simulcast, whose SSRCs are not named. `repair`: with retransmissions (RTX) and redundant sound (RED), and
    without requests for lost sounds, as Chromium offers it."""
    mids = " ".join(str(number) for number in range(len(kinds)))
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {mids}"]
    for number, kind in enumerate(kinds):
        payload_type, codec, feedback = _CODECS[kind]
        further, further_codec, parameters = _FURTHER[kind]
        types = f"{payload_type} {further}" if repair else f"{payload_type}"
        lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {types}", *_transport(own, str(number), direction)]
        lines.append(f"a=rtpmap:{payload_type} {codec}")
        if not repair or kind == "video":
            lines += [f"a=rtcp-fb:{payload_type} {one}" for one in feedback]
        if repair:
            lines += [f"a=rtpmap:{further} {further_codec}", f"a=fmtp:{further} {parameters}"]
        if layers and kind == "video":
            lines += [f"a=extmap:{identifier} {uri}" for identifier, uri in _EXTENSIONS.items()]
            lines += [*(f"a=rid:{name} send" for name in layers), f"a=simulcast:send {';'.join(layers)}"]
        elif ssrcs:
            lines.append(f"a=ssrc:{ssrcs[number]} cname:load")
    return "\r\n".join(lines) + "\r\n"


def _transport(own: Own, mid: str, direction: str) -> list[str]:
    return [
        "c=IN IP4 0.0.0.0",
        f"a=mid:{mid}",
        f"a=ice-ufrag:{own.ufrag}",
        f"a=ice-pwd:{own.password}",
        f"a=fingerprint:{own.fingerprint}",
        "a=setup:active",
        f"a={direction}",
        f"a=candidate:1 1 udp 2130706431 127.0.0.1 {own.port} typ host",
        "a=rtcp-mux",
    ]


def answer(own: Own, offered: str) -> tuple[str, Mapping[int, str]]:
    """An answer that receives the VP8 and Opus of an offer, and what packets of each payload type are."""
    description = sdp.parse(offered)
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    lines.append(f"a=group:BUNDLE {' '.join(section.mid or '' for section in description.sections)}")
    kinds: dict[int, str] = {}
    for section in description.sections:
        wanted = [one for one in section.codecs if one.name in ("vp8", "opus")][:1]
        types = [one.payload_type for one in wanted]
        kinds |= dict.fromkeys(types, section.kind)
        line = f"m={section.kind} 9 {section.protocol} {' '.join(str(one) for one in types)}"
        lines += [line, *_transport(own, section.mid or "", "recvonly")]
        for codec in wanted:
            channels = f"/{codec.channels}" if codec.channels > 1 else ""
            lines.append(f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.clock_rate}{channels}")
            asked = section.feedback(codec.payload_type)
            lines += [f"a=rtcp-fb:{codec.payload_type} {one}" for one in asked if one.startswith(("nack", "goog-remb"))]
    return "\r\n".join(lines) + "\r\n", kinds


def with_h264(offer: str) -> str:
    """The offer with H.264 beside VP8."""
    types, vp8 = f"SAVPF {VIDEO_PAYLOAD_TYPE}\r\n", f"a=rtpmap:{VIDEO_PAYLOAD_TYPE} VP8/90000\r\n"
    return offer.replace(types, f"{types.rstrip()} {H264_PAYLOAD_TYPE}\r\n").replace(vp8, vp8 + _H264)
