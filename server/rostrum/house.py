"""What a running server is made of: wired in `app.py`, handed to pages whole."""

from dataclasses import dataclass

from aiohttp import web

from rostrum.captioning import Captioning
from rostrum.desk import Clock, Desk
from rostrum.disk import Disk
from rostrum.feeders import Feeders
from rostrum.i18n.templates import Templates
from rostrum.identity.badges import Badger
from rostrum.identity.doorkeeper import Doorkeeper
from rostrum.identity.gate import Gate
from rostrum.identity.limits import RateLimits
from rostrum.identity.passkeys import Passkeys
from rostrum.identity.secrets import Signer
from rostrum.live.hub import Hub
from rostrum.live.presence import Presence
from rostrum.live.streams import Streams
from rostrum.live.talk import Talk
from rostrum.mail.bounces import ReturnPath
from rostrum.media.engine import Engine
from rostrum.media.lines import Lines
from rostrum.public_captions import PublicCaptions
from rostrum.purge import Purge
from rostrum.reads.guards import Guards
from rostrum.reads.names import Names
from rostrum.reads.recordings import Recordings
from rostrum.reads.register import Register
from rostrum.record.captions import Captions
from rostrum.record.dossiers import Dossiers
from rostrum.record.draft_members import DraftMembers
from rostrum.record.drafts import Drafts
from rostrum.record.files import FileStore
from rostrum.record.journal import Journal
from rostrum.record.links import Links
from rostrum.record.outbox import Outbox
from rostrum.record.participation import Participation
from rostrum.record.uploads import Uploads
from rostrum.retention import Lives
from rostrum.settings import Settings
from rostrum.uploads.intake import Intake, Taking
from rostrum.uploads.screening import Screener


@dataclass(frozen=True)
class House:
    """The parts of one running server."""

    settings: Settings
    clock: Clock
    templates: Templates
    desk: Desk
    journal: Journal
    dossiers: Dossiers
    drafts: Drafts
    draft_members: DraftMembers
    links: Links
    outbox: Outbox
    return_path: ReturnPath
    names: Names
    guards: Guards
    recordings: Recordings
    feeders: Feeders
    register: Register
    doorkeeper: Doorkeeper
    gate: Gate
    passkeys: Passkeys
    signer: Signer
    badger: Badger
    rates: RateLimits
    hub: Hub
    streams: Streams
    presence: Presence
    talk: Talk
    engine: Engine
    disk: Disk
    lines: Lines
    participation: Participation
    files: FileStore
    uploads: Uploads
    intake: Intake
    video_intake: Taking
    screener: Screener
    purge: Purge
    captions: Captioning
    public_captions: PublicCaptions
    caption_store: Captions

    @property
    def lives(self) -> Lives:
        """How long what people write is kept."""
        return self.settings.lives


HOUSE: web.AppKey[House] = web.AppKey("house", House)
