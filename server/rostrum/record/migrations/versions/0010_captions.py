"""Captions: what was said, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "caption_cue",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("cue_id", sa.String(length=80), nullable=False, unique=True),
        sa.Column("meeting_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("purge_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("caption_cue_track", "caption_cue", ["meeting_id", "language"], unique=False)
    op.create_index("caption_cue_purge_at", "caption_cue", ["purge_at"], unique=False)
