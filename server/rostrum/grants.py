"""What a media pass allows now: read anew at every use, so that a revoked link's pass is worth nothing."""

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.booth import INTERNATIONAL_SIGN
from rostrum.assembly.interpretation import Interpretation
from rostrum.assembly.program import GREEN_ROOM, HALL, Audience, AudienceRole, place_source
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING, Desk
from rostrum.feeders import Feeders
from rostrum.identity.doorkeeper import Doorkeeper
from rostrum.identity.secrets import FEED, RECEIVER, Signer
from rostrum.placeless import placeless_grant
from rostrum.reads.hall_booths import sits_in_hall
from rostrum.reads.wishes import wishes_of
from rostrum.record.dossiers import Dossiers
from rostrum.signalling.grant import Grant


async def grant_of(
    signer: Signer,
    doorkeeper: Doorkeeper,
    desk: Desk,
    dossiers: Dossiers,
    feeders: Feeders,
    token: str,
    *,
    crowd_max: int = 0,
) -> Grant | None:
    """The grant of a pass, an encoder's token or a watcher's pass (`placeless.py`).

    None where it is not ours, too old, or its link or device opens nothing any more, or where its category does not
    attend the meeting (any more).

    Its very link: whoever held the one before is not let in by the link that replaced it."""
    read = signer.read_media_pass(token)
    if read is None:
        return await placeless_grant(signer, desk, crowd_max, token)
    place_id, meeting_id = read.place_id, read.meeting_id
    actor = await doorkeeper.may_still(place_id, read.link_id, read.device_id)
    if actor is None:
        return None
    found = await doorkeeper.find_place(place_id)
    sound_only = found is not None and (await wishes_of(found[1], dossiers)).voice_only
    if meeting_id.startswith(GREEN_ROOM):
        # Whoever has a pass for one was let in by its page: the person whose it is, or a technician.
        return Grant(meeting_id, place_id, place_source(place_id), Audience(AudienceRole.REMOTE), sound_only)
    meeting = (await desk.load(MEETING, meeting_id)).state
    session = (await desk.load(ACCREDITATION, meeting.session_id)).state
    if not session.rules.admits(actor.category, meeting.kind):
        return None
    if read.purpose == RECEIVER:
        return Grant(meeting_id, place_id, None, Audience(AudienceRole.HALL), sound_only=True)
    if read.purpose.startswith(FEED):
        of, interpretation = read.purpose.removeprefix(FEED), (await desk.load(INTERPRETATION, meeting_id)).state
        grant = _feed(session, interpretation, actor, meeting_id, of)
        if grant is not None:
            feeders.note(place_id, of)
        return grant
    source = None
    if Right.FEED_HALL in actor.rights:
        source = HALL
    elif Right.SPEAK in actor.rights and actor.remote:
        source = place_source(place_id)
    elif Right.INTERPRET in actor.rights:
        interpretation = (await desk.load(INTERPRETATION, meeting_id)).state
        source = None if interpretation.booth_of_place(place_id) is None else place_source(place_id)
    role = AudienceRole.HALL if Right.SHOW_HALL in actor.rights else AudienceRole.REMOTE
    return Grant(meeting_id, place_id, source, Audience(role), sound_only and source != HALL)


def _feed(
    session: Accreditation, interpretation: Interpretation, actor: Actor, meeting_id: str, of: str
) -> Grant | None:
    """What lets a technician send for an interpreter in the hall: in that one's name, so that the booth sees a line."""
    booth = interpretation.booth_of_place(of)
    if Right.FEED_HALL not in actor.rights or booth is None or not sits_in_hall(session, interpretation, of):
        return None
    return Grant(meeting_id, of, place_source(of), None, sound_only=booth.booth_id != INTERNATIONAL_SIGN)
