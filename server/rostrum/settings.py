"""What an operator can set: by `ROSTRUM_…` in the environment, a secret's file, or `rostrum.toml`; in this order.

Each field's description is its line in docs/operator.md (`make docs`), and a test compares the two.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import URL, make_url

from rostrum.retention import Lives

PREFIX = "ROSTRUM_"
RECOGNISED = ("ar", "en", "es", "fr", "ru", "zh")
CONFIG_FILE = "rostrum.toml"

SOURCES: Mapping[str, str] = {
    "ROSTRUM_CONFIG": f"File with settings, in place of `{CONFIG_FILE}` in the data folder.",
    "ROSTRUM_SECRETS": "Folder with one file a setting (`rostrum_turn_secret`), default `/run/secrets`.",
}
"""Variables that say where settings are kept, and so can't be settings themselves."""

Port = Annotated[int, Field(ge=0, le=65535)]


def _words(value: object) -> object:
    """Split what comes as one text, `a, b` or `a b`, into its parts."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(ip_network)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_words)]


class Misconfigured(Exception):
    """Settings that can't be used; its text has one line a mistake, each naming the variable."""


class Settings(BaseSettings):
    """The settings of one server. Defaults are safe: everything is bound to this machine alone."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address that pages are served on.")
    port: Port = Field(8080, description="Port that pages are served on; 0 takes a free one.")
    public_url: str = Field(
        "", description="Address in links and mails, as people see it. Empty: `http://localhost:` and the port."
    )
    trusted_proxies: Networks = Field(
        (), description="Networks of the proxies whose `X-Forwarded-For` and `-Proto` are believed."
    )
    data: Path = Field(Path("var"), description="Folder for the database, mails, files and keys.")
    database_url: str = Field(
        "", repr=False, description="`postgresql://user:password@host/name`. Empty: SQLite in the data folder."
    )
    media_host: str = Field("127.0.0.1", description="Address that picture and sound (UDP) are received on.")
    media_port: Port = Field(
        10000, description="UDP port for picture and sound, the first of the workers'; 0 takes free ones."
    )
    media_workers: int = Field(
        0,
        ge=0,
        le=64,
        description=(
            "Processes that carry picture and sound, each on the next UDP port. 0: one for each core, at most 8."
        ),
    )
    media_address: Words = Field(
        (), description="Addresses that browsers send picture and sound to. Empty: the address received on."
    )
    turn_urls: Words = Field(
        (), description="TURN servers that are offered to browsers, `turn:host:port?transport=udp` or `turns:…`."
    )
    turn_secret: SecretStr = Field(
        SecretStr(""), description="Secret shared with coturn (`static-auth-secret`), for time-limited credentials."
    )
    smtp_url: str = Field(
        "",
        repr=False,
        description=(
            "Mail server: `smtp://user:password@host:587` or `smtps://…`. TLS is required where there is a password, "
            "else used where it is offered; `?starttls=required`, `offered` or `never` says otherwise. Empty: mails "
            "are kept in the data folder and shown in the console."
        ),
    )
    mail_from: str = Field("rostrum@localhost", description="Sender of mails, `address` or `Name <address>`.")
    mail_from_discreet: str = Field(
        "",
        description=(
            "Sender of mails to people who asked for protection; should name nobody. Empty: the bare address of "
            "`ROSTRUM_MAIL_FROM`."
        ),
    )
    mail_bounces: str = Field(
        "",
        description=(
            "Address that undeliverable mails come back to, for `rostrum bounce`; `+` and a token is put before its "
            "`@`. Empty: they come back to the sender and are not seen."
        ),
    )
    mail_digest_minutes: int = Field(
        15,
        ge=0,
        le=1440,
        description="How long a notice that is not urgent waits for others to the same address. 0: none waits.",
    )
    rules: str = Field(
        "asp",
        description=(
            "Rules of new sessions: `asp`, `plain`, or the path of your own file. Read at every start; an error is "
            "named with its line."
        ),
    )
    file_megabytes: int = Field(
        15, ge=1, le=200, description="Size of a file that somebody sends, in megabytes (millions of bytes)."
    )
    file_pages: int = Field(40, ge=1, le=1000, description="Pages of a PDF that somebody sends.")
    files_each: int = Field(12, ge=1, le=100, description="Files that one application or place may keep.")
    statement_gigabytes: float = Field(
        4.3,
        gt=0,
        le=16,
        description=(
            "Size of a video statement that a delegation sends, in gigabytes (10⁹ bytes). 4.3 takes the largest file "
            "that a camera's card can hold as one (4 GiB)."
        ),
    )
    disk_reserve_megabytes: int = Field(
        1000,
        ge=0,
        le=1_000_000,
        description=(
            "Room on the data folder's disk that is left to the record, in megabytes. With less, no file is taken and "
            "nothing is recorded until there is room again; meetings go on."
        ),
    )
    webcast_viewers: int = Field(
        200,
        ge=0,
        le=3000,
        description=(
            "People without an account who may watch webcasts with a low delay at once, on this node; more are led to "
            "the stream that any number can watch."
        ),
    )
    webcast_readers: int = Field(
        2000,
        ge=0,
        le=20000,
        description=(
            "People without an account who may read captions on webcasts' pages at once, on this node; the captions in "
            "the stream are for any number."
        ),
    )
    recognisers: Words = Field(
        (),
        description=(
            "Programs that write captions, each as language=program: `en=rostrum-recognise`, or a path. None: captions "
            "are written by people alone."
        ),
    )
    passkeys: Literal["offered", "required"] = Field(
        "offered",
        description=(
            "`required`: the secretariat and presiding officers work with a passkey only. `offered`: whoever wants."
        ),
    )
    time_zone: str = Field("UTC", description="The clock of the house, as `Europe/Amsterdam`: the night is its night.")
    purge_hour: int = Field(
        3, ge=0, le=23, description="Hour of the night, by that clock, at which what has come to its day is deleted."
    )
    keep_written_days: int = Field(
        365, ge=1, le=3650, description="Days for which what people wrote or sent is kept, and minutes of lines."
    )
    keep_protected_days: int = Field(
        180,
        ge=1,
        le=3650,
        description="Days for which wishes for protection are kept; with them everything else about the person goes.",
    )
    keep_draft_days: int = Field(
        30, ge=1, le=3650, description="Days for which an application that was not sent is kept, from its last change."
    )
    keep_mail_days: int = Field(30, ge=1, le=3650, description="Days for which a mail that is done is kept.")
    keep_tracks_days: int = Field(
        365,
        ge=1,
        le=3650,
        description=(
            "Days for which what was recorded of a meeting is kept as it came. After them a file that was made of it "
            "cannot be cut anew: where something in it may not be given any more, all of it goes."
        ),
    )
    keep_programme_days: int = Field(
        365, ge=1, le=3650, description="Days for which what was made of a recording is kept: its files by language."
    )
    keep_video_days: int = Field(365, ge=1, le=3650, description="Days for which a video statement is kept.")
    metrics_port: Port = Field(9464, description="Port for Prometheus, on 127.0.0.1 only; 0 turns it off.")
    log_format: Literal["text", "json"] = Field("text", description="How log lines are written.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    default_language: Literal["ar", "en", "es", "fr", "ru", "zh"] = Field(
        "en", description="Language for people whose browser asks for none of ours."
    )

    @property
    def external_url(self) -> str:
        """The address in links, without a slash at its end."""
        return self.public_url.rstrip("/") or f"http://localhost:{self.port}"

    @property
    def database(self) -> URL:
        """The database for SQLAlchemy's asyncio engines."""
        if not self.database_url:
            return URL.create("sqlite+aiosqlite", database=str(self.data.absolute() / "rostrum.db"))
        url = make_url(self.database_url)
        if url.get_backend_name() == "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        # asyncpg has libpq's modes, under the name `ssl`
        query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
        return url.set(drivername="postgresql+asyncpg", query=query)

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the house."""
        return ZoneInfo(self.time_zone)

    @property
    def lives(self) -> Lives:
        """How long what people write is kept."""
        days = {each.name: getattr(self, f"keep_{each.name}_days") for each in fields(Lives)}
        return Lives(**{name: timedelta(days=each) for name, each in days.items()})

    @property
    def media_addresses(self) -> tuple[str, ...]:
        """The addresses that browsers are told to send picture and sound to."""
        return self.media_address or (self.media_host,)

    @property
    def media_worker_count(self) -> int:
        """How many media workers are to run."""
        return self.media_workers or min(len(os.sched_getaffinity(0)), 8)

    @field_validator("recognisers")
    @classmethod
    def _known_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            language, _, program = one.partition("=")
            if language not in RECOGNISED or not program:
                raise ValueError(f"{one} is not language=program, with one of {', '.join(RECOGNISED)}")
        return value

    @property
    def recogniser_programs(self) -> Mapping[str, str]:
        """The program that writes captions, by language."""
        return {language: program for language, _, program in (one.partition("=") for one in self.recognisers)}

    @field_validator("public_url")
    @classmethod
    def _public_url_is_a_site(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/")):
            raise ValueError("should be http:// or https:// with a host and no path")
        return value

    @field_validator("time_zone")
    @classmethod
    def _time_zone_is_known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("should be a zone of the tz database, such as Europe/Amsterdam")
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        if not value:
            return value
        if value.startswith("postgres://"):
            value = value.replace("postgres://", "postgresql://", 1)
        if urlsplit(value).scheme.partition("+")[0] not in {"postgresql", "sqlite"}:
            raise ValueError("should begin with postgresql:// or sqlite:///")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url_is_a_server(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
            raise ValueError("should begin with smtp:// or smtps:// and name a host")
        starttls = dict(parse_qsl(parts.query)).get("starttls", "offered")
        if starttls not in {"required", "never", "offered"}:
            raise ValueError("starttls should be required, offered or never")
        return value

    @field_validator("mail_bounces")
    @classmethod
    def _bounces_have_an_address(cls, value: str) -> str:
        local, at, domain = value.partition("@")
        # With "+" and the token of 42 characters it is still a local part that every server takes (RFC 5321, 4.5.3.1).
        if value and not (at and domain and 0 < len(local) <= 21 and "+" not in local):
            raise ValueError("should be an address, with at most 21 characters and no + before its @")
        return value

    @field_validator("turn_urls")
    @classmethod
    def _turn_urls_are_turn(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if not url.startswith(("turn:", "turns:")):
                raise ValueError(f"{url} should begin with turn: or turns:")
        return value

    @model_validator(mode="after")
    def _browsers_have_where_to_send(self) -> "Settings":
        if not self.media_address and ip_address(self.media_host).is_unspecified:
            raise ValueError("ROSTRUM_MEDIA_ADDRESS: needed where ROSTRUM_MEDIA_HOST stands for every address")
        return self

    @model_validator(mode="after")
    def _workers_have_ports(self) -> "Settings":
        if self.media_port and self.media_port + self.media_worker_count > 65536:
            raise ValueError("ROSTRUM_MEDIA_PORT: too high for so many ROSTRUM_MEDIA_WORKERS, each has a port")
        return self

    @model_validator(mode="after")
    def _turn_has_its_secret(self) -> "Settings":
        if self.turn_urls and not self.turn_secret.get_secret_value():
            raise ValueError("ROSTRUM_TURN_SECRET: needed where ROSTRUM_TURN_URLS is set")
        return self

    @field_validator("media_host")
    @classmethod
    def _media_host_is_an_address(cls, value: str) -> str:
        return str(ip_address(value))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic hands it, we have none
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours is only asked where its folder is
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, the first that has one wins: arguments, environment, secrets' files, the file."""
        sources = [init_settings, env_settings]
        secrets = Path(os.environ.get("ROSTRUM_SECRETS", "/run/secrets"))
        if secrets.is_dir():
            sources.append(SecretsSettingsSource(settings_cls, secrets_dir=secrets))
        given = init_settings.init_kwargs if isinstance(init_settings, InitSettingsSource) else {}
        sources.append(TomlConfigSettingsSource(settings_cls, toml_file=_config_file(given)))
        return tuple(sources)


