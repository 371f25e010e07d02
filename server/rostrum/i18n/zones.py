"""Time zones to choose from: by the names of cities, with how far each is from UTC today."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from rostrum.i18n.locale import Locale

CACHED = 12
"""A list for each of the six languages, twice around midnight."""


def zone_choices(locale: Locale, zones: Iterable[str], now: datetime) -> list[tuple[str, str]]:
    """(zone, words) each, from west to east: "Dakar (UTC+00:00)"."""
    return list(_choices(locale.code, frozenset(zones), now.replace(hour=12, minute=0, second=0, microsecond=0)))


@lru_cache(CACHED)
def _choices(code: str, zones: frozenset[str], noon: datetime) -> tuple[tuple[str, str], ...]:
    found = []
    for zone in zones:
        offset = noon.astimezone(ZoneInfo(zone)).utcoffset()
        minutes = 0 if offset is None else int(offset.total_seconds()) // 60
        sign = "-" if minutes < 0 else "+"
        far = f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        city = "UTC" if zone == "UTC" else get_timezone_location(ZoneInfo(zone), locale=code, return_city=True)
        found.append((minutes, zone != "UTC", city, zone, f"{city} ({far})"))
    return tuple((zone, words) for *_, zone, words in sorted(found))
