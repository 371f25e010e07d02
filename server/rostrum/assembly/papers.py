"""The papers of a session: official documents with their languages, versions and corrigenda, and texts of statements.

Files lie outside the journal; titles and symbols of official documents are public. A text is seen by those who run and
interpret the meeting from when it is handed in, and by all from when its delegation speaks: that follows from the
floor, so that no event has to release it, but for a protected speaker's (`release.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, get_args

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.entry import EntryState, Kind
from rostrum.assembly.floor import Floor
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.release import (
    DELAY_HOURS,
    SPOKEN,
    ItemReviewed,
    PublicationDelaySet,
    ReleaseCommand,
    ReleaseEvent,
    Review,
    ReviewItem,
    SetPublicationDelay,
)


class Access(StrEnum):
    """Who receives a document; the session's rules say which categories receive restricted ones."""

    GENERAL = "general"
    RESTRICTED = "restricted"


@dataclass(frozen=True)
class Version:
    """A document in one language. `number` counts from 1 with each new file."""

    file_id: str
    number: int
    at: datetime


@dataclass(frozen=True)
class Document:
    """An official document. `titles` and `versions` by language code; `corrects`: the document that it corrects."""

    document_id: str
    symbol: str
    titles: Mapping[str, str]
    meeting_id: str
    item_id: str
    access: Access
    corrects: str | None = None
    versions: Mapping[str, Version] = field(default_factory=dict)
    withdrawn: bool = False


@dataclass(frozen=True)
class StatementText:
    """The text of a statement in one language, as a delegation handed it in."""

    text_id: str
    meeting_id: str
    place_id: str
    delegation_id: str
    language: str
    file_id: str
    at: datetime


@dataclass(frozen=True)
class Papers:
    """All papers of a session."""

    session_id: str = ""
    documents: Mapping[str, Document] = field(default_factory=dict)
    texts: Mapping[str, StatementText] = field(default_factory=dict)
    reviews: Mapping[str, Review] = field(default_factory=dict)
    delay_hours: int = DELAY_HOURS

    def of_item(self, meeting_id: str, item_id: str | None) -> tuple[Document, ...]:
        """The documents of an item that can be read in any language, each followed by its corrigenda."""
        there = [
            one
            for one in self.documents.values()
            if (one.meeting_id, one.item_id) == (meeting_id, item_id) and one.versions and not one.withdrawn
        ]
        known = {one.document_id for one in there}
        first = [one for one in there if one.corrects not in known]
        return tuple(
            each
            for one in sorted(first, key=lambda one: one.symbol)
            for each in (
                one,
                *sorted(
                    (c for c in there if c.corrects == one.document_id), key=lambda corrigendum: corrigendum.symbol
                ),
            )
        )

    def texts_of(self, meeting_id: str, place_id: str, delegation_id: str) -> tuple[StatementText, ...]:
        """The texts that a delegation (where a place has none: the place) handed in for a meeting."""
        return tuple(
            text
            for text in self.texts.values()
            if text.meeting_id == meeting_id and _own(text, place_id, delegation_id)
        )


def _own(text: StatementText, place_id: str, delegation_id: str) -> bool:
    return text.delegation_id == delegation_id if delegation_id else text.place_id == place_id


def spoken_at(text: StatementText, floor: Floor) -> datetime | None:
    """When the delegation of a text first began its statement; None: it has not spoken."""
    began = [
        entry.began_at
        for entry in floor.entries
        if entry.kind is Kind.STATEMENT
        and entry.state in (EntryState.SPEAKING, EntryState.SPOKEN)
        and entry.is_of(text.place_id, text.delegation_id)
        and entry.began_at is not None
    ]
    return min(began, default=None)


# Commands


@dataclass(frozen=True)
class IssueDocument:
    """Announce a document under an item; its languages follow."""

    session_id: str
    document_id: str
    symbol: str
    titles: Mapping[str, str]
    meeting_id: str
    item_id: str
    access: Access
    corrects: str | None = None
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class PutVersion:
    """Put a document's file in one language; a file that is there already is replaced by it."""

    document_id: str
    language: str
    file_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class WithdrawDocument:
    """Take a document back: nobody is shown it any more, the record keeps that it was there."""

    document_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class HandInText:
    """Hand in the text of a statement; one in the same language is replaced."""

    session_id: str
    text_id: str
    meeting_id: str
    language: str
    file_id: str
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class TakeTextBack:
    """Take a text back, for as long as it has not been `released`."""

    text_id: str
    released: bool
    needs: ClassVar = (Right.SPEAK,)


PapersCommand = IssueDocument | PutVersion | WithdrawDocument | HandInText | TakeTextBack | ReleaseCommand


# Events


@dataclass(frozen=True)
class DocumentIssued:
    """A document exists."""

    at: datetime
    session_id: str
    document_id: str
    symbol: str
    titles: Mapping[str, str]
    meeting_id: str
    item_id: str
    access: Access
    corrects: str | None = None


@dataclass(frozen=True)
class VersionPut:
    """A document can be read in a language."""

    at: datetime
    document_id: str
    language: str
    file_id: str


@dataclass(frozen=True)
class DocumentWithdrawn:
    """A document is no longer shown."""

    at: datetime
    document_id: str


