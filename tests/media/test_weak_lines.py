"""A line that carries too little: the picture pauses, the voice goes on, and the picture comes back by itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.media.engine import Picture
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.wire import layers, rtcp_build, vp8
from rostrum.media.wire.layers import VideoGate
from tests.media.contract import Watching, on_air, speaking, watching


@pytest.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    opened = EmbeddedEngine(0, ["127.0.0.1"])
    await opened.start()
    yield opened
    await opened.close()


def test_a_still_picture_is_no_bad_line() -> None:
    gate = VideoGate()
    assert not any(gate.look(second, 90_000, 60_000, 0.0) for second in range(60))
    assert not gate.paused


def test_a_narrow_line_pauses_and_tries_again_later_and_later() -> None:
    gate = VideoGate()
    changes = [second for second in range(200) if gate.look(second, 100_000, 900_000, 0.0)]
    pauses, tries = changes[::2], changes[1::2]
    assert [tried - paused for paused, tried in zip(pauses, tries, strict=False)] == [10, 20, 40, 60]


def test_heavy_loss_pauses_as_well() -> None:
    gate = VideoGate()
    paused = []
    for second in range(4):
        gate.look(second, None, 900_000, 0.4)
        paused.append(gate.paused)
    assert paused == [False, False, True, True]


@given(st.lists(st.tuples(st.floats(0, 2e6), st.floats(0, 2e6), st.floats(0, 1)), max_size=120))
def test_it_never_stays_paused_for_more_than_a_minute(figures: list[tuple[float, float, float]]) -> None:
    gate = VideoGate()
    paused_for = 0
    for second, (allowed, sent, loss) in enumerate(figures):
        gate.look(second, allowed, sent, loss)
        paused_for = paused_for + 1 if gate.paused else 0
        assert paused_for <= 61


async def test_the_voice_goes_on_while_the_picture_pauses(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "_BAD_S", 0.5)
    monkeypatch.setattr(layers, "_FIRST_TRY_S", 2.0)
    monkeypatch.setattr(layers, "PAUSE_BELOW_BPS", 10_000_000)

    def paused(watcher: Watching) -> bool:
        return any(peer.picture is Picture.PAUSED for peer in engine.peers() if peer.peer_id == watcher.peer_id)

    await engine.apply("meeting", on_air("a"))
    async with speaking(engine, "a", b"AAAA"), watching(engine) as good, watching(engine) as weak:
        await weak.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        weak.end.send_rtcp(rtcp_build.remb(1, 2_000_000, []))
        async with asyncio.timeout(8):
            while not paused(weak):
                weak.end.send_rtcp(rtcp_build.remb(1, 20_000, []))
                await asyncio.sleep(0.2)
        await asyncio.sleep(0.1)
        weak.packets.clear()
        good.packets.clear()
        await asyncio.sleep(0.5)
        assert weak.marks(AUDIO_PAYLOAD_TYPE) == {b"AAAA"}
        assert weak.marks(VIDEO_PAYLOAD_TYPE) == set()
        assert good.marks(VIDEO_PAYLOAD_TYPE) == {b"AAAA"}
        weak.end.send_rtcp(rtcp_build.remb(1, 20_000_000, []))
        await weak.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE, 5)
        pictures = [one for one in weak.packets if one.payload_type == VIDEO_PAYLOAD_TYPE]
        assert vp8.parse(pictures[0].payload).keyframe
        assert not paused(good)
        assert not paused(weak)
