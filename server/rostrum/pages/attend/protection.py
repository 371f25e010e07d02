"""One's own protection: what is asked for, what the secretariat set, and its lifting, which nobody else can do."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.protection import AnswerLifting, WishProtection
from rostrum.desk import ACCREDITATION
from rostrum.pages.apply.form import check, typed
from rostrum.pages.apply.questions import ProtectionGroup
from rostrum.pages.apply.words import label
from rostrum.pages.protecting import wishes_sealed
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.reads.wishes import written_wishes

ATTEND = frozenset({Right.ATTEND})


async def protection(visit: Visit) -> web.StreamResponse:
    """How one is protected now."""
    return await _page(visit, await written_wishes(visit.standing.place, visit.house.dossiers), {})


async def wish(visit: Visit) -> web.StreamResponse:
    """Say anew how one is to be protected: more, less, or not at all. It holds at once."""
    locale = locale_of(visit)
    checked = check(ProtectionGroup, typed(ProtectionGroup, await visit.request.post()), locale)
    if checked.kept is None:
        return await _page(visit, checked.values, checked.errors)
    dossier_id, write = wishes_sealed(visit, visit.place_id, checked.kept)
    wanted = any(checked.kept.values())
    command = WishProtection(dossier_id if wanted else None)
    also = [write] if wanted else []
    await visit.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor, also=also)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/protection?saved=yes")


async def answer(visit: Visit) -> web.StreamResponse:
    """Say yes or no to the secretariat's question whether what it set can be lifted."""
    lift = (await visit.request.post()).get("lift") == "yes"
    await visit.house.desk.act(ACCREDITATION, visit.session_id, AnswerLifting(lift), visit.actor)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/protection?saved=yes")


async def _page(visit: Visit, values: Mapping[str, str], errors: Mapping[str, str]) -> web.StreamResponse:
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    locale = locale_of(visit)
    return page(
        visit,
        "attend/protection.html",
        status=422 if errors else 200,
        at=f"/at/{visit.place_id}/protection",
        session=session,
        protection=session.places[visit.place_id].protection,
        labels={name: label(name, locale) for name in ProtectionGroup.model_fields},
        values=values,
        errors=errors,
        saved=visit.request.query.get("saved") == "yes",
    )


ROUTES = (
    Route("GET", "/protection", protection, ATTEND),
    Route("POST", "/protection", wish, ATTEND),
    Route("POST", "/protection/lifting", answer, ATTEND),
)
