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


Authorise = Callable[[str], Awaitable[Grant | None]]
"""Token to grant; None for one that is wrong, expired or revoked, without saying which."""
