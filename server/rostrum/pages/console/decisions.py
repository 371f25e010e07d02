"""The console's side of motions, consensus and votes."""

from functools import partial

from rostrum.assembly.actor import Right
from rostrum.assembly.consent import AskConsent, DeclareConsent, DropConsent, Matter
from rostrum.assembly.electorate import electorate, voters
from rostrum.assembly.motions import RuleOnPoint, TakeUpMotion, WithdrawMotion
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.voting import AnnulVote, Choice, CloseVote, CountHand, OpenVote, Subject
from rostrum.desk import ACCREDITATION, CREDENTIALS
from rostrum.identity.secrets import new_id
from rostrum.pages.acts import Acting, Sent, act
from rostrum.pages.console.floor import BACK, run
from rostrum.presence_keeper import note_presence
from rostrum.reads.procedure import roll_of
from rostrum.record.ballots import once

by_secretariat = partial(act, needs=frozenset({Right.ADMINISTER}), back=BACK)


async def _open_vote(sent: Sent) -> Acting:
    """The roll is who may vote now; who is present is noted first, so that the quorum is right."""
    visit, meeting = sent.visit, sent.meeting
    await note_presence(visit.house, meeting)
    session = (await visit.house.desk.load(ACCREDITATION, meeting.session_id)).state
    kept = (await visit.house.desk.load(CREDENTIALS, meeting.session_id)).state
    accredited = roll_of(session)
    roll, members = voters(kept, accredited), electorate(kept, accredited).members
    motion_id = sent.field("motion_id") or None
    if motion_id is not None:
        return Acting(OpenVote(new_id(), Subject.PROCEDURE, roll, motion_id=motion_id, members=members))
    subject = sent.field("subject")
    if subject not in set(Subject):
        raise Refused(Why.TEXT_MISSING)
    text_id, write = sent.sealed("decision", {"text": sent.required("text")})
    return Acting(OpenVote(new_id(), Subject(subject), roll, text_id, members=members), [write])


def _count_hand(sent: Sent) -> Acting:
    vote_id, delegation_id, choice = sent.at("vote_id"), sent.field("delegation_id"), sent.field("choice")
    if choice not in set(Choice):
        raise Refused(Why.TEXT_MISSING)
    command = CountHand(vote_id, delegation_id, Choice(choice))
    return Acting(command, [once(sent.meeting.meeting_id, vote_id, delegation_id)])


def _ask(sent: Sent) -> Acting:
    """Asks the meeting: to adopt the motion before it without a vote, or a text."""
    motion_id = sent.field("motion_id") or None
    if motion_id is not None:
        return Acting(AskConsent(new_id(), Matter.MOTION, motion_id=motion_id))
    text_id, write = sent.sealed("decision", {"text": sent.required("text")})
    return Acting(AskConsent(new_id(), Matter.DECISION, text_id), [write])


ROUTES = (
    run("/motion/{entry_id}/taking-up", make=lambda sent: TakeUpMotion(sent.at("entry_id"))),
    run("/motion/{entry_id}/agreement", make=lambda sent: RuleOnPoint(sent.at("entry_id"), True)),
    run("/motion/{entry_id}/disagreement", make=lambda sent: RuleOnPoint(sent.at("entry_id"), False)),
    run("/motion/{entry_id}/withdrawal", make=lambda sent: WithdrawMotion(sent.at("entry_id"))),
    run("/consent", make=_ask),
    run("/consent/{consent_id}/declaration", make=lambda sent: DeclareConsent(sent.at("consent_id"))),
    run("/consent/{consent_id}/end", make=lambda sent: DropConsent(sent.at("consent_id"))),
    run("/vote", make=_open_vote),
    run("/vote/{vote_id}/closure", make=lambda sent: CloseVote(sent.at("vote_id"))),
    run("/vote/{vote_id}/annulment", make=lambda sent: AnnulVote(sent.at("vote_id"))),
    by_secretariat("/vote/{vote_id}/hand", make=_count_hand),
)
