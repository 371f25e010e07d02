"""Whom a mail goes to, as a keyed hash, so that those to one address are found; and whether it is a discreet one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Mails that were queued before have no hash: they are found by their age alone."""
    op.add_column("outbox", sa.Column("address", sa.String(length=64), nullable=True))
    op.add_column("outbox", sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("outbox_address", "outbox", ["address"], unique=False)
