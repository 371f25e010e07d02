"""The application, running."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.app import Running, running_app


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """The application on a real socket with the demonstration in it."""
    async with running_app(tmp_path / "data") as running:
        yield running
