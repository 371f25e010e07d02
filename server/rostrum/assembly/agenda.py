"""The agenda of a meeting: its items and which one is taken up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Right


@dataclass(frozen=True)
class AgendaItem:
    """One item. `number` as printed ("4 (a)"), `titles` by language code; official text, nothing personal."""

    item_id: str
    number: str
    titles: Mapping[str, str]


@dataclass(frozen=True)
class OpenItem:
    """Take up an item of the agenda."""

    item_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class ItemOpened:
    """The meeting is on this item."""

    at: datetime
    item_id: str
