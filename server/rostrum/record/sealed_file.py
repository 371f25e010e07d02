"""Files sealed piece by piece, so that neither memory nor the disk ever holds one whole and open.

A file begins with its format and a salt; its key is derived from the node's, that salt and its identifier. Each record
is a length, a nonce and what AES-256-GCM makes of a piece, bound to its number and to whether it is the last. A file
that grows (an upload) has no last record yet; one that is kept has, so that a shortened one does not open.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rostrum.record.sealing import WrongKey

FORMAT = b"\x01"
SALT_BYTES = 32
HEAD_BYTES = len(FORMAT) + SALT_BYTES
NONCE_BYTES = 12
TAG_BYTES = 16
PIECE_BYTES = 64 * 1024
"""The most that one record holds."""
_LENGTH = struct.Struct(">I")


class FileKey:
    """What a file of this identifier is sealed with."""

    def __init__(self, master: bytes, identifier: str, salt: bytes) -> None:
        derive = HKDF(SHA256(), 32, salt, b"rostrum.file:" + identifier.encode())
        self._cipher = AESGCM(derive.derive(master))
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

    def __init__(self, path: Path, master: bytes, identifier: str) -> None:
        """Open or begin the file. A record that was half written when the machine stopped is cut off."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "r+b")
        head = self._file.read(HEAD_BYTES)
        if len(head) < HEAD_BYTES:
            head = FORMAT + os.urandom(SALT_BYTES)
            self._file.seek(0)
            self._file.truncate()
            self._file.write(head)
        self._key = FileKey(master, identifier, head[len(FORMAT) :])
        self._number, self.size, end = _walk(self._file)
        self._file.seek(end)
        self._file.truncate()

    def append(self, data: bytes) -> None:
        """Seal what comes next."""
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
        self._file.write(_LENGTH.pack(len(record)) + record)
        self._number += 1
        self.size += len(piece)

    def close(self) -> None:
        """Bring it to the disk."""
        self._file.flush()
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


def sealed_size(path: Path) -> int:
    """How many bytes a file holds, sealed; 0 where there is none."""
    try:
        with path.open("rb") as file:
            return _walk(file)[1]
    except FileNotFoundError:
        return 0


def pieces(path: Path, master: bytes, identifier: str, *, whole: bool) -> Iterator[bytes]:
    """What a file holds, piece by piece. `whole`: it must have its last record.

    Raises `WrongKey` for a piece that was changed, moved or cut off, FileNotFoundError.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        key = FileKey(master, identifier, head[len(FORMAT) :])
        number, ended = 0, False
        while packed := file.read(_LENGTH.size):
            (length,) = _LENGTH.unpack(packed)
            record = file.read(length)
            ended = whole and length == NONCE_BYTES + TAG_BYTES
            piece = key.open(record, number, last=ended)
            number += 1
            if piece:
                yield piece
        if whole and not ended:
            raise WrongKey(identifier)
