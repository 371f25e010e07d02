"""The tables. Alembic's migrations make them; nothing else does."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no zone, so that it is given back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002  # its shape
        """To UTC; SQLite's text sorts as time only in one zone."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002  # its shape
        """In UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()
BigId = BigInteger().with_variant(Integer(), "sqlite")

journal = Table(
    "journal",
    metadata,
    Column("position", BigId, primary_key=True, autoincrement=True),
    Column("stream", String(200), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("stream", "seq", name="journal_stream_seq"),
    sqlite_autoincrement=True,
)
journal_head = Table(
    "journal_head",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
)
dossier = Table(
    "dossier",
    metadata,
    Column("dossier_id", String(80), primary_key=True),
    Column("session_id", String(80), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("purge_at", Moment(), nullable=False),
    Index("dossier_purge_at", "purge_at"),
    Index("dossier_subject", "subject"),
)
draft = Table(
    "draft",
    metadata,
    Column("application_id", String(80), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("session_id", String(80), nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    Column("created_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
    Column("purge_at", Moment(), nullable=False),
)
draft_member = Table(
    "draft_member",
    metadata,
    Column("position", BigId, primary_key=True, autoincrement=True),
    Column("member_id", String(80), nullable=False, unique=True),
    Column("application_id", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("protected", LargeBinary, nullable=True),
    Index("draft_member_application", "application_id"),
    sqlite_autoincrement=True,
)
member_key = Table(
    "member_key",
    metadata,
    Column("member_id", String(80), primary_key=True),
    Column("application_id", String(80), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
)
join_link = Table(
    "join_link",
    metadata,
    Column("application_id", String(80), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
)
link_secret = Table(
    "link_secret",
    metadata,
    Column("link_id", String(80), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
)
device = Table(
    "device",
    metadata,
    Column("device_id", String(80), primary_key=True),
    Column("link_id", String(80), nullable=False),
    Column("place_id", String(80), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", Moment(), nullable=False),
    Column("last_seen_on", Date, nullable=False),
    Column("label", String(80), nullable=False),
    Column("public_key", LargeBinary, nullable=True),
    Column("proved_at", Moment(), nullable=True),
    Column("passkey_at", Moment(), nullable=True),
    Column("passkey_id", LargeBinary, nullable=True),
    Column("entered_by", LargeBinary, nullable=True),
    Column("former_hash", LargeBinary, nullable=True, unique=True),
    Column("former_until", Moment(), nullable=True),
    Index("device_link", "link_id"),
)
arrival = Table(
    "arrival",
    metadata,
    Column("device_id", String(80), primary_key=True),
    Column("link_id", String(80), nullable=False),
    Column("place_id", String(80), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("label", String(80), nullable=False),
    Column("public_key", LargeBinary, nullable=True),
    Column("number", String(8), nullable=False),
    Column("code_hash", LargeBinary, nullable=True),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Index("arrival_expires_at", "expires_at"),
)
challenge = Table(
    "challenge",
    metadata,
    Column("challenge_hash", LargeBinary, primary_key=True),
    Column("purpose", String(40), nullable=False),
    Column("holder", String(80), nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Index("challenge_expires_at", "expires_at"),
)
passkey = Table(
    "passkey",
    metadata,
    Column("credential_id", LargeBinary, primary_key=True),
    Column("link_id", String(80), nullable=False),
    Column("place_id", String(80), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", String(80), nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("last_used_on", Date, nullable=True),
    Index("passkey_link", "link_id"),
)
line_minutes = Table(
    "line_minutes",
    metadata,
    Column("meeting_id", String(80), primary_key=True),
    Column("place_id", String(80), primary_key=True),
    Column("word", String(20), primary_key=True),
    Column("minutes", Integer, nullable=False),
    Column("purge_at", Moment(), nullable=False),
    Index("line_minutes_purge_at", "purge_at"),
)
outbox = Table(
    "outbox",
    metadata,
    Column("mail_id", String(80), primary_key=True),
    Column("session_id", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Moment(), nullable=True),
    Column("sent_at", Moment(), nullable=True),
    Column("state", String(20), nullable=False),
    Column("last_error", String(400), nullable=True),
    Column("address", String(64), nullable=True),
    Column("discreet", Boolean, nullable=False, server_default=false()),
    Index("outbox_address", "address"),
    Index("outbox_due", "state", "next_attempt_at"),
)
file = Table(
    "file",
    metadata,
    Column("file_id", String(80), primary_key=True),
    Column("session_id", String(80), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("purge_at", Moment(), nullable=False),
    Index("file_subject", "subject"),
    Index("file_purge_at", "purge_at"),
)
upload = Table(
    "upload",
    metadata,
    Column("upload_id", String(80), primary_key=True),
    Column("session_id", String(80), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Index("upload_subject", "subject"),
    Index("upload_expires_at", "expires_at"),
)
purge_report = Table(
    "purge_report",
    metadata,
    Column("position", BigId, primary_key=True, autoincrement=True),
    Column("at", Moment(), nullable=False),
    Column("counts", Text, nullable=False),
    Column("failed", Text, nullable=False),
)
caption_cue = Table(
    "caption_cue",
    metadata,
    Column("position", BigId, primary_key=True, autoincrement=True),
    Column("cue_id", String(80), nullable=False, unique=True),
    Column("meeting_id", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("purge_at", Moment(), nullable=False),
    Index("caption_cue_track", "meeting_id", "language"),
    Index("caption_cue_purge_at", "purge_at"),
    sqlite_autoincrement=True,
)
vote_cast = Table(
    "vote_cast",
    metadata,
    Column("meeting_id", String(80), primary_key=True),
    Column("vote_id", String(80), primary_key=True),
    Column("delegation_id", String(80), primary_key=True),
)
