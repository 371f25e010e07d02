"""One installation for all of these tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.topology.site import Site, whole_site


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user may enter, which pytest's own folders don't allow."""
    path = Path(tempfile.mkdtemp(prefix="rostrum-site-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[Site]:
    """The running installation."""
    # Each try in a folder of its own: one that is made again after a failure says what that was.
    attempt = Path(tempfile.mkdtemp(prefix="site-", dir=folder))
    attempt.chmod(0o755)
    with whole_site(attempt) as running:
        yield running
