"""What follows at once from a decision: a motion carried, a ruling overruled, the list closed by consent."""

from datetime import datetime

from rostrum.assembly.consent import Consent, ConsentDropped, Matter
from rostrum.assembly.entry import EntryFell, Kind, SpeechEnded
from rostrum.assembly.floor import Floor, Sitting
from rostrum.assembly.motions import (
    Motion,
    MotionCarried,
    MotionRejected,
    Motions,
    MotionState,
    RulingOverruled,
    RulingUpheld,
    fallen,
)
from rostrum.assembly.sitting import MeetingClosed, MeetingSuspended
from rostrum.assembly.speakers import ListClosed, ListOpened, OpenList, opening
from rostrum.assembly.speaking import SpeechInterrupted, ending

Effect = (
    MotionCarried
    | MotionRejected
    | RulingOverruled
    | RulingUpheld
    | EntryFell
    | SpeechEnded
    | SpeechInterrupted
    | ListClosed
    | ListOpened
    | MeetingSuspended
    | MeetingClosed
    | ConsentDropped
)


def of_motion(motions: Motions, floor: Floor, motion_id: str | None, adopted: bool, now: datetime) -> list[Effect]:
    """What the decision on a motion brings about; nothing where the vote was on no motion."""
    motion = None if motion_id is None else motions.motions.get(motion_id)
    if motion is None:
        return []
    if motion.state is MotionState.APPEALED:
        return [RulingOverruled(now, motion.motion_id) if adopted else RulingUpheld(now, motion.motion_id)]
    fell: list[Effect] = list(fallen(floor, motion.motion_id, now))
    if not adopted:
        return [MotionRejected(now, motion.motion_id), *fell]
    return [MotionCarried(now, motion.motion_id), *fell, *_of_carried(motion, floor, now)]


def _of_carried(motion: Motion, floor: Floor, now: datetime) -> list[Effect]:
    match motion.kind:
        case Kind.SUSPEND_MEETING:
            return suspension(floor, now)
        case Kind.ADJOURN_MEETING:
            return closure(floor, None, now)
        case Kind.ADJOURN_DEBATE | Kind.CLOSE_DEBATE:
            return _end_of_debate(floor, now)
        case _:
            return []


def suspension(floor: Floor, now: datetime) -> list[Effect]:
    """The meeting is suspended; whoever speaks is interrupted and has the floor back afterwards."""
    stopped: list[Effect] = [] if floor.speech is None else [SpeechInterrupted(now, floor.speech.entry_id)]
    return [*stopped, MeetingSuspended(now)]


def closure(floor: Floor, asked: Consent | None, now: datetime) -> list[Effect]:
    """The meeting is closed; statements under way end with it, and a question to the meeting is asked no longer."""
    dropped: list[Effect] = [] if asked is None else [ConsentDropped(now, asked.consent_id)]
    return [*dropped, *_last_words(floor, now), MeetingClosed(now)]


def _last_words(floor: Floor, now: datetime) -> list[Effect]:
    running = [] if floor.speech is None else [floor.speech]
    return [ending(speech, now, yielded=False) for speech in (*running, *reversed(floor.interrupted))]


def _end_of_debate(floor: Floor, now: datetime) -> list[Effect]:
    closed: list[Effect] = [ListClosed(now)] if floor.list_open else []
    fell = [EntryFell(now, entry.entry_id) for entry in floor.statements]
    return [*_last_words(floor, now), *closed, *fell]


def of_consent(consent: Consent, motions: Motions, floor: Floor, now: datetime, sitting: Sitting) -> list[Effect]:
    """What consensus brings about."""
    match consent.matter:
        case Matter.CLOSE_LIST:
            return [ListClosed(now)] if floor.list_open else []
        case Matter.REOPEN_LIST:
            return [] if floor.list_open else [opening(OpenList(floor.rules.order, floor.present_only), sitting, now)]
        case Matter.MOTION:
            return of_motion(motions, floor, consent.motion_id, True, now)
        case Matter.DECISION:
            return []
