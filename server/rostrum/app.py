"""The composition root: settings in, a running server out. Nothing else wires parts together."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import structlog
from aiohttp import web

from rostrum.assembly.program import HALL
from rostrum.assembly.refusal import Why
from rostrum.booth_keeper import keep_booths
from rostrum.captioning import Captioning
from rostrum.desk import Clock, Desk
from rostrum.disk import Disk
from rostrum.feeders import Feeders
from rostrum.followers import Followers
from rostrum.grants import grant_of
from rostrum.house import HOUSE, House
from rostrum.i18n.templates import Templates
from rostrum.identity.badges import Badger
from rostrum.identity.doorkeeper import Doorkeeper
from rostrum.identity.gate import Gate
from rostrum.identity.limits import RateLimits
from rostrum.identity.passkeys import Passkeys, Site
from rostrum.identity.secrets import Signer, new_id, signing_key
from rostrum.line_keeper import keep_lines
from rostrum.line_watch import watch_lines
from rostrum.live.captions import Board
from rostrum.live.hub import Hub
from rostrum.live.presence import Presence
from rostrum.live.streams import Streams
from rostrum.live.talk import Talk
from rostrum.mail.bounces import ReturnPath
from rostrum.mail.message import Senders
from rostrum.mail.transport import Files, Smtp
from rostrum.mailer import Mailer
from rostrum.media.lines import Lines
from rostrum.media.playout import hall_clip
from rostrum.media.reconcile import Reconciler
from rostrum.media.sfu.pool import WorkerPool
from rostrum.metrics import Metrics
from rostrum.middlewares import add_headers, middlewares
from rostrum.pages.console.batch_keeper import keep_batches
from rostrum.pages.health import health_routes
from rostrum.pages.route import mount
from rostrum.pages.static import add_static
from rostrum.pages.table import ALL_ROUTES
from rostrum.presence_keeper import keep_presence
from rostrum.programme_keeper import keep_programmes
from rostrum.public_captions import PublicCaptions
from rostrum.purge import Night, Purge, chores_of
from rostrum.reads.guards import Guards
from rostrum.reads.names import Names
from rostrum.reads.recordings import Recordings
from rostrum.reads.register import Register
from rostrum.recogniser_keeper import keep_recognisers
from rostrum.record.arrivals import Arrivals
from rostrum.record.captions import Captions
from rostrum.record.challenges import Challenges
from rostrum.record.database import Database
from rostrum.record.dossiers import Dossiers
from rostrum.record.draft_members import DraftMembers
from rostrum.record.drafts import Drafts
from rostrum.record.files import FileStore, file_key
from rostrum.record.journal import Journal
from rostrum.record.links import Links
from rostrum.record.outbox import Outbox
from rostrum.record.participation import Participation
from rostrum.record.passkeys import PasskeyStore
from rostrum.record.purge_reports import PurgeReports
from rostrum.record.sealing import Seal
from rostrum.record.uploads import Uploads
from rostrum.recording_keeper import keep_recordings
from rostrum.settings import Settings
from rostrum.signalling.relay import Relay
from rostrum.signalling.routes import routes as signalling_routes
from rostrum.statement_keeper import keep_statements
from rostrum.uploads.cleaner import Cleaner
from rostrum.uploads.intake import Intake, Taking
from rostrum.uploads.limits import Limits
from rostrum.uploads.screening import Screener
from rostrum.webcast_keeper import keep_webcasts
from rostrum.webroot import web_root

FORM_BYTES_MAX = 256 * 1024
"""The largest form: a long statement of activities in a script of three bytes a letter, with room to spare."""

DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
JOURNAL: web.AppKey[Journal] = web.AppKey("journal", Journal)
ENGINE: web.AppKey[WorkerPool] = web.AppKey("engine", WorkerPool)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
RECONCILER: web.AppKey[Reconciler] = web.AppKey("reconciler", Reconciler)

_log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


async def create(settings: Settings, clock: Clock = utc_now) -> web.Application:
    """The application with its database migrated; media and mail begin when it is started.

    Raises what SQLAlchemy raises where the database cannot be reached.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    database = await Database.open(settings.database)
    journal = Journal(database)
    engine = WorkerPool.of(settings.media_worker_count, settings.media_port, settings.media_addresses)
    disk = Disk(settings.data, settings.disk_reserve_megabytes * 1_000_000)
    metrics = Metrics(engine, disk)
    app = web.Application(middlewares=[metrics.count, *middlewares(settings)], client_max_size=FORM_BYTES_MAX)
    app[METRICS] = metrics
    house = _house(settings, clock, database, journal, engine, disk)
    app[DATABASE], app[JOURNAL], app[ENGINE], app[HOUSE] = database, journal, engine, house
    app[RECONCILER] = reconciler = Reconciler(engine)
    engine.on_restart(reconciler.engine_restarted)
    engine.on_restart(house.hub.media_restarted)
    app.cleanup_ctx.extend([_record, _media, _live, _chores])
    add_headers(app, settings)
    mount(app, ALL_ROUTES)
    relay = Relay(settings.turn_urls, settings.turn_secret.get_secret_value())
    authorise = partial(
        grant_of,
        house.signer,
        house.doorkeeper,
        house.desk,
        house.dossiers,
        house.feeders,
        crowd_max=settings.webcast_viewers,
    )
    app.router.add_routes(signalling_routes(house.engine, authorise, relay, house.lines))
    app.router.add_routes(health_routes())
    add_static(app, web_root())
    return app


