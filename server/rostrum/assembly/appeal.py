"""An appeal against a refusal: once, within a period, decided by somebody who took no part in the refusal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Right


class AppealState(StrEnum):
    """How an appeal stands."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    UPHELD = "upheld"
    """The refusal stands."""
    OVERTURNED = "overturned"
    """The refusal does not stand: the application is decided on again."""


@dataclass(frozen=True)
class Appeal:
    """An appeal. `note_id`: the dossier with why; `decision_note_id`: with the words of the decision."""

    at: datetime
    note_id: str
    state: AppealState = AppealState.OPEN
    ended_at: datetime | None = None
    decision_note_id: str | None = None


# Commands


@dataclass(frozen=True)
class LodgeAppeal:
    """The applicant appeals."""

    application_id: str
    note_id: str
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class WithdrawAppeal:
    """The applicant no longer appeals: the refusal stands."""

    application_id: str
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class DecideAppeal:
    """Somebody else than those who refused decides. `related`: see `ProposeDecision`."""

    application_id: str
    overturn: bool
    note_id: str
    related: bool = False
    needs: ClassVar = (Right.ADMINISTER,)


AppealCommand = LodgeAppeal | WithdrawAppeal | DecideAppeal


# Events


@dataclass(frozen=True)
class AppealLodged:
    """The applicant appeals."""

    at: datetime
    application_id: str
    note_id: str


@dataclass(frozen=True)
class AppealWithdrawn:
    """The applicant no longer appeals."""

    at: datetime
    application_id: str


@dataclass(frozen=True)
class RefusalUpheld:
    """The refusal stands. `by`: the place of who decided."""

    at: datetime
    application_id: str
    by: str
    note_id: str


@dataclass(frozen=True)
class RefusalOverturned:
    """The refusal does not stand; the application is to be decided on again."""

    at: datetime
    application_id: str
    by: str
    note_id: str


AppealEvent = AppealLodged | AppealWithdrawn | RefusalUpheld | RefusalOverturned


def ended(appeal: Appeal, event: AppealWithdrawn | RefusalUpheld | RefusalOverturned) -> Appeal:
    """The appeal after its end."""
    match event:
        case AppealWithdrawn():
            return Appeal(appeal.at, appeal.note_id, AppealState.WITHDRAWN, event.at)
        case RefusalUpheld():
            return Appeal(appeal.at, appeal.note_id, AppealState.UPHELD, event.at, event.note_id)
        case RefusalOverturned():
            return Appeal(appeal.at, appeal.note_id, AppealState.OVERTURNED, event.at, event.note_id)
