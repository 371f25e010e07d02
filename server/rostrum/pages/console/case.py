"""One application before the secretariat: who looks at it, its page, and what is written and mailed with a decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Actor
from rostrum.assembly.application import Application
from rostrum.assembly.batches import waiting_in
from rostrum.assembly.delegation import Member
from rostrum.assembly.inquiry import evidence_wanted
from rostrum.assembly.refusal import Why
from rostrum.assembly.review import RefusalReason
from rostrum.desk import ACCREDITATION
from rostrum.house import House
from rostrum.pages.console.acceptance import NewLink
from rostrum.pages.letters import letter, queued
from rostrum.pages.render import page
from rostrum.pages.route import Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.application import StatusModel, status_model, steps
from rostrum.reads.beside import doubles_of
from rostrum.reads.files import asked_for, evidence_of
from rostrum.reads.relation import related
from rostrum.reads.review import appeal_model, review_model
from rostrum.reads.thread import Staff, thread_of
from rostrum.reads.wishes import asked_among
from rostrum.record.journal import Write
from rostrum.record.outbox import Mail


@dataclass(frozen=True)
class Case:
    """An application as somebody of the secretariat has it before them. `related`: it is of their organisation."""

    house: House
    session: Accreditation
    application: Application
    actor: Actor
    related: bool

    @property
    def application_id(self) -> str:
        """The application's identifier."""
        return self.application.application_id

    def note(self, note_id: str, kind: str, words: str, subject: str = "") -> Write:
        """A write that keeps words that go with an act."""
        now = self.house.clock()
        return self.house.dossiers.seal(
            note_id,
            session_id=self.session.session_id,
            subject=subject or self.application_id,
            kind=kind,
            fields={"text": words},
            created_at=now,
            purge_at=now + self.house.lives.written,
        )

    async def mail(
        self, template: str, *, hold: bool = False, about: Member | None = None, **more: object
    ) -> list[Write]:
        """The mail to the applicant; none where the address is no longer kept. `hold`: it may wait for others.

        `about`: whom it names. Where they asked for protection, not even the focal point's mail says who it is.
        """
        written = await self.house.dossiers.get(self.application.dossier_id) or {}
        recipient, language = str(written.get("email", "")), str(written.get("language", "en"))
        if not recipient:
            return []
        shared = {"titles": self.session.titles, "name": written.get("given_name", ""), "url": written.get("url", "")}
        words = letter(self.house, language, template, **{**shared, **more})
        members = self.application.members.values()
        discreet = await asked_among(recipient, members, self.house.dossiers)
        discreet = discreet or (about is not None and about.protected_id is not None)
        return [queued(self.house, self.session.session_id, recipient, language, words, discreet=discreet, hold=hold)]

    async def words_of(self, note_id: str | None) -> str:
        """Words that were kept; empty once purged."""
        return str((await self.house.dossiers.get(note_id or "") or {}).get("text", ""))


async def case_of(visit: Visit) -> Case:
    """The application that the address names. Raises `Trouble`."""
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    found = session.applications.get(visit.request.match_info["application_id"])
    if found is None:
        raise Trouble(Why.NO_SUCH_APPLICATION)
    own = await related(visit.standing.place, found, visit.house.dossiers)
    return Case(visit.house, session, found, visit.actor, own)


def turn_of(case: Case, typed: object) -> int:
    """The turn that a form was made for; the newest where it doesn't say."""
    text = str(typed or "")
    return int(text) if text.isdecimal() and len(text) < 9 else case.application.turn


def url_of(visit: Visit, case: Case) -> str:
    """The application's page."""
    return f"/at/{visit.place_id}/console/applications/{case.application_id}"


async def case_page(
    visit: Visit,
    case: Case,
    *,
    new_links: Sequence[NewLink] = (),
    wrong: str = "",
    words: str = "",
    reason: str = "",
    ticked: Sequence[str] = (),
) -> web.StreamResponse:
    """The page of an application. `wrong`: which of its forms is; the rest is what was typed there."""
    house, session, found = case.house, case.session, case.application
    model = await status_model(found, house.dossiers)
    staff = Staff(session.places, house.names)
    recorded = await house.journal.read(ACCREDITATION.stream(session.session_id))
    wanted = evidence_wanted(session.rules.evidence(found.category), found.thread)
    kinds = dict.fromkeys(kind for category in session.rules.categories.values() for kind in category.evidence)
    return page(
        visit,
        "console/application.html",
        status=422 if wrong else 200,
        shown_at=url_of(visit, case),
        at=f"/at/{visit.place_id}/console",
        session=session,
        application=model,
        unreachable=await _unreachable(house, session.session_id, model),
        thread=await thread_of(found, house.dossiers, house.files, staff),
        review=await review_model(session.bench, found, case.actor, house.dossiers, staff, related=case.related),
        appeal=await appeal_model(found.appeal, house.dossiers),
        steps=await steps(recorded, found.application_id, session, house.names),
        asked=asked_for(wanted, await evidence_of(house.files, found.application_id)),
        batch=waiting_in(session.batches, found.application_id),
        doubles=await doubles_of(session, house.register, found.application_id),
        kinds=list(kinds),
        reasons=list(RefusalReason),
        new_links=new_links,
        wrong=wrong,
        words=words,
        reason=reason,
        ticked=ticked,
    )


async def _unreachable(house: House, session_id: str, model: StatusModel) -> dict[str, Mail]:
    """The addresses of an application that nothing reaches, each as it is written there."""
    lost = await house.outbox.unreachable(session_id)
    addresses = [model.fields.get("email", ""), *(member.fields.get("email", "") for member in model.members)]
    return {address: lost[address.casefold()] for address in addresses if address.casefold() in lost}
