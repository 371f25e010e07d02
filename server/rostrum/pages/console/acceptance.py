"""What an acceptance brings with it: for each member a place, a personal link and the mail that carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rostrum.assembly import delegation
from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.application import AcceptApplication, Application
from rostrum.assembly.delegation import Granting, Member
from rostrum.assembly.meeting import Meeting
from rostrum.desk import Held
from rostrum.house import House
from rostrum.identity.secrets import new_id, new_token
from rostrum.pages.invitations import upcoming, with_invitations
from rostrum.pages.letters import letter, queued
from rostrum.reads.programme import zone_of
from rostrum.record.journal import Write
from rostrum.retention import LINK_LIFE


@dataclass(frozen=True)
class NewLink:
    """A personal link as it is shown once: whose, and its address."""

    name: str
    url: str


@dataclass(frozen=True)
class Acceptance:
    """A command to accept an application, the writes that belong into its transaction, and the links that it makes."""

    command: AcceptApplication
    writes: Sequence[Write]
    links: Sequence[NewLink]


async def acceptance(
    house: House, session: Accreditation, application: Application, *, turn: int, related: bool
) -> Acceptance:
    """Accredit every member that waits for it. A member without an address of their own gets it by the applicant's."""
    members = delegation.before_secretariat(application.members)
    fields = await house.dossiers.get_many([application.dossier_id, *(member.dossier_id for member in members)])
    applicant = fields.get(application.dossier_id, {})
    expires_at = house.clock() + LINK_LIFE
    meetings = await upcoming(house, session, application.category)
    granted: list[Granting] = []
    writes: list[Write] = []
    links: list[NewLink] = []
    for member in members:
        link_id = None
        if member.needs_link:
            link_id, token = new_id(), new_token()
            written = fields.get(member.dossier_id, {})
            link = NewLink(_name(written), f"{house.settings.external_url}/l/{token}")
            links.append(link)
            writes.append(house.links.add_link(link_id, token))
            writes.extend(_mail(house, session, member, written, applicant, link, meetings))
        granted.append(Granting(member.member_id, member.place_id or new_id(), link_id))
    command = AcceptApplication(application.application_id, turn, new_id(), tuple(granted), expires_at, related)
    return Acceptance(command, writes, links)


def _mail(
    house: House,
    session: Accreditation,
    member: Member,
    written: Mapping[str, object],
    applicant: Mapping[str, object],
    link: NewLink,
    meetings: Sequence[Held[Meeting]],
) -> list[Write]:
    """The mail with the link; none where no address is kept any more."""
    recipient = str(written.get("email") or applicant.get("email") or "")
    if not recipient:
        return []
    language = str(written.get("language") or applicant.get("language") or house.settings.default_language)
    template = "mail/accepted.txt" if member.place_id is None else "mail/new-link.txt"
    zone = zone_of(written)
    words = letter(
        house,
        language,
        template,
        titles=session.titles,
        name=str(written.get("given_name", "")) or link.name,
        link=link.url,
        expires_at=house.clock() + LINK_LIFE,
        meetings=[held.state for held in meetings],
        zone=zone,
        zone_name=str(zone),
    )
    words = with_invitations(house, words, meetings, language=language, zone=zone)
    discreet = member.protected_id is not None
    return [queued(house, session.session_id, recipient, language, words, discreet=discreet)]


def _name(written: Mapping[str, object]) -> str:
    parts = (str(written.get("given_name", "")), str(written.get("family_name", "")))
    return " ".join(part for part in parts if part)
