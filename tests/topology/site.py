"""An installation as docker/compose.yaml describes it, as plain processes on loopback and free ports.

Every server reads the very file of docker/ that its container would read; what differs comes in by the variables
that the files have for it.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_DGRAM
from typing import Any

import yaml

from tests.support.programs import as_user, program, running
from tests.support.server import free_port

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
SITE = {"SITE": "localhost", "MEDIA_ADDRESS": "127.0.0.1", "CERTIFICATES": "internal"}


def compose() -> Any:
    """The compose file, parsed."""
    return yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))


def filled_in(text: str, values: Mapping[str, str] = SITE) -> str:
    """The text with compose's `${NAME}`, `${NAME:-default}` and `${NAME:?what is missing}` replaced."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match["name"], match["kind"], match["rest"]
        if name in values:
            return values[name]
        if kind == ":-":
            return rest
        raise KeyError(f"{name}: {rest}")

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}", value, text)


def service_environment(name: str) -> dict[str, str]:
    """What compose would set in a service's environment."""
    return {key: filled_in(str(value)) for key, value in compose()["services"][name]["environment"].items()}


MEDIA_WORKERS = int(service_environment("app")["ROSTRUM_MEDIA_WORKERS"])


@dataclass(frozen=True)
class Ports:
    """The free ports that stand for the documented ones. `media` is the first of the workers'."""

    http: int
    https: int
    app: int
    media: int
    metrics: int
    database: int
    turn: int


@dataclass(frozen=True)
class Site:
    """A running installation."""

    folder: Path
    ports: Ports
    process_ids: Mapping[str, int]

    @property
    def authority(self) -> Path:
        """The certificate of Caddy's own authority."""
        return self.folder / "caddy/caddy/pki/authorities/local/root.crt"

    @property
    def turn_secret(self) -> str:
        """The secret that docker/secrets.sh made for TURN."""
        return (self.folder / "secrets/turn_secret").read_text("ascii")


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def make_secrets(folder: Path, database_port: int) -> Path:
    """Run docker/secrets.sh, and lay its files out as the application's container sees them."""
    made = folder / "secrets"
    subprocess.run(["sh", str(DOCKER / "secrets.sh"), str(made)], check=True)
    seen = folder / "run-secrets"
    seen.mkdir()
    for name in compose()["services"]["app"]["secrets"]:
        source = made / Path(compose()["secrets"][name]["file"]).name
        text = source.read_text("ascii").replace("@database/", f"@127.0.0.1:{database_port}/")
        (seen / name).write_text(text, "ascii")
    return seen


@contextmanager
def database(folder: Path, port: int) -> Iterator[int]:
    """PostgreSQL with docker/postgresql.conf and compose's arguments for initdb."""
    home = folder / "database"
    home.mkdir(mode=0o700)
    password = home / "password"
    shutil.copy(folder / "secrets/database_password", password)
    shutil.copy(DOCKER / "postgresql.conf", home)
    if os.geteuid() == 0:
        for path in (home, *home.iterdir()):
            shutil.chown(path, "postgres", "postgres")
    given = compose()["services"]["database"]["environment"]
    data = home / "data"
    subprocess.run(
        [*as_user("postgres"), program("initdb"), "-D", str(data), f"--username={given['POSTGRES_USER']}",
         f"--pwfile={password}", *given["POSTGRES_INITDB_ARGS"].split()],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    command = [
        *as_user("postgres"), program("postgres"), "-D", str(data), "-c", f"config_file={home}/postgresql.conf",
        "-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}",
    ]  # fmt: skip
    with running(command, environment={}, log=folder / "database.log", ready=lambda: answers(port)) as process:
        subprocess.run(
            [program("createdb"), "--host=127.0.0.1", f"--port={port}", "--username=rostrum", given["POSTGRES_DB"]],
            check=True, env={"PGPASSWORD": (folder / "secrets/database_password").read_text("ascii")},
        )  # fmt: skip
        yield process.pid


@contextmanager
def application(folder: Path, ports: Ports, secrets: Path) -> Iterator[int]:
    """The application with compose's environment, on loopback."""
    environment = {
        **service_environment("app"),
        "ROSTRUM_DATA": str(folder / "app"),
        "ROSTRUM_SECRETS": str(secrets),
        "ROSTRUM_PORT": str(ports.app),
        "ROSTRUM_MEDIA_HOST": "127.0.0.1",
        "ROSTRUM_MEDIA_PORT": str(ports.media),
        "ROSTRUM_METRICS_PORT": str(ports.metrics),
        "ROSTRUM_PUBLIC_URL": f"https://localhost:{ports.https}",
        "ROSTRUM_TRUSTED_PROXIES": "127.0.0.1",
    }
    command = [sys.executable, "-m", "rostrum", *compose()["services"]["app"].get("command", ["serve"])]
    with running(command, environment=environment, log=folder / "app.log", ready=lambda: answers(ports.app)) as process:
        yield process.pid


@contextmanager
def caddy(folder: Path, *, http: int, https: int, app: int) -> Iterator[int]:
    """Caddy with docker/Caddyfile, certified by its own authority."""
    environment = {
        **service_environment("caddy"),
        "APP": f"127.0.0.1:{app}",
        "HTTP_PORT": str(http),
        "HTTPS_PORT": str(https),
        "LISTEN": "127.0.0.1",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "caddy"),
        "XDG_DATA_HOME": str(folder / "caddy"),
    }
    command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(DOCKER / "Caddyfile")]
    with running(command, environment=environment, log=folder / "caddy.log", ready=lambda: answers(https)) as process:
        yield process.pid


@contextmanager
def turn(folder: Path, port: int, *arguments: str, secret: Path, **variables: str) -> Iterator[int]:
    """coturn as docker/turn.sh starts it, on loopback; the arguments go to turnserver."""
    folder.mkdir(exist_ok=True)
    environment = {
        **service_environment("turn"),
        "TURN_PORT": str(port),
        "TURN_SECRET_FILE": str(secret),
        "TURN_STATE": str(folder),
        **variables,
    }
    command = ["sh", str(DOCKER / "turn.sh"), "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", *arguments]
    with running(command, environment=environment, log=folder / "turn.log", ready=lambda: answers(port)) as process:
        yield process.pid


@contextmanager
def whole_site(folder: Path) -> Iterator[Site]:
    """All of compose's services, each started when what it depends on is ready."""
    http, https, app, metrics, database_port, turn_port = (free_port() for _ in range(6))
    media = free_port(SOCK_DGRAM, MEDIA_WORKERS)
    ports = Ports(http, https, app, media, metrics, database_port, turn_port)
    secrets = make_secrets(folder, ports.database)
    started: dict[str, int] = {}
    with ExitStack() as stack:
        started["database"] = stack.enter_context(database(folder, ports.database))
        started["app"] = stack.enter_context(application(folder, ports, secrets))
        started["turn"] = stack.enter_context(
            turn(folder / "turn", ports.turn, "--allow-loopback-peers", secret=folder / "secrets/turn_secret")
        )
        started["caddy"] = stack.enter_context(caddy(folder, http=ports.http, https=ports.https, app=ports.app))
        yield Site(folder, ports, started)
