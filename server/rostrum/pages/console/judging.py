"""Decisions of the secretariat on one application: made by one, or proposed by one and confirmed by another."""

from aiohttp import web

from rostrum.assembly.application import RefuseApplication
from rostrum.assembly.delegation import MemberState, RefuseMember
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import (
    DeclareConflict,
    Outcome,
    ProposeDecision,
    RefusalReason,
    ReturnProposal,
    Verdict,
)
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.acceptance import acceptance
from rostrum.pages.console.case import Case, case_of, case_page, turn_of, url_of
from rostrum.pages.console.routes import ADMINISTER, NOTE_MAX
from rostrum.pages.route import Route, Visit
from rostrum.record.journal import Write


async def application(visit: Visit) -> web.StreamResponse:
    """One application, and what can be decided about it."""
    return await case_page(visit, await case_of(visit))


async def accept(visit: Visit) -> web.StreamResponse:
    """Accredit: places, links and the mails that bring them come in one transaction with the decision.

    Where two decide, the first proposes.
    """
    case, post = await case_of(visit), await visit.request.post()
    turn = turn_of(case, post.get("turn"))
    if _to_be_proposed(case):
        return await _propose(visit, case, turn, Verdict(Outcome.ACCEPT))
    return await _accept(visit, case, turn)


async def refuse(visit: Visit) -> web.StreamResponse:
    """Refuse, with a reason from the list and words, or propose it."""
    case, post = await case_of(visit), await visit.request.post()
    reason, words = str(post.get("reason", "")), str(tidy(post.get("words", "")))
    if reason not in set(RefusalReason) or not 0 < len(words) <= NOTE_MAX:
        return await case_page(visit, case, wrong="refusal", words=words, reason=reason)
    note_id, turn = new_id(), turn_of(case, post.get("turn"))
    verdict = Verdict(Outcome.REFUSE, RefusalReason(reason), note_id)
    note = case.note(note_id, "decision", words)
    if _to_be_proposed(case):
        return await _propose(visit, case, turn, verdict, note)
    return await _refuse(visit, case, turn, verdict, words, note)


async def confirm(visit: Visit) -> web.StreamResponse:
    """The second of two confirms what the first proposed, as it was read."""
    case, post = await case_of(visit), await visit.request.post()
    proposal = case.application.standing_proposal
    if proposal is None or proposal.at.isoformat() != post.get("proposed"):
        raise Refused(Why.APPLICATION_CHANGED)
    verdict, words = proposal.verdict, await case.words_of(proposal.verdict.note_id)
    match verdict.outcome:
        case Outcome.ACCEPT:
            return await _accept(visit, case, proposal.turn)
        case Outcome.REFUSE:
            return await _refuse(visit, case, proposal.turn, verdict, words)
        case Outcome.REFUSE_MEMBER:
            return await _refuse_member(visit, case, proposal.turn, verdict, words)


async def send_back(visit: Visit) -> web.StreamResponse:
    """The second of two sends a proposal back, or the first takes it back; with words."""
    case = await case_of(visit)
    words = str(tidy((await visit.request.post()).get("back", "")))
    if not 0 < len(words) <= NOTE_MAX:
        return await case_page(visit, case, wrong="back", words=words)
    note_id = new_id()
    command = ReturnProposal(case.application_id, note_id, case.related)
    also = [case.note(note_id, "proposal", words)]
    await case.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor, also=also)
    raise web.HTTPSeeOther(url_of(visit, case))


async def conflict(visit: Visit) -> web.StreamResponse:
    """Declare to be concerned."""
    case = await case_of(visit)
    if (await visit.request.post()).get("concerned") != "yes":
        return await case_page(visit, case, wrong="conflict")
    command = DeclareConflict(case.application_id)
    await case.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(url_of(visit, case))


async def refuse_member(visit: Visit, case: Case, member_id: str, words: str, turn: int) -> web.StreamResponse:
    """Accredit the application without one person, or without one change; or propose it."""
    note_id = new_id()
    verdict = Verdict(Outcome.REFUSE_MEMBER, None, note_id, member_id)
    note = case.note(note_id, "decision", words, subject=member_id)
    if _to_be_proposed(case):
        return await _propose(visit, case, turn, verdict, note)
    return await _refuse_member(visit, case, turn, verdict, words, note)


def _to_be_proposed(case: Case) -> bool:
    return case.session.review.deciders > 1 and case.application.standing_proposal is None


async def _propose(visit: Visit, case: Case, turn: int, verdict: Verdict, *also: Write) -> web.StreamResponse:
    command = ProposeDecision(case.application_id, turn, verdict, case.related)
    await case.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor, also=also)
    raise web.HTTPSeeOther(url_of(visit, case))


async def _accept(visit: Visit, case: Case, turn: int) -> web.StreamResponse:
    ready = await acceptance(case.house, case.session, case.application, turn=turn, related=case.related)
    await case.house.desk.act(ACCREDITATION, visit.session_id, ready.command, visit.actor, also=ready.writes)
    return await case_page(visit, await case_of(visit), new_links=ready.links)


async def _refuse(
    visit: Visit, case: Case, turn: int, verdict: Verdict, words: str, *also: Write
) -> web.StreamResponse:
    command, mails = await refusal(case, turn, verdict, words)
    await case.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor, also=[*also, *mails])
    raise web.HTTPSeeOther(url_of(visit, case))


async def refusal(case: Case, turn: int, verdict: Verdict, words: str) -> tuple[RefuseApplication, list[Write]]:
    """The command to refuse, and the mail that goes with it."""
    reason = verdict.reason or RefusalReason.OTHER
    appeal = None if case.application.appeal is not None else case.session.review.appeal_days
    mails = await case.mail("mail/refused.txt", reason=reason, words=words, appeal_days=appeal)
    return RefuseApplication(case.application_id, turn, reason, verdict.note_id or "", case.related), mails


async def _refuse_member(
    visit: Visit, case: Case, turn: int, verdict: Verdict, words: str, *also: Write
) -> web.StreamResponse:
    member_id = verdict.member_id or ""
    member = case.application.members.get(member_id)
    if member is None:
        raise Refused(Why.NO_SUCH_MEMBER)
    person = await case.house.dossiers.get(member.dossier_id) or {}
    mails = await case.mail(
        "mail/member-refused.txt",
        hold=True,
        about=member,
        member=f"{person.get('given_name', '')} {person.get('family_name', '')}".strip(),
        changed=member.state is MemberState.CHANGED,
        words=words,
    )
    command = RefuseMember(case.application_id, turn, member_id, verdict.note_id or "", case.related)
    await case.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor, also=[*also, *mails])
    raise web.HTTPSeeOther(url_of(visit, case))


_AT = "/console/applications/{application_id}"
ROUTES = (
    Route("GET", _AT, application, ADMINISTER),
    Route("POST", f"{_AT}/acceptance", accept, ADMINISTER),
    Route("POST", f"{_AT}/refusal", refuse, ADMINISTER),
    Route("POST", f"{_AT}/confirmation", confirm, ADMINISTER),
    Route("POST", f"{_AT}/return", send_back, ADMINISTER),
    Route("POST", f"{_AT}/conflict", conflict, ADMINISTER),
)
