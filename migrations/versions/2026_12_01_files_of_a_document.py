"""The files beside a document's Word file: PDF, sealed file, evidence; append-only like the document itself."""

import sqlalchemy as sa
from alembic import op

revision = "0005_pdf"
down_revision = "0004"
branch_labels = None
depends_on = None

ROLES = ("pdf", "sealed", "evidence", "attachment")


def upgrade() -> None:
    op.create_table(
        "document_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="word_filerole", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_file_document_id_document")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_document_file_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
        sa.UniqueConstraint("document_id", "role", name=op.f("uq_document_file_document_id_role")),
    )
    (_append_only_postgres if op.get_bind().dialect.name == "postgresql" else _append_only_sqlite)()


def downgrade() -> None:
    op.drop_table("document_file")  # and its triggers with it


def _append_only_sqlite() -> None:
    refuse = "SELECT RAISE(ABORT, 'document_file is append-only')"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER document_file_no_{event} BEFORE {event} ON document_file BEGIN {refuse}; END")
    op.execute(
        "CREATE TRIGGER document_file_no_replace BEFORE INSERT ON document_file"
        f" WHEN EXISTS (SELECT 1 FROM document_file WHERE id = new.id) BEGIN {refuse}; END"
    )


def _append_only_postgres() -> None:
    """`refuse_change` came with 0002."""
    for event in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER document_file_no_{event} BEFORE {event} ON document_file"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER document_file_no_truncate BEFORE TRUNCATE ON document_file FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_change()"
    )
