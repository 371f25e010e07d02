"""What went wrong, in words: one page that says what and what to do; a problem document (RFC 9457) for scripts."""

import re
from collections.abc import Sequence

import structlog
from aiohttp import ClientConnectionError, web
from aiohttp.typedefs import Handler

from rostrum.assembly.refusal import Refused, Why
from rostrum.house import HOUSE
from rostrum.i18n.refusals import WORDS
from rostrum.pages.render import language_of, respond
from rostrum.pages.trouble import STATUS, Trouble

GONE = 499
"""What is counted where nobody is left to be answered; no browser is sent it."""
CODE = re.compile(r"[!-~]*\d[!-~]*|[a-z-]+")
"""Identifiers, codes, dates, addresses and choices: what a form carries along, or what is soon chosen again."""

_log = structlog.get_logger(__name__)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals, unknown addresses and faults into words; log faults, show none."""
    try:
        return await handler(request)
    except Trouble as trouble:
        return answer(request, trouble.why, trouble.status, await _typed(request, trouble.why))
    except Refused as refused:
        return answer(request, refused.why, STATUS.get(refused.why, 409), await _typed(request, refused.why))
    except web.HTTPNotFound:
        return answer(request, Why.NOT_FOUND, 404)
    except web.HTTPMethodNotAllowed as unknown:
        # Read where something is only sent to: a form's page that was loaded again, or another language of it.
        response = answer(request, Why.NOT_FOUND, 405)
        response.headers["Allow"] = unknown.headers["Allow"]
        return response
    except web.HTTPRequestEntityTooLarge:
        return answer(request, Why.TOO_LARGE, 413)
    except web.HTTPException:
        raise
    except (ConnectionError, ClientConnectionError) as error:
        # Who hangs up while we read or write is no fault of ours; a database or mail server that does so is.
        if request.transport is None or request.transport.is_closing():
            _log.debug("the client went away", method=request.method, route=_route(request))
            return web.Response(status=GONE)
        return _fault(request, error)
    except Exception as error:
        return _fault(request, error)


def _fault(request: web.Request, error: Exception) -> web.Response:
    _log.error("request failed", method=request.method, route=_route(request), exc_info=error)
    return answer(request, Why.BROKEN, 500)


def _route(request: web.Request) -> str:
    """The route's pattern, not the address: an address may hold a secret."""
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical


async def _typed(request: web.Request, why: Why) -> Sequence[str]:
    """What somebody wrote into the form that was refused, so that it can be copied. Not of a form that may come from
    another site."""
    if request.content_type != "application/x-www-form-urlencoded" or why is Why.FORM_NOT_OURS:
        return ()
    fields = (await request.post()).items()
    written = [value for name, value in fields if name != "csrf" and isinstance(value, str) and value.strip()]
    return [value for value in written if not CODE.fullmatch(value)]


def answer(request: web.Request, why: Why, status: int, typed: Sequence[str] = ()) -> web.Response:
    """The words of a refusal: as a problem document for scripts that ask for one, else as a page, with what was
    `typed`."""
    what, remedy = WORDS[why]
    if "application/problem+json" in request.headers.get("Accept", ""):
        locale = request.app[HOUSE].templates.locales[language_of(request)]
        document = {
            "type": f"urn:rostrum:{why}",
            "title": locale.gettext(what),
            "detail": locale.gettext(remedy),
            "status": status,
        }
        return web.json_response(document, status=status, content_type="application/problem+json")
    return respond(request, "problem.html", status=status, what=what, remedy=remedy, why=why, typed=typed)
