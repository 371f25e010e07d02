"""What every engine must do for interpretation: another part of the suite in `contract.py`."""

import asyncio
import itertools
import time

import pytest

from rostrum.assembly.program import Audience, AudienceRole, Fill, Program, Slot
from rostrum.media.engine import Engine, NoSuchPeer, Wish
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE
from tests.media.contract import ALL, MEETING, REMOTE, Watching, on_air, speaking, watching

FRENCH = Audience(AudienceRole.REMOTE, "fr")
ENGLISH = Audience(AudienceRole.REMOTE, "en")
PUBLIC = Audience(AudienceRole.PUBLIC)
PROGRAM = Program(
    {
        REMOTE: {Slot.STAGE: Fill("a"), Slot.FLOOR: Fill("a")},
        FRENCH: {Slot.STAGE: Fill("a"), Slot.CHANNEL: Fill("b")},
        ENGLISH: {Slot.STAGE: Fill("a"), Slot.CHANNEL: Fill("c")},
    }
)
PACKET_S = 0.02


def sounds(watcher: Watching) -> list[bytes]:
    return [one.payload[-4:] for one in watcher.packets if one.payload_type == AUDIO_PAYLOAD_TYPE]


async def test_another_channel_comes_without_a_new_offer_and_the_picture_stays(engine: Engine) -> None:
    async with (
        speaking(engine, "a", b"AAAA"),
        speaking(engine, "b", b"BBBB"),
        speaking(engine, "c", b"CCCC"),
        watching(engine, FRENCH) as watcher,
    ):
        await engine.apply(MEETING, PROGRAM)
        await watcher.until_seen(b"BBBB", AUDIO_PAYLOAD_TYPE)
        await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        watcher.packets.clear()
        await engine.tune(watcher.peer_id, ENGLISH)
        await watcher.until_seen(b"CCCC", AUDIO_PAYLOAD_TYPE)
        await asyncio.sleep(0.1)
        heard = sounds(watcher)
        assert heard == sorted(heard), "the one ends where the other begins"
        stream = [one for one in watcher.packets if one.payload_type == AUDIO_PAYLOAD_TYPE]
        pictures = [one for one in watcher.packets if one.payload_type == VIDEO_PAYLOAD_TYPE]
        for packets in (stream, pictures):
            assert {(after.sequence - one.sequence) & 0xFFFF for one, after in itertools.pairwise(packets)} == {1}
        await engine.tune(watcher.peer_id, REMOTE)
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        with pytest.raises(NoSuchPeer):
            await engine.tune("0.nobody", REMOTE)


async def test_a_sender_is_tuned_to_nothing_and_a_receiver_has_no_sound_to_silence(engine: Engine) -> None:
    async with speaking(engine, "a", b"AAAA") as speaker, watching(engine) as watcher:
        with pytest.raises(NoSuchPeer):
            await engine.tune(speaker.peer_id, REMOTE)
        with pytest.raises(NoSuchPeer):
            await engine.silence(watcher.peer_id, True)


async def test_who_is_silenced_is_heard_by_nobody_from_then_on_and_nothing_of_it_comes_later(engine: Engine) -> None:
    async with speaking(engine, "a", b"AAAA") as speaker, watching(engine) as watcher:
        await engine.apply(MEETING, on_air("a"))
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        for _ in range(2):
            await engine.silence(speaker.peer_id, True)
            await asyncio.sleep(PACKET_S)
            watcher.packets.clear()
            await asyncio.sleep(0.4)
            assert not sounds(watcher)
            assert watcher.marks(VIDEO_PAYLOAD_TYPE) == {b"AAAA"}, "the picture goes on"
            silent_until_s = time.monotonic()
            await engine.silence(speaker.peer_id, False)
            await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
            await asyncio.sleep(0.3)
            most = (time.monotonic() - silent_until_s) / PACKET_S
            assert len(sounds(watcher)) <= most + 2, "what was said in between is not made up for"
            stream = [one for one in watcher.packets if one.payload_type == AUDIO_PAYLOAD_TYPE]
            assert {(after.sequence - one.sequence) & 0xFFFF for one, after in itertools.pairwise(stream)} == {1}


async def test_the_third_picture_is_the_sign_interpreters_and_goes_with_all_others(engine: Engine) -> None:
    kinds = ("video", "video", "video", "audio", "audio")
    program = Program({REMOTE: {Slot.STAGE: Fill("a"), Slot.SIGN: Fill("b")}})
    async with (
        speaking(engine, "a", b"AAAA"),
        speaking(engine, "b", b"BBBB"),
        watching(engine, kinds=kinds) as signs,
        watching(engine, kinds=ALL) as none,
    ):
        await engine.apply(MEETING, program)
        await signs.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        await signs.until_seen(b"BBBB", VIDEO_PAYLOAD_TYPE)
        await engine.wish(signs.peer_id, Wish.SMALL)
        await asyncio.sleep(0.2)
        signs.packets.clear()
        await asyncio.sleep(0.3)
        assert signs.marks(VIDEO_PAYLOAD_TYPE) == {b"AAAA", b"BBBB"}, "a smaller stage does not cost the hands"
        await none.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        assert b"BBBB" not in none.marks(VIDEO_PAYLOAD_TYPE)
        await engine.wish(signs.peer_id, Wish.NONE)
        await asyncio.sleep(0.1)
        signs.packets.clear()
        await asyncio.sleep(0.2)
        assert not signs.marks(VIDEO_PAYLOAD_TYPE)


async def test_a_voice_that_may_only_go_on_masked_does_not_go_on(engine: Engine) -> None:
    masked = Fill("a", masked=True)
    program = Program({REMOTE: {Slot.FLOOR: Fill("a")}, PUBLIC: {Slot.FLOOR: masked, Slot.CHANNEL: masked}})
    async with speaking(engine, "a", b"AAAA"), watching(engine) as watcher, watching(engine, PUBLIC) as outside:
        await engine.apply(MEETING, program)
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        await asyncio.sleep(0.2)
        assert not outside.packets
