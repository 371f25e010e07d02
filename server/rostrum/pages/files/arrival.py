"""A file that comes in with a request: whose it becomes, and what happens with it when it is ready."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from rostrum.assembly.refusal import Why
from rostrum.house import House
from rostrum.identity.limits import UPLOADS
from rostrum.identity.secrets import new_id
from rostrum.pages.trouble import Trouble
from rostrum.record.files import Owner
from rostrum.record.uploads import Upload
from rostrum.uploads.intake import Life, Ready, Taking

FILE_REFUSALS = frozenset(
    {
        Why.FILE_BROKEN,
        Why.FILE_EMPTY,
        Why.FILE_ENCRYPTED,
        Why.FILE_SWELLS,
        Why.FILE_TOO_LARGE,
        Why.FILE_TYPE,
        Why.NO_ROOM,
        Why.PICTURE_TYPE,
        Why.STATEMENT_TOO_LARGE,
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

    What is not cleaned at once: `taking` takes it in, with the fields in `told`, and `whole` is called with all of it.
    """

    request: web.Request
    house: House
    owner: Callable[[Mapping[str, str]], Awaitable[Owner]]
    keep: Callable[[Ready], Awaitable[None]]
    life: timedelta
    taking: Taking | None = None
    told: tuple[str, ...] = ()
    whole: Callable[[Upload], Awaitable[None]] | None = None

    @property
    def intake(self) -> Taking:
        """What takes it in."""
        return self.taking or self.house.intake

    async def begin(self, upload_id: str, owner: Owner, fields: Mapping[str, str], length: int, life: Life) -> None:
        """Begin an upload. Raises `Refused`."""
        told = {name: fields.get(name, "") for name in self.told}
        await self.intake.begin(upload_id, owner, fields.get("filename", ""), length, life, told)

    async def finish(self, upload: Upload) -> Ready | None:
        """A whole upload: cleaned, or handed on as it is (then None). Raises `Refused` with what is wrong with it."""
        if self.whole is not None:
            await self.whole(upload)
            return None
        now = self.house.clock()
        return await self.house.intake.finish(upload, new_id(), Life(now, now + self.life))

    async def require_turn(self) -> None:
        """Raise `Trouble(TOO_MANY_TRIES)` where too many uploads were begun from this address."""
        if not await self.house.rates.hit(UPLOADS, self.request.remote or ""):
            raise Trouble(Why.TOO_MANY_TRIES)
