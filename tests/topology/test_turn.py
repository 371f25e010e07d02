"""The relay: who is let in, by which transports, and where it does not lead."""

import contextlib
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aioice.stun import TransactionFailed

from tests.support.programs import program
from tests.support.server import free_port
from tests.topology.site import turn
from tests.topology.turn_client import credentials, echo, relayed

SECRET = "a secret that only this test's relay knows"
FORBIDDEN = 403
USER_QUOTA = 12
"""As docker/turnserver.conf has it."""

SPECIAL_ADDRESSES = [
    "127.0.0.2",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "224.0.0.1",
    "255.255.255.255",
]
"""Addresses that a relay must not lead to (ASVS 5.0, 17.1.1; RFC 6890), all but the one that is configured."""


@dataclass(frozen=True)
class Relay:
    """A running relay that leads to 127.0.0.1 alone."""

    port: int
    tls_port: int
    certificate: Path


@pytest.fixture(scope="module")
def relay(folder: Path) -> Iterator[Relay]:
    home = folder / "relay"
    home.mkdir()
    (home / "secret").write_text(SECRET, "utf-8")
    certificate, key = home / "certificate.pem", home / "key.pem"
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key),
         "-out", str(certificate), "-days", "1"],
        check=True, capture_output=True,
    )  # fmt: skip
    port, tls_port = free_port(), free_port()
    with turn(
        home, port, "--allow-loopback-peers", secret=home / "secret",
        TURN_CERTIFICATE=str(certificate), TURN_KEY=str(key), TURN_TLS_PORT=str(tls_port),
    ):  # fmt: skip
        yield Relay(port, tls_port, certificate)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_a_place_reaches_the_media_over(relay: Relay, transport: str) -> None:
    username, password = credentials(SECRET, lifetime_s=60)
    tls = ssl.create_default_context(cafile=relay.certificate) if transport == "tls" else None
    port = relay.tls_port if tls else relay.port
    async with (
        echo() as media,
        relayed(port, username, password, transport="tcp" if tls else transport, tls=tls) as line,
    ):
        assert await line.ask(b"is anyone there", media) == b"is anyone there"


@pytest.mark.parametrize(
    ("secret", "lifetime_s"),
    [(SECRET, -1), ("another secret", 60), ("", 60)],
    ids=["credentials that ran out", "another site's credentials", "no secret"],
)
async def test_the_relay_refuses(relay: Relay, secret: str, lifetime_s: int) -> None:
    username, password = credentials(secret, lifetime_s=lifetime_s)
    with pytest.raises(TransactionFailed) as refused:
        async with relayed(relay.port, username, password):
            pass
    assert refused.value.response.attributes["ERROR-CODE"][0] == 401


@pytest.mark.parametrize("address", SPECIAL_ADDRESSES)
async def test_the_relay_does_not_lead_to(relay: Relay, address: str) -> None:
    async with relayed(relay.port, *credentials(SECRET, lifetime_s=60)) as line:
        assert await line.ask(b"let me in", (address, 80)) == FORBIDDEN


async def test_the_relay_as_documented_leads_to_no_server_of_its_own_machine(folder: Path) -> None:
    home = folder / "strict"
    home.mkdir()
    (home / "secret").write_text(SECRET, "utf-8")
    port = free_port()
    with turn(home, port, secret=home / "secret"):
        async with echo() as media, relayed(port, *credentials(SECRET, lifetime_s=60)) as line:
            assert await line.ask(b"is anyone there", media) == FORBIDDEN


async def test_one_name_cannot_take_all_lines(relay: Relay) -> None:
    username, password = credentials(SECRET, lifetime_s=60, name="greedy")
    async with contextlib.AsyncExitStack() as held:
        for _ in range(USER_QUOTA):
            await held.enter_async_context(relayed(relay.port, username, password))
        with pytest.raises(TransactionFailed) as refused:
            await held.enter_async_context(relayed(relay.port, username, password))
        assert refused.value.response.attributes["ERROR-CODE"][0] == 486
