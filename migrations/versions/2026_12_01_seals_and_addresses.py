"""Where anybody may check a document, and with which certificate its files were sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("token", sa.String(length=43), nullable=True))
    op.create_index("uq_document_token", "document", ["token"], unique=True)
    op.create_table(
        "document_seal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=False),
        sa.Column("certificate_name", sa.String(length=200), nullable=False),
        sa.Column("timestamp_url", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_seal_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_seal")),
        sa.UniqueConstraint("document_id", name=op.f("uq_document_seal_document_id")),
    )
    op.create_index(op.f("ix_document_seal_certificate_sha256"), "document_seal", ["certificate_sha256"])
    (_append_only_postgres if op.get_bind().dialect.name == "postgresql" else _append_only_sqlite)()


def downgrade() -> None:
    op.drop_table("document_seal")  # and its triggers with it
    op.drop_index("uq_document_token", "document")
    op.drop_column("document", "token")


def _append_only_sqlite() -> None:
    refuse = "SELECT RAISE(ABORT, 'document_seal is append-only')"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER document_seal_no_{event} BEFORE {event} ON document_seal BEGIN {refuse}; END")
    op.execute(
        "CREATE TRIGGER document_seal_no_replace BEFORE INSERT ON document_seal"
        f" WHEN EXISTS (SELECT 1 FROM document_seal WHERE id = new.id) BEGIN {refuse}; END"
    )


def _append_only_postgres() -> None:
    """`refuse_change` came with 0002."""
    for event in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER document_seal_no_{event} BEFORE {event} ON document_seal"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER document_seal_no_truncate BEFORE TRUNCATE ON document_seal FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_change()"
    )
