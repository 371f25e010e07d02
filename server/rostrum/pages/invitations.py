"""Meetings for people's own calendars: those that a place may attend, and what is convened, revised or called off."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.meeting import Meeting, MeetingKind, MeetingState
from rostrum.assembly.place import Place
from rostrum.desk import MEETING, Held
from rostrum.house import House
from rostrum.letter import Invitation, Letter
from rostrum.pages.letters import letter, new_mail
from rostrum.reads.programme import zone_of
from rostrum.record.journal import Write
from rostrum.record.outbox import NewMail

SOON = timedelta(hours=2)
"""A change to a meeting that begins earlier than this does not wait for a digest."""
INVITED_MAX = 20
"""Meetings that one mail brings: the next ones. The programme has all."""
TO_COME = frozenset({MeetingState.SCHEDULED, MeetingState.OPEN, MeetingState.SUSPENDED})


@dataclass(frozen=True)
class Announcement:
    """What is announced of a meeting, before or after a change."""

    titles: dict[str, str]
    scheduled_at: datetime
    kind: MeetingKind


def announced(meeting: Meeting) -> Announcement | None:
    """What is announced of a meeting; None where it has no time."""
    if meeting.scheduled_at is None:
        return None
    return Announcement(dict(meeting.titles), meeting.scheduled_at, meeting.kind)


def invitation(
    house: House,
    meeting_id: str,
    sequence: int,
    of: Announcement,
    *,
    language: str,
    zone: tzinfo,
    cancelled: bool = False,
) -> Invitation:
    """A meeting for somebody's calendar. `sequence`: the version of its record, which only rises."""
    site = house.settings.external_url
    uid = hashlib.blake2b(f"{site}/{meeting_id}".encode(), digest_size=16).hexdigest()
    summary = house.templates.locales[language].localised(of.titles)
    return Invitation(f"{uid}@rostrum", sequence, cancelled, of.scheduled_at, str(zone), summary, site)


async def upcoming(house: House, session: Accreditation, category: str) -> list[Held[Meeting]]:
    """The next meetings that places of a category attend, in the order of their times."""
    meetings = [await house.desk.load(MEETING, meeting_id) for meeting_id in await house.desk.identifiers(MEETING)]
    found = [
        (held.state.scheduled_at, held)
        for held in meetings
        if held.state.session_id == session.session_id
        and held.state.state in TO_COME
        and held.state.scheduled_at is not None
        and session.rules.admits(category, held.state.kind)
    ]
    return [held for _, held in sorted(found, key=lambda one: one[0])][:INVITED_MAX]


def with_invitations(
    house: House, words: Letter, meetings: Sequence[Held[Meeting]], *, language: str, zone: tzinfo
) -> Letter:
    """A letter with these meetings for its reader's calendar."""
    made = [
        invitation(house, held.state.meeting_id, held.version, of, language=language, zone=zone)
        for held in meetings
        if (of := announced(held.state)) is not None
    ]
    return replace(words, invitations=tuple(made))


@dataclass(frozen=True)
class Change:
    """A change to the programme. `before`: None where the meeting is convened; `after`: None where it is called off."""

    meeting_id: str
    sequence: int
    before: Announcement | None
    after: Announcement | None


async def told(house: House, session: Accreditation, change: Change) -> list[Write]:
    """The mails to everybody whom a change to the programme touches: one write, and one mail an address."""
    if change.before == change.after:
        return []
    places = [place for place in session.places.values() if not place.closed and _touched(session, place, change)]
    written = await house.dossiers.get_many([place.dossier_id for place in places])
    mails: dict[tuple[str, bool], NewMail] = {}
    letters: dict[tuple[str, str, bool], Letter] = {}
    moments = [of.scheduled_at for of in (change.before, change.after) if of is not None]
    hold = min(moments) > house.clock() + SOON
    for place in places:
        fields = written.get(place.dossier_id, {})
        recipient, discreet = str(fields.get("email") or ""), place.protected_id is not None
        if not recipient or (recipient.casefold(), discreet) in mails:
            continue
        language = str(fields.get("language") or house.settings.default_language)
        zone, admitted = zone_of(fields), change.after is not None and _admits(session, place, change.after)
        key = (language, str(zone), admitted)
        if key not in letters:
            letters[key] = _letter(house, session, change, language, zone, admitted=admitted)
        mail = new_mail(house, session.session_id, recipient, language, letters[key], discreet=discreet, hold=hold)
        mails[recipient.casefold(), discreet] = mail
    return [house.outbox.queue(list(mails.values()), house.clock())]


def _letter(
    house: House, session: Accreditation, change: Change, language: str, zone: tzinfo, *, admitted: bool
) -> Letter:
    of = change.after if admitted and change.after is not None else change.before or change.after
    assert of is not None  # noqa: S101  # a change has one or the other
    words = letter(
        house,
        language,
        "mail/programme.txt",
        titles=session.titles,
        what="cancelled" if not admitted else "convened" if change.before is None else "revised",
        meeting=of.titles,
        at=of.scheduled_at,
        zone=zone,
        zone_name=str(zone),
    )
    made = invitation(
        house, change.meeting_id, change.sequence, of, language=language, zone=zone, cancelled=not admitted
    )
    return replace(words, invitations=(made,))


def _touched(session: Accreditation, place: Place, change: Change) -> bool:
    return any(of is not None and _admits(session, place, of) for of in (change.before, change.after))


def _admits(session: Accreditation, place: Place, of: Announcement) -> bool:
    return session.rules.admits(place.category, of.kind)
