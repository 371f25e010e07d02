"""What of protected speakers waits for a reviewer, and for how long it is held back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from rostrum.assembly.papers import Papers, StatementText
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.release import SPOKEN, Publication, ReviewItem, SetPublicationDelay
from rostrum.desk import MEETING, PAPERS
from rostrum.i18n.refusals import WORDS
from rostrum.pages.attend.papers import papers_of
from rostrum.pages.attend.programme import meetings_of
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.reads.captions import Rules, held_turns
from rostrum.reads.names import Name
from rostrum.reads.papers import publication_of


@dataclass(frozen=True)
class Held:
    """A text of a protected speaker, or the captions of their turn to speak: (language, text) each."""

    item_id: str
    at: datetime
    text: StatementText | None
    lines: Sequence[tuple[str, str]]
    titles: Mapping[str, str]
    name: Name
    publication: Publication


async def review(visit: Visit) -> web.StreamResponse:
    """Everything of protected speakers, what waits for a reviewer first."""
    papers = await papers_of(visit)
    return await _page(visit, papers, {"hours": str(papers.delay_hours)}, {})


async def decide(visit: Visit) -> web.StreamResponse:
    """Release an item, or keep it back."""
    released = (await visit.request.post()).get("released") == "yes"
    item_id = visit.request.match_info["item_id"]
    if item_id.startswith(SPOKEN) and item_id not in {each.item_id for each in await _captioned(visit)}:
        raise Refused(Why.NO_SUCH_CUE)
    command = ReviewItem(item_id, released)
    await visit.house.desk.act(PAPERS, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(f"{_here(visit)}?saved=yes")


async def set_delay(visit: Visit) -> web.StreamResponse:
    """Set for how long such items are held back."""
    hours = str((await visit.request.post()).get("hours", "")).strip()[:8]
    try:
        command = SetPublicationDelay(visit.session_id, int(hours) if hours.isascii() and hours.isdigit() else -1)
    except Refused as refused:
        words = locale_of(visit).gettext(WORDS[refused.why][1])
        return await _page(visit, await papers_of(visit), {"hours": hours}, {"hours": words})
    await visit.house.desk.act(PAPERS, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(f"{_here(visit)}?saved=yes")


def _here(visit: Visit) -> str:
    return f"/at/{visit.place_id}/console/publication"


async def _held(visit: Visit, papers: Papers) -> list[Held]:
    house, session = visit.house, await session_of(visit)
    found = []
    for text in papers.texts.values():
        place = session.places.get(text.place_id)
        if place is None or not house.guards.of(session, text.place_id).masks_voice:
            continue
        meeting = (await house.desk.load(MEETING, text.meeting_id)).state
        names = await house.names.of([place])
        publication = publication_of(text, papers, meeting, session, house.guards, house.clock())
        named = names[place.place_id]
        found.append(Held(text.text_id, text.at, text, (), meeting.titles, named, publication))
    found += await _captioned(visit)
    return sorted(found, key=lambda one: (one.publication.allowed, one.item_id in papers.reviews, one.at))


async def _captioned(visit: Visit) -> list[Held]:
    house, session = visit.house, await session_of(visit)
    rules, found = Rules(await papers_of(visit), session, house.guards, house.clock()), []
    for meeting in await meetings_of(visit):
        for each in await held_turns(meeting.meeting_id, house.caption_store, rules):
            place_id = each.turn.place_id
            name = (await house.names.of([session.places[place_id]]))[place_id]
            found.append(Held(each.item_id, each.since, None, each.lines, meeting.titles, name, each.publication))
    return found


async def _page(
    visit: Visit, papers: Papers, values: Mapping[str, str], errors: Mapping[str, str]
) -> web.StreamResponse:
    return page(
        visit,
        "console/publication.html",
        status=422 if errors else 200,
        at=f"/at/{visit.place_id}/console",
        read_at=f"/at/{visit.place_id}/texts",
        items=await _held(visit, papers),
        reviews=papers.reviews,
        values=values,
        errors=errors,
        saved=visit.request.query.get("saved") == "yes",
    )


ROUTES = (
    Route("GET", "/console/publication", review, ADMINISTER),
    Route("POST", "/console/publication", set_delay, ADMINISTER),
    Route("POST", "/console/publication/{item_id}", decide, ADMINISTER),
)
