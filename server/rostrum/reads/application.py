"""One application as pages show it: to its applicant, and to the secretariat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.application import Application, ApplicationState
from rostrum.assembly.deadlines import Timeliness
from rostrum.assembly.delegation import MemberState
from rostrum.assembly.review import RefusalReason
from rostrum.reads.names import Names
from rostrum.record.dossiers import Dossiers
from rostrum.record.journal import Recorded


@dataclass(frozen=True)
class MemberRow:
    """One member of an application's delegation. `fields` is empty once purged; wishes for protection are not here."""

    member_id: str
    state: MemberState
    timeliness: Timeliness
    remote: bool
    protected: bool
    place_id: str | None
    fields: Mapping[str, str]

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.fields.get('given_name', '')} {self.fields.get('family_name', '')}".strip()


@dataclass(frozen=True)
class StatusModel:
    """An application with what was written in it. `fields` is empty once purged."""

    application_id: str
    reference: str
    category: str
    state: ApplicationState
    timeliness: Timeliness
    reopened: bool
    submitted_at: datetime
    decided_at: datetime | None
    fields: Mapping[str, str]
    reason: RefusalReason | None
    decision: str
    appeal_until: datetime | None
    members: Sequence[MemberRow]


@dataclass(frozen=True)
class Change:
    """A change after the application was sent. `name`: the member's, empty for the organisation.

    `fields`: (field, before, after) each; empty texts once purged.
    """

    at: datetime
    name: str
    fields: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Step:
    """Something that was done with an application. `who` is empty for the applicant."""

    at: datetime
    kind: str
    who: str


async def status_model(application: Application, dossiers: Dossiers) -> StatusModel:
    """The model of an application."""
    shown = [member for member in application.members.values() if member.state is not MemberState.REMOVED]
    decision_id = application.decision_note_id or ""
    found = await dossiers.get_many([application.dossier_id, decision_id, *(member.dossier_id for member in shown)])
    return StatusModel(
        application.application_id,
        application.reference,
        application.category,
        application.state,
        application.timeliness,
        application.reopened,
        application.submitted_at,
        application.decided_at,
        _words(found.get(application.dossier_id)),
        application.reason,
        str(found.get(decision_id, {}).get("text", "")),
        application.appeal_until,
        [
            MemberRow(
                member.member_id,
                member.state,
                member.timeliness,
                member.remote,
                member.protected_id is not None,
                member.place_id,
                _words(found.get(member.dossier_id)),
            )
            for member in shown
        ],
    )


def _words(fields: Mapping[str, object] | None) -> Mapping[str, str]:
    return {name: str(value) for name, value in (fields or {}).items()}


async def revisions(application: Application, dossiers: Dossiers, member_id: str | None = None) -> Sequence[Change]:
    """What was changed since the application was sent, newest first; of one member where one is named.

    Wishes for protection are named, never shown.
    """
    made = [one for one in application.revisions if member_id in {None, one.member_id}]
    found = await dossiers.get_many(each for change in made for each in (change.replaced_id, change.dossier_id))
    changes = []
    for revision in reversed(made):
        before, after = _words(found.get(revision.replaced_id)), _words(found.get(revision.dossier_id))
        person = f"{before.get('given_name', '')} {before.get('family_name', '')}".strip()
        fields = [(name, before.get(name, ""), after.get(name, "")) for name in revision.fields]
        changes.append(Change(revision.at, person if revision.member_id else "", fields))
    return changes


async def steps(
    recorded: Sequence[Recorded], application_id: str, session: Accreditation, names: Names
) -> Sequence[Step]:
    """What was done with an application, oldest first, by whom."""
    rows = [row for row in recorded if getattr(row.event, "application_id", None) == application_id]
    known = await names.of(session.places[row.actor] for row in rows if row.actor in session.places)
    return [
        Step(row.at, type(row.event).__name__, known[row.actor].person if row.actor in known else "") for row in rows
    ]
