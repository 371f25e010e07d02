"""The queue of applications, and the views of it that the secretariat has saved."""

from dataclasses import replace
from urllib.parse import parse_qsl

from aiohttp import web

from rostrum.assembly.refusal import Why
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.narrowing import STATES, filter_of, link_to, query_of
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.batches import BatchState, state_of
from rostrum.reads.queue import Waits, queue_model
from rostrum.reads.views import VIEW, SavedView, views_of

NAME_MAX = 80
VIEWS_MAX = 50
"""How many views one of the secretariat sees at most."""


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


NAMELESS = _("Enter a name of at most 80 characters.")
TOO_MANY = _("There are 50 saved views. Delete one first.")


async def applications(visit: Visit) -> web.StreamResponse:
    """The queue."""
    session = await session_of(visit)
    wanted = filter_of(visit.request.query)
    queue = await queue_model(session, visit.house.register, wanted)
    wanted = replace(wanted, page=queue.page)
    query = query_of(replace(wanted, page=1))
    views = await views_of(visit.house.dossiers, visit.session_id, visit.place_id)
    return page(
        visit,
        "console/queue.html",
        at=f"/at/{visit.place_id}/console",
        session=session,
        queue=queue,
        wanted=wanted,
        link=link_to(wanted),
        query=query,
        views=views,
        saved=any(view.query == query for view in views),
        states=STATES,
        steps=list(Waits),
        categories=session.rules.applying,
        in_window=sum(state_of(each, visit.house.clock()) is BatchState.WAITING for each in session.batches.values()),
    )


async def views(visit: Visit) -> web.StreamResponse:
    """The saved views, to be renamed and deleted."""
    return await _views_page(visit)


async def save(visit: Visit) -> web.StreamResponse:
    """Save the present filter; under a name that there is already, in the place of what was there."""
    post = await visit.request.post()
    name, shared = _name(post.get("name")), post.get("shared") == "yes"
    query = query_of(replace(filter_of(dict(parse_qsl(str(post.get("query", ""))))), page=1))
    known = await views_of(visit.house.dossiers, visit.session_id, visit.place_id)
    same = next((view for view in known if view.name == name and view.shared == shared), None)
    if not name or (same is None and len(known) >= VIEWS_MAX):
        words = NAMELESS if not name else TOO_MANY
        return await _views_page(visit, errors={"name": words}, values={"name": name, "query": query, "shared": shared})
    if same is not None:
        await visit.house.dossiers.commit(visit.house.dossiers.change(same.view_id, _fields(name, query, shared)))
    else:
        now = visit.house.clock()
        kept = visit.house.dossiers.seal(
            new_id(),
            session_id=visit.session_id,
            subject=visit.session_id if shared else visit.place_id,
            kind=VIEW,
            fields=_fields(name, query, shared),
            created_at=now,
            purge_at=now + visit.house.lives.written,
        )
        await visit.house.dossiers.commit(kept)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/applications?{query}")


async def rename(visit: Visit) -> web.StreamResponse:
    """Give a saved view another name."""
    view = await _view(visit)
    name = _name((await visit.request.post()).get("name"))
    if not name:
        return await _views_page(visit, errors={f"name-{view.view_id}": NAMELESS})
    change = visit.house.dossiers.change(view.view_id, _fields(name, view.query, view.shared))
    await visit.house.dossiers.commit(change)
    raise web.HTTPSeeOther(_here(visit))


async def remove(visit: Visit) -> web.StreamResponse:
    """Delete a saved view."""
    view = await _view(visit)
    await visit.house.dossiers.commit(visit.house.dossiers.dropped(view.view_id))
    await visit.house.dossiers.wipe()
    raise web.HTTPSeeOther(_here(visit))


async def _view(visit: Visit) -> SavedView:
    wanted = visit.request.match_info["view_id"]
    for view in await views_of(visit.house.dossiers, visit.session_id, visit.place_id):
        if view.view_id == wanted:
            return view
    raise Trouble(Why.NOT_FOUND)


async def _views_page(
    visit: Visit, *, errors: dict[str, str] | None = None, values: dict[str, object] | None = None
) -> web.StreamResponse:
    locale = locale_of(visit)
    return page(
        visit,
        "console/views.html",
        status=422 if errors else 200,
        shown_at=_here(visit),
        at=f"/at/{visit.place_id}/console",
        views=await views_of(visit.house.dossiers, visit.session_id, visit.place_id),
        errors={name: locale.gettext(words) for name, words in (errors or {}).items()},
        values=values,
    )


def _fields(name: str, query: str, shared: bool) -> dict[str, object]:
    return {"name": name, "query": query, "shared": "yes" if shared else ""}


def _name(typed: object) -> str:
    """A name as it is kept; empty where there is none, or it is too long."""
    name = " ".join(str(tidy(typed if isinstance(typed, str) else "")).split())
    return name if len(name) <= NAME_MAX else ""


def _here(visit: Visit) -> str:
    return f"/at/{visit.place_id}/console/views"


ROUTES = (
    Route("GET", "/console/applications", applications, ADMINISTER),
    Route("GET", "/console/views", views, ADMINISTER),
    Route("POST", "/console/views", save, ADMINISTER),
    Route("POST", "/console/views/{view_id}", rename, ADMINISTER),
    Route("POST", "/console/views/{view_id}/removal", remove, ADMINISTER),
)
