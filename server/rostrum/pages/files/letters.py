"""A letter of credentials as a form brings it: what it is, who signed, and its file."""

from collections.abc import Mapping

from rostrum.assembly.credentials import CommunicateCredentials
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.state_credentials import Form, Signatory
from rostrum.identity.secrets import new_id


def communication(code: str, fields: Mapping[str, str], file_id: str | None) -> CommunicateCredentials:
    """The command for a letter. Raises `Refused` where the form says neither what it is nor who signed."""
    try:
        return CommunicateCredentials(
            code, new_id(), Form(fields.get("form", "")), Signatory(fields.get("signatory", "")), file_id
        )
    except ValueError as error:
        raise Refused(Why.SIGNATORY_MISSING) from error


def purpose_of(fields: Mapping[str, str]) -> str:
    """What the letter's file is kept as until it is ready: its form and its signatory."""
    command = communication("", fields, None) if fields else None
    return "" if command is None else f"{command.form}.{command.signatory}"
