"""The form with which a meeting is convened or revised: its fields, what is wrong with them, what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rostrum.assembly.agenda import AgendaItem
from rostrum.assembly.meeting import Meeting, MeetingKind
from rostrum.i18n import LANGUAGES, Locale
from rostrum.pages.apply.form import tidy

TITLE_MAX = 300
NUMBER_MAX = 20
ITEMS_MAX = 60
BLANK_ITEMS = 3
"""Empty rows offered under the agenda; saving offers as many again."""


@dataclass(frozen=True)
class ItemRow:
    """One row of the agenda as it was typed. `titles` by language code."""

    item_id: str
    number: str
    titles: Mapping[str, str]

    @property
    def blank(self) -> bool:
        """Whether nothing was typed: such a row is no item."""
        return not self.number and not any(self.titles.values())


@dataclass(frozen=True)
class MeetingForm:
    """A form as it was typed, what is wrong with it (field to words), and its time where that could be read."""

    titles: Mapping[str, str]
    kind: str
    starts: str
    zone: str
    items: tuple[ItemRow, ...]
    errors: Mapping[str, str]
    scheduled_at: datetime | None = None

    @property
    def agenda(self) -> tuple[AgendaItem, ...]:
        """The items of the rows that are not blank; those that lack an identifier get none here."""
        return tuple(AgendaItem(row.item_id, row.number, _given(row.titles)) for row in self.items if not row.blank)


def _given(titles: Mapping[str, str]) -> dict[str, str]:
    return {code: title for code, title in titles.items() if title}


def of_meeting(meeting: Meeting, zone: str) -> MeetingForm:
    """The form that shows a meeting as it is, its time in a zone."""
    items = tuple(ItemRow(item.item_id, item.number, item.titles) for item in meeting.agenda)
    starts = ""
    if meeting.scheduled_at is not None:
        starts = meeting.scheduled_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    return MeetingForm(meeting.titles, meeting.kind, starts, zone, items, {}, meeting.scheduled_at)


def blank(zone: str) -> MeetingForm:
    """The empty form."""
    return MeetingForm({}, MeetingKind.PUBLIC, "", zone, (), {})


def typed(post: Mapping[str, object], locale: Locale) -> MeetingForm:
    """The form as it was sent. English is the title that every meeting and item has; the other languages may follow."""
    _ = locale.gettext
    errors: dict[str, str] = {}
    titles = {code: _line(post, f"title-{code}") for code in LANGUAGES}
    if not titles["en"]:
        errors["title-en"] = _("Enter the title in English.")
    kind = _line(post, "kind")
    if kind not in [str(one) for one in MeetingKind]:
        errors["kind"] = _("Choose for whom the meeting is.")
    zone, starts = _line(post, "zone"), _line(post, "starts")
    scheduled_at = _moment(starts, zone)
    if scheduled_at is None:
        errors["starts"] = _("Enter the day and the time at which the meeting begins.")
    items = []
    for row in range(min(ITEMS_MAX, _count(post))):
        item = ItemRow(
            _line(post, f"item-{row}-id")[:64],
            _line(post, f"item-{row}-number")[:NUMBER_MAX],
            {code: _line(post, f"item-{row}-{code}") for code in LANGUAGES},
        )
        if not item.blank and not item.titles["en"]:
            errors[f"item-{row}-en"] = _("Enter the item's title in English.")
        items.append(item)
    return MeetingForm(titles, kind, starts, zone, tuple(items), errors, scheduled_at)


def _line(post: Mapping[str, object], name: str) -> str:
    return " ".join(str(tidy(post.get(name, ""))).split())[:TITLE_MAX]


def _count(post: Mapping[str, object]) -> int:
    rows = _line(post, "items")
    return int(rows) if rows.isdecimal() and len(rows) < 4 else 0


def _moment(starts: str, zone: str) -> datetime | None:
    try:
        return datetime.fromisoformat(starts).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, ZoneInfoNotFoundError, OverflowError):
        return None
