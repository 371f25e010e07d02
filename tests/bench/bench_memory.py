"""Where a peer's memory goes: what glibc hands out for OpenSSL's connection, step by step, and for libsrtp's sessions.

One handshake in this process, without sockets, by the calls that aiortc makes. It says what is freed by letting the
connection go; what a whole receiver takes of a worker is measured by `bench-scale`.
"""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

from cffi import FFI
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from rostrum.media.sfu.dtls import _PROFILES, Identity
from tests.bench.common import ratio, say

_ffi = FFI()
_ffi.cdef("""
    struct mallinfo2 { size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost; };
    struct mallinfo2 mallinfo2(void);
""")
_libc: Any = _ffi.dlopen(None)


def handed_out() -> int:
    """Bytes that are in use in glibc's heap."""
    found = _libc.mallinfo2()
    return int(found.uordblks + found.hblkhd)


class Ledger:
    """What each step has left in the heap, in bytes."""

    def __init__(self) -> None:
        self.bytes: dict[str, int] = {}

    def of(self, step: str, act: Callable[[], Any]) -> Any:
        """Do something, and put down what it has left. An end that waits for more gives None."""
        before, result = handed_out(), None
        with contextlib.suppress(SSL.WantReadError):
            result = act()
        self.bytes[step] = self.bytes.get(step, 0) + handed_out() - before
        return result


def shake_hands(ledger: Ledger, server: SSL.Connection, client: SSL.Connection) -> None:
    """Until both are done; only the server's steps are put down."""
    for _ in range(4):
        with contextlib.suppress(SSL.WantReadError):
            client.do_handshake()
        with contextlib.suppress(SSL.WantReadError):
            while True:
                said = client.bio_read(1500)
                ledger.of("received", partial(server.bio_write, said))
                ledger.of("handshake", server.do_handshake)
                while (answer := ledger.of("sent", lambda: server.bio_read(1500))) is not None:
                    client.bio_write(answer)


def one_peer() -> dict[str, int]:
    """One peer's ledger."""
    ledger, own, theirs = Ledger(), Identity.generateCertificate(), Identity.generateCertificate()
    context = own._create_ssl_context(_PROFILES)
    server = ledger.of("connection made", lambda: SSL.Connection(context))
    client = SSL.Connection(theirs._create_ssl_context(_PROFILES))
    server.set_accept_state()
    client.set_connect_state()
    shake_hands(ledger, server, client)
    profile = _PROFILES[0]
    keys = server.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (profile.key_length + profile.salt_length))
    sessions = []
    for index, kind in enumerate((Policy.SSRC_ANY_INBOUND, Policy.SSRC_ANY_OUTBOUND)):
        policy = Policy(profile.get_key_and_salt(keys, index), kind, 0, profile.libsrtp_profile)
        policy.window_size = 1024
        sessions.append(ledger.of("two SRTP sessions", partial(Session, policy)))
    before = handed_out()
    del server
    ledger.bytes["freed with the connection"] = before - handed_out()
    return ledger.bytes


def main() -> None:
    """Once for warmth, then the figures."""
    one_peer()
    kib = {step: round(size / 1024, 1) for step, size in one_peer().items()}
    kept = kib["two SRTP sessions"]
    together = round(kept + kib["freed with the connection"], 1)
    say(
        {
            "bench": "memory",
            "ours": kept,
            "peer": together,
            "ratio": ratio(kept, together),
            "unit": "KiB of C memory for one peer's DTLS and SRTP, against the same with its connection kept",
            "kib": kib,
        }
    )


if __name__ == "__main__":
    main()
