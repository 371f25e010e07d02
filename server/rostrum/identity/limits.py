"""How often somebody may try: keyed by what they try and where they come from, never stored."""

import hashlib

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

KNOCKS = RateLimitItemPerMinute(30, namespace="knock")
"""Links and application tokens tried from one address; a hall behind one address shares it, so not too few."""
FORMS = RateLimitItemPerMinute(20, namespace="form")
"""Applications sent from one address."""

CODES = RateLimitItemPerHour(6, namespace="code")
"""Codes sent by mail for one link: five tries each, of a hundred million."""
ASKING = RateLimitItemPerHour(20, namespace="asking")
"""Devices that ask to be let in by one link."""

NEW_LINKS = RateLimitItemPerHour(30, namespace="new-link")
"""New links that the focal point of one delegation has sent."""
UPLOADS = RateLimitItemPerMinute(40, namespace="upload")
"""Uploads begun from one address."""

WATCHING = RateLimitItemPerMinute(30, namespace="watching")
"""Passes to a webcast given to one address; a classroom behind one address shares it."""
CLIPS = RateLimitItemPerHour(60, namespace="clips")
"""Clips made for one place: each takes a second of a processor or some."""

LOOKING_BACK = RateLimitItemPerMinute(240, namespace="looking-back")
"""Pages of recordings and captions of them, for one address: each takes some hundredths of a second of a processor, or
some tenths."""

READING = RateLimitItemPerMinute(600, namespace="reading")
"""Streams of a webcast's captions opened from one address; a hall behind one address shares it."""


class RateLimits:
    """Counts in memory, by a hash of the address."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def hit(self, limit: RateLimitItem, address: str) -> bool:
        """Count one try; False where it is one too many."""
        return bool(await self._limiter.hit(limit, hashlib.sha256(address.encode()).hexdigest()[:16]))
