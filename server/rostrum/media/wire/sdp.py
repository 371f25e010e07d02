"""Session descriptions as far as WHIP and WHEP use them (RFC 8866, 9429, 8840): offers read, answers made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rostrum.media.wire.rtp import Malformed

_SECTIONS_LIMIT = 32
_LINES_LIMIT = 4_000

DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(frozen=True)
class Codec:
    """One payload type of an offer. `name` in lower case; `parameters` is the fmtp text."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int
    parameters: str = ""

    def parameter(self, key: str) -> str | None:
        """One value of the fmtp text, by its key in lower case."""
        for part in self.parameters.split(";"):
            name, _, value = part.strip().partition("=")
            if name.lower() == key:
                return value
        return None


@dataclass(frozen=True)
class Section:
    """One m-line of an offer with all that stands under it."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]

    def first(self, name: str) -> str | None:
        """The value of the first attribute of this name ("" for a flag), or None."""
        return next((value for key, value in self.attributes if key == name), None)

    def every(self, name: str) -> list[str]:
        """The values of all attributes of this name."""
        return [value for key, value in self.attributes if key == name]

    @property
    def mid(self) -> str | None:
        """The identification tag."""
        return self.first("mid")

    @property
    def disabled(self) -> bool:
        """Whether the offerer does not want it. Port 0 alone says so only outside a bundle (RFC 9143 section 6):
        Firefox offers all but its first section so."""
        return self.port == 0 and self.first("bundle-only") is None

    @property
    def direction(self) -> str:
        """One of `DIRECTIONS`, as the offerer sees it."""
        return next((name for name, _ in self.attributes if name in DIRECTIONS), "sendrecv")

    @property
    def codecs(self) -> list[Codec]:
        """The offered payload types that have an rtpmap, in the order of preference."""
        maps = dict(_numbered(self.every("rtpmap")))
        parameters = dict(_numbered(self.every("fmtp")))
        found = []
        for text in self.formats:
            number = _integer(text, 127)
            if number is None or number not in maps:
                continue
            name, _, rest = maps[number].partition("/")
            rate, _, channels = rest.partition("/")
            clock_rate = _integer(rate, 1_000_000)
            if clock_rate:
                count = _integer(channels or "1", 255) or 1
                found.append(Codec(number, name.strip().lower(), clock_rate, count, parameters.get(number, "")))
        return found

    def feedback(self, payload_type: int) -> set[str]:
        """The RTCP feedback offered for a payload type, by itself or for all (RFC 4585 section 4.2)."""
        found = set()
        for value in self.every("rtcp-fb"):
            target, _, name = value.partition(" ")
            if target in ("*", str(payload_type)):
                found.add(name.strip())
        return found

    @property
    def extensions(self) -> dict[str, int]:
        """Header extensions: URI to identifier (1 to 14)."""
        found = {}
        for value in self.every("extmap"):
            left, _, uri = value.partition(" ")
            number = _integer(left.partition("/")[0], 14)
            if number:
                found[uri.split(" ")[0]] = number
        return found

    @property
    def layers(self) -> list[str]:
        """The identifiers of a simulcast offer's streams (RFC 8853), those that the offerer sends, in its order and
        without alternatives; none where it sends one stream alone."""
        for value in self.every("simulcast"):
            words = value.split()
            if "send" in words[:-1]:
                listed = words[words.index("send") + 1].split(";")
                names = [alternatives.split(",")[0].lstrip("~") for alternatives in listed]
                sent = {text.split()[0] for text in self.every("rid") if text.split()[1:2] == ["send"]}
                return [name for name in names if name in sent]
        return []

    @property
    def repairs(self) -> dict[int, int]:
        """Which SSRC retransmits which (RFC 4588 section 8.3): repairing to repaired."""
        found = {}
        for group in self.every("ssrc-group"):
            words = group.split()
            numbers = [_integer(word, 0xFFFFFFFF) for word in words[1:3]]
            if words[:1] == ["FID"] and len(numbers) == 2 and None not in numbers:
                found[int(words[2])] = int(words[1])
        return found

    @property
    def ssrcs(self) -> list[int]:
        """The SSRCs that carry media themselves, repair streams left out, in order, each once."""
        repairs = self.repairs
        found: dict[int, None] = {}
        for value in self.every("ssrc"):
            number = _integer(value.split(" ")[0], 0xFFFFFFFF)
            if number is not None and number not in repairs:
                found[number] = None
        return list(found)


@dataclass(frozen=True)
class Description:
    """A parsed offer: the attributes of the session and its sections."""

    attributes: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def first(self, name: str, section: Section) -> str | None:
        """An attribute of a section, or of the session where the section has none."""
        value = section.first(name)
        return value if value is not None else next((text for key, text in self.attributes if key == name), None)

    def every(self, name: str, section: Section) -> list[str]:
        """All values in a section, or of the session where the section has none."""
        return section.every(name) or [text for key, text in self.attributes if key == name]

    @property
    def bundled(self) -> list[str]:
        """The tags of the first BUNDLE group."""
        for key, value in self.attributes:
            if key == "group" and value.startswith("BUNDLE"):
                return value.split()[1:]
        return []


def parse(text: str) -> Description:
    """Parse a session description or a trickle fragment. Raises `Malformed`."""
    session: list[tuple[str, str]] = []
    sections: list[tuple[list[str], list[tuple[str, str]]]] = []
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > _LINES_LIMIT:
        raise Malformed("too many lines")
    if "\r" in "".join(lines) or "\0" in text:
        raise Malformed("a line has a carriage return or NUL inside")
    for line in lines:
        if not line.strip():
            continue
        kind, equals, value = line.partition("=")
        if not equals or len(kind) != 1:
            raise Malformed("a line is not of the form x=value")
        if kind == "m":
            parts = value.split()
            if len(parts) < 4:
                raise Malformed("an m-line has fewer than four fields")
            sections.append((parts, []))
        elif kind == "a":
            name, _, rest = value.partition(":")
            (sections[-1][1] if sections else session).append((name, rest.strip()))
    if len(sections) > _SECTIONS_LIMIT:
        raise Malformed("too many m-lines")
    return Description(tuple(session), tuple(_section(parts, attributes) for parts, attributes in sections))


def _section(parts: list[str], attributes: list[tuple[str, str]]) -> Section:
    port = _integer(parts[1].partition("/")[0], 65535)
    if port is None:
        raise Malformed("an m-line's port is not a number")
    return Section(parts[0], port, parts[2], tuple(parts[3:]), tuple(attributes))


def _integer(text: str, highest: int) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    number = int(text)
    return number if number <= highest else None


def _numbered(values: list[str]) -> list[tuple[int, str]]:
    found = []
    for value in values:
        left, _, right = value.partition(" ")
        number = _integer(left, 127)
        if number is not None:
            found.append((number, right))
    return found


@dataclass(frozen=True)
class SentStream:
    """What an answer says about a stream that we send. `repair_ssrc`: its retransmissions', 0 where there are none."""

    ssrc: int
    cname: str
    stream: str
    track: str
    repair_ssrc: int = 0


