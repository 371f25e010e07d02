"""A meeting's program, applied: which lane carries which track, and who is in which lane."""

from collections import Counter
from collections.abc import Mapping

from rostrum.assembly.program import HALL, HALL_BACKUP, Program, Slot
from rostrum.media.sfu.lane import Lane
from rostrum.media.sfu.slot import Receiver, Seat, Shape
from rostrum.media.sfu.source import Feed, Source, all_tracks
from rostrum.media.sfu.standby import Standby
from rostrum.media.sfu.track import Track
from rostrum.media.wire.layers import BEST, Level

SILENT = Program({})


class MeetingRouter:
    """One meeting's sources, lanes and receivers."""

    def __init__(self, ssrcs: Mapping[Slot, int], outbox: list[Lane]) -> None:
        self.program = SILENT
        self.sources: dict[str, Source] = {}
        self.receivers: dict[Receiver, None] = {}
        self.lanes: list[Lane] = []
        self._ssrcs = ssrcs
        self._outbox = outbox
        self._standby = Standby()
        self._costs: dict[str, dict[Level, float]] = {}

    @property
    def idle(self) -> bool:
        """Whether the meeting can be forgotten."""
        return not self.sources and not self.receivers and self.program is SILENT

    def apply(self, program: Program, now_s: float) -> None:
        """Carry this program from now on. What is no longer wanted stops before anything new begins."""
        self.program = program
        for lane in self.lanes:
            wanted = Counter(seat.receiver.wants(program, lane.shape.slot) for seat in (*lane.members, *lane.waiting))
            # A lane stays with those who want what it carries: nothing changes for them. Where nobody does, most stay
            # together in it, and it goes over to what they are to be given now.
            if wanted and lane.wanted not in wanted:
                lane.wanted = wanted.most_common(1)[0][0]
        self._settle_all(now_s)

    def _settle_all(self, now_s: float) -> None:
        seats = [(slot, seat) for receiver in self.receivers for slot, seat in receiver.seats.items()]
        for slot, seat in seats:
            if seat.lane is not None and seat.lane.wanted != seat.receiver.wants(self.program, slot):
                seat.lane.leave(seat)
        self._attach(now_s)
        for slot, seat in seats:
            self._settle(slot, seat, now_s)
        self._merge(now_s)
        self._prune()

    def _merge(self, now_s: float) -> None:
        """Lanes that have come to carry the same become one: the fewer go over to the more."""
        largest: dict[tuple[Shape, str | None, Level], Lane] = {}
        for lane in sorted(self.lanes, key=lambda one: len(one.members), reverse=True):
            into = largest.setdefault(lane.key, lane)
            if into is not lane:
                for seat in [*lane.members, *lane.waiting]:
                    into.await_entry(seat, now_s)

    @property
    def wanted(self) -> set[str]:
        """The sources that receivers here are to be given, whether they are there or not."""
        named = {lane.wanted for lane in self.lanes if lane.wanted is not None}
        return named | {HALL_BACKUP} if HALL in named else named

    def stand_by(self, now_s: float) -> None:
        """Go over to the hall's backup where the main feed does not come, and back. Some fifty times a second."""
        main, backup = self.sources.get(HALL), self.sources.get(HALL_BACKUP)
        if (backup is not None or self._standby.on_backup) and self._standby.look(
            None if main is None else main.publisher, None if backup is None else backup.feed, now_s
        ):
            self.changed(now_s)

    def _feed(self, name: str | None) -> Feed | None:
        """What stands behind a name."""
        source = None if name is None else self.sources.get(name)
        if name == HALL:
            return self._standby.feed(self.program.hall, source, self.sources.get(HALL_BACKUP))
        return None if source is None else source.feed

    def settle(self, receiver: Receiver, now_s: float) -> None:
        """Bring a receiver to the lanes that are right for it now."""
        for slot, seat in receiver.seats.items():
            self._settle(slot, seat, now_s)
        self._prune()

    def _settle(self, slot: Slot, seat: Seat, now_s: float) -> None:
        level = seat.receiver.level(slot)
        if level is None:
            self._unseat(seat)
            return
        wanted = seat.receiver.wants(self.program, slot)
        key = seat.shape, wanted, self._there_is(wanted, seat.shape, level)
        if seat.lane is not None and seat.lane.wanted != wanted:
            seat.lane.leave(seat)
        going_to = seat.waits_in or seat.lane
        if going_to is not None and going_to.key == key:
            return
        if seat.waits_in is not None:
            seat.waits_in.give_up(seat)
        if seat.lane is not None and seat.lane.key == key:
            return
        lane = next((one for one in self.lanes if one.key == key), None)
        if lane is None:
            lane = Lane(seat.shape, self._ssrcs[slot], wanted, key[2], self._outbox)
            self.lanes.append(lane)
            self._attach_lane(lane, now_s)
        lane.await_entry(seat, now_s)

    def _there_is(self, wanted: str | None, shape: Shape, level: Level) -> Level:
        """The most of a source that there is and that a level allows."""
        if shape.kind == "audio":
            return level
        costs = self._costs.get(wanted or "")
        return max((one for one in costs if one <= level), default=min(costs)) if costs else BEST

    def _unseat(self, seat: Seat) -> None:
        if seat.waits_in is not None:
            seat.waits_in.give_up(seat)
        if seat.lane is not None:
            seat.lane.leave(seat)

    def _attach(self, now_s: float) -> None:
        for lane in self.lanes:
            self._attach_lane(lane, now_s)

    def _attach_lane(self, lane: Lane, now_s: float) -> None:
        feed = self._feed(lane.wanted)
        track: Track | None = None
        if feed is not None:
            track = feed.sound if lane.shape.kind == "audio" else feed.picture(lane.level.size, now_s)
        same = feed is not None and lane.track is not None and lane.track in feed.tracks.values()
        lane.carry(track, now_s, at_once=not same)

    def _prune(self) -> None:
        for lane in [one for one in self.lanes if one.empty]:
            lane.carry(None, 0.0)
            self.lanes.remove(lane)

    def admit(self, receiver: Receiver, now_s: float) -> None:
        """Seat a connected receiver."""
        self.receivers[receiver] = None
        for slot, seat in receiver.seats.items():
            self._settle(slot, seat, now_s)

    def costs(self, receiver: Receiver) -> dict[Level, float]:
        """The levels of what the receiver is to be shown on the stage, each with its bitrate; none: no picture."""
        if Slot.STAGE not in receiver.seats:
            return {}
        return self._costs.get(receiver.wants(self.program, Slot.STAGE) or "", {})

    def measure(self, now_s: float) -> None:
        """Take all bitrates, and follow layers that publishers have switched on or off."""
        for lane in self.lanes:
            lane.measure(now_s)
        for track in self.tracks():
            track.measure(now_s)
        if self._take_costs(now_s):
            self._settle_all(now_s)
        else:
            self._prune()

    def _take_costs(self, now_s: float) -> bool:
        """Returns whether any source has other levels than before."""
        before = {name: costs.keys() for name, costs in self._costs.items()}
        feeds = {name: self._feed(name) for name in self.sources.keys() | {HALL}}
        self._costs = {name: feed.costs(now_s) for name, feed in feeds.items() if feed is not None}
        return before != {name: costs.keys() for name, costs in self._costs.items()}

    def dismiss(self, receiver: Receiver) -> None:
        """Take a receiver out; none is no error."""
        self.receivers.pop(receiver, None)
        for seat in receiver.seats.values():
            self._unseat(seat)
        self._prune()

    def source(self, name: str) -> Source:
        """The source of this name, made if it is not there."""
        return self.sources.setdefault(name, Source(name))

    def publish(self, name: str, feed: Feed, now_s: float, *, player: bool = False) -> None:
        """Put a feed behind a name."""
        source = self.source(name)
        if player:
            source.player = feed
        else:
            source.publisher = feed
        self.changed(now_s)

    def unpublish(self, name: str, feed: Feed, now_s: float) -> None:
        """Take a feed away; another one behind the same name is left alone."""
        source = self.sources.get(name)
        if source is None:
            return
        if source.publisher is feed:
            source.publisher = None
        if source.player is feed:
            source.player = None
        if source.idle:
            del self.sources[name]
        self.changed(now_s)

    def changed(self, now_s: float) -> None:
        """A feed has begun to send, or has gone."""
        self._take_costs(now_s)
        self._settle_all(now_s)

    def tracks(self) -> list[Track]:
        """Every incoming stream."""
        return all_tracks(self.sources.values())

    def report(self, wall_s: float) -> None:
        """Send sender reports in all lanes."""
        for lane in self.lanes:
            feed = self._feed(lane.wanted)
            if feed is not None and feed.offset_s is not None:
                lane.report(feed.offset_s, wall_s, cname(lane.shape.slot))


def cname(slot: Slot) -> str:
    """Streams of one CNAME are played in time with each other: the stage with the floor's sound."""
    return slot.value if slot in (Slot.PODIUM, Slot.SIGN) else "stage"
