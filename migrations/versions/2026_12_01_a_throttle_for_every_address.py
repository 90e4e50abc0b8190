"""Wrong passwords are counted per address, whether or not somebody has it; who waits now may try again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_throttle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_sha256", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_throttle")),
        sa.UniqueConstraint("address_sha256", name=op.f("uq_sign_in_throttle_address_sha256")),
    )
    op.create_index(op.f("ix_sign_in_throttle_counted_at"), "sign_in_throttle", ["counted_at"])
    op.drop_column("person", "failed_sign_ins")
    op.drop_column("person", "throttled_until")


def downgrade() -> None:
    op.add_column("person", sa.Column("failed_sign_ins", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("person", sa.Column("throttled_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_table("sign_in_throttle")
