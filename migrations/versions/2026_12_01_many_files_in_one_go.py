"""Many files in one go: the order, and what became of each file."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = ("move", "recommend", "confirm", "letters")
STATES = ("prepared", "running", "stopped", "done")
LETTERS = (
    "memorandum", "investment_contract", "award", "reserve", "rejection", "ineligible", "appeal_outcome", "closing",
)  # fmt: skip
OUTCOMES = ("waiting", "done", "refused", "failed", "left_out")


def upgrade() -> None:
    _batch()
    _batch_item()


def downgrade() -> None:
    op.drop_table("batch_item")
    op.drop_table("batch")


def _word(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _word("word_batchkind", KINDS), nullable=False),
        sa.Column("trigger", sa.String(length=40), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("letters", _word("word_letters", LETTERS), nullable=True),
        sa.Column("state", _word("word_batchstate", STATES), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'move') = (\"trigger\" IS NOT NULL)", name=op.f("ck_batch_move_has_trigger")),
        sa.CheckConstraint("(kind = 'letters') = (letters IS NOT NULL)", name=op.f("ck_batch_letters_of_a_kind")),
        sa.CheckConstraint("(state = 'prepared') = (started_at IS NULL)", name=op.f("ck_batch_begun")),
        sa.CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name=op.f("ck_batch_finished")),
        _key("batch", "call_id", "call"),
        _key("batch", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    for column in ("call_id", "person_id"):
        op.create_index(op.f(f"ix_batch_{column}"), "batch", [column])
    op.create_index("ix_batch_state", "batch", ["state"])


def _batch_item() -> None:
    op.create_table(
        "batch_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("state", _word("word_itemstate", OUTCOMES), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=60), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'done' OR done_at IS NOT NULL", name=op.f("ck_batch_item_done_dated")),
        _key("batch_item", "batch_id", "batch"),
        _key("batch_item", "application_id", "application"),
        _key("batch_item", "document_id", "document"),
        _key("batch_item", "decision_id", "decision"),
        _key("batch_item", "entry_id", "audit_entry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_item")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_batch_item_batch_id_position")),
    )
    for column in ("application_id", "document_id"):
        op.create_index(op.f(f"ix_batch_item_{column}"), "batch_item", [column])
    op.create_index("ix_batch_item_state", "batch_item", ["batch_id", "state", "position"])
