"""Pages and fragments: a template, a model, the language of whoever asks."""

from typing import Any

from aiohttp import web

from rostrum.assembly import devices
from rostrum.assembly.actor import Right
from rostrum.house import HOUSE, House
from rostrum.i18n import LANGUAGES, Locale, negotiate
from rostrum.pages.route import Guest, Visit

LANGUAGE_COOKIE = "rostrum_lang"
THEME_COOKIE = "rostrum_theme"
YEAR_S = 365 * 24 * 3600


def language_of(request: web.Request) -> str:
    """The language that a request is answered in."""
    return negotiate(
        request.query.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("Accept-Language"),
        request.app[HOUSE].settings.default_language,
    )


def locale_of(who: Guest | Visit) -> Locale:
    """The language of a request, with its words and formats."""
    return who.house.templates.locales[language_of(who.request)]


def page(who: Guest | Visit, template: str, *, status: int = 200, **model: Any) -> web.Response:
    """A whole page for somebody."""
    visit = who if isinstance(who, Visit) else None
    return respond(
        who.request,
        template,
        status=status,
        csrf=who.csrf,
        may_administer=visit is not None and Right.ADMINISTER in visit.actor.rights,
        **({} if visit is None else _own(visit)),
        **model,
    )


def _own(visit: Visit) -> dict[str, Any]:
    """What every page of somebody with a place carries: where it is, its vote, its device's key, who asks."""
    return {
        "own_at": f"/at/{visit.place_id}",
        "own_vote": Right.VOTE in visit.actor.rights,
        "own_person": Right.ATTEND in visit.actor.rights,
        "own_key": visit.standing.device.public_key is not None,
        "asking": bool(devices.asking(visit.standing.link, visit.house.clock())),
    }


def asking_words(visit: Visit) -> str:
    """The fragment that says that a device asks to be let in."""
    return fragment(visit.house, language_of(visit.request), "attend/_asking.html", own_at=f"/at/{visit.place_id}")


def respond(
    request: web.Request, template: str, *, status: int = 200, shown_at: str | None = None, **model: Any
) -> web.Response:
    """A whole page for a request that may have got no further than the door.

    `shown_at`: where the page is read, where a form's own address (the request's) can only be sent to.
    """
    language = language_of(request)
    address = request.rel_url.with_path(shown_at) if shown_at else request.rel_url
    shared = {
        "language_links": {code: str(address.update_query(lang=code)) for code in LANGUAGES},
        "language_form": None,
        "theme": request.cookies.get(THEME_COOKIE, "auto"),
        "csrf": "",
        "may_administer": False,
        "own_at": None,
    }
    text = request.app[HOUSE].templates.render(language, template, {**shared, **model})
    response = web.Response(text=text, content_type="text/html", charset="utf-8", status=status)
    response.headers["Content-Language"] = language
    if request.query.get("lang") in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, httponly=True, samesite="Lax", path="/")
    return response


def fragment(house: House, language: str, template: str, **model: Any) -> str:
    """A part of a page for everyone with this language: it holds no form's token and no absolute address."""
    return house.templates.render(language, template, {"csrf": "", **model})
