"""`rostrum bounce`: a mail that came back, from a mail server's pipe into the outbox."""

import asyncio
import os
import sys
from functools import partial
from typing import BinaryIO

import click
from sqlalchemy.exc import SQLAlchemyError

from rostrum import logs
from rostrum import settings as settings_file
from rostrum.mail.bounces import BYTES_MAX, ReturnPath, read
from rostrum.record.database import Database
from rostrum.record.outbox import Outbox
from rostrum.record.sealing import Seal
from rostrum.settings import Misconfigured, Settings

PIECE_BYTES = 64 * 1024


@click.command()
@click.argument("recipient", default="")
def bounce(recipient: str) -> None:
    """Note a mail that came back, read from standard input.

    RECIPIENT is the address that it came to; without it, the message's own lines say. What is no report on a mail of
    ours changes nothing. Ends with 75 where it could not be noted, so that the mail server tries again.
    """
    raw = _read(sys.stdin.buffer)
    try:
        settings = settings_file.load()
        logs.configure(settings)
        noted = asyncio.run(_noted(settings, raw, recipient))
    except (Misconfigured, OSError, SQLAlchemyError) as error:
        click.echo(f"rostrum: {type(error).__name__}", err=True)
        sys.exit(os.EX_TEMPFAIL)
    click.echo("Noted." if noted else "No report on a mail that was sent from here: nothing was changed.")


async def _noted(settings: Settings, raw: bytes, recipient: str) -> bool:
    seal = Seal.from_folder(settings.data / "keys")
    found = read(raw, ReturnPath(settings.mail_bounces, partial(seal.digest, "bounce")), recipient)
    if found is None:
        return False
    database = await Database.open(settings.database)
    try:
        return await Outbox(database, seal).came_back(found.mail_id, found.status, gave_up=found.gave_up)
    finally:
        await database.close()


def _read(stream: BinaryIO) -> bytes:
    """As much as is looked at; the rest is read too, since a pipe that closes early is a fault to the mail server."""
    kept = b""
    while piece := stream.read(PIECE_BYTES):
        if len(kept) < BYTES_MAX:
            kept += piece
    return kept[:BYTES_MAX]
