"""Files sealed piece by piece, so that neither memory nor the disk ever holds one whole and open.

A file begins with its format and a salt; its key is derived from the node's, that salt and its identifier. Each record
is a length, a nonce and what AES-256-GCM makes of a piece, bound to its number and to whether it is the last. A file
that grows (an upload) has no last record yet; one that is kept has, so that a shortened one does not open.
"""

from __future__ import annotations

import io
import os
import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FORMAT = b"\x01"
SALT_BYTES = 32
HEAD_BYTES = len(FORMAT) + SALT_BYTES
NONCE_BYTES = 12
TAG_BYTES = 16
PIECE_BYTES = 64 * 1024
"""The most that one record holds."""
_LENGTH = struct.Struct(">I")


class WrongKey(Exception):
    """Something was sealed with a key that is not the one at hand, or was changed."""


def derived(master: bytes, identifier: str, salt: bytes) -> bytes:
    """The key of one file alone: whoever is handed it opens no other."""
    return HKDF(SHA256(), 32, salt, b"rostrum.file:" + identifier.encode()).derive(master)


class FileKey:
    """What a file of this identifier is sealed with, by its own key (`derived`)."""

    def __init__(self, key: bytes, identifier: str) -> None:
        self._cipher = AESGCM(key)
        self._identifier = identifier.encode()

    def seal(self, piece: bytes, number: int, *, last: bool) -> bytes:
        """One record."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, piece, self._bound(number, last))

    def open(self, record: bytes, number: int, *, last: bool) -> bytes:
        """The piece in a record. Raises `WrongKey`."""
        try:
            return self._cipher.decrypt(record[:NONCE_BYTES], record[NONCE_BYTES:], self._bound(number, last))
        except InvalidTag as error:
            raise WrongKey(self._identifier.decode()) from error

    def _bound(self, number: int, last: bool) -> bytes:
        return b"%s:%d:%d" % (self._identifier, number, last)


class SealedFile:
    """A file being written, from its beginning or from where it stopped. Not for two writers at once."""

    def __init__(self, path: Path, master: bytes, identifier: str, known: tuple[int, int, int] | None = None) -> None:
        """Open or begin the file. A record that was half written when the machine stopped is cut off.

        `known`: the `mark` at which it was left, so that a large file is not walked through again.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        # Nothing waits in a buffer: what could not be written is known at once, and is cut off.
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        head = self._file.read(HEAD_BYTES)
        if len(head) < HEAD_BYTES:
            head = FORMAT + os.urandom(SALT_BYTES)
            self._file.seek(0)
            self._file.truncate()
            self._file.write(head)
        self._key = FileKey(derived(master, identifier, head[len(FORMAT) :]), identifier)
        whole = known is not None and known[2] == self._file.seek(0, os.SEEK_END)
        self._number, self.size, end = known if whole and known is not None else _walk(self._file)
        self._file.seek(end)
        self._file.truncate()

    def append(self, data: bytes) -> None:
        """Seal what comes next. Raises OSError where there is no room; what is whole until then stays."""
        for start in range(0, len(data), PIECE_BYTES):
            self._record(data[start : start + PIECE_BYTES], last=False)

    def mark(self) -> tuple[int, int, int]:
        """The point that has been reached, to come back to."""
        return self._number, self.size, self._file.tell()

    def back_to(self, mark: tuple[int, int, int]) -> None:
        """Drop what came after a mark."""
        self._number, self.size, end = mark
        self._file.seek(end)
        self._file.truncate()

    def finish(self) -> None:
        """Say that this is all."""
        self._record(b"", last=True)

    def _record(self, piece: bytes, *, last: bool) -> None:
        record = self._key.seal(piece, self._number, last=last)
        begin, left = self._file.tell(), memoryview(_LENGTH.pack(len(record)) + record)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            # A full disk takes the first part of a record: what stays are whole ones.
            self.back_to((self._number, self.size, begin))
            raise
        self._number += 1
        self.size += len(piece)

    def close(self) -> None:
        """Bring it to the disk."""
        os.fsync(self._file.fileno())
        self._file.close()


