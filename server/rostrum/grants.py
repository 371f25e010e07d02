"""What a media pass allows now: read anew at every use, so that a revoked link's pass is worth nothing."""

from rostrum.assembly.actor import Right
from rostrum.assembly.program import GREEN_ROOM, HALL, Audience, AudienceRole, place_source
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING, Desk
from rostrum.identity.doorkeeper import Doorkeeper
from rostrum.identity.secrets import Signer
from rostrum.placeless import placeless_grant
from rostrum.reads.wishes import wishes_of
from rostrum.record.dossiers import Dossiers
from rostrum.signalling.grant import Grant


async def grant_of(
    signer: Signer, doorkeeper: Doorkeeper, desk: Desk, dossiers: Dossiers, crowd_max: int, token: str
) -> Grant | None:
    """The grant of a pass, an encoder's token or a watcher's pass (`placeless.py`); None where it is not ours, too old, or its link or device opens nothing any more.

    None, too, where its category does not attend the meeting (any more).

    Its very link: whoever held the one before is not let in by the link that replaced it."""
    read = signer.read_media_pass(token)
    if read is None:
        return await placeless_grant(signer, desk, crowd_max, token)
    place_id, link_id, device_id, meeting_id = read
    actor = await doorkeeper.may_still(place_id, link_id, device_id)
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
