"""What those without a place may do with media: an encoder in the hall, and whoever watches the webcast."""

from rostrum.assembly.feeds import Feed
from rostrum.assembly.program import HALL, HALL_BACKUP, Audience, AudienceRole, is_webcast
from rostrum.desk import MEETING, Desk
from rostrum.identity.secrets import Signer
from rostrum.media.engine import Engine
from rostrum.signalling.grant import Grant

SOURCES = {Feed.MAIN: HALL, Feed.BACKUP: HALL_BACKUP}


async def placeless_grant(signer: Signer, desk: Desk, crowd_max: int, token: str) -> Grant | None:
    """The grant of an encoder's token while the record names its link, or of a watch pass while the webcast is on; else
    None. A watcher is given what the public is, and never sends."""
    encoder = signer.read_encoder_token(token)
    if encoder is not None:
        meeting_id, name, link_id = encoder
        feed = Feed(name)
        meeting = (await desk.load(MEETING, meeting_id)).state
        if meeting.feeds.encoders.get(feed) != link_id:
            return None
        return Grant(meeting_id, None, SOURCES[feed], None)
    watcher = signer.read_watch_pass(token)
    if watcher is None:
        return None
    meeting_id, viewer_id = watcher
    if not is_webcast((await desk.load(MEETING, meeting_id)).state):
        return None
    audience = Audience(AudienceRole.WEBCAST)
    return Grant(meeting_id, None, None, audience, viewer_id=viewer_id, crowd_max=crowd_max)


async def end_encoder(engine: Engine, meeting_id: str, feed: Feed) -> None:
    """End what sends a feed without a place: its link has been revoked or replaced."""
    for peer in engine.peers():
        if (peer.meeting_id, peer.source, peer.place_id) == (meeting_id, SOURCES[feed], None):
            await engine.remove(peer.peer_id)
