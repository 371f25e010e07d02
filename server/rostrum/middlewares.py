"""What every answer passes through: the real address behind a proxy, words for problems, strict headers."""

from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from rostrum.pages.problem import problems
from rostrum.settings import Settings

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), display-capture=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "Rostrum",
}
HSTS = "max-age=31536000"


def middlewares(settings: Settings) -> list[Middleware]:
    """All of them, outermost first."""
    return [_behind_proxies(settings), problems]


def add_headers(app: web.Application, settings: Settings) -> None:
    """Set the strict headers on every answer as it is prepared, streams included."""
    strict = {**HEADERS, "Strict-Transport-Security": HSTS} if settings.external_url.startswith("https:") else HEADERS

    async def prepare(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in strict.items():
            response.headers.setdefault(name, value)
        # What somebody with a place sees is for them alone: no shared cache, no copy on a shared computer.
        response.headers.setdefault("Cache-Control", "no-store")

    app.on_response_prepare.append(prepare)


def _behind_proxies(settings: Settings) -> Middleware:
    @web.middleware
    async def behind_proxies(request: web.Request, handler: Handler) -> web.StreamResponse:
        remote = request.remote
        if remote and any(ip_address(remote) in network for network in settings.trusted_proxies):
            # The nearest proxy's own word is the last in the list; what stands before it anyone may have written.
            seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
            if seen:
                request = request.clone(remote=seen)
        return await handler(request)

    return behind_proxies
