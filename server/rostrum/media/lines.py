"""Everyone's line: what the engine and the pages say of it now, and for how many minutes it was how.

Kept in memory for the technician; what lasts is how many minutes of each word a place had (`record.participation`).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from rostrum.media.engine import Engine, PeerHealth, PeerState
from rostrum.media.quality import Quality, Seen, Word, quality

SAMPLE_S = 5.0
SAMPLES_A_MINUTE = 12
_FRESH_S = 1.0
_SEEN_LASTS_S = 30.0

Minutes = Mapping[tuple[str, str], Word]
"""The word of a minute, by (meeting, place)."""


@dataclass(frozen=True)
class LineNow:
    """One connection as the technician sees it."""

    peer: PeerHealth
    quality: Quality
    seen: Seen | None


class Lines:
    """The lines of all meetings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._peers: dict[str, PeerHealth] = {}
        self._taken_s = -_FRESH_S
        self._seen: dict[str, tuple[float, Seen]] = {}
        self._samples: dict[tuple[str, str], list[Word]] = {}

    def report(self, peer_id: str, seen: Seen) -> LineNow | None:
        """Take a page's word of its end; returns how its line is. None: there is no such connection."""
        self._refresh()
        peer = self._peers.get(peer_id)
        if peer is None:
            return None
        self._seen[peer_id] = (time.monotonic(), seen)
        return LineNow(peer, quality(peer, seen), seen)

    def of(self, meeting_id: str) -> list[LineNow]:
        """The connections of a meeting, the worst first."""
        self._refresh()
        found = []
        for peer in self._peers.values():
            if peer.meeting_id == meeting_id:
                seen = self._seen_of(peer.peer_id)
                found.append(LineNow(peer, quality(peer, seen), seen))
        return sorted(found, key=lambda one: (-one.quality.word, one.peer.place_id or "", one.peer.source or ""))

    def sample(self, meetings: Mapping[str, frozenset[str]]) -> None:
        """Take note of how everyone's line is; to be called every `SAMPLE_S`. `meetings`: those that are open, each
        with the places that have a page of it before them."""
        self._refresh()
        words = {(meeting_id, place_id): Word.AWAY for meeting_id, places in meetings.items() for place_id in places}
        best: dict[tuple[str, str, bool], Word] = {}
        for peer in self._peers.values():
            if peer.place_id is None or peer.meeting_id not in meetings:
                continue
            # Of several tabs the best one counts; of sending and watching, the worse.
            way = peer.meeting_id, peer.place_id, peer.source is not None
            word = quality(peer, self._seen_of(peer.peer_id)).word
            best[way] = min(word, best.get(way, Word.AWAY))
        connected: dict[tuple[str, str], Word] = {}
        for (meeting_id, place_id, _), word in best.items():
            connected[meeting_id, place_id] = max(word, connected.get((meeting_id, place_id), Word.GOOD))
        for key, word in (words | connected).items():
            self._samples.setdefault(key, []).append(word)

    def minute(self) -> Minutes:
        """How the minute was for each place: the word that a sixth of it was at or worse. Begins the next one."""
        found = {}
        for key, samples in self._samples.items():
            worst_first = sorted(samples, reverse=True)
            found[key] = worst_first[min(1, len(worst_first) - 1)]
        self._samples = {}
        return found

    def _seen_of(self, peer_id: str) -> Seen | None:
        at_s, seen = self._seen.get(peer_id, (0.0, None))
        return seen if seen is not None and time.monotonic() - at_s < _SEEN_LASTS_S else None

    def _refresh(self) -> None:
        now_s = time.monotonic()
        if now_s - self._taken_s < _FRESH_S:
            return
        self._taken_s = now_s
        # One that never connected says nothing of a line: a page that was left before it could.
        known = [peer for peer in self._engine.peers() if peer.state is not PeerState.CONNECTING]
        self._peers = {peer.peer_id: peer for peer in known}
        self._seen = {peer_id: one for peer_id, one in self._seen.items() if peer_id in self._peers}
