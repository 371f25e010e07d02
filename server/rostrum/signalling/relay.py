"""TURN servers with time-limited credentials (coturn's `use-auth-secret`), as Link headers (RFC 9725 section 4.6)."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CREDENTIAL_S = 6 * 3600
"""How long a credential opens allocations: a long meeting."""


@dataclass(frozen=True)
class Relay:
    """The servers that the operator configured: `stun:`, `turn:` and `turns:` addresses, and coturn's shared secret."""

    urls: Sequence[str] = ()
    secret: str = ""

    def links(self, holder: str, clock: Callable[[], float] = time.time) -> list[str]:
        """One Link header value for each server. `holder` appears in coturn's log: an identifier, no name."""
        username = f"{int(clock()) + CREDENTIAL_S}:{holder}"
        digest = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
        credential = base64.b64encode(digest).decode()
        links = []
        for url in self.urls:
            link = f'<{url}>; rel="ice-server"'
            if url.startswith(("turn:", "turns:")):
                link += f'; username="{username}"; credential="{credential}"; credential-type="password"'
            links.append(link)
        return links
