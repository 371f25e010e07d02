"""A member has lost their link: the focal point has a new one sent to them, and never sees it or where it goes."""

from aiohttp import web

from rostrum.assembly.actor import applicant
from rostrum.assembly.place import ReplaceLink
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.identity.limits import NEW_LINKS
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.paper import Paper, member_of, paper_of
from rostrum.pages.new_links import new_link
from rostrum.pages.render import page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble


async def lost(guest: Guest) -> web.StreamResponse:
    """Asks once more: the old link ends with the new one."""
    paper = await paper_of(guest)
    return await _page(guest, paper)


async def send(guest: Guest) -> web.StreamResponse:
    """The old link ends everywhere at once, the new one goes to the member's own address."""
    house, paper = guest.house, await paper_of(guest)
    member_id = guest.request.match_info["member_id"]
    member = None if paper.application is None else paper.application.members.get(member_id)
    if member is None or member.place_id is None:
        raise Refused(Why.NO_SUCH_MEMBER)
    if not await house.rates.hit(NEW_LINKS, paper.application_id):
        raise Trouble(Why.TOO_MANY_TRIES)
    made = await new_link(house, paper.session, paper.session.places[member.place_id], await guest.request.post())
    if not made.mailed:
        raise Refused(Why.NO_ADDRESS)
    command = ReplaceLink(paper.application_id, member_id, made.link_id, made.expires_at)
    actor, here = applicant(paper.application_id), f"{paper.path}/members/{member_id}/link"
    try:
        await house.desk.act(ACCREDITATION, paper.session.session_id, command, actor, also=made.writes)
    except Refused as refused:
        if refused.why is not Why.ALREADY_EXISTS:
            raise
    raise web.HTTPSeeOther(f"{here}?sent=yes")


async def _page(guest: Guest, paper: Paper) -> web.StreamResponse:
    found = await member_of(guest.house, paper, guest.request.match_info["member_id"])
    if not found.has_place:
        raise Refused(Why.NO_SUCH_MEMBER)
    return page(
        guest,
        "apply/lost.html",
        session=paper.session,
        path=paper.path,
        member=found,
        once=new_id(),
        sent=guest.request.query.get("sent") == "yes",
    )


ROUTES = (
    PublicRoute("GET", "/a/{token}/members/{member_id}/link", lost),
    PublicRoute("POST", "/a/{token}/members/{member_id}/link", send),
)