def _house(
    settings: Settings, clock: Clock, database: Database, journal: Journal, engine: WorkerPool, disk: Disk
) -> House:
    keys = settings.data / "keys"
    seal = Seal.from_folder(keys)
    desk = Desk(journal, clock)
    links = Links(database)
    dossiers = Dossiers(database, seal)
    names, guards = Names(dossiers), Guards(dossiers)
    hub = Hub()
    challenges, signer = Challenges(database), Signer(signing_key(keys))
    doorkeeper = Doorkeeper(desk, links, clock, passkeys_required=settings.passkeys == "required")
    file_seal = file_key(keys)
    files = FileStore(database, seal, settings.data / "files", file_seal)
    uploads = Uploads(database, seal, settings.data / "uploads", file_seal)
    caption_store = Captions(database, seal)
    public_captions = PublicCaptions(desk, guards, caption_store, clock)
    cleaner = Cleaner(Limits(settings.file_megabytes * 1_000_000, settings.file_pages))
    return House(
        settings=settings,
        clock=clock,
        templates=Templates(web_root()),
        desk=desk,
        journal=journal,
        dossiers=dossiers,
        drafts=Drafts(database, seal),
        draft_members=DraftMembers(database, seal),
        links=links,
        outbox=Outbox(database, seal),
        return_path=ReturnPath(settings.mail_bounces, partial(seal.digest, "bounce")),
        names=names,
        guards=guards,
        recordings=Recordings(desk, journal, files, guards, names, clock, settings.default_language),
        feeders=Feeders(),
        register=Register(dossiers),
        doorkeeper=doorkeeper,
        gate=Gate(desk, doorkeeper, links, Arrivals(database), challenges, signer, clock),
        passkeys=Passkeys(
            desk, doorkeeper, links, PasskeyStore(database), challenges, Site(settings.external_url), clock
        ),
        signer=signer,
        badger=Badger.from_folder(keys),
        rates=RateLimits(),
        hub=hub,
        streams=Streams(settings.data / "webcast"),
        presence=Presence(hub.ripple),
        talk=Talk(),
        engine=engine,
        disk=disk,
        lines=Lines(engine),
        participation=Participation(database),
        files=files,
        uploads=uploads,
        intake=Intake(files, uploads, disk, cleaner, settings.files_each),
        video_intake=Taking(
            files,
            uploads,
            disk,
            settings.files_each,
            round(settings.statement_gigabytes * 1_000_000_000),
            Why.STATEMENT_TOO_LARGE,
        ),
        screener=Screener(files, new_id),
        purge=Purge(
            clock, Night(settings.purge_hour, settings.zone), PurgeReports(database), names.forget, database.compact
        ),
        captions=Captioning(caption_store, Board(public_captions.told)),
        public_captions=public_captions,
        caption_store=caption_store,
    )


