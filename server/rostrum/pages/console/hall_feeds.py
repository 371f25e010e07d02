"""The technician's page: every feed's health, links for encoders, and patching the hall by hand."""

from functools import partial

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.feeds import Choice, ChooseFeed, Feed, LinkEncoder, SetWebcast, UnlinkEncoder
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, INTERPRETATION
from rostrum.identity.secrets import new_id
from rostrum.pages.acts import Sent, act
from rostrum.pages.addressed import meeting_of
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.feeds import feed_rows

FEEDS = frozenset({Right.FEED_HALL})
ADMINISTER = frozenset({Right.ADMINISTER})

patch = partial(act, needs=FEEDS, back="/console/feeds")


async def feeds(visit: Visit) -> web.StreamResponse:
    """The feeds of a meeting as they are at this moment."""
    return await _page(visit, "console/feeds.html")


async def tables(visit: Visit) -> web.StreamResponse:
    """The table alone, for the page's script to put in place of the former one."""
    return await _page(visit, "console/_feeds.html")


async def _page(visit: Visit, template: str) -> web.Response:
    house, meeting = visit.house, await meeting_of(visit)
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    interpretation = (await house.desk.load(INTERPRETATION, meeting.meeting_id)).state
    tokens = {
        feed: house.signer.encoder_token(meeting.meeting_id, feed, link_id)
        for feed, link_id in meeting.feeds.encoders.items()
    }
    return page(
        visit,
        template,
        meeting=meeting,
        at=f"/at/{visit.place_id}/console",
        here="meeting",
        choices=tuple(Choice),
        feeds=tuple(Feed),
        rows=await feed_rows(meeting, session, interpretation, house.names, house.engine.peers()),
        tokens=tokens,
        whip=f"{house.settings.external_url}/whip/{meeting.meeting_id}",
        watch=f"{house.settings.external_url}/watch/{meeting.meeting_id}",
    )


def _feed(sent: Sent) -> Feed:
    name = sent.at("feed")
    if name not in set(Feed):
        raise Refused(Why.NOT_FOUND)
    return Feed(name)


def _choose(sent: Sent) -> ChooseFeed:
    if sent.field("choice") not in set(Choice):
        raise Refused(Why.TEXT_MISSING)
    return ChooseFeed(Choice(sent.field("choice")))


ROUTES = (
    Route("GET", "/console/feeds/{meeting_id}", feeds, FEEDS),
    Route("GET", "/console/feeds/{meeting_id}/tables", tables, FEEDS),
    patch("/choice", make=_choose),
    patch("/{feed}/encoder", make=lambda sent: LinkEncoder(_feed(sent), new_id())),
    patch("/{feed}/encoder/end", make=lambda sent: UnlinkEncoder(_feed(sent))),
    act(
        "/webcast",
        needs=ADMINISTER,
        make=lambda sent: SetWebcast(sent.field("on") == "yes"),
        back="/console/feeds",
    ),
)
