"""People whom an application names before it is sent, the links by which they join, and the keys to their own pages."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "draft_member",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("member_id", sa.String(length=80), nullable=False),
        sa.Column("application_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("protected", sa.LargeBinary(), nullable=True),
        sa.UniqueConstraint("member_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("draft_member_application", "draft_member", ["application_id"], unique=False)
    op.create_table(
        "member_key",
        sa.Column("member_id", sa.String(length=80), primary_key=True),
        sa.Column("application_id", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "join_link",
        sa.Column("application_id", sa.String(length=80), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("token_hash"),
    )
