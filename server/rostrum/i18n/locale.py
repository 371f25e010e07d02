"""One language: its words, its direction, its way of writing dates and numbers."""

import datetime as calendar
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from gettext import NullTranslations
from pathlib import Path

import babel
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

DOMAIN = "rostrum"

LANGUAGES: Mapping[str, str] = {
    "ar": "العربية",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ru": "Русский",
    "zh": "中文",
}
"""The official languages of the Assembly (Rome Statute, article 112(10)), each by its own name."""

RIGHT_TO_LEFT = frozenset({"ar"})


@dataclass(frozen=True)
class Locale:
    """A language that somebody is answered in."""

    code: str
    catalogue: NullTranslations

    @property
    def direction(self) -> str:
        """ "rtl" or "ltr", as HTML's `dir` wants it."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"

    @cached_property
    def _babel(self) -> babel.Locale:
        return babel.Locale.parse(self.code)

    def gettext(self, message: str) -> str:
        """The message in this language; itself where the catalogue lacks it."""
        return self.catalogue.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The message in the form that this number takes."""
        return self.catalogue.ngettext(singular, plural, number)

    def localised(self, texts: Mapping[str, str]) -> str:
        """Of an official text in several languages, the one in this; else English, else the first."""
        return localised(texts, self.code)

    def date(self, moment: calendar.date, zone: tzinfo = UTC) -> str:
        """A day: "24 November 2026"."""
        day = moment.astimezone(zone) if isinstance(moment, datetime) else moment
        return format_date(day, "long", locale=self._babel)

    def time(self, moment: datetime, zone: tzinfo = UTC) -> str:
        """A time of day, with its zone: "15:30 UTC"."""
        local = moment.astimezone(zone)
        written = format_time(local, "short", locale=self._babel)
        return f"{written} {get_timezone_name(local, 'short', locale=self._babel)}"

    def moment(self, moment: datetime, zone: tzinfo = UTC) -> str:
        """A day and time of day, with its zone."""
        local = moment.astimezone(zone)
        return f"{format_date(local, 'medium', locale=self._babel)}, {self.time(moment, zone)}"

    def number(self, value: float) -> str:
        """A number with this language's digits and separators."""
        return format_decimal(value, locale=self._babel)

    def percent(self, share: float) -> str:
        """A fraction of 1 in hundredths, with one digit behind the point where there is one."""
        return format_percent(share, "#,##0.#%", locale=self._babel)

    @staticmethod
    def duration(length_ms: int) -> str:
        """A length of time as a clock in a hall shows it, alike in every language: "4:05", "-0:12"."""
        seconds = math.ceil(length_ms / 1000)
        minutes, rest = divmod(abs(seconds), 60)
        sign = "-" if seconds < 0 else ""
        return f"{sign}{minutes}:{rest:02}"

    @staticmethod
    def position(at_ms: int) -> str:
        """A point in a recording as players show it, alike in every language: "4:05", "1:04:05"."""
        minutes, seconds = divmod(at_ms // 1000, 60)
        hours, rest = divmod(minutes, 60)
        return f"{hours}:{rest:02}:{seconds:02}" if hours else f"{rest}:{seconds:02}"


class Locales:
    """All languages, loaded once."""

    def __init__(self, folder: Path) -> None:
        self._by_code = {code: Locale(code, _catalogue(folder, code)) for code in LANGUAGES}

    def __getitem__(self, code: str) -> Locale:
        return self._by_code[code]


def localised(texts: Mapping[str, str], code: str) -> str:
    """Of an official text in several languages, the one in a language; else English, else the first."""
    return texts.get(code) or texts.get("en") or next(iter(texts.values()), "")


def _catalogue(folder: Path, code: str) -> NullTranslations:
    return Translations.load(folder, [code], DOMAIN)
