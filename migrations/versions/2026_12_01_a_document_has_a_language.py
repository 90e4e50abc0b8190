"""A document has a language; what is written already is English."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("language", sa.String(length=10), nullable=False, server_default="en"))


def downgrade() -> None:
    op.drop_column("document", "language")