async def _record(app: web.Application) -> AsyncIterator[None]:
    journal, desk, captions = app[JOURNAL], app[HOUSE].desk, app[HOUSE].captions
    tasks: set[asyncio.Task[None]] = set()

    def heard(stream: str, seq: int) -> None:
        for work in (desk.catch_up(stream), captions.heard(stream, seq)):
            task = asyncio.create_task(work)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    desk.listen(app[HOUSE].public_captions.changed)
    journal.subscribe(heard)
    await journal.follow()
    yield
    await journal.close()
    await app[DATABASE].close()


async def _media(app: web.Application) -> AsyncIterator[None]:
    house, reconciler = app[HOUSE], app[RECONCILER]
    clip = partial(hall_clip, house.settings.data / "media")
    followers = Followers(
        house.hub, house.engine, reconciler, house.desk, house.dossiers, house.guards, house.feeders, clip
    )
    house.desk.listen(followers)
    house.engine.listen(lambda peer: house.hub.ripple(peer.meeting_id))
    await house.engine.start()
    reconciler.start()
    await followers.begin()
    yield
    await reconciler.close()
    await house.engine.close()


async def _live(app: web.Application) -> AsyncIterator[None]:
    watching = asyncio.create_task(app[HOUSE].hub.watch())
    yield
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def _chores(app: web.Application) -> AsyncIterator[None]:
    house = app[HOUSE]
    settings = house.settings
    transport = Smtp(settings.smtp_url) if settings.smtp_url else Files(settings.data / "outbox")
    senders = Senders(settings.mail_from, settings.mail_from_discreet)
    mailer = Mailer(house.outbox, transport, senders, house.return_path, house.templates, house.clock)
    # Told to stop rather than cancelled: a query that is cut off leaves its connection to the garbage collector.
    stop = asyncio.Event()
    work = (
        mailer.run(stop),
        house.purge.run(chores_of(house), stop),
        keep_lines(house, stop),
        keep_presence(house, stop),
        keep_batches(house, stop),
        keep_booths(house, stop),
        keep_recognisers(house, stop),
        watch_lines(house, stop),
        keep_statements(house, stop),
        keep_webcasts(house, stop),
        keep_recordings(house, stop),
        keep_programmes(house, stop),
    )
    chores = [asyncio.create_task(each) for each in work]
    yield
    stop.set()
    await asyncio.gather(*chores)


async def play_test_picture(app: web.Application, meeting_id: str) -> None:
    """Stand the generated picture and sound behind a meeting's hall for as long as no camera feeds it."""
    clip = await asyncio.to_thread(hall_clip, app[HOUSE].settings.data / "media")
    app[ENGINE].play(meeting_id, HALL, clip)


class Server:
    """The application listening on its socket, from entering to leaving."""

    def __init__(self, app: web.Application) -> None:
        self.app = app
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        self._figures = web.AppRunner(app[METRICS].page(), access_log=None)
        self._port = 0

    @property
    def house(self) -> House:
        """The parts of what runs."""
        return self.app[HOUSE]

    @property
    def base_url(self) -> str:
        """Where it listens on this machine."""
        return f"http://localhost:{self._port}"

    async def __aenter__(self) -> "Server":
        try:
            await self._start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _start(self) -> None:
        settings = self.app[HOUSE].settings
        await self._runner.setup()
        site = web.TCPSite(self._runner, settings.host, settings.port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        if settings.metrics_port:
            await self._figures.setup()
            await web.TCPSite(self._figures, "127.0.0.1", settings.metrics_port, reuse_address=True).start()
        _log.info("listening", address=settings.host, port=self._port)

    async def __aexit__(self, *_: object) -> None:
        await self._figures.cleanup()
        await self._runner.cleanup()
