"""Offers of WHIP and WHEP clients, answered: what is taken of each m-line, and with which codecs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rostrum.assembly.program import Slot
from rostrum.media.engine import OfferRejected
from rostrum.media.sfu.dtls import fingerprint_pairs
from rostrum.media.sfu.ice import Credentials
from rostrum.media.sfu.router import cname
from rostrum.media.sfu.slot import Shape
from rostrum.media.wire.rtp import Malformed
from rostrum.media.wire.sdp import AnswerSection, Codec, Description, Section, SentStream, parse

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
LAYER_URI = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_LAYER_URI = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
ABS_SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

OPUS_PARAMETERS = "minptime=10;useinbandfec=1;usedtx=1"
OPUS_FROM_PUBLISHERS = "minptime=10;useinbandfec=1;usedtx=0;stereo=0;maxaveragebitrate=64000"
"""What carries speech from 125 to 15,000 Hz, for interpreters' ears, and leaves out nothing that is soft (RFC 7587)."""
LAYERS_LIMIT = 3
_FROM_PUBLISHERS = (MID_URI, LAYER_URI, REPAIRED_LAYER_URI, TRANSPORT_CC_URI)
_FEEDBACK = ("nack", "nack pli", "ccm fir", "transport-cc", "goog-remb")
_SLOTS = {"video": (Slot.STAGE, Slot.PODIUM, Slot.SIGN), "audio": (Slot.FLOOR, Slot.CHANNEL)}
_CODECS = {"video": (("vp8", 90_000), ("h264", 90_000)), "audio": (("opus", 48_000),)}
_ASCENDING = ({"l": 0, "m": 1, "h": 2}, {"q": 0, "h": 1, "f": 2}, {"2": 0, "1": 1, "0": 2})
"""Names of layers that clients are known to use, from the smallest picture to the largest."""


@dataclass(frozen=True)
class Remote:
    """The offerer's end of the transport."""

    credentials: Credentials
    fingerprints: Sequence[tuple[str, str]]
    first_kind: str
    first_mid: str


@dataclass(frozen=True)
class Expected:
    """A sound or a picture that a publisher is going to send. A payload type of 0: not negotiated."""

    kind: str
    codec: str
    clock_rate: int
    payload_type: int
    mid: str
    ssrcs: Sequence[int]
    layers: Sequence[str] = ()
    """Simulcast: the streams' names, the smallest picture first."""
    repairs: Mapping[int, int] = field(default_factory=dict)
    rtx_payload_type: int = 0
    red_payload_type: int = 0
    asks_by_fir: bool = False
    """The publisher knows no other request for a keyframe than FIR."""


@dataclass(frozen=True)
class Publication:
    """What a WHIP offer comes to. `extensions`: identifiers by URI, of those that we read."""

    remote: Remote
    sections: Sequence[AnswerSection]
    streams: Sequence[Expected]
    extensions: Mapping[str, int]


@dataclass(frozen=True)
class Subscription:
    """What a WHEP offer comes to."""

    remote: Remote
    sections: Sequence[AnswerSection]
    shapes: Mapping[Slot, Shape]


def publication(offer_sdp: str) -> Publication:
    """Take the first sound and the first picture of a WHIP offer. Raises `OfferRejected`."""
    description = _read(offer_sdp)
    sections: list[AnswerSection] = []
    streams: dict[str, Expected] = {}
    extensions: dict[str, int] = {}
    for section in description.sections:
        mid = section.mid or ""
        codec = _codec(section)
        if codec is None or section.kind in streams or section.direction not in ("sendonly", "sendrecv"):
            sections.append(_refused(section, mid))
            continue
        rtx, red = _repair(section, codec), _redundant(section, codec)
        offered = section.feedback(codec.payload_type)
        layers = section.layers[:LAYERS_LIMIT]
        streams[section.kind] = Expected(
            section.kind,
            codec.name,
            codec.clock_rate,
            codec.payload_type,
            mid,
            section.ssrcs,
            _ascending(layers),
            section.repairs,
            0 if rtx is None else rtx.payload_type,
            0 if red is None else red.payload_type,
            "ccm fir" in offered and "nack pli" not in offered,
        )
        taken = {uri: number for uri, number in section.extensions.items() if uri in _FROM_PUBLISHERS}
        extensions |= taken
        # The first codec is the one that is sent: with the frame before it where the offerer can do that.
        codecs = [one for one in (red, codec, rtx) if one is not None]
        estimating = "goog-remb" if TRANSPORT_CC_URI in taken and "transport-cc" in offered else ""
        sections.append(
            _accepted(
                section, mid, "recvonly", codecs, taken, without=estimating, layers=layers, opus=OPUS_FROM_PUBLISHERS
            )
        )
    if not streams:
        raise OfferRejected("no-common-codec", "nothing in the offer sends VP8, H.264 or Opus")
    return Publication(_remote(description, sections), sections, list(streams.values()), extensions)


