"""Applications put into the record as the form does, without the form."""

from collections.abc import Sequence

from rostrum.assembly.actor import applicant
from rostrum.assembly.application import SubmitApplication
from rostrum.assembly.delegation import NamedMember
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.house import House
from rostrum.identity.secrets import new_id

People = Sequence[tuple[str, str, str]]
"""(given name, family name, e-mail address) each; the first is the focal point."""


async def submitted(
    house: House, organisation: str, people: People, *, country: str = "", category: str = "ngo", remote: bool = True
) -> str:
    """The identifier of a new application of the demonstration's session."""
    application_id, dossier_id, now = new_id(), new_id(), house.clock()
    named = [(NamedMember(new_id(), new_id(), remote), dict(zip(PARTS, each, strict=True))) for each in people]
    shared = {"session_id": demo.SESSION_ID, "created_at": now, "purge_at": now + house.lives.written}
    own = {"organisation": organisation, "country": country, "category": category, "language": "en", **named[0][1]}
    writes = [
        house.dossiers.seal_many([(dossier_id, application_id, own)], kind="application", **shared),  # type: ignore[arg-type]  # by name
        house.dossiers.seal_many(
            [(member.dossier_id, member.member_id, fields) for member, fields in named],
            kind="member",
            **shared,  # type: ignore[arg-type]  # by name
        ),
    ]
    command = SubmitApplication(application_id, category, dossier_id, tuple(member for member, _ in named))
    await house.desk.act(ACCREDITATION, demo.SESSION_ID, command, applicant(application_id), also=writes)
    return application_id


PARTS = ("given_name", "family_name", "email")
