"""The embedded engine, run through the contract of all engines."""

from collections.abc import AsyncIterator

import pytest

from rostrum.media.sfu.engine import EmbeddedEngine
from tests.media.contract import *  # noqa: F403 - the suite is what is imported
from tests.media.contract_channels import *  # noqa: F403


@pytest.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    opened = EmbeddedEngine(0, ["127.0.0.1"])
    await opened.start()
    yield opened
    await opened.close()
