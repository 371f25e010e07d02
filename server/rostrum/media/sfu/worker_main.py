"""A media worker: the embedded engine in a process of its own, at the far end of a pipe.

Run by `worker.py` as `python -m rostrum.media.sfu.worker_main PIPE PORT NUMBER MAILBOXES ADDRESS…`; it ends when the
pipe does. PIPE is a descriptor, MAILBOXES are those of all workers in order, with commas between: the reading end of
this one's, the writing ends of the others'; or `-` for the only worker.
"""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any

from rostrum.media.engine import Answer
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.sfu.mailbox import Mailbox
from rostrum.media.sfu.pipe import Admitted, Call, Changed, Pipe, Reply, Snapshot, failure

SNAPSHOT_S = 1.0
METHODS = frozenset(
    {
        "start",
        "publish",
        "subscribe",
        "restart_ice",
        "remove",
        "evict",
        "wish",
        "tune",
        "silence",
        "apply",
        "play",
        "play_recording",
        "stop_playing",
    }
)


async def serve(pipe: Pipe, engine: EmbeddedEngine) -> None:
    """Carry out calls in order until the pipe ends; tell states as they change."""
    engine.listen(lambda health: pipe.send(Changed(health)))
    engine.on_playback_over(pipe.send)
    snapshots = asyncio.create_task(_tell_all(pipe, engine))
    try:
        while (message := await pipe.receive()) is not None:
            if isinstance(message, Call):
                reply = await _carried_out(message, engine)
                if isinstance(reply.value, Answer):
                    pipe.send(Admitted(engine.health(reply.value.peer_id)))
                pipe.send(reply)
    finally:
        pipe.close()
        snapshots.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await snapshots
        await engine.close()


async def _carried_out(call: Call, engine: EmbeddedEngine) -> Reply:
    if call.method not in METHODS:
        return Reply(call.number, failure=("RuntimeError", (call.method,)))
    try:
        value: Any = getattr(engine, call.method)(*call.arguments, **call.keywords)
        if asyncio.iscoroutine(value):
            value = await value
    except Exception as error:  # the caller is told, and this process goes on for all others
        return Reply(call.number, failure=failure(error))
    return Reply(call.number, engine.port if call.method == "start" else value)


async def _tell_all(pipe: Pipe, engine: EmbeddedEngine) -> None:
    while True:
        await asyncio.sleep(SNAPSHOT_S)
        pipe.send(Snapshot(tuple(engine.peers())))


def _mailbox(number: int, descriptors: str) -> Mailbox:
    sockets = [socket.socket(fileno=int(one)) for one in descriptors.split(",")] if descriptors != "-" else []
    others = {other: sock for other, sock in enumerate(sockets) if other != number}
    return Mailbox(number, sockets[number] if sockets else None, others)


async def _run(descriptor: int, engine: EmbeddedEngine) -> None:
    pipe = await Pipe.over(socket.socket(fileno=descriptor))
    gc.freeze()
    await serve(pipe, engine)


def main(arguments: Sequence[str]) -> None:
    """The process. Interrupts from the keyboard go to the application, whose end of the pipe tells us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    descriptor, port, number, mailboxes, *addresses = arguments
    engine = EmbeddedEngine(int(port), addresses, _mailbox(int(number), mailboxes))
    asyncio.run(_run(int(descriptor), engine))


if __name__ == "__main__":
    main(sys.argv[1:])
