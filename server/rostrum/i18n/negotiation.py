"""Which language a request is answered in."""

from collections.abc import Iterable

from rostrum.i18n.locale import LANGUAGES


def negotiate(query: str | None, cookie: str | None, accept_language: str | None, default: str) -> str:
    """The code of the language asked for in the address, else chosen before, else preferred by the browser."""
    for wish in (query, cookie):
        if wish and wish in LANGUAGES:
            return wish
    for code in _preferred(accept_language or ""):
        if code in LANGUAGES:
            return code
    return default


def _preferred(header: str) -> Iterable[str]:
    """The languages of an Accept-Language header (RFC 9110, section 12.5.4), most wanted first."""
    weighed: list[tuple[float, int, str]] = []
    for n, part in enumerate(header.split(",")[:20]):
        tag, _, parameter = part.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if 0 < quality <= 1:
            weighed.append((-quality, n, tag.strip().lower().partition("-")[0]))
    return (code for _, _, code in sorted(weighed))
