"""On PostgreSQL too an agreement's issued document must exist: `use_alter` in 0001 left that reference out there."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME = "fk_agreement_issued_document_id_document"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(NAME, "agreement", "document", ["issued_document_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(NAME, "agreement", type_="foreignkey")
