"""A new personal link in place of a lost one: its secret, and the mail that carries it to its holder's own address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.place import Place
from rostrum.house import House
from rostrum.identity.secrets import new_token, once
from rostrum.pages.letters import letter, queued
from rostrum.record.journal import Write
from rostrum.retention import LINK_LIFE

ONCE_MAX = 80


@dataclass(frozen=True)
class NewLink:
    """A link that is about to be issued. `mailed`: the writes queue a mail with it."""

    link_id: str
    url: str
    expires_at: datetime
    writes: Sequence[Write]
    mailed: bool


async def new_link(house: House, session: Accreditation, place: Place, post: Mapping[str, object]) -> NewLink:
    """A new link for a place. The form's `once` names it, so that a form that is sent twice makes and mails it once:
    the second is refused with ALREADY_EXISTS."""
    link_id, token = once(str(post.get("once", ""))[:ONCE_MAX], place.place_id), new_token()
    url, expires_at = f"{house.settings.external_url}/l/{token}", house.clock() + LINK_LIFE
    writes: list[Write] = [house.links.add_link(link_id, token)]
    # As it was accredited: an address that was changed since is the secretariat's to decide on.
    fields = await house.dossiers.get(place.dossier_id) or {}
    recipient = str(fields.get("email", ""))
    if recipient:
        language = str(fields.get("language") or house.settings.default_language)
        words = letter(
            house,
            language,
            "mail/new-link.txt",
            titles=session.titles,
            name=str(fields.get("given_name", "")),
            link=url,
            expires_at=expires_at,
        )
        discreet = place.protected_id is not None
        writes.append(queued(house, session.session_id, recipient, language, words, discreet=discreet))
    return NewLink(link_id, url, expires_at, writes, bool(recipient))
