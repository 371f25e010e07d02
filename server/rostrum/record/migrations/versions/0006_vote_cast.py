"""Who has voted in which vote, each delegation once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "vote_cast",
        sa.Column("meeting_id", sa.String(length=80), nullable=False),
        sa.Column("vote_id", sa.String(length=80), nullable=False),
        sa.Column("delegation_id", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "vote_id", "delegation_id"),
    )
