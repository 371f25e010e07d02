"""The rules of procedure of a session, changed by decision: between meetings, and the record shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules import Rules
from rostrum.assembly.rules.errors import RulesError
from rostrum.assembly.rules.parsing import check
from rostrum.assembly.rules.procedure import Procedure


@dataclass(frozen=True)
class AmendProcedure:
    """Run the session by this procedure from now on, as was decided. `text_id`: the dossier with the decision."""

    procedure: Procedure
    text_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ProcedureAmended:
    """The session is run by another procedure from now on."""

    at: datetime
    procedure: Procedure
    text_id: str


def decide(rules: Rules, command: AmendProcedure, now: datetime) -> list[ProcedureAmended]:
    """What the command brings about; nothing where it changes nothing. Raises `Refused(RULES_WRONG)`."""
    try:
        check(command.procedure)
    except RulesError as error:
        raise Refused(Why.RULES_WRONG) from error
    return [] if command.procedure == rules.procedure else [ProcedureAmended(now, command.procedure, command.text_id)]
