"""The papers of the item that a meeting is on, as one reader may see them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.papers import Access, Document, Papers, StatementText, spoken_at
from rostrum.assembly.release import Publication, publication
from rostrum.assembly.statement import DELIVERED, Statement
from rostrum.i18n import LANGUAGES
from rostrum.reads.guards import Guards
from rostrum.reads.names import Name, Names


@dataclass(frozen=True)
class DocumentLine:
    """One document. `language`: that of the file which is offered first; `own`: whether it is the reader's."""

    document_id: str
    symbol: str
    titles: Mapping[str, str]
    language: str
    own: bool
    others: tuple[str, ...]
    number: int
    corrigendum: bool
    restricted: bool


@dataclass(frozen=True)
class TextLine:
    """The text of a statement. `released`: everybody may read it; else only those who run and interpret the meeting."""

    text_id: str
    name: Name
    language: str
    released: bool


@dataclass(frozen=True)
class VideoLine:
    """A video statement that the reader may look at."""

    statement_id: str
    name: Name
    language: str
    delivered: bool


@dataclass(frozen=True)
class PapersModel:
    """What lies before one reader."""

    documents: tuple[DocumentLine, ...]
    texts: tuple[TextLine, ...]
    videos: tuple[VideoLine, ...]


def publication_of(
    text: StatementText, papers: Papers, meeting: Meeting, session: Accreditation, guards: Guards, now: datetime
) -> Publication:
    """Whether everybody may read a text at `now`: its delegation has spoken, and nothing holds it back."""
    guard, delay = guards.of(session, text.place_id), timedelta(hours=papers.delay_hours)
    return publication(guard, spoken_at(text, meeting.floor), papers.reviews.get(text.text_id), delay, now)


async def papers_model(
    papers: Papers,
    meeting: Meeting,
    session: Accreditation,
    names: Names,
    *,
    language: str,
    restricted: bool,
    ahead: bool,
    may_read: Callable[[StatementText], bool],
    videos: Sequence[Statement],
) -> PapersModel:
    """The papers for a reader of `language`. `restricted`: receives such documents; `ahead`: reads texts early.

    `may_read`: whether everybody may read a text; `videos`: the statements that the reader may look at.
    """
    documents = tuple(
        _line(one, language)
        for one in papers.of_item(meeting.meeting_id, meeting.item_id)
        if restricted or one.access is not Access.RESTRICTED
    )
    shown = [
        (text, released)
        for text in papers.texts.values()
        if text.meeting_id == meeting.meeting_id
        and ((released := may_read(text)) or ahead)
        and text.place_id in session.places
    ]
    seen = [one for one in videos if one.place_id in session.places]
    known = await names.of(
        session.places[place_id]
        for place_id in (*(text.place_id for text, _ in shown), *(one.place_id for one in seen))
    )
    lines = tuple(
        VideoLine(one.statement_id, known[one.place_id], one.language, one.state in DELIVERED) for one in seen
    )
    return PapersModel(documents, tuple(_text(text, released, known) for text, released in shown), lines)


def _text(text: StatementText, released: bool, known: Mapping[str, Name]) -> TextLine:
    return TextLine(text.text_id, known[text.place_id], text.language, released)


def _line(document: Document, language: str) -> DocumentLine:
    there = [code for code in LANGUAGES if code in document.versions]
    first = next((code for code in (language, "en", "fr") if code in there), there[0])
    return DocumentLine(
        document.document_id,
        document.symbol,
        document.titles,
        first,
        first == language,
        tuple(code for code in there if code != first),
        document.versions[first].number,
        document.corrects is not None,
        document.access is Access.RESTRICTED,
    )
