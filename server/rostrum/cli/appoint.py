"""`rostrum appoint`: a place and its link for somebody whom nobody in a console can appoint yet."""

from dataclasses import dataclass

from rostrum.app import DATABASE, create
from rostrum.assembly.accreditation import OpenSession
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.place import AppointOfficer
from rostrum.desk import ACCREDITATION
from rostrum.house import HOUSE, House
from rostrum.identity.secrets import new_id, new_token
from rostrum.retention import LINK_LIFE
from rostrum.rules_file import load_rules
from rostrum.settings import Settings


class NotAppointed(Exception):
    """Why nobody was appointed, in words for the operator."""


@dataclass(frozen=True)
class Appointee:
    """Who is appointed. `title`: of the session, which is opened with it where there is none yet."""

    session_id: str
    category: str
    email: str
    given_name: str
    family_name: str
    organisation: str
    title: str


async def appoint(settings: Settings, wanted: Appointee) -> str:
    """Appoint somebody; returns the address of their personal link, whose secret is kept nowhere.

    Raises `NotAppointed`.
    """
    app = await create(settings)
    try:
        return await _appoint(app[HOUSE], wanted)
    finally:
        await app[DATABASE].close()


async def _appoint(house: House, wanted: Appointee) -> str:
    session = (await house.desk.load(ACCREDITATION, wanted.session_id)).state
    if not session.session_id:
        if not wanted.title:
            known = ", ".join(sorted(await house.desk.identifiers(ACCREDITATION))) or "none"
            raise NotAppointed(f"there is no session {wanted.session_id} (known: {known}); --title opens it")
        titles: dict[str, str] = {house.settings.default_language: wanted.title}
        opening = OpenSession(wanted.session_id, titles, load_rules(house.settings.rules))
        session = (await house.desk.act(ACCREDITATION, wanted.session_id, opening, SYSTEM)).state
    if wanted.category not in session.rules.categories:
        known = ", ".join(session.rules.categories)
        raise NotAppointed(f"there is no category {wanted.category} (known: {known})")
    now, place_id, link_id, token, dossier_id = house.clock(), new_id(), new_id(), new_token(), new_id()
    fields = {
        "given_name": wanted.given_name,
        "family_name": wanted.family_name,
        "organisation": wanted.organisation,
        "email": wanted.email,
    }
    seal = house.dossiers.seal(
        dossier_id,
        session_id=wanted.session_id,
        subject=place_id,
        kind="officer",
        fields=fields,
        created_at=now,
        purge_at=now + house.lives.written,
    )
    command = AppointOfficer(place_id, new_id(), wanted.category, False, dossier_id, link_id, now + LINK_LIFE)
    also = [seal, house.links.add_link(link_id, token)]
    await house.desk.act(ACCREDITATION, wanted.session_id, command, SYSTEM, also=also)
    return f"{house.settings.external_url}/l/{token}"
