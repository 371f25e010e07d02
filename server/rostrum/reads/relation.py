"""Whether somebody of the secretariat belongs to an organisation that applies, as far as addresses and names say."""

from collections.abc import Iterable, Mapping

from rostrum.assembly.application import Application
from rostrum.assembly.delegation import MemberState
from rostrum.assembly.place import Place
from rostrum.record.dossiers import Dossiers

SHARED_DOMAINS = frozenset({
    "126.com", "163.com", "aol.com", "free.fr", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
    "hotmail.com", "hotmail.fr", "icloud.com", "laposte.net", "live.com", "mail.com", "mail.ru", "me.com", "msn.com",
    "orange.fr", "outlook.com", "posteo.de", "proton.me", "protonmail.com", "qq.com", "rediffmail.com", "riseup.net",
    "tutanota.com", "wanadoo.fr", "web.de", "yahoo.com", "yahoo.fr", "yandex.com", "yandex.ru", "zoho.com",
})  # fmt: skip
"""Mail domains that people share who have nothing else in common: they say nothing of an organisation."""


async def related(place: Place, application: Application, dossiers: Dossiers) -> bool:
    """Whether the holder of a place has an address, a mail domain or an organisation's name of the application's."""
    own_ids = [each for each in (place.dossier_id, place.organisation_id) if each is not None]
    named = [member.dossier_id for member in application.members.values() if member.state is not MemberState.REMOVED]
    found = await dossiers.get_many([*own_ids, application.dossier_id, *named])
    own = [found.get(each, {}) for each in own_ids]
    theirs = [found.get(each, {}) for each in (application.dossier_id, *named)]
    return bool(_signs(own) & _signs(theirs))


def _signs(written: Iterable[Mapping[str, object]]) -> set[tuple[str, str]]:
    """What people of one organisation have in common, or one person with themselves."""
    signs: set[tuple[str, str]] = set()
    for fields in written:
        email = str(fields.get("email", "")).strip().casefold()
        domain = email.rpartition("@")[2]
        signs.add(("email", email))
        signs.add(("domain", "" if domain in SHARED_DOMAINS else domain))
        signs.add(("organisation", " ".join(str(fields.get("organisation", "")).casefold().split())))
    return {(kind, value) for kind, value in signs if value}
