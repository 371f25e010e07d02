"""All routes of all pages: what is not in this table is not mounted."""

from rostrum.pages import following, live
from rostrum.pages.apply.appeal import ROUTES as APPEAL
from rostrum.pages.apply.evidence import ROUTES as EVIDENCE
from rostrum.pages.apply.imports import ROUTES as APPLY_IMPORTS
from rostrum.pages.apply.join import ROUTES as JOIN
from rostrum.pages.apply.lost import ROUTES as LOST
from rostrum.pages.apply.members import ROUTES as APPLY_MEMBERS
from rostrum.pages.apply.routes import ROUTES as APPLY
from rostrum.pages.apply.sections import ROUTES as APPLY_SECTIONS
from rostrum.pages.attend.clips import ROUTES as CLIPS
from rostrum.pages.attend.credentials import ROUTES as CREDENTIALS
from rostrum.pages.attend.devices import ROUTES as DEVICES
from rostrum.pages.attend.green_room import ROUTES as GREEN_ROOM
from rostrum.pages.attend.held import ROUTES as HELD
from rostrum.pages.attend.papers import ROUTES as PAPERS
from rostrum.pages.attend.passkeys import ROUTES as PASSKEYS
from rostrum.pages.attend.photograph import ROUTES as PHOTOGRAPH
from rostrum.pages.attend.programme import ROUTES as PROGRAMME
from rostrum.pages.attend.protection import ROUTES as PROTECTION
from rostrum.pages.attend.routes import ROUTES as ATTEND
from rostrum.pages.attend.sound import ROUTES as SOUND
from rostrum.pages.attend.statements import ROUTES as STATEMENTS
from rostrum.pages.booth.glossary import ROUTES as GLOSSARY
from rostrum.pages.booth.routes import BOOTH_VIEW
from rostrum.pages.booth.routes import ROUTES as BOOTH
from rostrum.pages.captions.files import ROUTES as CAPTION_FILES
from rostrum.pages.captions.following import ROUTES as CAPTION_STREAM
from rostrum.pages.captions.writing import ROUTES as CAPTIONS
from rostrum.pages.console.appeals import ROUTES as CONSOLE_APPEALS
from rostrum.pages.console.asking import ROUTES as CONSOLE_ASKING
from rostrum.pages.console.badges import ROUTES as CONSOLE_BADGES
from rostrum.pages.console.beside import ROUTES as CONSOLE_BESIDE
from rostrum.pages.console.booths import ROUTES as CONSOLE_BOOTHS
from rostrum.pages.console.bulk import ROUTES as BULK
from rostrum.pages.console.check_in import ROUTES as CHECK_IN
from rostrum.pages.console.committee import ROUTES as CONSOLE_COMMITTEE
from rostrum.pages.console.credentials import ROUTES as CONSOLE_CREDENTIALS
from rostrum.pages.console.deadlines import ROUTES as CONSOLE_DEADLINES
from rostrum.pages.console.door import ROUTES as DOOR
from rostrum.pages.console.files import ROUTES as CONSOLE_FILES
from rostrum.pages.console.hall_feeds import ROUTES as HALL_FEEDS
from rostrum.pages.console.judging import ROUTES as JUDGING
from rostrum.pages.console.lines import ROUTES as CONSOLE_LINES
from rostrum.pages.console.mails import ROUTES as CONSOLE_MAILS
from rostrum.pages.console.meeting import ROUTES as CONSOLE_MEETING
from rostrum.pages.console.meetings import ROUTES as CONSOLE_MEETINGS
from rostrum.pages.console.members import ROUTES as CONSOLE_MEMBERS
from rostrum.pages.console.papers import ROUTES as CONSOLE_PAPERS
from rostrum.pages.console.places import ROUTES as CONSOLE_PLACES
from rostrum.pages.console.protection import ROUTES as CONSOLE_PROTECTION
from rostrum.pages.console.publication import ROUTES as CONSOLE_PUBLICATION
from rostrum.pages.console.queue import ROUTES as CONSOLE_QUEUE
from rostrum.pages.console.recordings import ROUTES as CONSOLE_RECORDINGS
from rostrum.pages.console.retention import ROUTES as CONSOLE_RETENTION
from rostrum.pages.console.review import ROUTES as CONSOLE_REVIEW
from rostrum.pages.console.routes import ROUTES as CONSOLE
from rostrum.pages.console.script import ROUTES as SCRIPT
from rostrum.pages.console.standing import ROUTES as CONSOLE_STANDING
from rostrum.pages.console.statements import ROUTES as CONSOLE_STATEMENTS
from rostrum.pages.hall import feeds
from rostrum.pages.hall.receivers import ROUTES as RECEIVERS
from rostrum.pages.hall.routes import ROUTES as HALL
from rostrum.pages.public.captions import ROUTES as PUBLIC_CAPTIONS
from rostrum.pages.public.hls import ROUTES as HLS
from rostrum.pages.public.link import ROUTES as LINK
from rostrum.pages.public.passkey import ROUTES as PASSKEY
from rostrum.pages.public.privacy import ROUTES as PRIVACY
from rostrum.pages.public.recordings import ROUTES as RECORDINGS
from rostrum.pages.public.routes import ROUTES as PUBLIC
from rostrum.pages.public.watch import ROUTES as WATCH
from rostrum.pages.route import PublicRoute, Route
from rostrum.pages.spoken import ROUTES as SPOKEN

