"""Errors as problem documents (RFC 9457): a stable code, one sentence, nothing of the inside."""

import json
from collections.abc import Mapping

from aiohttp import web

TITLES: Mapping[str, tuple[int, str]] = {
    "unauthorised": (401, "A bearer token is needed."),
    "forbidden": (403, "The token does not allow this."),
    "picture-not-wanted": (403, "The holder asked to take part by voice only; the offer has a picture."),
    "no-such-resource": (404, "There is no such session."),
    "no-such-channel": (404, "There is no channel of this name."),
    "not-acceptable": (406, "The answer can only be given as application/sdp."),
    "source-in-use": (409, "Someone is sending this source already."),
    "etag-mismatch": (412, "The session has another entity tag by now."),
    "too-large": (413, "The body exceeds 64 KiB."),
    "unsupported-type": (415, "The body has another media type than the one in Accept-Post or Accept-Patch."),
    "unsupported-json": (415, "The body has another media type than application/json."),
    "malformed-json": (400, "The body is not what is expected here."),
    "malformed-sdp": (400, "The body is not a session description."),
    "no-common-codec": (422, "VP8 and Opus are spoken here; the offer has neither."),
    "bundle-required": (422, "All media must share one transport (BUNDLE), and each m-line needs a mid."),
    "rtcp-mux-required": (422, "RTP and RTCP must share one port (rtcp-mux)."),
    "no-ice": (422, "The description has no ICE credentials."),
    "no-fingerprint": (422, "The description has no certificate fingerprint that can be checked."),
    "dtls-role": (422, "The offer must be ready to open the DTLS session (actpass or active)."),
    "precondition-required": (428, "If-Match is needed."),
    "full": (503, "No more connections can be taken now."),
    "not-ready": (503, "Media is not ready yet."),
}
"""Code to status and title: everything that a client can be told."""

RETRY_AFTER_S = 5


def problem(code: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """The response for a code of `TITLES`."""
    status, title = TITLES[code]
    all_headers = dict(headers or {})
    all_headers["Cache-Control"] = "no-store"
    if status == 401:
        all_headers["WWW-Authenticate"] = 'Bearer realm="rostrum"'
    elif status == 403:
        all_headers["WWW-Authenticate"] = 'Bearer realm="rostrum", error="insufficient_scope"'
    elif status == 503:
        all_headers["Retry-After"] = str(RETRY_AFTER_S)
    body = json.dumps({"type": f"urn:rostrum:media:{code}", "title": title, "status": status, "code": code})
    return web.Response(status=status, text=body, content_type="application/problem+json", headers=all_headers)
