"""Forms that send one command to a meeting's interpretation, from the booth and from the console."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.interpretation import Interpretation, InterpretationCommand
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import INTERPRETATION
from rostrum.pages.addressed import meeting_of
from rostrum.pages.apply.form import tidy
from rostrum.pages.route import Route, Visit, done

INTERPRET = frozenset({Right.INTERPRET})
EQUIP = frozenset({Right.ADMINISTER, Right.FEED_HALL})


@dataclass(frozen=True)
class SentToBooth:
    """What a form sent: the visit, the meeting, its interpretation, and the fields."""

    visit: Visit
    meeting: Meeting
    state: Interpretation
    fields: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    """Of fields that can be there more than once: all their values."""

    def field(self, name: str) -> str:
        """A field's text, tidied; "" where it is not there."""
        return self.fields.get(name, "")

    @property
    def own_booth(self) -> str:
        """The booth in whose team the visitor is. Raises `Refused(NOT_IN_BOOTH)`."""
        booth = self.state.booth_of_place(self.visit.place_id)
        if booth is None:
            raise Refused(Why.NOT_IN_BOOTH)
        return booth.booth_id


async def sent_to_booth(visit: Visit) -> SentToBooth:
    """What came with a form."""
    meeting = await meeting_of(visit)
    state = (await visit.house.desk.load(INTERPRETATION, meeting.meeting_id)).state
    post = await visit.request.post()
    fields = {name: str(tidy(value)) for name, value in post.items() if isinstance(value, str)}
    lists = {name: tuple(value for value in post.getall(name) if isinstance(value, str)) for name in post}
    return SentToBooth(visit, meeting, state, fields, lists)


async def _anything(_sent: SentToBooth) -> None:
    return


def booth_act(
    path: str,
    needs: frozenset[Right],
    make: Callable[[SentToBooth], InterpretationCommand],
    back: str,
    below: str = "",
    check: Callable[[SentToBooth], Awaitable[None]] = _anything,
) -> Route:
    """The route of a form at `path` below a meeting's page `back`, that sends what `make` makes of it. `below`: which
    page of the meeting it leads back to. `check` raises `Refused` for what the interpretation alone cannot know."""

    async def handle(visit: Visit) -> web.StreamResponse:
        sent = await sent_to_booth(visit)
        await check(sent)
        await visit.house.desk.act(INTERPRETATION, sent.meeting.meeting_id, make(sent), visit.actor)
        return done(visit.request, f"/at/{visit.place_id}{back}/{sent.meeting.meeting_id}{below}")

    return Route("POST", f"{back}/{{meeting_id}}{path}", handle, needs)
