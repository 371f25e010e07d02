"""The script of a meeting: what a presiding officer says at each step, as the meeting stands, in any working language.

The sentences are those usual in assemblies; a presiding officer says them in their own way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.consent import Matter
from rostrum.assembly.entry import Entry, Kind
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.sitting import MeetingState
from rostrum.assembly.voting import Choice
from rostrum.i18n import Locale
from rostrum.reads.names import Name, Names


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


SENTENCES: Mapping[str, str] = {
    "before": _("I call to order the %(meeting)s."),
    "agenda": _("We take up the agenda of this meeting."),
    "item": _("We now take up item %(number)s of the agenda, “%(title)s”."),
    "list-open": _(
        "The list of speakers is open. Those who wish to speak, in the hall or far away, may ask "
        "for the floor now."
    ),
    "list-closing": _("I intend to close the list of speakers. If I hear no objection, it is closed."),
    "list-reopening": _("It is proposed to reopen the list of speakers. If I hear no objection, it is so decided."),
    "next": _("I give the floor to %(speaker)s."),
    "next-remote": _("I give the floor to %(speaker)s, who takes part from far away."),
    "next-reply": _("I give the floor to %(speaker)s in exercise of the right of reply."),
    "next-back": _("I give the floor again to %(speaker)s, whose line had failed."),
    "thanks": _("I thank %(speaker)s."),
    "conclude": _("I kindly ask the speaker to conclude."),
    "line-lost": _("We have lost the line of %(speaker)s. The clock is stopped."),
    "line-wait": _("We wait a moment for the line."),
    "line-over": _("We go on with the list. %(speaker)s will speak first once the line is there again."),
    "line-read": _("The secretariat will read out the rest of the statement."),
    "line-back": _("The line is there again. Please go on; your time has not run."),
    "point": _("%(speaker)s rises to a point of order. I give the floor on the point of order alone."),
    "ruling": _("I rule at once on the point of order: …"),
    "appeal": _(
        "My ruling has been appealed. I put the appeal to the vote at once. The ruling stands "
        "unless a majority overrules it."
    ),
    "suspend-meeting": _("It is moved to suspend the meeting."),
    "adjourn-meeting": _("It is moved to adjourn the meeting."),
    "adjourn-debate": _(
        "It is moved to adjourn the debate on this item. Two may speak in favour and two against; "
        "then I put the motion to the vote."
    ),
    "close-debate": _(
        "It is moved to close the debate on this item. Two may speak against; then I put the motion "
        "to the vote."
    ),
    "consent": _("If I hear no objection, it is so decided."),
    "objection": _("There is an objection. It is not so decided."),
    "vote": _("We now vote. The voting has begun; nobody may interrupt it but on a point of order on its conduct."),
    "vote-count": _("In favour: %(yes)s. Against: %(no)s. Abstentions: %(abstentions)s."),
    "suspended": _("The meeting is suspended."),
    "resumed": _("I call the meeting to order again."),
    "none": _("Does anybody wish to speak?"),
    "end": _("There are no further speakers. The meeting is closed."),
    "closed": _("The meeting is closed."),
    "cancelled": _("The meeting has been cancelled."),
}  # fmt: skip
"""Every sentence by its code."""


@dataclass(frozen=True)
class Cue:
    """One sentence for now. `params`: its values, texts in several languages as mappings."""

    code: str
    params: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    def said(self, locale: Locale) -> str:
        """The sentence in a language."""
        values = {
            name: value if isinstance(value, str) else locale.localised(value) for name, value in self.params.items()
        }
        return locale.gettext(SENTENCES[self.code]) % values


async def script(meeting: Meeting, session: Accreditation, names: Names) -> tuple[Cue, ...]:
    """What is said as the meeting stands: first what comes next, then what else may be."""
    floor = meeting.floor
    shown = [*floor.waiting[:1], *floor.interrupting[:1]]
    if floor.speech is not None and (entry := floor.entry(floor.speech.entry_id)) is not None:
        shown.append(entry)
    known = await names.of(
        session.places[entry.place_id] for entry in shown if entry.place_id and entry.place_id in session.places
    )
    return tuple(_cues(meeting, known))


def _speaker(entry: Entry | None, known: Mapping[str, Name]) -> dict[str, str]:
    name = None if entry is None else known.get(entry.place_id)
    if name is None or name.purged:
        return {"speaker": "…"}
    return {"speaker": ", ".join(part for part in (name.person, name.delegation) if part)}


def _cues(meeting: Meeting, known: Mapping[str, Name]) -> Iterator[Cue]:
    match meeting.state:
        case MeetingState.ABSENT | MeetingState.SCHEDULED:
            yield Cue("before", {"meeting": meeting.titles})
        case MeetingState.SUSPENDED:
            yield Cue("resumed")
        case MeetingState.CLOSED:
            yield Cue("closed")
        case MeetingState.CANCELLED:
            yield Cue("cancelled")
        case MeetingState.OPEN:
            yield from _sitting(meeting, known)


def _sitting(meeting: Meeting, known: Mapping[str, Name]) -> Iterator[Cue]:
    floor = meeting.floor
    if (vote := meeting.votes.current) is not None:
        yield Cue("vote")
        counts = {
            "yes": vote.count(Choice.YES),
            "no": vote.count(Choice.NO),
            "abstentions": vote.count(Choice.ABSTAIN),
        }
        yield Cue("vote-count", {name: str(count) for name, count in counts.items()})
        return
    if (asked := meeting.consents.current) is not None:
        yield Cue("objection" if asked.objections else _CONSENTS.get(asked.matter, "consent"))
        return
    if floor.speech is not None:
        yield from _speaking(meeting, known)
        return
    if floor.interrupting:
        first = floor.interrupting[0]
        yield Cue("point" if first.kind is Kind.POINT_OF_ORDER else first.kind, _speaker(first, known))
        return
    if (motion := meeting.motions.top) is not None:
        yield Cue("ruling" if motion.kind is Kind.POINT_OF_ORDER else motion.kind)
        yield Cue("consent")
        return
    yield from _between(meeting, known)


_CONSENTS = {Matter.CLOSE_LIST: "list-closing", Matter.REOPEN_LIST: "list-reopening"}


def _speaking(meeting: Meeting, known: Mapping[str, Name]) -> Iterator[Cue]:
    floor = meeting.floor
    speech = floor.speech
    entry = None if speech is None else floor.entry(speech.entry_id)
    speaker = _speaker(entry, known)
    if speech is not None and speech.line_lost_at:
        yield Cue("line-lost", speaker)
        yield Cue("line-wait")
        yield Cue("line-over", speaker)
        yield Cue("line-read")
        yield Cue("line-back")
        return
    yield Cue("thanks", speaker)
    yield Cue("conclude")
    if floor.interrupting:
        first = floor.interrupting[0]
        yield Cue("point" if first.kind is Kind.POINT_OF_ORDER else first.kind, _speaker(first, known))


def _between(meeting: Meeting, known: Mapping[str, Name]) -> Iterator[Cue]:
    floor = meeting.floor
    following = floor.waiting[0] if floor.waiting else None
    if following is not None:
        yield Cue(_call(following), _speaker(following, known))
    elif floor.list_open:
        yield Cue("none")
        yield Cue("end")
    if meeting.motions.ruled is not None:
        yield Cue("appeal")
    position = next((n for n, item in enumerate(meeting.agenda) if item.item_id == meeting.item_id), -1)
    if position + 1 < len(meeting.agenda):
        item = meeting.agenda[position + 1]
        if position < 0:
            yield Cue("agenda")
        yield Cue("item", {"number": item.number, "title": item.titles})
    if floor.list_open:
        yield Cue("list-closing")
    else:
        yield Cue("list-open")
    yield Cue("suspended")


def _call(entry: Entry) -> str:
    if entry.returns:
        return "next-back"
    if entry.kind is Kind.REPLY:
        return "next-reply"
    return "next-remote" if entry.remote else "next"