@dataclass(frozen=True)
class AnswerSection:
    """One m-line of an answer. Without codecs it is refused (port 0)."""

    kind: str
    protocol: str
    formats: tuple[str, ...]
    mid: str
    direction: str = "inactive"
    codecs: Sequence[Codec] = ()
    feedback: Mapping[int, Sequence[str]] = field(default_factory=dict)
    extensions: Mapping[str, int] = field(default_factory=dict)
    sent: SentStream | None = None
    layers: Sequence[str] = ()
    """The simulcast streams that are taken, as the offer names them."""


@dataclass(frozen=True)
class Transport:
    """Our end of the one transport that all sections share."""

    ufrag: str
    password: str
    fingerprint: str
    addresses: Sequence[str]
    port: int


def candidates(transport: Transport) -> list[str]:
    """Host candidates (RFC 8445 section 5.1.2.1), the first address preferred; as attribute lines."""
    lines = []
    for number, address in enumerate(transport.addresses):
        priority = (126 << 24) | ((65535 - number) << 8) | 255
        lines.append(f"a=candidate:{number + 1} 1 udp {priority} {address} {transport.port} typ host")
    return lines


def answer(session_id: int, transport: Transport, sections: Sequence[AnswerSection]) -> str:
    """An answer by an ICE-lite, DTLS-passive endpoint that bundles everything."""
    bundled = [section.mid for section in sections if section.codecs]
    lines = ["v=0", f"o=- {session_id} 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite"]
    lines += [f"a=group:BUNDLE {' '.join(bundled)}", "a=msid-semantic: WMS *"]
    first = True
    for section in sections:
        lines += _answer_section(section, transport, with_candidates=first and bool(section.codecs))
        first = first and not section.codecs
    return "\r\n".join(lines) + "\r\n"


def _answer_section(section: AnswerSection, transport: Transport, *, with_candidates: bool) -> list[str]:
    if not section.codecs:
        line = f"m={section.kind} 0 {section.protocol} {' '.join(section.formats)}"
        return [line, "c=IN IP4 0.0.0.0", f"a=mid:{section.mid}", "a=inactive"]
    version = "IP6" if ":" in transport.addresses[0] else "IP4"
    lines = [
        f"m={section.kind} {transport.port} {section.protocol} {' '.join(str(c.payload_type) for c in section.codecs)}",
        f"c=IN {version} {transport.addresses[0]}",
        f"a=mid:{section.mid}",
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.password}",
        f"a=fingerprint:{transport.fingerprint}",
        "a=setup:passive",
        f"a={section.direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]
    lines += [f"a=extmap:{number} {uri}" for uri, number in section.extensions.items()]
    for codec in section.codecs:
        channels = f"/{codec.channels}" if codec.channels > 1 else ""
        lines.append(f"a=rtpmap:{codec.payload_type} {_written(codec.name)}/{codec.clock_rate}{channels}")
        if codec.parameters:
            lines.append(f"a=fmtp:{codec.payload_type} {codec.parameters}")
        lines += [f"a=rtcp-fb:{codec.payload_type} {name}" for name in section.feedback.get(codec.payload_type, ())]
    if section.sent is not None:
        sent = section.sent
        lines += [f"a=msid:{sent.stream} {sent.track}"]
        if sent.repair_ssrc:
            lines += [f"a=ssrc-group:FID {sent.ssrc} {sent.repair_ssrc}"]
        lines += [f"a=ssrc:{ssrc} cname:{sent.cname}" for ssrc in (sent.ssrc, sent.repair_ssrc) if ssrc]
    if section.layers:
        lines += [*(f"a=rid:{name} recv" for name in section.layers), f"a=simulcast:recv {';'.join(section.layers)}"]
    if with_candidates:
        lines += [*candidates(transport), "a=end-of-candidates"]
    return lines


def _written(name: str) -> str:
    return name if name in ("opus", "red", "rtx") else name.upper()


def fragment(transport: Transport, kind: str, mid: str) -> str:
    """The answer to an ICE restart (RFC 9725 section 4.3.3, RFC 8840)."""
    lines = [
        "a=ice-lite",
        f"a=group:BUNDLE {mid}",
        f"m={kind} 9 UDP/TLS/RTP/SAVPF 0",
        f"a=mid:{mid}",
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.password}",
        *candidates(transport),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"
