"""A file that comes in with a request: whose it becomes, and what happens with it when it is ready."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from rostrum.assembly.refusal import Why
from rostrum.house import House
from rostrum.identity.limits import UPLOADS
from rostrum.pages.trouble import Trouble
from rostrum.record.files import Owner
from rostrum.uploads.intake import Ready

FILE_REFUSALS = frozenset(
    {
        Why.FILE_BROKEN,
        Why.FILE_EMPTY,
        Why.FILE_ENCRYPTED,
        Why.FILE_SWELLS,
        Why.FILE_TOO_LARGE,
        Why.FILE_TYPE,
        Why.PICTURE_TYPE,
        Why.TOO_MANY_FILES,
        Why.TOO_MANY_PAGES,
        Why.TOO_MANY_PIXELS,
        Why.UPLOAD_ELSEWHERE,
    }
)
"""What can be wrong with a file: said on the page that it was sent from."""


@dataclass(frozen=True)
class Arrival:
    """`owner` says whose a file becomes that came with these fields (none: for a request about one that was begun), or
    raises `Refused` where none is taken now; `keep` commits one that is ready. `life`: how long it is kept from now.
    """

    request: web.Request
    house: House
    owner: Callable[[Mapping[str, str]], Awaitable[Owner]]
    keep: Callable[[Ready], Awaitable[None]]
    life: timedelta

    async def require_turn(self) -> None:
        """Raise `Trouble(TOO_MANY_TRIES)` where too many uploads were begun from this address."""
        if not await self.house.rates.hit(UPLOADS, self.request.remote or ""):
            raise Trouble(Why.TOO_MANY_TRIES)
