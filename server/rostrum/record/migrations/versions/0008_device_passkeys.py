"""Which passkey was shown on a device, and which it was let in by: what ends with it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was shown before counts as shown by none, so that it is asked for again."""
    with op.batch_alter_table("device") as device:
        device.add_column(sa.Column("passkey_id", sa.LargeBinary(), nullable=True))
        device.add_column(sa.Column("entered_by", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE device SET passkey_at = NULL")
