"""What a delegate does in the room: asks, replies, rises, moves, changes places, objects, votes."""

from functools import partial

from rostrum.assembly.actor import Right
from rostrum.assembly.consent import Object, WithdrawObjection
from rostrum.assembly.entry import Kind, Rank
from rostrum.assembly.interpretation import WORKING_LANGUAGES
from rostrum.assembly.motions import AppealRuling, RaiseMotion, SpeakOnMotion, WithdrawMotion
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.speakers import RequestFloor, WithdrawRequest
from rostrum.assembly.speaking import YieldFloor
from rostrum.assembly.swap import AcceptSwap, DropSwap, ProposeSwap
from rostrum.assembly.voting import CastVote, Choice
from rostrum.identity.secrets import new_id
from rostrum.pages.acts import Acting, Sent, act
from rostrum.pages.spoken import say_language
from rostrum.record.ballots import once

speak = partial(act, needs=frozenset({Right.SPEAK}), back="/meeting")
vote = partial(act, needs=frozenset({Right.VOTE}), back="/meeting")


def _request(sent: Sent) -> RequestFloor:
    rank = sent.field("rank") or Rank.OTHER
    if rank not in set(Rank):
        raise Refused(Why.TEXT_MISSING)
    if sent.field("language") not in ("", *WORKING_LANGUAGES):
        raise Refused(Why.NO_SUCH_LANGUAGE)
    return RequestFloor(new_id(), group_id=sent.field("group_id") or None, rank=Rank(rank))


async def _say_language(sent: Sent) -> None:
    if sent.field("language"):
        await say_language(sent.visit, sent.meeting, sent.visit.place_id, sent.field("language"))


def _reply(sent: Sent) -> RequestFloor:
    return RequestFloor(new_id(), Kind.REPLY, answers=sent.field("answers"))


def _withdraw(sent: Sent) -> WithdrawRequest:
    entry = sent.meeting.floor.entry(sent.at("entry_id"))
    actor = sent.visit.actor
    if entry is None or not entry.is_of(actor.place_id, actor.delegation_id):
        raise Refused(Why.NO_SUCH_ENTRY)
    return WithdrawRequest(entry.entry_id)


def _rise(sent: Sent) -> RaiseMotion:
    kind = sent.field("kind")
    if kind not in set(Kind):
        raise Refused(Why.NO_SUCH_MOTION)
    return RaiseMotion(new_id(), Kind(kind), sent.meeting.votes.open_id is not None)


def _cast(sent: Sent) -> Acting:
    choice, vote_id = sent.field("choice"), sent.at("vote_id")
    if choice not in set(Choice):
        raise Refused(Why.TEXT_MISSING)
    stamp = once(sent.meeting.meeting_id, vote_id, sent.visit.actor.delegation_id)
    return Acting(CastVote(vote_id, Choice(choice)), [stamp])


def _pair(sent: Sent) -> tuple[str, str]:
    return sent.at("entry_id"), sent.field("with_id")


ROUTES = (
    speak("/request", make=_request, after=_say_language),
    speak("/request/{entry_id}/withdrawal", make=_withdraw),
    speak("/yield", make=lambda _: YieldFloor()),
    speak("/reply", make=_reply),
    speak("/motion", make=_rise),
    speak("/motion/{entry_id}/appeal", make=lambda sent: AppealRuling(sent.at("entry_id"))),
    speak("/motion/{entry_id}/withdrawal", make=lambda sent: WithdrawMotion(sent.at("entry_id"))),
    speak(
        "/motion/{entry_id}/word",
        make=lambda sent: SpeakOnMotion(new_id(), sent.at("entry_id"), sent.field("side") == "in-favour"),
    ),
    speak("/swap/{entry_id}", make=lambda sent: ProposeSwap(*_pair(sent))),
    speak("/swap/{entry_id}/acceptance", make=lambda sent: AcceptSwap(*_pair(sent))),
    speak("/swap/{entry_id}/end", make=lambda sent: DropSwap(*_pair(sent))),
    vote("/consent/{consent_id}/objection", make=lambda sent: Object(sent.at("consent_id"))),
    vote("/consent/{consent_id}/agreement", make=lambda sent: WithdrawObjection(sent.at("consent_id"))),
    vote("/vote/{vote_id}", make=_cast),
)
