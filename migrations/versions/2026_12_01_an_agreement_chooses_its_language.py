"""An agreement chooses the language of its text, and a second one beside it; what is agreed already is English."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement", sa.Column("language", sa.String(length=10), nullable=False, server_default="en"))
    op.add_column("agreement", sa.Column("second_language", sa.String(length=10), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("agreement", "second_language")
    op.drop_column("agreement", "language")
