"""Keys of devices, browsers that wait to be let in, challenges, passkeys."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; a device from before has no key and stands by its cookie."""
    with op.batch_alter_table("device") as device:
        device.add_column(sa.Column("label", sa.String(length=80), nullable=False, server_default=""))
        device.add_column(sa.Column("public_key", sa.LargeBinary(), nullable=True))
        device.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
        device.add_column(sa.Column("passkey_at", sa.DateTime(timezone=True), nullable=True))
        device.add_column(sa.Column("former_hash", sa.LargeBinary(), nullable=True))
        device.add_column(sa.Column("former_until", sa.DateTime(timezone=True), nullable=True))
        device.create_unique_constraint("device_former_hash", ["former_hash"])
        device.create_index("device_link", ["link_id"])
    op.create_table(
        "arrival",
        sa.Column("device_id", sa.String(length=80), primary_key=True),
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("place_id", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_index("arrival_expires_at", "arrival", ["expires_at"], unique=False)
    op.create_table(
        "challenge",
        sa.Column("challenge_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("challenge_expires_at", "challenge", ["expires_at"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("credential_id", sa.LargeBinary(), primary_key=True),
        sa.Column("link_id", sa.String(length=80), nullable=False),
        sa.Column("place_id", sa.String(length=80), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
    )
    op.create_index("passkey_link", "passkey", ["link_id"], unique=False)
