"""How much has come to its day and is still there: what a purge would delete now."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from rostrum.record.database import Database
from rostrum.record.outbox import done_by
from rostrum.record.tables import (
    arrival,
    caption_cue,
    challenge,
    dossier,
    draft,
    draft_member,
    file,
    line_minutes,
    outbox,
    upload,
)


async def due(database: Database, now: datetime, mails_before: datetime) -> Mapping[str, int]:
    """Kind to how many, as the purge's report counts them. `mails_before`: those done by then are due."""
    gone = draft.c.purge_at <= now
    kept = select(draft.c.application_id).where(draft.c.purge_at > now)
    wanted = {
        "drafts": select(func.count()).select_from(draft).where(gone),
        "dossiers": select(func.count()).select_from(dossier).where(dossier.c.purge_at <= now),
        "member": select(func.count()).select_from(draft_member).where(draft_member.c.application_id.not_in(kept)),
        "files": select(func.count()).select_from(file).where(file.c.purge_at <= now),
        "uploads": select(func.count()).select_from(upload).where(upload.c.expires_at <= now),
        "mails": select(func.count()).select_from(outbox).where(done_by(mails_before)),
        "minutes": select(func.count()).select_from(line_minutes).where(line_minutes.c.purge_at <= now),
        "captions": select(func.count()).select_from(caption_cue).where(caption_cue.c.purge_at <= now),
        "arrivals": select(func.count()).select_from(arrival).where(arrival.c.expires_at <= now),
        "challenges": select(func.count()).select_from(challenge).where(challenge.c.expires_at <= now),
    }
    async with database.reading() as session:
        counts = {kind: int((await session.execute(count)).scalar_one()) for kind, count in wanted.items()}
    counts["arrivals"] += counts.pop("challenges")
    return counts
