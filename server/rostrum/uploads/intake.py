"""From the first byte of a file to what is kept of it: room, length, arrival in parts, cleaning."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.refusal import Refused, Why
from rostrum.record.files import FileStore, KeptFile, Owner
from rostrum.record.journal import Write
from rostrum.record.uploads import Busy, Upload, Uploads
from rostrum.uploads.cleaner import Cleaner

PHOTOGRAPH = "photograph"
NAME_MAX = 120
UNDER_WAY_MAX = 4
"""Uploads that one subject may have under way."""
APPEND_BYTES = 256 * 1024
"""How much is gathered before it goes to the disk."""
CHECKSUMS = ("sha256", "sha1")


@dataclass(frozen=True)
class Ready:
    """A cleaned file on the disk. `writes` make it exist; none where the same file of the same owner does already."""

    file: KeptFile
    writes: tuple[Write, ...]


@dataclass(frozen=True)
class Life:
    """When something that arrives was begun, and when it goes."""

    now: datetime
    until: datetime


class Taking:
    """Takes files in as they come, whatever protocol brings them; `too_large` says why one is too large."""

    def __init__(
        self, files: FileStore, uploads: Uploads, each_max: int, bytes_max: int, too_large: Why = Why.FILE_TOO_LARGE
    ) -> None:
        self._files = files
        self._uploads = uploads
        self.each_max = each_max
        self.bytes_max = bytes_max
        self.too_large = too_large

    async def begin(
        self, upload_id: str, owner: Owner, name: str, length: int, life: Life, told: Mapping[str, str] | None = None
    ) -> None:
        """Begin an upload of so many bytes; `told` is kept with it, sealed. Raises `Refused`: FILE_EMPTY,
        TOO_MANY_FILES, or that it is too large."""
        if length <= 0:
            raise Refused(Why.FILE_EMPTY)
        if length > self.bytes_max:
            raise Refused(self.too_large)
        kept = [each for each in await self._files.files_of(owner.subject) if each.owner.kind == owner.kind]
        if len(kept) >= self.each_max or await self._uploads.count(owner.subject) >= UNDER_WAY_MAX:
            raise Refused(Why.TOO_MANY_FILES)
        await self._uploads.begin(
            upload_id,
            owner,
            name=shown_name(name),
            length=length,
            created_at=life.now,
            expires_at=life.until,
            told=told,
        )

    async def find(self, upload_id: str, owner: Owner, now: datetime) -> Upload:
        """An upload of this owner under way. Raises `Refused(NO_SUCH_UPLOAD)`, whoever else's it may be."""
        upload = await self._uploads.get(upload_id) if upload_id.isalnum() else None
        if upload is None or upload.owner.subject != owner.subject or upload.owner.kind != owner.kind:
            raise Refused(Why.NO_SUCH_UPLOAD)
        if now >= upload.expires_at:
            await self._uploads.end(upload_id)
            raise Refused(Why.NO_SUCH_UPLOAD)
        return upload

    async def append(
        self, upload: Upload, offset: int, pieces: AsyncIterator[bytes], checksum: tuple[str, bytes] | None = None
    ) -> int:
        """Add what comes at `offset`; returns the new offset. What had come before a line broke off stays.

        Raises `Refused`: UPLOAD_ELSEWHERE (not the point where it stopped, or another request writes),
        too large (more than was said), PART_DAMAGED (then nothing of the part is kept).
        """
        digest = None if checksum is None else hashlib.new(checksum[0], usedforsecurity=False)
        try:
            with self._uploads.writing(upload.upload_id) as sealed:
                if offset != sealed.size:
                    raise Refused(Why.UPLOAD_ELSEWHERE)
                mark, gathered = sealed.mark(), bytearray()
                try:
                    async for piece in pieces:
                        if sealed.size + len(gathered) + len(piece) > upload.length:
                            raise Refused(self.too_large)
                        if digest is not None:
                            digest.update(piece)
                        gathered += piece
                        if len(gathered) >= APPEND_BYTES:
                            sealed.append(bytes(gathered))
                            gathered.clear()
                finally:
                    sealed.append(bytes(gathered))
                    if digest is not None and checksum is not None and digest.digest() != checksum[1]:
                        sealed.back_to(mark)
                if digest is not None and checksum is not None and digest.digest() != checksum[1]:
                    raise Refused(Why.PART_DAMAGED)
                return sealed.size
        except Busy as busy:
            raise Refused(Why.UPLOAD_ELSEWHERE) from busy

    async def end(self, upload: Upload) -> None:
        """Forget an upload that its sender no longer wants."""
        await self._uploads.end(upload.upload_id)


class Intake(Taking):
    """Takes documents and pictures in, from their first byte to what is kept of them."""

    def __init__(self, files: FileStore, uploads: Uploads, cleaner: Cleaner, each_max: int) -> None:
        super().__init__(files, uploads, each_max, cleaner.limits.bytes_max)
        self._cleaner = cleaner

    @property
    def pages_max(self) -> int:
        """The pages of a document that is taken."""
        return self._cleaner.limits.pages_max

    async def words(self, pieces: AsyncIterator[bytes]) -> str:
        """The words of a document; see `Cleaner.words`."""
        return await self._cleaner.words(pieces)

    async def finish(self, upload: Upload, file_id: str, life: Life) -> Ready:
        """Clean a whole upload. It is over, whatever comes of it. Raises `Refused` with what is wrong with the file."""
        try:
            cleaned = await self._cleaner.clean(
                self._uploads.read(upload.upload_id), picture_only=upload.owner.kind == PHOTOGRAPH
            )
        finally:
            await self._uploads.end(upload.upload_id)
        sha256 = hashlib.sha256(cleaned.data).hexdigest()
        for each in await self._files.files_of(upload.owner.subject):
            # Sent again since its answer was lost on the way: it is there.
            if each.owner == upload.owner and each.sha256 == sha256:
                return Ready(each, ())
        write = await self._files.keep(
            file_id,
            upload.owner,
            name=upload.name,
            media_type=cleaned.media_type,
            data=cleaned.data,
            pages=cleaned.pages,
            created_at=life.now,
            purge_at=life.until,
        )
        kept = KeptFile(
            file_id, upload.owner, upload.name, cleaned.media_type, len(cleaned.data), cleaned.pages, sha256,
            life.now, life.until,
        )  # fmt: skip
        return Ready(kept, (write,))


def shown_name(name: str) -> str:
    """What a file was called, to be shown again: no folders, no controls, not endless. It never becomes a path."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable()).strip()[:NAME_MAX]
