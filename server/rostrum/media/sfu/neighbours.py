"""The other workers, as an engine sees them: what crosses to them and from them, and when."""

import logging
import time
from collections.abc import Callable

from rostrum.media.sfu.crossing import Carried, FeedGone, FeedTold, KeyframeWanted, Unwanted, Wanted, read
from rostrum.media.sfu.exports import Exports
from rostrum.media.sfu.imports import Imports
from rostrum.media.sfu.mailbox import Mailbox
from rostrum.media.sfu.router import MeetingRouter
from rostrum.media.sfu.source import Feed
from rostrum.media.wire.rtp import Malformed

_LOOK_EVERY_S = 5.0
_log = logging.getLogger(__name__)


class Neighbours:
    """The other workers; with a mailbox that leads nowhere there are none, and nothing is done."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._dropped = 0
        self._look_s = 0.0
        self._exports = Exports(mailbox.send)
        self._imports = Imports(mailbox.send, mailbox.send_all)

    def open(self, on_drained: Callable[[], None]) -> None:
        """Begin to listen; `on_drained` is called after what came together."""
        self._mailbox.open(self._take, on_drained)

    def close(self) -> None:
        """Listen no more. Twice is once."""
        self._mailbox.close()

    def published(self, meeting_id: str, source: str, feed: Feed) -> None:
        """A feed is published here."""
        self._exports.publish(meeting_id, source, feed)

    def unpublished(self, meeting_id: str, source: str, feed: Feed) -> None:
        """A feed is gone."""
        self._exports.unpublish(meeting_id, source, feed)

    def settle(self, meeting_id: str, router: MeetingRouter) -> None:
        """Ask for what a meeting's receivers here are given and that is not published here, and for no more."""
        if self._mailbox.others:
            elsewhere = router.wanted - self._exports.here(meeting_id)
            self._imports.want(meeting_id, router, elsewhere, time.monotonic())
            self._mailbox.flush()

    def tick(self, now_s: float) -> None:
        """To be called some fifty times a second."""
        if self._mailbox.others:
            self._exports.tick(now_s)
            self._imports.tick(now_s)
            self._mailbox.flush()
        if now_s >= self._look_s:
            self._look_s = now_s + _LOOK_EVERY_S
            if self._mailbox.dropped > self._dropped:
                _log.warning("other workers had no room for %d datagrams", self._mailbox.dropped - self._dropped)
                self._dropped = self._mailbox.dropped

    def flush(self) -> None:
        """Send what is on its way to others."""
        self._mailbox.flush()

    def _take(self, worker: int, letter: bytes) -> None:
        now_s = time.monotonic()
        try:
            message = read(letter)
        except Malformed:
            return
        match message:
            case Carried(feed_id, number, packet):
                self._imports.carried(worker, feed_id, number, packet, now_s)
            case FeedTold():
                self._imports.told(worker, message, now_s)
            case FeedGone(feed_id):
                self._imports.gone(worker, feed_id, now_s)
            case Wanted(meeting_id, source, anew):
                self._exports.want(worker, meeting_id, source, now_s, anew=anew)
            case Unwanted(meeting_id, source):
                self._exports.unwant(worker, meeting_id, source)
            case KeyframeWanted(feed_id, number):
                self._exports.keyframe(feed_id, number, now_s)
