"""Where every chain of the record stood: checkpoints and their heads, append-only like the record itself."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("audit_checkpoint", "audit_head")
MACHINES = ("programme", "plan", "call", "application", "review", "agreement", "report", "action", "obligation")


def upgrade() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoint")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_checkpoint_digest")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("machine", sa.Enum(*MACHINES, name="word_machine", native_enum=False, length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["audit_checkpoint.id"], name=op.f("fk_audit_head_checkpoint_id_audit_checkpoint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        sa.UniqueConstraint("machine", "case_id", "sequence", name=op.f("uq_audit_head_machine_case_id_sequence")),
    )
    op.create_index(op.f("ix_audit_head_checkpoint_id"), "audit_head", ["checkpoint_id"])
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        (_append_only_postgres if postgres else _append_only_sqlite)(table)


def downgrade() -> None:
    op.drop_table("audit_head")  # and its triggers with it
    op.drop_table("audit_checkpoint")


def _append_only_sqlite(table: str) -> None:
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} BEGIN {refuse}; END")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = new.id) BEGIN {refuse}; END"
    )


def _append_only_postgres(table: str) -> None:
    """`refuse_change` came with 0002."""
    for event in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_change()"
    )
