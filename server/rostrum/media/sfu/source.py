"""A source of a meeting: a name, and whoever stands behind it: a publisher, or else a local player."""

from collections.abc import Iterable

from rostrum.media.sfu.track import Track
from rostrum.media.wire.layers import Level

_TIMES = ((2,), (2,), (0, 2), (0, 1, 2))
"""What the paces of a picture are called where there are so many: the fastest is always 2, which leaves nothing out."""


def layer_key(size: int) -> str:
    """The key of a picture's layer in a feed: "video" for the smallest or only one, then "video/1", "video/2"."""
    return f"video/{size}" if size else "video"


class Feed:
    """The tracks that one publisher or player sends, and how its clock stands to ours."""

    def __init__(self) -> None:
        self.tracks: dict[str, Track] = {}
        """By "audio" or `layer_key`."""
        self.offset_s: float | None = None

    @property
    def started(self) -> bool:
        """Whether anything came from it yet."""
        return any(track.started for track in self.tracks.values())

    def heard_clock(self, their_wall_s: float, our_wall_s: float) -> None:
        """A sender report: the least delayed one so far tells the offset for sound and picture alike."""
        offset_s = our_wall_s - their_wall_s
        if self.offset_s is None or offset_s < self.offset_s:
            self.offset_s = offset_s

    def layers(self, now_s: float) -> list[Track]:
        """The picture's layers that come now, the smallest first; while none comes, the one that came last."""
        begun = [
            track
            for _, track in sorted(self.tracks.items(), key=lambda item: item[0])
            if track.kind == "video" and track.started
        ]
        coming = [track for track in begun if track.active(now_s)]
        return coming or sorted(begun, key=lambda track: track.last_at_s)[-1:]

    @property
    def sound(self) -> Track | None:
        """The sound, if it has begun."""
        track = self.tracks.get("audio")
        return track if track is not None and track.started else None

    def picture(self, size: int, now_s: float) -> Track | None:
        """The layer of a size, or else the next smaller one that comes; None where there is no picture."""
        layers = self.layers(now_s)
        return layers[min(size, len(layers) - 1)] if layers else None

    def flows(self, now_s: float, within_s: float) -> bool:
        """Whether a packet came within the last seconds."""
        return any(track.started and now_s - track.last_at_s < within_s for track in self.tracks.values())

    def costs(self, now_s: float) -> dict[Level, float]:
        """The levels of the picture that there are now, each with its bitrate in bit/s."""
        found = {}
        for size, track in enumerate(self.layers(now_s)):
            for time, bitrate_bps in zip(_TIMES[len(track.paces_bps)], track.paces_bps or (0.0,), strict=True):
                # A larger picture at the slowest pace is worse than a smaller one that moves.
                if size == 0 or time > 0:
                    found[Level(size, time)] = bitrate_bps
        return found


class Source:
    """What stands behind a name now. A publisher that has begun to send wins over the player."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.publisher: Feed | None = None
        self.player: Feed | None = None

    @property
    def feed(self) -> Feed | None:
        """The one to be seen and heard."""
        if self.publisher is not None and self.publisher.started:
            return self.publisher
        return self.player

    @property
    def idle(self) -> bool:
        """Whether nobody stands behind the name."""
        return self.publisher is None and self.player is None


def all_tracks(sources: Iterable[Source]) -> list[Track]:
    """Every track of every feed."""
    return [
        track
        for source in sources
        for feed in (source.publisher, source.player)
        if feed is not None
        for track in feed.tracks.values()
    ]