ALL_ROUTES: tuple[Route | PublicRoute, ...] = (
    *PUBLIC,
    *PRIVACY,
    *WATCH,
    *HLS,
    *PUBLIC_CAPTIONS,
    *RECORDINGS,
    *LINK,
    *PASSKEY,
    *APPLY,
    *APPEAL,
    *EVIDENCE,
    *APPLY_SECTIONS,
    # Before the list's own pages, whose addresses name a person where these name themselves.
    *APPLY_IMPORTS,
    *APPLY_MEMBERS,
    *LOST,
    *JOIN,
    *ATTEND,
    *SOUND,
    *CLIPS,
    *CREDENTIALS,
    *PHOTOGRAPH,
    *PROTECTION,
    *PROGRAMME,
    *HELD,
    *DEVICES,
    *PASSKEYS,
    *PAPERS,
    *STATEMENTS,
    *GREEN_ROOM,
    *CONSOLE,
    *JUDGING,
    *CONSOLE_ASKING,
    *CONSOLE_APPEALS,
    *CONSOLE_REVIEW,
    *BULK,
    *CONSOLE_QUEUE,
    *CONSOLE_BESIDE,
    *CONSOLE_MAILS,
    *CONSOLE_MEMBERS,
    *CONSOLE_DEADLINES,
    *CONSOLE_FILES,
    *CONSOLE_CREDENTIALS,
    *CONSOLE_COMMITTEE,
    *CONSOLE_PLACES,
    *CONSOLE_PROTECTION,
    *CONSOLE_MEETING,
    *CONSOLE_MEETINGS,
    *CONSOLE_PAPERS,
    *CONSOLE_STATEMENTS,
    *CONSOLE_PUBLICATION,
    *CONSOLE_RECORDINGS,
    *CONSOLE_LINES,
    *CONSOLE_STANDING,
    *CONSOLE_BADGES,
    *CHECK_IN,
    *DOOR,
    *SCRIPT,
    *CONSOLE_RETENTION,
    *HALL,
    *BOOTH,
    *GLOSSARY,
    *CONSOLE_BOOTHS,
    *HALL_FEEDS,
    *RECEIVERS,
    *feeds.ROUTES,
    *SPOKEN,
    *CAPTIONS,
    *CAPTION_FILES,
    *CAPTION_STREAM,
    *following.ROUTES,
    live.route({**following.VIEWS, **feeds.VIEWS, "booth": BOOTH_VIEW}),
)
