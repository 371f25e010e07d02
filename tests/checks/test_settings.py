"""Settings: where they come from, what is refused, and that the operator's guide has them all."""

import ast
import os
from pathlib import Path

import pytest

from rostrum.settings import Misconfigured, load
from tools.settings_table import with_table

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/operator.md"
READERS = {"server/rostrum/settings.py", "server/rostrum/app.py"}
READERS_FOLDER = "server/rostrum/cli/"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start in, and no secrets' folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROSTRUM_SECRETS", str(tmp_path / "secrets"))
    return tmp_path


def test_the_guide_has_the_settings_that_there_are() -> None:
    text = GUIDE.read_text("utf-8")
    assert with_table(text) == text, "run `make docs`"


def test_the_defaults_bind_nothing_to_the_world() -> None:
    settings = load()
    assert (settings.host, settings.media_host, settings.media_addresses) == ("127.0.0.1", "127.0.0.1", ("127.0.0.1",))


def test_there_is_a_media_worker_for_each_core_or_as_many_as_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= load().media_worker_count <= 8
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    assert load().media_worker_count == 8
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5})
    assert load().media_worker_count == 1
    assert load(media_workers=12).media_worker_count == 12


def test_arguments_win_over_environment_over_secrets_over_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "var").mkdir()
    (here / "var/rostrum.toml").write_text('port = 1\nhost = "192.0.2.1"\nmail_from = "file"\nlog_level = "error"\n')
    (here / "secrets").mkdir()
    (here / "secrets/rostrum_port").write_text("2\n")
    (here / "secrets/rostrum_host").write_text("192.0.2.2\n")
    (here / "secrets/rostrum_mail_from").write_text("secret\n")
    monkeypatch.setenv("ROSTRUM_PORT", "3")
    monkeypatch.setenv("ROSTRUM_HOST", "192.0.2.3")
    settings = load(port=4)
    assert (settings.port, settings.host) == (4, "192.0.2.3")
    assert (settings.mail_from, settings.log_level) == ("secret", "error")


def test_the_file_lies_in_the_data_folder_or_where_it_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, port in (("a/rostrum.toml", 1), ("b.toml", 2)):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(f"port = {port}\n")
    monkeypatch.setenv("ROSTRUM_DATA", "a")
    assert load().port == 1
    monkeypatch.setenv("ROSTRUM_CONFIG", "b.toml")
    assert load().port == 2


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ROSTRUM_DATABSE_URL": "x"}, "ROSTRUM_DATABASE_URL is meant?"),
        ({"ROSTRUM_PORT": "70000"}, "ROSTRUM_PORT: "),
        ({"ROSTRUM_PORT": "http"}, "ROSTRUM_PORT: "),
        ({"ROSTRUM_CONFIG": "nowhere.toml"}, "ROSTRUM_CONFIG: there is no file nowhere.toml"),
        ({"ROSTRUM_DATABASE_URL": "mysql://host/name"}, "ROSTRUM_DATABASE_URL: "),
        ({"ROSTRUM_MEDIA_HOST": "0.0.0.0"}, "ROSTRUM_MEDIA_ADDRESS: needed"),
        ({"ROSTRUM_MEDIA_HOST": "example.org"}, "ROSTRUM_MEDIA_HOST: "),
        ({"ROSTRUM_MEDIA_WORKERS": "65"}, "ROSTRUM_MEDIA_WORKERS: "),
        ({"ROSTRUM_MEDIA_WORKERS": "-1"}, "ROSTRUM_MEDIA_WORKERS: "),
        ({"ROSTRUM_MEDIA_WORKERS": "2", "ROSTRUM_MEDIA_PORT": "65535"}, "ROSTRUM_MEDIA_PORT: too high"),
        ({"ROSTRUM_PUBLIC_URL": "https://example.org/path"}, "ROSTRUM_PUBLIC_URL: "),
        ({"ROSTRUM_SMTP_URL": "https://example.org"}, "ROSTRUM_SMTP_URL: "),
        ({"ROSTRUM_SMTP_URL": "smtp://example.org?starttls=maybe"}, "ROSTRUM_SMTP_URL: "),
        ({"ROSTRUM_TURN_URLS": "stun:example.org", "ROSTRUM_TURN_SECRET": "x"}, "ROSTRUM_TURN_URLS: "),
        ({"ROSTRUM_TURN_URLS": "turn:example.org"}, "ROSTRUM_TURN_SECRET: needed"),
        ({"ROSTRUM_TRUSTED_PROXIES": "10.0.0.0/33"}, "ROSTRUM_TRUSTED_PROXIES: "),
        ({"ROSTRUM_DEFAULT_LANGUAGE": "de"}, "ROSTRUM_DEFAULT_LANGUAGE: "),
    ],
)
def test_a_mistake_is_named(variables: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as refused:
        load()
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_misspelt_line_of_the_file_is_named(here: Path) -> None:
    (here / "var").mkdir()
    (here / "var/rostrum.toml").write_text("prot = 1\n")
    with pytest.raises(Misconfigured, match="ROSTRUM_PROT: "):
        load()


@pytest.mark.parametrize(
    ("given", "driver", "query"),
    [
        ("", "sqlite+aiosqlite", {}),
        ("sqlite:///elsewhere.db", "sqlite+aiosqlite", {}),
        ("postgres://u:p@h/n", "postgresql+asyncpg", {}),
        ("postgresql://u:p@h/n?sslmode=verify-full", "postgresql+asyncpg", {"ssl": "verify-full"}),
    ],
)
def test_the_database_is_opened_by_its_asyncio_driver(given: str, driver: str, query: dict[str, str]) -> None:
    url = load(database_url=given).database
    assert (url.drivername, dict(url.query)) == (driver, query)


def test_lists_are_told_apart_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTRUM_MEDIA_ADDRESS", "192.0.2.1, 2001:db8::1")
    monkeypatch.setenv("ROSTRUM_TRUSTED_PROXIES", "10.0.0.0/8 192.0.2.7")
    settings = load()
    assert settings.media_addresses == ("192.0.2.1", "2001:db8::1")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "192.0.2.7/32"]


def test_secrets_do_not_show_in_what_is_printed() -> None:
    settings = load(turn_secret="hush-turn", database_url="postgresql://u:hush-db@h/n", smtp_url="smtp://u:hush-mail@h")
    assert "hush" not in f"{settings!r} {settings} {settings.database}"


def test_settings_are_read_in_the_composition_root_alone() -> None:
    for path in sorted((ROOT / "server/rostrum").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if name in READERS or name.startswith(READERS_FOLDER):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            reads = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
            makes = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Settings"
            assert not reads, f"{name}:{getattr(node, 'lineno', 0)} reads the environment"
            assert not makes, f"{name}:{getattr(node, 'lineno', 0)} reads settings"
