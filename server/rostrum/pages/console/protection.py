"""Protecting somebody from the console: at their request by telephone, or in an emergency. It only ever adds."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.place import Ground, Place
from rostrum.assembly.protection import AskToLift, SetProtection
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION
from rostrum.pages.apply.form import check, typed
from rostrum.pages.apply.questions import ProtectionGroup
from rostrum.pages.apply.words import label
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.protecting import wishes_sealed
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.wishes import lessens, written_wishes

GROUNDS = (Ground.ASKED, Ground.EMERGENCY)


async def protection(visit: Visit) -> web.StreamResponse:
    """Whether and by whom somebody was protected, and the form that adds to it. What they wish is not shown here."""
    return await _page(visit, await _place(visit), {}, {})


async def protect(visit: Visit) -> web.StreamResponse:
    """Protect them, at once and everywhere."""
    place, post, locale = await _place(visit), await visit.request.post(), locale_of(visit)
    checked = check(ProtectionGroup, typed(ProtectionGroup, post), locale)
    ground = str(post.get("ground", ""))
    before = await written_wishes(place, visit.house.dossiers)
    errors = dict(checked.errors)
    if not any(checked.values.values()):
        errors.setdefault("alias", locale.gettext("Enter a name or tick what is to protect this person."))
    elif place.protected_id is not None and "alias" not in before and not checked.values.get("alias"):
        # What they asked for is no longer kept: there may have been another name.
        errors.setdefault("alias", locale.gettext("Enter the name to be shown: what they asked for is not kept."))
    if ground not in GROUNDS:
        errors["ground"] = locale.gettext("Choose why you protect this person.")
    if errors or checked.kept is None:
        return await _page(visit, place, {**checked.values, "ground": ground}, errors)
    added = {**before, **{name: value for name, value in checked.kept.items() if value}}
    dossier_id, write = wishes_sealed(visit, place.place_id, added)
    command = SetProtection(place.place_id, dossier_id, Ground(ground), place.protected_id, lessens(before, added))
    await visit.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor, also=[write])
    raise web.HTTPSeeOther(f"{_here(visit, place)}?done=set")


async def ask(visit: Visit) -> web.StreamResponse:
    """Ask them whether what the secretariat set can be lifted."""
    place = await _place(visit)
    await visit.house.desk.act(ACCREDITATION, visit.session_id, AskToLift(place.place_id), visit.actor)
    raise web.HTTPSeeOther(f"{_here(visit, place)}?done=asked")


async def _place(visit: Visit) -> Place:
    place = (await session_of(visit)).places.get(visit.request.match_info["of"])
    if place is None:
        raise Trouble(Why.NO_SUCH_PLACE)
    if place.closed:
        raise Trouble(Why.PLACE_CLOSED)
    return place


def _here(visit: Visit, place: Place) -> str:
    return f"/at/{visit.place_id}/console/places/{place.place_id}/protection"


async def _page(visit: Visit, place: Place, values: Mapping[str, str], errors: Mapping[str, str]) -> web.StreamResponse:
    session, locale, names = await session_of(visit), locale_of(visit), visit.house.names
    by = session.places.get(place.protection.by) if place.protection else None
    return page(
        visit,
        "console/protection.html",
        status=422 if errors else 200,
        at=f"/at/{visit.place_id}/console",
        place=place,
        name=(await names.of([place]))[place.place_id],
        by=None if by is None else (await names.of([by]))[by.place_id],
        own=place.place_id == visit.place_id,
        labels={name: label(name, locale) for name in ProtectionGroup.model_fields},
        values=values,
        errors=errors,
        done=visit.request.query.get("done", ""),
    )


ROUTES = (
    Route("GET", "/console/places/{of}/protection", protection, ADMINISTER),
    Route("POST", "/console/places/{of}/protection", protect, ADMINISTER),
    Route("POST", "/console/places/{of}/protection/lifting", ask, ADMINISTER),
)
