"""Templates that programmes upload, and the one that a document is written from."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATES = "state IN ('draft', 'previewed', 'active', 'retired', 'rejected')"
KINDS = (
    "memorandum", "investment_contract", "award", "reserve", "rejection", "ineligible", "appeal_outcome", "closing",
)
FOREIGN = {
    "programme_id": "programme", "file_id": "stored_file", "uploaded_by_id": "person", "preview_id": "stored_file",
    "preview_pdf_id": "stored_file", "activated_by_id": "person",
}


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "document_template",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="word_documentkind", native_enum=False, length=40), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("preview_id", sa.Integer(), nullable=True),
        sa.Column("preview_pdf_id", sa.Integer(), nullable=True),
        sa.Column("preview_failure", sa.String(length=40), nullable=False),
        sa.Column("preview_pdf_failure", sa.String(length=300), nullable=False),
        sa.Column("activated_by_id", sa.Integer(), nullable=True),
        sa.Column("activated_at", instant, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", instant, nullable=False),
        sa.Column("definition_version", sa.SmallInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_document_template_{column}_{table}"))
            for column, table in FOREIGN.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_template")),
        sa.UniqueConstraint(
            "programme_id", "kind", "language", "number",
            name=op.f("uq_document_template_programme_id_kind_language_number"),
        ),
        *_checks(),
    )
    op.create_index(op.f("ix_document_template_programme_id"), "document_template", ["programme_id"])
    op.create_index(
        "uq_document_template_in_use", "document_template", ["programme_id", "kind", "language"], unique=True,
        sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"),
    )
    _pin()


def _checks() -> list[sa.CheckConstraint]:
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    checks = {
        "state_of_machine": STATES,
        "word_documentkind": f"kind IN ({kinds})",
        "second_person": "activated_by_id IS NULL OR activated_by_id <> uploaded_by_id",
        "activated": "state NOT IN ('active', 'retired') OR activated_by_id IS NOT NULL",
        "previewed": "state NOT IN ('previewed', 'active', 'retired') OR preview_id IS NOT NULL",
        "activation_dated": "(activated_by_id IS NULL) = (activated_at IS NULL)",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_document_template_{name}")) for name, rule in checks.items()]


def _pin() -> None:
    """On SQLite in one statement: a rebuilt table would lose what hangs on it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE document ADD COLUMN template_id INTEGER"
            " CONSTRAINT fk_document_template_id_document_template REFERENCES document_template (id)"
        )
        return
    op.add_column("document", sa.Column("template_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_document_template_id_document_template"), "document", "document_template", ["template_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("document", "template_id")
    op.drop_table("document_template")
