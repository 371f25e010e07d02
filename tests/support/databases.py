"""Both databases: SQLite in a file, and a real PostgreSQL that the suite starts. A missing server is a failure."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import chown

import asyncpg

from tests.support.server import free_port

BIN = Path("/usr/lib/postgresql/15/bin")


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of our own, on loopback."""

    port: int

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    async def create(self, database: str) -> str:
        """A fresh database; returns its address."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(f'CREATE DATABASE "{database}"')
        finally:
            await connection.close()
        return self.url(database)


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a cluster in the folder; stopped at the end. PostgreSQL refuses to run as root, so that another does."""
    port = free_port()
    data = folder / "cluster"
    data.mkdir(mode=0o700)
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        as_postgres = ["runuser", "-u", "postgres", "--"]
        chown(data, "postgres", "postgres")
        _let_others_pass(data)
    initdb = [BIN / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run([*as_postgres, *map(str, initdb)], check=True, capture_output=True, cwd="/")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
    control = [*as_postgres, str(BIN / "pg_ctl"), "-D", str(data), "-w", "-t", "120"]
    subprocess.run(
        [*control, "-o", options, "-l", str(data / "log"), "start"], check=True, capture_output=True, cwd="/"
    )
    try:
        yield Cluster(port)
    finally:
        if as_postgres:
            # Another run of pytest has shut the folder again that both lie in.
            _let_others_pass(data)
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")


def _let_others_pass(folder: Path) -> None:
    """Through the folders of root's that it lies in."""
    for parent in folder.parents:
        if parent.stat().st_uid == 0 and parent != Path("/") and parent.is_relative_to("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o011)
