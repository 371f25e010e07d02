"""The commands. Each does one thing and says in words what went wrong."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import click

import rostrum
from rostrum import logs
from rostrum import settings as settings_file
from rostrum.app import DATABASE, Server, create, play_test_picture
from rostrum.assembly.rules import RulesError
from rostrum.cli import demo as demonstration
from rostrum.cli.appoint import Appointee, NotAppointed
from rostrum.cli.appoint import appoint as appointed
from rostrum.cli.bounce import bounce
from rostrum.cli.loadtest import loadtest
from rostrum.house import HOUSE
from rostrum.identity.secrets import signing_key
from rostrum.purge import chores_of, due_now
from rostrum.record.database import Database
from rostrum.record.journal import Journal
from rostrum.rules_file import load_rules
from rostrum.settings import Misconfigured, Settings


@click.group()
@click.version_option(rostrum.__version__, prog_name="rostrum")
def main() -> None:
    """Rostrum: hybrid meetings in which those far away take part as fully as those in the hall."""


main.add_command(bounce)
main.add_command(loadtest)


@main.command()
def serve() -> None:
    """Serve the sessions that the database holds."""
    _run(_serve)


@main.command()
def demo() -> None:
    """Serve a demonstration session and print its links."""
    _run(_demo)


@main.command()
@click.option("--session", "session_id", required=True, help="The session's identifier, as in its addresses.")
@click.option("--category", default="secretariat", show_default=True, help="A category of the session's rules.")
@click.option("--email", default="", help="Where codes and later links are mailed to.")
@click.option("--given-name", default="")
@click.option("--family-name", default="")
@click.option("--organisation", default="")
@click.option("--title", default="", help="Opens the session with this title where there is none yet.")
def appoint(**wanted: str) -> None:
    """Appoint somebody, as the first of the secretariat, and print their personal link, once."""
    who = Appointee(**wanted)
    if not any((who.email, who.given_name, who.family_name, who.organisation)):
        raise click.UsageError("say who it is: --email, --given-name, --family-name or --organisation")

    async def run(settings: Settings) -> int:
        try:
            click.echo(await appointed(settings, who))
        except NotAppointed as reason:
            click.echo(f"rostrum: {reason}", err=True)
            return 1
        return 0

    _run(run)


@main.command()
def verify() -> None:
    """Walk the record's chains; name every row that was changed, and end with 1 where there is one."""
    _run(_verify)


@main.command()
@click.option("--dry-run", is_flag=True, help="Say how much is due, and delete nothing.")
def purge(dry_run: bool) -> None:
    """Delete what has come to its day, as the server does each night; end with 1 where something could not be."""
    _run(partial(_purge, dry_run=dry_run))


def _run(command: Callable[[Settings], Coroutine[Any, Any, int]]) -> None:
    try:
        settings = settings_file.load()
        logs.configure(settings)
        sys.exit(asyncio.run(command(settings)))
    except Misconfigured as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except (RulesError, OSError) as error:
        click.echo(f"rostrum: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


async def _serve(settings: Settings) -> int:
    # Said at once, and not when the first session is opened.
    load_rules(settings.rules)
    async with Server(await create(settings)):
        await _until_told_to_stop()
    return 0


async def _demo(settings: Settings) -> int:
    app = await create(settings)
    # The session stands before the first page is served: whoever finds the server ready finds the session, too.
    links = await demonstration.prepare(app[HOUSE], signing_key(settings.data / "keys"))
    async with Server(app):
        await play_test_picture(app, demonstration.MEETING_ID)
        for link in links:
            click.echo(f"{link.role}: {link.url or 'its link was replaced in the console'}")
        click.echo("Ctrl+C stops it.", err=True)
        await _until_told_to_stop()
    return 0


async def _verify(settings: Settings) -> int:
    database = await Database.open(settings.database)
    try:
        damages = await Journal(database).verify()
    finally:
        await database.close()
    for damage in damages:
        click.echo(str(damage))
    click.echo("The record is whole." if not damages else f"{len(damages)} rows do not fit.")
    return 1 if damages else 0


async def _purge(settings: Settings, *, dry_run: bool) -> int:
    app = await create(settings)
    try:
        house = app[HOUSE]
        if dry_run:
            counts, failed = await due_now(house, app[DATABASE]), tuple[str, ...]()
        else:
            report = await house.purge.once(chores_of(house))
            counts, failed = report.counts, report.failed
    finally:
        await app[DATABASE].close()
    for kind, count in counts.items():
        click.echo(f"{kind}: {count}")
    for kind in failed:
        click.echo(f"{kind}: could not be deleted", err=True)
    return 1 if failed else 0


async def _until_told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
