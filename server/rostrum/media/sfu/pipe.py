"""Messages between the application process and a media worker: pickled, each behind its length.

Both ends are the same program under the same user, joined by a socket pair that nobody else can reach.
"""

import asyncio
import pickle
import socket
import struct
from dataclasses import dataclass
from typing import Any

from rostrum.media.clip import BrokenClip
from rostrum.media.engine import EtagMismatch, NoSuchPeer, OfferRejected, PeerHealth, PlaybackOver, SourceInUse

_LENGTH = struct.Struct("!I")
_LIMIT_BYTES = 16 << 20


@dataclass(frozen=True)
class Call:
    """A method of the engine, to be called in the worker."""

    number: int
    method: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What a call returned, or how it failed: an exception's name and arguments."""

    number: int
    value: Any = None
    failure: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Changed:
    """A peer's state changed."""

    health: PeerHealth


@dataclass(frozen=True)
class Admitted:
    """A peer is there; said before the reply that names it."""

    health: PeerHealth


@dataclass(frozen=True)
class Snapshot:
    """All peers, every second."""

    peers: tuple[PeerHealth, ...]


Message = Call | Reply | Admitted | Changed | Snapshot | PlaybackOver

_FAILURES: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (OfferRejected, SourceInUse, NoSuchPeer, EtagMismatch, BrokenClip, OSError)
}


class WorkerGone(ConnectionError):
    """The worker died before it replied; it is being restarted."""


def failure(error: Exception) -> tuple[str, tuple[str, ...]]:
    """An exception as a reply carries it. One that no caller expects arrives as `RuntimeError`."""
    if isinstance(error, OfferRejected):
        return "OfferRejected", (error.code, error.detail)
    name = next((name for name, kind in _FAILURES.items() if isinstance(error, kind)), "RuntimeError")
    return name, tuple(str(one) for one in error.args)


def raised(described: tuple[str, tuple[str, ...]]) -> Exception:
    """The exception that a reply describes."""
    name, arguments = described
    return _FAILURES.get(name, RuntimeError)(*arguments)


class Pipe:
    """One end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def over(cls, sock: socket.socket) -> "Pipe":
        """An end over a connected socket, which it then owns."""
        return cls(*await asyncio.open_connection(sock=sock))

    def send(self, message: Message) -> None:
        """Queue a message; none is lost while the other end lives, and all are once this one is closed."""
        if self._writer.is_closing():
            return
        data = pickle.dumps(message)
        self._writer.write(_LENGTH.pack(len(data)) + data)

    async def receive(self) -> Message | None:
        """The next message; None when the other end is gone."""
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            if length > _LIMIT_BYTES:
                return None
            data = await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        message: Message = pickle.loads(data)  # noqa: S301 - our own process at the other end
        return message

    def close(self) -> None:
        """Close this end."""
        self._writer.close()