def _walk(file: IO[bytes]) -> tuple[int, int, int]:
    """(whole records, bytes sealed in them, where they end), by their lengths alone."""
    number, size, end = 0, 0, HEAD_BYTES
    total = file.seek(0, os.SEEK_END)
    while end + _LENGTH.size <= total:
        file.seek(end)
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        if end + _LENGTH.size + length > total:
            break
        number, size, end = number + 1, size + length - NONCE_BYTES - TAG_BYTES, end + _LENGTH.size + length
    return number, size, end


def sealed_size(path: Path, known: tuple[int, int, int] | None = None) -> int:
    """How many bytes a file holds, sealed; 0 where there is none. `known` as for `SealedFile`."""
    try:
        with path.open("rb") as file:
            return known[1] if known is not None and known[2] == file.seek(0, os.SEEK_END) else _walk(file)[1]
    except FileNotFoundError:
        return 0


def pieces(path: Path, master: bytes, identifier: str, *, whole: bool) -> Iterator[bytes]:
    """What a file holds, piece by piece. `whole`: it must have its last record.

    Raises `WrongKey` for a piece that was changed, moved or cut off, FileNotFoundError.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        key = FileKey(derived(master, identifier, head[len(FORMAT) :]), identifier)
        number, ended = 0, False
        while packed := file.read(_LENGTH.size):
            (length,) = _LENGTH.unpack(packed)
            record = file.read(length)
            ended = length == NONCE_BYTES + TAG_BYTES
            piece = key.open(record, number, last=ended)
            number += 1
            if piece:
                yield piece
        if whole and not ended:
            raise WrongKey(identifier)


def key_of(path: Path, master: bytes, identifier: str) -> bytes:
    """The key of the file that lies there, for a process that is to open this one alone. Raises FileNotFoundError."""
    with path.open("rb") as file:
        return derived(master, identifier, file.read(HEAD_BYTES)[len(FORMAT) :])


class SealedReader(io.RawIOBase):
    """What a sealed file holds, to be read from anywhere in it; one piece is open at a time.

    Reading raises `WrongKey` for a piece that was changed or moved.
    """

    def __init__(self, file: IO[bytes], key: bytes, identifier: str) -> None:
        super().__init__()
        self._file = file
        self._key = FileKey(key, identifier)
        self._starts, self._records = array("Q"), array("Q")
        self._ended, self._at = False, 0
        self._open: tuple[int, bytes] = (-1, b"")
        self.size = self._index()

    def _index(self) -> int:
        size, end, total = 0, HEAD_BYTES, self._file.seek(0, os.SEEK_END)
        while end + _LENGTH.size <= total:
            self._file.seek(end)
            (length,) = _LENGTH.unpack(self._file.read(_LENGTH.size))
            if end + _LENGTH.size + length > total:
                break
            self._ended = length == NONCE_BYTES + TAG_BYTES
            if not self._ended:
                self._starts.append(size)
                self._records.append(end)
            size, end = size + length - NONCE_BYTES - TAG_BYTES, end + _LENGTH.size + length
        return size

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Read from there on."""
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence])
        return self._at

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end."""
        parts, left = [], self.size - self._at if size < 0 else min(size, self.size - self._at)
        while left > 0:
            number = bisect_right(self._starts, self._at) - 1
            inside = self._at - self._starts[number]
            part = self._piece(number)[inside : inside + left]
            parts.append(part)
            left, self._at = left - len(part), self._at + len(part)
        return b"".join(parts)

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer, as far as there is something to read."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _piece(self, number: int) -> bytes:
        if self._open[0] != number:
            self._file.seek(self._records[number])
            (length,) = _LENGTH.unpack(self._file.read(_LENGTH.size))
            self._open = number, self._key.open(self._file.read(length), number, last=False)
        return self._open[1]

    def close(self) -> None:
        """Close the file too. Twice is once."""
        self._file.close()
        super().close()
