"""The report of the Credentials Committee: how every state stood when it was made."""

from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.state_credentials import CredentialsState


@dataclass(frozen=True)
class Report:
    """What the committee reported: states by standing, as it was then."""

    report_id: str
    at: datetime
    members: tuple[str, ...]
    in_order: tuple[str, ...]
    provisional: tuple[str, ...]
    absent: tuple[str, ...]
    wanting: tuple[str, ...]
    objected: tuple[str, ...]
    adopted_at: datetime | None = None
    rejected: tuple[str, ...] = ()

    def standing_of(self, code: str) -> CredentialsState | None:
        """How a state stood; None: it is not in the report."""
        for standing, codes in (
            (CredentialsState.IN_ORDER, self.in_order),
            (CredentialsState.PROVISIONAL, self.provisional),
            (CredentialsState.WANTING, self.wanting),
            (CredentialsState.OBJECTED, self.objected),
            (CredentialsState.ABSENT, self.absent),
        ):
            if code in codes:
                return standing
        return None
