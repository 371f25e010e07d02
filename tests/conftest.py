"""What holds for every test: no setting of the machine's own reaches it, and none fails for being slow."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

IN_REAL_TIME = ("journeys", "media", "topology", "faults")
"""Folders whose tests run browsers, media or servers against the clock, which a busy machine can stop for a second."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One further try for tests in real time. A second run is printed as RERUN, and is a question to be answered.

    `--reruns 0` shows what fails at once.
    """
    if config.getoption("reruns") is not None:
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in IN_REAL_TIME:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> Iterator[None]:
    """Tests say themselves what is set."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ROSTRUM_")]:
            patch.delenv(name)
        yield
