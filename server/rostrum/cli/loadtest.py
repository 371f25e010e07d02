"""`rostrum loadtest`: how many receivers this machine carries, with real keys and every packet authenticated."""

import asyncio
import json
import sys

import click

from rostrum.media.loadtest.bad_line import Weather
from rostrum.media.loadtest.crowd import Crowd
from rostrum.media.loadtest.endpoint import NotConnected
from rostrum.media.loadtest.measure import calibrated, measured
from rostrum.media.loadtest.servers import OwnServer
from rostrum.media.sfu.worker import WorkerEngine


@click.command()
@click.option("--receivers", default="50,200,500", show_default=True, help="How many watch, one figure after another.")
@click.option(
    "--speakers", default=1, show_default=True, type=click.IntRange(1, 50), help="How many send all the time."
)
@click.option(
    "--switch-seconds",
    default=0.0,
    show_default=True,
    help="How long each speaker stays on the stage; 0: the first stays.",
)
@click.option("--seconds", default=5.0, show_default=True, help="How long each figure is measured.")
@click.option("--video-bps", default=1_000_000, show_default=True, help="The largest of the picture's three sizes.")
@click.option(
    "--loss",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 0.9),
    help="Lost on every receiver's line, each way, as a fraction.",
)
@click.option(
    "--jitter-ms",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 2000),
    help="Delay on every receiver's line, from 0 to so much, each way.",
)
@click.option(
    "--reordering",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Packets that may overtake others where there is jitter, as a fraction.",
)
def loadtest(
    receivers: str,
    speakers: int,
    switch_seconds: float,
    seconds: float,
    video_bps: int,
    loss: float,
    jitter_ms: float,
    reordering: float,
) -> None:
    """Load a media worker of its own on the loopback network: speakers in simulcast, and many who watch.

    First the generator alone is measured, then each number of receivers; each line is one JSON object. On bad lines
    (--loss, --jitter-ms) receivers ask for what they miss, and `gaps` is what is missing after that.

    Nothing outside this machine is spoken to, and no running server is disturbed but by the load on the processor.
    """
    try:
        steps = [int(one) for one in receivers.split(",")]
    except ValueError:
        click.echo("rostrum: --receivers takes numbers with commas between", err=True)
        sys.exit(2)
    if min(steps) < 1 or steps != sorted(steps):
        click.echo("rostrum: --receivers takes numbers above 0, the smallest first", err=True)
        sys.exit(2)
    weather = Weather(loss, jitter_ms, reordering)
    try:
        asyncio.run(_run(steps, seconds, speakers, switch_seconds, video_bps, None if weather.fair else weather))
    except NotConnected:
        click.echo("rostrum: a receiver could not connect; the lines are too bad, or the machine too busy", err=True)
        sys.exit(1)


async def _run(
    steps: list[int], seconds: float, speakers: int, switch_s: float, video_bps: int, weather: Weather | None
) -> None:
    click.echo(json.dumps({"generator_alone": await calibrated(), "network": "loopback, no network card"}))
    engine = WorkerEngine(0, ["127.0.0.1"])
    await engine.start()
    crowd = Crowd(OwnServer(engine), speakers=speakers, video_bps=video_bps, switch_every_s=switch_s, weather=weather)
    try:
        await crowd.begin()
        for step in steps:
            await crowd.grow(step)
            click.echo(json.dumps(await measured(crowd, engine.pid or 0, seconds, port=engine.port)))
    finally:
        await crowd.end()
        await engine.close()
