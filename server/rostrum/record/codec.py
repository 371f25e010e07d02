"""Events to text and back. The text is canonical (sorted keys, no spaces, UTF-8), so that its digest is stable."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter

from rostrum.assembly import accreditation, credentials, glossary, interpretation, meeting, papers, statement
from rostrum.assembly.accreditation import AccreditationEvent
from rostrum.assembly.credentials import CredentialsEvent
from rostrum.assembly.glossary import GlossaryEvent
from rostrum.assembly.interpretation import InterpretationEvent
from rostrum.assembly.meeting import MeetingEvent
from rostrum.assembly.papers import PapersEvent
from rostrum.assembly.statement import StatementEvent

Event = (
    MeetingEvent
    | AccreditationEvent
    | CredentialsEvent
    | PapersEvent
    | InterpretationEvent
    | GlossaryEvent
    | StatementEvent
)
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

KINDS: Mapping[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        *meeting.EVENTS,
        *accreditation.EVENTS,
        *credentials.EVENTS,
        *papers.EVENTS,
        *interpretation.EVENTS,
        *glossary.EVENTS,
        *statement.EVENTS,
    )
}


def _with_one_member(body: dict[str, Any]) -> dict[str, Any]:
    """An application named one person, its applicant, whose dossier it was."""
    remote = body.pop("remote")
    member = {"member_id": body["application_id"], "dossier_id": body["dossier_id"], "remote": remote}
    return body | {"members": [member]}


def _with_places(body: dict[str, Any]) -> dict[str, Any]:
    """An acceptance gave one place, to that person."""
    place_id = body.pop("place_id")
    return body | {"places": {body["application_id"]: place_id}}


VERSIONS: Mapping[str, int] = {"ApplicationSubmitted": 2, "ApplicationAccepted": 2}
"""The newest version of a kind of event; 1 where it is not named."""
UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    ("ApplicationSubmitted", 1): _with_one_member,
    ("ApplicationAccepted", 1): _with_places,
}
"""How the body of (kind, version) becomes that of the version after."""

_adapters: Mapping[str, TypeAdapter[Event]] = {kind: TypeAdapter(cls) for kind, cls in KINDS.items()}


class UnknownEvent(ValueError):
    """A row whose kind or version this release does not know."""


def encode(event: Event) -> tuple[str, int, str]:
    """(kind, version, canonical JSON) of an event."""
    kind = type(event).__name__
    body = _adapters[kind].dump_python(event, mode="json")
    text = json.dumps(_ordered(event, body), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return kind, VERSIONS.get(kind, 1), text


def decode(kind: str, version: int, text: str) -> Event:
    """The event that a row holds, brought to the newest version. Raises `UnknownEvent`, ValueError."""
    if kind not in KINDS:
        raise UnknownEvent(kind)
    body = json.loads(text)
    for step in range(version, VERSIONS.get(kind, 1)):
        body = UPCASTERS[kind, step](body)
    return _adapters[kind].validate_python(body)


def _ordered(source: object, body: Any) -> Any:
    """`body` with the members of sets in order: a set has none, but a digest needs one."""
    if isinstance(source, frozenset):
        return sorted(body)
    if isinstance(source, Mapping):
        return {key: _ordered(value, body[str(key)]) for key, value in source.items()}
    if isinstance(source, tuple):
        return [_ordered(value, each) for value, each in zip(source, body, strict=True)]
    fields = getattr(source, "__dataclass_fields__", None)
    if fields:
        return {name: _ordered(getattr(source, name), body[name]) for name in fields}
    return body
