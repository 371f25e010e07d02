"""Session descriptions: what browsers write is understood, what nobody should write is refused by name."""

import contextlib
from collections.abc import Callable

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly.program import Slot
from rostrum.media.engine import OfferRejected
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu import negotiate
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import sdp
from rostrum.media.wire.rtp import Malformed

SSRCS = {slot: 100 + number for number, slot in enumerate(Slot)}
REPAIR_SSRCS = {slot: 200 + number for number, slot in enumerate(Slot)}
TRANSPORT = sdp.Transport("ufrag", "password" * 3, "sha-256 " + ":".join(["AB"] * 32), ["127.0.0.1", "::1"], 10_000)


@pytest.fixture
async def offer() -> str:
    end = Endpoint(Identity.generateCertificate())
    text = end.offer(("video", "video", "audio", "audio"), "recvonly")
    await end.close()
    return text


async def test_an_answer_is_what_another_implementation_reads(offer: str) -> None:
    subscription = negotiate.subscription(offer, SSRCS, REPAIR_SSRCS)
    assert [*subscription.shapes] == [Slot.STAGE, Slot.PODIUM, Slot.FLOOR, Slot.CHANNEL]
    answer = SessionDescription.parse(sdp.answer(1, TRANSPORT, subscription.sections))
    assert [media.direction for media in answer.media] == ["sendonly"] * 4
    assert answer.media[0].ice is not None
    assert answer.media[0].ice.iceLite
    assert [media.ssrc[0].ssrc for media in answer.media] == [SSRCS[slot] for slot in subscription.shapes]
    assert [candidate.ip for candidate in answer.media[0].ice_candidates] == ["127.0.0.1", "::1"]
    assert answer.media[0].dtls is not None
    assert answer.media[0].dtls.role == "server"
    assert answer.media[2].rtp.codecs[0].parameters["useinbandfec"] == 1


@pytest.mark.parametrize("heard", [Slot.FLOOR, Slot.CHANNEL])
async def test_one_sound_is_in_the_stream_of_the_stage_and_it_is_the_one_that_is_heard(offer: str, heard: Slot) -> None:
    """Chromium keeps one sound in time with the picture of its stream, and takes any where there are two."""
    subscription = negotiate.subscription(offer, SSRCS, REPAIR_SSRCS, heard)
    answer = SessionDescription.parse(sdp.answer(1, TRANSPORT, subscription.sections))
    streams = {
        slot: (media.msid or "").split()[0] for slot, media in zip(subscription.shapes, answer.media, strict=True)
    }
    assert [slot for slot, stream in streams.items() if stream == "stage"] == [Slot.STAGE, heard]
    assert len(set(streams.values())) == 3


async def test_sections_for_the_bundle_only_are_taken_and_disabled_ones_are_not(offer: str) -> None:
    """Port 0 with `bundle-only` is how Firefox offers whatever is not its first section."""
    first, *others = offer.split("m=")[1:]
    head = offer.partition("m=")[0]
    closed = [other.replace(" 9 ", " 0 ", 1) for other in others]
    bundled = [f"{other}a=bundle-only\r\n" for other in closed]
    assert len(negotiate.subscription("m=".join([head, first, *bundled]), SSRCS, REPAIR_SSRCS).shapes) == 4
    assert len(negotiate.subscription("m=".join([head, first, *closed]), SSRCS, REPAIR_SSRCS).shapes) == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("VP8", "H265", None),
        ("opus", "PCMU", None),
        ("a=rtcp-mux\r\n", "", "rtcp-mux-required"),
        ("a=group:BUNDLE 0 1 2 3\r\n", "", "bundle-required"),
        ("a=ice-pwd", "a=nothing", "no-ice"),
        ("a=fingerprint:sha-256", "a=fingerprint:md5", "no-fingerprint"),
        ("setup:active", "setup:passive", "dtls-role"),
        ("a=recvonly", "a=sendonly", "no-common-codec"),
        ("v=0", "garbage", "malformed-sdp"),
        ("m=video 9", "m=video 99999", "malformed-sdp"),
    ],
)
async def test_what_cannot_be_answered_is_named(offer: str, old: str, new: str, code: str | None) -> None:
    changed = offer.replace(old, new)
    assert changed != offer
    if code is None:
        kinds = {shape.kind for shape in negotiate.subscription(changed, SSRCS, REPAIR_SSRCS).shapes.values()}
        assert len(kinds) == 1
        return
    with pytest.raises(OfferRejected) as caught:
        negotiate.subscription(changed, SSRCS, REPAIR_SSRCS)
    assert caught.value.code == code


LINE = st.one_of(
    st.sampled_from(
        [
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "m=audio 0 RTP/AVP 0",
            "a=mid:0",
            "a=rtpmap:96 VP8/90000",
            "a=rtpmap:96 /",
            "a=rtpmap:999999999999 x/y/z",
            "a=ssrc:1",
            "a=ssrc-group:FID 1",
            "a=extmap:1/x y",
            "a=ice-ufrag:",
            "a=rid:",
            "a=group:BUNDLE 0",
            "a=fingerprint:sha-256",
            "a=ice-pwd:x",
            "a=setup:actpass",
            "a=rtcp-mux",
            "a=fmtp:96 a=b;;=",
        ]
    ),
    st.text(max_size=60),
    st.builds("a={}:{}".format, st.text(max_size=10), st.text(max_size=30)),
)


@given(st.lists(LINE, max_size=40), st.sampled_from(["\r\n", "\n"]))
def test_no_text_upsets_the_negotiation(lines: list[str], end: str) -> None:
    text = end.join(lines)
    attempts: list[Callable[[], negotiate.Subscription | negotiate.Publication]] = [
        lambda: negotiate.subscription(text, SSRCS, REPAIR_SSRCS),
        lambda: negotiate.publication(text),
    ]
    for attempt in attempts:
        with contextlib.suppress(OfferRejected):
            assert attempt().sections
    try:
        description = sdp.parse(text)
    except Malformed:
        return
    for section in description.sections:
        assert section.ssrcs is not None
        assert all(0 < number < 15 for number in section.extensions.values())


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(Malformed):
        sdp.parse("a=x\n" * 5000)
    with pytest.raises(Malformed):
        sdp.parse("m=video 9 UDP/TLS/RTP/SAVPF 96\n" * 40)
