"""Credentials as pages show them: a row for each state, in the reader's language and its order."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.credentials import Credentials
from rostrum.assembly.state_credentials import StateCredentials
from rostrum.i18n.states import in_order, state_name, states
from rostrum.reads.names import Names
from rostrum.record.files import FileStore, KeptFile

LETTERS = "credentials"
"""The kind of files that letters are."""


@dataclass(frozen=True)
class StateRow:
    """One state. `delegation` is empty where none has been named, or its name is no longer kept."""

    code: str
    name: str
    credentials: StateCredentials
    delegation: str


def subject_of(code: str) -> str:
    """What files of a state's letters are about."""
    return f"state:{code}"


def rows(credentials: Credentials, delegations: Mapping[str, str], language: str) -> Sequence[StateRow]:
    """Every state on the roll. `delegations`: identifier to name."""
    return [
        StateRow(
            code,
            state_name(code, language),
            credentials.states[code],
            delegations.get(credentials.states[code].delegation_id or "", ""),
        )
        for code in in_order(credentials.states, language)
    ]


async def delegations_of(session: Accreditation, names: Names) -> Mapping[str, str]:
    """The delegations whose category votes, with their names."""
    places = [
        place
        for place in session.places.values()
        if not place.closed and place.delegation_id and Right.VOTE in place.rights
    ]
    known = await names.of(places)
    found: dict[str, str] = {}
    for place in places:
        found[place.delegation_id] = found.get(place.delegation_id) or known[place.place_id].delegation
    return found


def matched(credentials: Credentials, delegations: Mapping[str, str]) -> Mapping[str, str]:
    """State to delegation, where one that speaks for none yet has a state's very name, in whatever language."""
    code_of = {_plain(name): code for code, names in states().items() for name in names.values()}
    taken = {each.delegation_id for each in credentials.states.values()}
    found: dict[str, str] = {}
    for delegation_id, name in delegations.items():
        code = code_of.get(_plain(name))
        if code is None or code not in credentials.states or code in found or delegation_id in taken:
            continue
        if credentials.states[code].delegation_id is None:
            found[code] = delegation_id
    return found


async def letters_of(files: FileStore, session_id: str, code: str) -> Mapping[str, KeptFile]:
    """The letters of a state that are still kept, by identifier."""
    kept = await files.files_of(subject_of(code))
    return {each.file_id: each for each in kept if each.owner.session_id == session_id}


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in text if each.isalnum())
