"""Places and their links: a new link for a lost one, revocation, officers who did not apply."""

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.devices import SetMailCodes
from rostrum.assembly.place import AppointOfficer, IssueLink, RevokeLink
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id, new_token, once
from rostrum.pages import new_links as links
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.badge_reads import counted
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.places import place_rows
from rostrum.record.outbox import Mail
from rostrum.retention import LINK_LIFE

NAME_MAX = 200


async def places(visit: Visit) -> web.StreamResponse:
    """Every place, and how its link stands."""
    return await _page(visit)


async def new_link(visit: Visit) -> web.StreamResponse:
    """Give a place a new link; the old one is revoked with it. Shown once, and mailed where an address is known."""
    house, session = visit.house, await session_of(visit)
    place = session.places.get(visit.request.match_info["of"])
    if place is None:
        raise Trouble(Why.NO_SUCH_PLACE)
    made = await links.new_link(house, session, place, await visit.request.post())
    command = IssueLink(place.place_id, made.link_id, made.expires_at)
    try:
        await house.desk.act(ACCREDITATION, session.session_id, command, visit.actor, also=made.writes)
    except Refused as refused:
        if refused.why is not Why.ALREADY_EXISTS:
            raise
        return await _page(visit, twice=True)
    return await _page(visit, shown=made.url, of=place.place_id)


async def mail_codes(visit: Visit) -> web.StreamResponse:
    """Whether the first use of a link is confirmed by a code in mail."""
    session = await session_of(visit)
    command = SetMailCodes((await visit.request.post()).get("mail_codes") == "yes")
    await visit.house.desk.act(ACCREDITATION, session.session_id, command, visit.actor)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/places")


async def revoke(visit: Visit) -> web.StreamResponse:
    """Close a link: every page that it opened leaves, picture and sound end."""
    session = await session_of(visit)
    link_id = visit.request.match_info["link_id"]
    await visit.house.desk.act(ACCREDITATION, session.session_id, RevokeLink(link_id), visit.actor)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/places")


async def appoint(visit: Visit) -> web.StreamResponse:
    """Give a place to somebody who did not apply."""
    house, session = visit.house, await session_of(visit)
    post = await visit.request.post()
    values = {
        name: " ".join(str(tidy(post.get(name, ""))).split()) for name in ("given_name", "family_name", "organisation")
    }
    category = str(post.get("category", ""))
    named = any(values.values())
    # The address is known so that nobody decides on an application of their own organisation.
    values["email"] = "".join(str(tidy(post.get("email", ""))).split())
    sound = all(len(value) <= NAME_MAX for value in values.values()) and ("@" in values["email"] or not values["email"])
    if not named or not sound or category not in session.rules.categories:
        return await _page(visit, values={**values, "category": category}, wrong=True)
    now, link_id, token, dossier_id = house.clock(), new_id(), new_token(), new_id()
    # A form that is sent twice gives one place.
    place_id = once(str(post.get("once", ""))[: links.ONCE_MAX], "place")
    seal = house.dossiers.seal(
        dossier_id,
        session_id=session.session_id,
        subject=place_id,
        kind="officer",
        fields=values,
        created_at=now,
        purge_at=now + house.lives.written,
    )
    remote = post.get("mode") == "remote"
    command = AppointOfficer(place_id, new_id(), category, remote, dossier_id, link_id, now + LINK_LIFE)
    await house.desk.act(
        ACCREDITATION, session.session_id, command, visit.actor, also=[seal, house.links.add_link(link_id, token)]
    )
    return await _page(visit, shown=f"{house.settings.external_url}/l/{token}", of=place_id)


async def _page(
    visit: Visit,
    *,
    shown: str | None = None,
    of: str | None = None,
    values: dict[str, str] | None = None,
    wrong: bool = False,
    twice: bool = False,
) -> web.StreamResponse:
    session = await session_of(visit)
    live = [link.link_id for link in session.links.values() if link.revoked_at is None]
    return page(
        visit,
        "console/places.html",
        status=422 if wrong else 200,
        shown_at=f"/at/{visit.place_id}/console/places",
        at=f"/at/{visit.place_id}/console",
        session=session,
        rows=await place_rows(session, visit.house.names, visit.house.clock()),
        categories=tuple(session.rules.categories),
        present=counted(session),
        shown=shown,
        twice=twice,
        once=new_id(),
        unreachable=await _unreachable(visit, session),
        keyless=await visit.house.links.without_key(live),
        mails=bool(visit.house.settings.smtp_url),
        of=of,
        own=visit.place_id,
        values=values or {},
        wrong=wrong,
    )


async def _unreachable(visit: Visit, session: Accreditation) -> dict[str, Mail]:
    """Places to whose address nothing gets through."""
    lost = await visit.house.outbox.unreachable(session.session_id)
    places = {place.dossier_id: place.place_id for place in session.places.values() if not place.closed}
    written = await visit.house.dossiers.get_many(places) if lost else {}
    addresses = {places[each]: str(fields.get("email", "")).casefold() for each, fields in written.items()}
    return {place_id: lost[address] for place_id, address in addresses.items() if address in lost}


ROUTES = (
    Route("GET", "/console/places", places, ADMINISTER),
    Route("POST", "/console/places", appoint, ADMINISTER),
    Route("POST", "/console/places/{of}/link", new_link, ADMINISTER),
    Route("POST", "/console/mail-codes", mail_codes, ADMINISTER),
    Route("POST", "/console/links/{link_id}/revocation", revoke, ADMINISTER),
)