def load(**given: Any) -> Settings:
    """Read the settings. Values in `given`, from the command line, win over all others.

    Raises `Misconfigured`, also for a `ROSTRUM_…` variable that there is not: a misspelt one would else be passed
    over in silence, and the server would run on a default.
    """
    mistakes = list(_misspelt(os.environ))
    named = os.environ.get("ROSTRUM_CONFIG")
    if named and not Path(named).is_file():
        mistakes.append(f"ROSTRUM_CONFIG: there is no file {named}")
    if mistakes:
        raise Misconfigured("\n".join(mistakes))
    try:
        return Settings(**given)
    except ValidationError as error:
        raise Misconfigured("\n".join(_lines(error))) from error


def _config_file(given: Mapping[str, Any]) -> Path:
    named = os.environ.get("ROSTRUM_CONFIG")
    if named:
        return Path(named)
    return Path(given.get("data") or os.environ.get("ROSTRUM_DATA") or "var") / CONFIG_FILE


def _misspelt(environment: Iterable[str]) -> Iterable[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | SOURCES.keys()
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1)
            yield f"{name}: there is no such setting" + (f"; {near[0]} is meant?" if near else "")


def _lines(error: ValidationError) -> Iterable[str]:
    for mistake in error.errors(include_input=False, include_url=False):
        text = mistake["msg"].removeprefix("Value error, ")
        place = mistake["loc"]
        yield f"{PREFIX}{str(place[0]).upper()}: {text}" if place else text
