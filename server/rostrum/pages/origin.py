"""Where a form was sent from: by Sec-Fetch-Site, or Origin for browsers without it."""

from urllib.parse import urlsplit

from aiohttp import web

from rostrum.assembly.refusal import Why
from rostrum.pages.trouble import Trouble
from rostrum.settings import Settings


def require_same_origin(request: web.Request, settings: Settings) -> None:
    """Raise `Trouble` (403) for a form from another site. A client that sends neither header is no browser:
    it has no cookie that another site could misuse, and the form's token is still asked for."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Trouble(Why.FORM_NOT_OURS, status=403)
        return
    origin = request.headers.get("Origin")
    if origin is None:
        return
    ours = {urlsplit(settings.external_url).netloc, request.host}
    if urlsplit(origin).netloc not in ours:
        raise Trouble(Why.FORM_NOT_OURS, status=403)
