"""From the first byte of a file to what is kept of it: room, length, arrival in parts, cleaning."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.refusal import Refused, Why
from rostrum.disk import FULL, Disk
from rostrum.record.files import FileStore, KeptFile, Owner
from rostrum.record.journal import Write
from rostrum.record.uploads import Busy, LetGo, Upload, Uploads, Writing, to_its_end
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
        self,
        files: FileStore,
        uploads: Uploads,
        disk: Disk,
        each_max: int,
        bytes_max: int,
        too_large: Why = Why.FILE_TOO_LARGE,
    ) -> None:
        self._files = files
        self._uploads = uploads
        self._disk = disk
        self.each_max = each_max
        self.bytes_max = bytes_max
        self.too_large = too_large

    async def begin(
        self, upload_id: str, owner: Owner, name: str, length: int, life: Life, told: Mapping[str, str] | None = None
    ) -> None:
        """Begin an upload of so many bytes; `told` is kept with it, sealed. Raises `Refused`: FILE_EMPTY,
        TOO_MANY_FILES, NO_ROOM, or that it is too large."""
        if length <= 0:
            raise Refused(Why.FILE_EMPTY)
        if length > self.bytes_max:
            raise Refused(self.too_large)
        kept = [each for each in await self._files.files_of(owner.subject) if each.owner.kind == owner.kind]
        if len(kept) >= self.each_max:
            raise Refused(Why.TOO_MANY_FILES)
        if await self._uploads.count(owner.subject) >= UNDER_WAY_MAX:
            # Whoever closed the page in the middle does not wait for a day.
            abandoned = await self._uploads.abandoned(owner.subject)
            if abandoned is None:
                raise Refused(Why.TOO_MANY_FILES)
            await self._uploads.end(abandoned)
        if not self._disk.has_room(length):
            raise Refused(Why.NO_ROOM)
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

        Raises `Refused`: UPLOAD_ELSEWHERE (not the point where it stopped, or another request has come for it),
        too large (more than was said), NO_ROOM, PART_DAMAGED (then nothing of the part is kept).
        """
        digest = None if checksum is None else hashlib.new(checksum[0], usedforsecurity=False)
        try:
            async with self._uploads.writing(upload.upload_id) as writing:
                sealed = writing.sealed
                if offset != sealed.size:
                    raise Refused(Why.UPLOAD_ELSEWHERE)
                mark = sealed.mark()
                try:
                    await self._pour(writing, upload.length, pieces, digest)
                finally:
                    damaged = digest is not None and checksum is not None and digest.digest() != checksum[1]
                    if damaged:
                        sealed.back_to(mark)
                if damaged:
                    raise Refused(Why.PART_DAMAGED)
                return sealed.size
        except (Busy, LetGo) as elsewhere:
            raise Refused(Why.UPLOAD_ELSEWHERE) from elsewhere
        except OSError as error:
            if error.errno in FULL:
                raise Refused(Why.NO_ROOM) from error
            raise

    async def _pour(
        self, writing: Writing, length: int, pieces: AsyncIterator[bytes], digest: "hashlib._Hash | None"
    ) -> None:
        """Seal what comes, as it comes. Blocks nobody else: a disk may be slow."""
        sealed, gathered = writing.sealed, bytearray()

        def add(data: bytes) -> None:
            if not self._disk.has_room(len(data)):
                raise Refused(Why.NO_ROOM)
            sealed.append(data)
            if digest is not None:
                digest.update(data)

        try:
            while (piece := await writing.next_of(pieces)) is not None:
                if sealed.size + len(gathered) + len(piece) > length:
                    raise Refused(self.too_large)
                gathered += piece
                if len(gathered) >= APPEND_BYTES:
                    data = bytes(gathered)
                    gathered.clear()
                    await to_its_end(add, data)
        finally:
            await to_its_end(add, bytes(gathered))

    async def let_go(self, upload: Upload) -> None:
        """Have a request leave that still writes to an upload: its sender asks how far it came. Raises `Refused`."""
        try:
            await self._uploads.let_go(upload.upload_id)
        except Busy as busy:
            raise Refused(Why.UPLOAD_ELSEWHERE) from busy

    async def prolong(self, upload: Upload, until: datetime) -> None:
        """Give an upload more time, of which something has come."""
        await self._uploads.prolong(upload.upload_id, until)

    async def end(self, upload: Upload) -> None:
        """Forget an upload that its sender no longer wants."""
        await self._uploads.end(upload.upload_id)


class Intake(Taking):
    """Takes documents and pictures in, from their first byte to what is kept of them."""

    def __init__(self, files: FileStore, uploads: Uploads, disk: Disk, cleaner: Cleaner, each_max: int) -> None:
        super().__init__(files, uploads, disk, each_max, cleaner.limits.bytes_max)
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
