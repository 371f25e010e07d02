"""The documented set-up, executed: what answers, and which doors are open."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from socket import SOCK_STREAM

import psutil
import pytest

from tests.support.programs import program
from tests.topology.site import MEDIA_WORKERS, ROOT, Site, compose

OPERATOR = ROOT / "docs/operator.md"
RELAY_PORTS = range(49152, 65536)


def curl(site: Site, *arguments: str) -> str:
    """What curl prints, trusting Caddy's own authority alone."""
    command = [program("curl"), "--silent", "--show-error", "--cacert", str(site.authority), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


def test_the_application_answers_through_tls_and_http_2(site: Site) -> None:
    url = f"https://localhost:{site.ports.https}/readyz"
    status, version, body = curl(site, "--http2", "--write-out", "\n%{http_code} %{http_version}", url), "", ""
    body, _, last = status.rpartition("\n")
    status, version = last.split()
    assert (status, version) == ("200", "2"), body
    assert "database" in json.loads(body)["parts"]


def test_plain_http_is_led_to_tls_and_servers_do_not_name_themselves(site: Site) -> None:
    plain = curl(site, "--head", f"http://localhost:{site.ports.http}/")
    assert re.match(r"HTTP/1\.1 308", plain)
    assert re.search(r"(?mi)^location: https://localhost", plain)
    headers = curl(site, "--head", "--request", "GET", f"https://localhost:{site.ports.https}/")
    assert not re.search(r"(?mi)^server:", headers)


def test_links_are_made_for_the_public_address(site: Site) -> None:
    page = curl(site, f"https://localhost:{site.ports.https}/")
    assert f"127.0.0.1:{site.ports.app}" not in page


def documented() -> Iterator[tuple[str, str, int, str]]:
    """The operator's table of ports, each of a row's: server, protocol, port and who may reach it."""
    row = re.compile(r"^\| (app|caddy|database|turn) \| (tcp|udp) \| (\d+)(?: to (\d+))? \| ([^|]+?) \|", re.MULTILINE)
    for server, protocol, first, last, reach in row.findall(OPERATOR.read_text("utf-8")):
        for port in range(int(first), int(last or first) + 1):
            yield server, protocol, port, reach


def bound(process_id: int) -> set[tuple[str, str, int]]:
    """What a process and its children listen on: protocol, address and port. A relay's lines for peers don't count."""
    processes = [psutil.Process(process_id), *psutil.Process(process_id).children(recursive=True)]
    found = set()
    for process in processes:
        for connection in process.net_connections("inet"):
            tcp = connection.type == SOCK_STREAM
            if tcp and connection.status != psutil.CONN_LISTEN:
                continue
            found.add(("tcp" if tcp else "udp", connection.laddr.ip, connection.laddr.port))
    return found


@pytest.mark.parametrize("server", ["app", "caddy", "database", "turn"])
def test_a_server_opens_the_documented_doors_and_no_other(site: Site, server: str) -> None:
    here = {
        ("caddy", 80): site.ports.http,
        ("caddy", 443): site.ports.https,
        ("app", 8080): site.ports.app,
        **{("app", 10000 + worker): site.ports.media + worker for worker in range(MEDIA_WORKERS)},
        ("app", 9464): site.ports.metrics,
        ("database", 5432): site.ports.database,
        ("turn", 3478): site.ports.turn,
    }
    wanted = {(protocol, "127.0.0.1", here[name, port]) for name, protocol, port, _ in documented() if name == server}
    assert bound(site.process_ids[server]) == wanted


def test_only_what_is_documented_as_open_to_everyone_is_published() -> None:
    published = set()
    for name, service in compose()["services"].items():
        for text in service.get("ports", []):
            outside, inside, protocol = re.fullmatch(r"([\d-]+):([\d-]+)/(tcp|udp)", text).groups()  # type: ignore[union-attr]
            assert outside == inside
            first, _, last = inside.partition("-")
            published |= {(name, protocol, port) for port in range(int(first), int(last or first) + 1)}
    assert published == {(name, protocol, port) for name, protocol, port, reach in documented() if reach == "everyone"}


def test_secrets_are_in_no_environment_and_no_command(site: Site) -> None:
    secret_texts = [path.read_text("ascii") for path in (site.folder / "secrets").iterdir() if path.stat().st_size]
    assert len(secret_texts) >= 3
    for process_id in site.process_ids.values():
        for name in ("environ", "cmdline"):
            seen = Path(f"/proc/{process_id}/{name}").read_text("utf-8", "replace")
            assert not [text for text in secret_texts if text in seen]
