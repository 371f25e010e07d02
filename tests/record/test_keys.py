"""Keys of the data folder: whole or not at all, and the same for everyone who asks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rostrum.identity.secrets import signing_key
from rostrum.keyfile import Unusable
from rostrum.record.sealing import Seal

KEYS = [
    pytest.param(signing_key, "signing.key", "secrets.token_bytes", id="signing"),
    pytest.param(Seal.from_folder, "field.key", "rostrum.record.sealing.AESGCM.generate_key", id="sealing"),
]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(("get", "name", "maker"), KEYS)
def test_a_start_that_was_cut_off_leaves_no_part_of_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, get: Callable[[Path], object], name: str, maker: str
) -> None:
    def killed(_bytes: int) -> bytes:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(maker, killed)
        with pytest.raises(Killed):
            get(tmp_path / "keys")
    assert not (tmp_path / "keys" / name).exists()
    get(tmp_path / "keys")
    path = tmp_path / "keys" / name
    assert len(path.read_bytes()) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == [name]


@pytest.mark.parametrize(("get", "name"), [(signing_key, "signing.key"), (Seal.from_folder, "field.key")])
def test_an_empty_key_signs_and_seals_nothing(tmp_path: Path, get: Callable[[Path], object], name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(Unusable, match=name):
        get(tmp_path)


def test_those_who_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(signing_key, [tmp_path / "keys"] * 8))
    assert set(keys) == {signing_key(tmp_path / "keys")}
