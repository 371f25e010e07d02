"""The demonstration: a session with a meeting, its people and their links, the same at every start."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rostrum.assembly.accreditation import Accreditation, OpenSession
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.agenda import AgendaItem
from rostrum.assembly.booth_acts import EquipBooth
from rostrum.assembly.place import AppointOfficer, IssueLink
from rostrum.assembly.refusal import Refused
from rostrum.assembly.sitting import ConveneMeeting, MeetingState, OpenMeeting
from rostrum.assembly.speakers import OpenList
from rostrum.assembly.statement_acts import SetStatementDeadline
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING, STATEMENTS
from rostrum.house import House
from rostrum.rules_file import load_rules

SESSION_ID = "demo"
MEETING_ID = "plenary-1"
LIFE = timedelta(days=60)

SESSION_TITLES = {
    "en": "Assembly of States Parties (demonstration)",
    "ar": "جمعية الدول الأطراف (عرض توضيحي)",
    "fr": "Assemblée des États Parties (démonstration)",
    "es": "Asamblea de los Estados Partes (demostración)",
    "ru": "Ассамблея государств-участников (демонстрация)",
    "zh": "缔约国大会（演示）",
}
MEETING_TITLES = {
    "en": "1st plenary meeting",
    "ar": "الجلسة العامة الأولى",
    "fr": "1re séance plénière",
    "es": "1.ª sesión plenaria",
    "ru": "1-е пленарное заседание",
    "zh": "第1次全体会议",
}
AGENDA = (
    AgendaItem(
        "opening",
        "1",
        {
            "en": "Opening of the session",
            "ar": "افتتاح الدورة",
            "fr": "Ouverture de la session",
            "es": "Apertura del período de sesiones",
            "ru": "Открытие сессии",
            "zh": "会议开幕",
        },
    ),
    AgendaItem(
        "debate",
        "2",
        {
            "en": "General debate",
            "ar": "المناقشة العامة",
            "fr": "Débat général",
            "es": "Debate general",
            "ru": "Общие прения",
            "zh": "一般性辩论",
        },
    ),
    AgendaItem(
        "participation",
        "3",
        {
            "en": "Participation of civil society in hybrid sessions",
            "ar": "مشاركة المجتمع المدني في الدورات الهجينة",
            "fr": "Participation de la société civile aux sessions hybrides",
            "es": "Participación de la sociedad civil en los períodos de sesiones híbridos",
            "ru": "Участие гражданского общества в гибридных сессиях",
            "zh": "民间社会参与混合式会议",
        },
    ),
)


@dataclass(frozen=True)
class Person:
    """Somebody in the demonstration. `role` names the printed link."""

    role: str
    category: str
    remote: bool
    fields: Mapping[str, str]


PEOPLE = (
    Person(
        "secretariat",
        "secretariat",
        False,
        {"given_name": "Ines", "family_name": "Duarte", "organisation": "Secretariat"},
    ),
    Person("chair", "presiding-officer", False, {"given_name": "Amina", "family_name": "Okoye"}),
    Person(
        "delegate", "state-party", True, {"given_name": "Moussa", "family_name": "Ndiaye", "organisation": "Senegal"}
    ),
    Person("ngo", "ngo", True, {"given_name": "Lucía", "family_name": "Paredes", "organisation": "Justicia Andina"}),
    Person("captioner", "captioner", True, {"given_name": "Tom", "family_name": "Weaver", "organisation": "Captions"}),
    Person("interpreter-en-1", "interpreter", True, {"given_name": "Clara", "family_name": "Whitfield"}),
    Person("interpreter-en-2", "interpreter", True, {"given_name": "Daniel", "family_name": "Osei"}),
    Person("interpreter-fr", "interpreter", True, {"given_name": "Margaux", "family_name": "Lefèvre"}),
    Person("hall", "hall-screen", False, {"organisation": "Hall"}),
)
BOOTHS = {"en": ("demo-interpreter-en-1", "demo-interpreter-en-2"), "fr": ("demo-interpreter-fr",)}
"""The booths of the meeting, by language, with their teams."""


@dataclass(frozen=True)
class PrintedLink:
    """One line of the start: who, and the address to open; None where the console has replaced the link."""

    role: str
    url: str | None


async def prepare(house: House, key: bytes) -> Sequence[PrintedLink]:
    """Make what is missing of the demonstration and return its links.

    The links' secrets follow from the node's key, so that they can be printed again though only their hashes are kept.
    """
    now = house.clock()
    session = (await house.desk.load(ACCREDITATION, SESSION_ID)).state
    if not session.session_id:
        command = OpenSession(SESSION_ID, SESSION_TITLES, load_rules(house.settings.rules))
        await house.desk.act(ACCREDITATION, SESSION_ID, command, SYSTEM)
    await _convene(house, now)
    base = house.settings.external_url
    printed = [PrintedLink("apply", f"{base}/apply/{SESSION_ID}")]
    for person in PEOPLE:
        token = await _link(house, key, person, now)
        printed.append(PrintedLink(person.role, None if token is None else f"{base}/l/{token}"))
    booths = (await house.desk.load(INTERPRETATION, MEETING_ID)).state.booths
    for language, team in BOOTHS.items() if not booths else ():
        await house.desk.act(INTERPRETATION, MEETING_ID, EquipBooth(language, None, team), SYSTEM)
    return printed


async def _convene(house: House, now: datetime) -> None:
    meeting = (await house.desk.load(MEETING, MEETING_ID)).state
    if meeting.state is not MeetingState.ABSENT:
        return
    convene = ConveneMeeting(MEETING_ID, SESSION_ID, MEETING_TITLES, now, AGENDA, load_rules(house.settings.rules))
    for command in (convene, OpenMeeting(), OpenList()):
        await house.desk.act(MEETING, MEETING_ID, command, SYSTEM)
    # It sits already, and yet a video statement can be tried.
    deadline = SetStatementDeadline(SESSION_ID, MEETING_ID, now + LIFE)
    await house.desk.act(STATEMENTS, SESSION_ID, deadline, SYSTEM)


async def _link(house: House, key: bytes, person: Person, now: datetime) -> str | None:
    """The secret of the person's newest link that opens something; a new one where there is none.

    None where that link was made in the console: its secret was random and nobody can print it again.
    """
    place_id = f"demo-{person.role}"
    session: Accreditation = (await house.desk.load(ACCREDITATION, SESSION_ID)).state
    issued = sum(1 for link in session.links.values() if link.place_id == place_id)
    link = session.link_of(place_id)
    if link is not None:
        try:
            link.require_usable(now)
        except Refused:
            pass
        else:
            return _secret(key, link.link_id) if link.link_id.startswith(f"{place_id}-") else None
    link_id = f"{place_id}-{issued + 1}"
    token = _secret(key, link_id)
    remember = house.links.add_link(link_id, token)
    if place_id in session.places:
        command: IssueLink | AppointOfficer = IssueLink(place_id, link_id, now + LIFE)
        writes = [remember]
    else:
        dossier_id = f"dossier-{place_id}"
        # An association's rules have other categories than an Assembly of States Parties.
        known = person.category in session.rules.categories
        category = person.category if known else session.rules.applying[0]
        command = AppointOfficer(
            place_id, f"delegation-{person.role}", category, person.remote, dossier_id, link_id, now + LIFE
        )
        seal = house.dossiers.seal(
            dossier_id,
            session_id=SESSION_ID,
            subject=place_id,
            kind="officer",
            fields=person.fields,
            created_at=now,
            purge_at=now + LIFE,
        )
        writes = [remember, seal]
    await house.desk.act(ACCREDITATION, SESSION_ID, command, SYSTEM, also=writes)
    return token


def _secret(key: bytes, link_id: str) -> str:
    digest = hashlib.blake2b(link_id.encode(), key=key, person=b"rostrum-demo", digest_size=32).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
