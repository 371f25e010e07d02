"""The hall's second feed: what is given when the main one stops, how soon, and when it comes back."""

import time
from collections.abc import AsyncIterator

import pytest

from rostrum.assembly.feeds import Choice
from rostrum.assembly.program import HALL, HALL_BACKUP, Audience, AudienceRole, Fill, Program, Slot, place_source
from rostrum.media.engine import Engine
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.sfu.pool import WorkerPool
from rostrum.media.sfu.source import Feed, Source
from rostrum.media.sfu.standby import SILENT_S, STEADY_S, Standby
from rostrum.media.sfu.track import Track
from rostrum.media.wire import rtp
from tests.media.contract import IN_HALL, MEETING, REMOTE, speaking, watching

GAP_S = 1.0


def hall(choice: Choice = Choice.AUTO) -> Program:
    fill = Fill(HALL)
    return Program({REMOTE: {Slot.STAGE: fill, Slot.FLOOR: fill}}, choice)


@pytest.fixture(params=["one process", "two workers"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    many = request.param == "two workers"
    one = WorkerPool.of(2, 0, ["127.0.0.1"]) if many else EmbeddedEngine(0, ["127.0.0.1"])
    await one.start()
    yield one
    await one.close()


async def test_the_backup_takes_over_within_a_second_and_can_be_forced(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.apply(MEETING, hall())
    async with (
        speaking(engine, HALL_BACKUP, b"BBBB"),
        watching(engine) as watcher,
        speaking(engine, HALL, b"AAAA") as main,
    ):
        await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE, within_s=5)
        await engine.apply(MEETING, hall(Choice.BACKUP))
        await watcher.until_seen(b"BBBB", VIDEO_PAYLOAD_TYPE)
        await engine.apply(MEETING, hall())
        await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        watcher.packets.clear()
        stopped_s = time.monotonic()
        # The encoder hangs; its line stays.
        monkeypatch.setattr(main.end, "send_rtp", lambda _: None)
        for payload_type in (AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE):
            await watcher.until_seen(b"BBBB", payload_type)
        assert time.monotonic() - stopped_s < GAP_S


def flowing(feed: Feed, at_s: float) -> None:
    feed.tracks["audio"].receive(rtp.parse(rtp.header(False, 111, round(at_s * 50) & 0xFFFF, 0, 1) + b"x"), at_s)


def feed() -> Feed:
    one = Feed()
    one.tracks["audio"] = Track("audio", 48_000, 1, send_rtcp=None)
    return one


def test_the_main_feed_comes_back_only_when_it_is_steady() -> None:
    main, backup, standby = feed(), feed(), Standby()
    now_s = 100.0
    turned = []
    while now_s < 115.0:
        now_s = round(now_s + 0.02, 2)
        flowing(backup, now_s)
        # Stops at 102, stutters at 104 and comes steadily from 105 on.
        if now_s < 102.0 or 104.0 < now_s < 104.1 or now_s >= 105.0:
            flowing(main, now_s)
        if standby.look(main, backup, now_s):
            turned.append((round(now_s, 1), standby.on_backup))
    assert turned == [(102.0 + SILENT_S, True), (105.0 + STEADY_S, False)]


def test_a_backup_that_stops_too_is_left_for_a_main_feed_that_comes() -> None:
    main, backup, standby = feed(), feed(), Standby()
    flowing(backup, 1.0)
    assert standby.look(main, backup, 1.0)
    flowing(main, 2.0)
    assert standby.look(main, backup, 2.0)
    assert not standby.on_backup


def test_what_was_chosen_by_hand_and_is_not_there_leaves_what_there_is() -> None:
    main, backup, standby = Source(HALL), Source(HALL_BACKUP), Standby()
    main.publisher, backup.publisher = feed(), feed()
    flowing(main.publisher, 1.0)
    flowing(backup.publisher, 1.0)
    main.player = feed()
    assert standby.feed(Choice.MAIN, main, backup) is main.publisher
    assert standby.feed(Choice.BACKUP, main, backup) is backup.publisher
    assert standby.feed(Choice.TEST, main, backup) is main.player
    assert standby.feed(Choice.BACKUP, main, None) is main.publisher
    main.player = None
    assert standby.feed(Choice.TEST, main, None) is main.publisher
    assert standby.feed(Choice.AUTO, None, None) is None


async def test_the_hall_never_hears_itself_whichever_of_its_feeds_is_given(engine: Engine) -> None:
    speaker = place_source("a")
    far = {Slot.STAGE: Fill(speaker, to_itself=HALL), Slot.FLOOR: Fill(speaker, to_itself=HALL)}
    near = {Slot.STAGE: Fill(speaker), Slot.FLOOR: Fill(speaker)}
    public = Audience(AudienceRole.WEBCAST)
    await engine.apply(MEETING, Program({REMOTE: far, IN_HALL: near, public: far}, Choice.BACKUP))
    async with (
        speaking(engine, HALL, b"HHHH"),
        speaking(engine, HALL_BACKUP, b"BBBB"),
        speaking(engine, speaker, b"AAAA", "a"),
        watching(engine, IN_HALL) as screen,
        watching(engine, REMOTE, "a") as itself,
    ):
        await screen.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE, within_s=5)
        await itself.until_seen(b"BBBB", AUDIO_PAYLOAD_TYPE, within_s=5)
        for kind in (AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE):
            assert screen.marks(kind) == {b"AAAA"}
            assert b"AAAA" not in itself.marks(kind)
