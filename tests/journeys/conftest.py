"""A running demonstration for a journey."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.server import DemoServer


@pytest_asyncio.fixture
async def demo_server(tmp_path: Path) -> AsyncIterator[DemoServer]:
    """A fresh demonstration, stopped at the end."""
    server = DemoServer(tmp_path / "data")
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
