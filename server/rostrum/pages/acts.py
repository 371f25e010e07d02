"""Forms that send one command to a meeting, from the console and from the room."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.meeting import Meeting, MeetingCommand
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import MEETING
from rostrum.identity.secrets import new_id
from rostrum.pages.addressed import meeting_of
from rostrum.pages.apply.form import tidy
from rostrum.pages.route import Route, Visit, done
from rostrum.record.journal import Write

TEXT_MAX = 4000


@dataclass(frozen=True)
class Sent:
    """What a form sent: the visit, the meeting, and the fields."""

    visit: Visit
    meeting: Meeting
    fields: dict[str, str]

    def at(self, name: str) -> str:
        """A part of the address."""
        return self.visit.request.match_info[name]

    def field(self, name: str) -> str:
        """A field's text, tidied; "" where it is not there."""
        return self.fields.get(name, "")

    def required(self, name: str, most: int = TEXT_MAX) -> str:
        """A field's text. Raises `Refused(TEXT_MISSING)` where it is empty or too long."""
        text = self.field(name)
        if not 0 < len(text) <= most:
            raise Refused(Why.TEXT_MISSING)
        return text

    def minutes_ms(self, name: str) -> int:
        """A field's whole minutes, in ms. Raises `Refused(EXTENSION_OUT_OF_RANGE)`."""
        text = self.field(name)
        if not (text.isdecimal() and len(text) < 5):
            raise Refused(Why.EXTENSION_OUT_OF_RANGE)
        return int(text) * 60_000

    def sealed(self, kind: str, fields: dict[str, str]) -> tuple[str, Write]:
        """A new dossier for what somebody wrote about the meeting: its identifier, and the write that keeps it."""
        house, now, dossier_id = self.visit.house, self.visit.house.clock(), new_id()
        return dossier_id, house.dossiers.seal(
            dossier_id,
            session_id=self.meeting.session_id,
            subject=self.meeting.meeting_id,
            kind=kind,
            fields=fields,
            created_at=now,
            purge_at=now + house.lives.written,
        )


@dataclass(frozen=True)
class Acting:
    """A command, with what is to be written beside it."""

    command: MeetingCommand
    also: Sequence[Write] = field(default_factory=tuple)


After = Callable[[Sent], Awaitable[None]]
Maker = Callable[[Sent], MeetingCommand | Acting | Awaitable[MeetingCommand | Acting]]


def act(path: str, needs: frozenset[Right], make: Maker, back: str, after: After | None = None) -> Route:
    """The route of a form at `path`, below a meeting's page `back`, that sends what `make` makes of it.

    `after`: what else the form says, once the meeting has taken it."""

    async def handle(visit: Visit) -> web.StreamResponse:
        meeting = await meeting_of(visit)
        post = await visit.request.post()
        fields = {name: str(tidy(value)) for name, value in post.items() if isinstance(value, str)}
        sent = Sent(visit, meeting, fields)
        made = make(sent)
        acting = await made if isinstance(made, Awaitable) else made
        command, also = (acting.command, acting.also) if isinstance(acting, Acting) else (acting, ())
        await visit.house.desk.act(MEETING, meeting.meeting_id, command, visit.actor, also=also)
        if after is not None:
            await after(sent)
        return done(visit.request, f"/at/{visit.place_id}{back}/{meeting.meeting_id}")

    return Route("POST", f"{back}/{{meeting_id}}{path}", handle, needs)