@dataclass(frozen=True)
class TextHandedIn:
    """A delegation handed in a text."""

    at: datetime
    session_id: str
    text_id: str
    meeting_id: str
    place_id: str
    delegation_id: str
    language: str
    file_id: str


@dataclass(frozen=True)
class TextTakenBack:
    """A text is no more."""

    at: datetime
    text_id: str


PapersEvent = DocumentIssued | VersionPut | DocumentWithdrawn | TextHandedIn | TextTakenBack | ReleaseEvent


def decide(papers: Papers, command: PapersCommand, actor: Actor, now: datetime) -> list[PapersEvent]:
    """The events that a command brings about. Raises `Refused`; changes nothing."""
    actor.require(*command.needs)
    match command:
        case IssueDocument():
            return _issue(papers, command, now)
        case PutVersion():
            document = _document(papers, command.document_id)
            return [VersionPut(now, document.document_id, command.language, command.file_id)]
        case WithdrawDocument():
            return [DocumentWithdrawn(now, _document(papers, command.document_id).document_id)]
        case HandInText():
            return _hand_in(papers, command, actor, now)
        case TakeTextBack():
            text = papers.texts.get(command.text_id)
            if text is None or not _own(text, actor.place_id, actor.delegation_id):
                raise Refused(Why.NO_SUCH_FILE)
            if command.released:
                raise Refused(Why.TEXT_RELEASED)
            return [TextTakenBack(now, text.text_id)]
        case ReviewItem():
            if command.item_id not in papers.texts and not command.item_id.startswith(SPOKEN):
                raise Refused(Why.NO_SUCH_FILE)
            return [ItemReviewed(now, command.item_id, actor.place_id, command.released)]
        case SetPublicationDelay():
            if command.hours == papers.delay_hours:
                return []
            return [PublicationDelaySet(now, command.session_id, command.hours)]


def _document(papers: Papers, document_id: str) -> Document:
    document = papers.documents.get(document_id)
    if document is None or document.withdrawn:
        raise Refused(Why.NO_SUCH_DOCUMENT)
    return document


def _issue(papers: Papers, command: IssueDocument, now: datetime) -> list[PapersEvent]:
    if command.document_id in papers.documents:
        raise Refused(Why.ALREADY_EXISTS)
    if any(one.symbol == command.symbol and not one.withdrawn for one in papers.documents.values()):
        raise Refused(Why.SYMBOL_TAKEN)
    if command.corrects is not None:
        _document(papers, command.corrects)
    return [
        DocumentIssued(
            now,
            command.session_id,
            command.document_id,
            command.symbol,
            command.titles,
            command.meeting_id,
            command.item_id,
            command.access,
            command.corrects,
        )
    ]


def _hand_in(papers: Papers, command: HandInText, actor: Actor, now: datetime) -> list[PapersEvent]:
    if command.text_id in papers.texts:
        raise Refused(Why.ALREADY_EXISTS)
    replaced = [
        text
        for text in papers.texts_of(command.meeting_id, actor.place_id, actor.delegation_id)
        if text.language == command.language
    ]
    handed_in = TextHandedIn(
        now,
        command.session_id,
        command.text_id,
        command.meeting_id,
        actor.place_id,
        actor.delegation_id,
        command.language,
        command.file_id,
    )
    return [*(TextTakenBack(now, text.text_id) for text in replaced), handed_in]


def apply(papers: Papers, event: PapersEvent) -> Papers:
    """The papers after an event."""
    match event:
        case DocumentIssued():
            document = Document(
                event.document_id,
                event.symbol,
                event.titles,
                event.meeting_id,
                event.item_id,
                event.access,
                event.corrects,
            )
            return replace(
                papers, session_id=event.session_id, documents={**papers.documents, event.document_id: document}
            )
        case VersionPut():
            document = papers.documents[event.document_id]
            before = document.versions.get(event.language)
            version = Version(event.file_id, 1 if before is None else before.number + 1, event.at)
            changed = replace(document, versions={**document.versions, event.language: version})
            return replace(papers, documents={**papers.documents, event.document_id: changed})
        case DocumentWithdrawn():
            withdrawn = replace(papers.documents[event.document_id], withdrawn=True)
            return replace(papers, documents={**papers.documents, event.document_id: withdrawn})
        case TextHandedIn():
            text = StatementText(
                event.text_id,
                event.meeting_id,
                event.place_id,
                event.delegation_id,
                event.language,
                event.file_id,
                event.at,
            )
            return replace(papers, session_id=event.session_id, texts={**papers.texts, event.text_id: text})
        case ItemReviewed():
            review = Review(event.at, event.by, event.released)
            return replace(papers, reviews={**papers.reviews, event.item_id: review})
        case PublicationDelaySet():
            return replace(papers, session_id=event.session_id, delay_hours=event.hours)
        case TextTakenBack():
            return replace(papers, texts={key: text for key, text in papers.texts.items() if key != event.text_id})


def fold(events: Iterable[PapersEvent], start: Papers | None = None) -> Papers:
    """The papers that events have made, from nothing or from an earlier state."""
    papers = Papers() if start is None else start
    for event in events:
        papers = apply(papers, event)
    return papers


EVENTS: tuple[type[PapersEvent], ...] = get_args(PapersEvent)
"""Every event of this aggregate, for the record's codec."""