def subscription(
    offer_sdp: str, ssrcs: Mapping[Slot, int], repair_ssrcs: Mapping[Slot, int], heard: Slot = Slot.FLOOR
) -> Subscription:
    """Give the m-lines of a WHEP offer their slots, in order. `heard`: the sound that the picture is kept in time with,
    where there are two: browsers keep one sound in time with a picture of the same stream. Raises `OfferRejected`."""
    description = _read(offer_sdp)
    if sum(section.kind == "audio" for section in description.sections) < 2:
        heard = Slot.FLOOR
    sections: list[AnswerSection] = []
    shapes: dict[Slot, Shape] = {}
    free = {kind: list(slots) for kind, slots in _SLOTS.items()}
    for section in description.sections:
        mid = section.mid or ""
        codec = _codec(section, "vp8")
        if codec is None or not free[section.kind] or section.direction not in ("recvonly", "sendrecv"):
            sections.append(_refused(section, mid))
            continue
        slot = free[section.kind].pop(0)
        extensions = {}
        if section.kind == "video" and ABS_SEND_TIME_URI in section.extensions:
            extensions = {ABS_SEND_TIME_URI: section.extensions[ABS_SEND_TIME_URI]}
        rtx, red = _repair(section, codec), _redundant(section, codec)
        further = _codec(section, "h264") if section.kind == "video" else None
        shapes[slot] = Shape(
            slot,
            section.kind,
            codec.clock_rate,
            codec.payload_type,
            extensions.get(ABS_SEND_TIME_URI, 0),
            0 if rtx is None else rtx.payload_type,
            0 if red is None else red.payload_type,
            0 if further is None else further.payload_type,
        )
        stream = cname(slot) if section.kind == "video" or slot is heard else slot.value
        sent = SentStream(ssrcs[slot], cname(slot), stream, slot.value, 0 if rtx is None else repair_ssrcs[slot])
        codecs = [one for one in (codec, rtx, red, further) if one is not None]
        sections.append(_accepted(section, mid, "sendonly", codecs, extensions, sent, without="transport-cc"))
    if not shapes:
        raise OfferRejected("no-common-codec", "nothing in the offer receives VP8 or Opus")
    return Subscription(_remote(description, sections), sections, shapes)


def _read(offer_sdp: str) -> Description:
    try:
        description = parse(offer_sdp)
    except Malformed as error:
        raise OfferRejected("malformed-sdp", str(error)) from None
    if not description.sections:
        raise OfferRejected("malformed-sdp", "the offer has no m-line")
    return description


def _codec(section: Section, name: str | None = None) -> Codec | None:
    """The codec that we take, the best first; only the one of a name for a picture, where one is given."""
    if section.kind not in _CODECS or section.disabled or "RTP/SAVPF" not in section.protocol:
        return None
    for wanted in _CODECS[section.kind]:
        if section.kind == "video" and name not in (None, wanted[0]):
            continue
        for codec in section.codecs:
            fits = (codec.name, codec.clock_rate) == wanted
            # Only this mode cuts a picture into packets of the network's size (RFC 6184 section 6.3).
            if fits and (codec.name != "h264" or codec.parameter("packetization-mode") == "1"):
                return codec
    return None


def _repair(section: Section, codec: Codec) -> Codec | None:
    """The retransmission format of a codec (RFC 4588 section 8.1)."""
    wanted = str(codec.payload_type)
    return next((one for one in section.codecs if one.name == "rtx" and one.parameter("apt") == wanted), None)


def _redundant(section: Section, codec: Codec) -> Codec | None:
    """The redundancy format of nothing but this codec (RFC 2198 section 5)."""
    for one in section.codecs:
        if one.name == "red" and set(one.parameters.split("/")) == {str(codec.payload_type)}:
            return one
    return None


def _ascending(layers: Sequence[str]) -> list[str]:
    """Layers from the smallest picture to the largest; RFC 8853 gives their order no such meaning, clients do."""
    for known in _ASCENDING:
        if set(layers) <= known.keys():
            return sorted(layers, key=known.__getitem__)
    return list(layers)


def _accepted(
    section: Section,
    mid: str,
    direction: str,
    codecs: Sequence[Codec],
    extensions: Mapping[str, int],
    sent: SentStream | None = None,
    *,
    without: str = "",
    layers: Sequence[str] = (),
    opus: str = OPUS_PARAMETERS,
) -> AnswerSection:
    feedback = {}
    chosen = []
    for codec in codecs:
        parameters = opus if codec.name == "opus" else "" if codec.name == "vp8" else codec.parameters
        chosen.append(Codec(codec.payload_type, codec.name, codec.clock_rate, codec.channels, parameters))
        offered = section.feedback(codec.payload_type)
        if codec.name not in ("rtx", "red"):
            feedback[codec.payload_type] = [name for name in _FEEDBACK if name in offered and name != without]
    return AnswerSection(
        section.kind, section.protocol, section.formats, mid, direction, chosen, feedback, extensions, sent, layers
    )


def _refused(section: Section, mid: str) -> AnswerSection:
    return AnswerSection(section.kind, section.protocol, section.formats, mid)


def _remote(description: Description, sections: Sequence[AnswerSection]) -> Remote:
    """Check the transport that the accepted sections share."""
    accepted = [section for section, answered in zip(description.sections, sections, strict=True) if answered.codecs]
    first = accepted[0]
    if any(not section.mid for section in accepted):
        raise OfferRejected("bundle-required", "every m-line needs a mid")
    if len(accepted) > 1 and any(section.mid not in description.bundled for section in accepted):
        raise OfferRejected("bundle-required", "all m-lines have to share one transport (BUNDLE)")
    if any(section.first("rtcp-mux") is None for section in accepted):
        raise OfferRejected("rtcp-mux-required", "RTP and RTCP have to share one port")
    credentials = Credentials.offered(description.first("ice-ufrag", first), description.first("ice-pwd", first))
    if credentials is None:
        raise OfferRejected("no-ice", "the offer has no ICE credentials")
    fingerprints = fingerprint_pairs(description.every("fingerprint", first))
    if not fingerprints:
        raise OfferRejected("no-fingerprint", "the offer has no fingerprint that we can check")
    if (description.first("setup", first) or "actpass") == "passive":
        raise OfferRejected("dtls-role", "the offer must be ready to open the DTLS session")
    return Remote(credentials, fingerprints, first.kind, first.mid or "")
