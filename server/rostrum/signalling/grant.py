"""What a bearer token allows: one place in one meeting, and nothing else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rostrum.assembly.program import Audience


@dataclass(frozen=True)
class Grant:
    """The meaning of a good token.

    `place_id` is None for an anonymous watcher or an encoder in the hall; `may_publish` names the one source that the
    holder may send, None: it may only watch; `audience` is what it is given to see and hear, None: it may only send.
    """

    meeting_id: str
    place_id: str | None
    may_publish: str | None
    audience: Audience | None
    sound_only: bool = False
    """The holder asked for voice only: an offer with a picture is refused, whatever page or program made it."""
    viewer_id: str | None = None
    """Of an anonymous watcher, who may have two connections at once (a page that is loaded anew)."""
    crowd_max: int = 0
    """How many anonymous watchers there may be with this one; for `viewer_id` only."""

    @property
    def holder(self) -> str | None:
        """Whose the sessions are that are made with it: another holder's are as if they were not there."""
        return self.place_id if self.viewer_id is None else f"viewer:{self.viewer_id}"


Authorise = Callable[[str], Awaitable[Grant | None]]
"""Token to grant; None for one that is wrong, expired or revoked, without saying which."""
