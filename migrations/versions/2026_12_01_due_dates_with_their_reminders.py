"""A due date says what it is about, which day was meant, and why it ended; its reminders are rows of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = ("appeal", "reserve", "answer", "review", "signature", "report", "action", "obligation", "stage")
ENDS = ("left", "done", "cancelled", "fired", "extended", "moved")
STEPS = ("before", "due", "after", "escalated", "escalated_again")
OUTCOMES = ("sent", "overtaken", "dropped")
OPEN = sa.text("closed_at IS NULL")
KIND = "CASE \"trigger\" WHEN 'lapse' THEN 'reserve' WHEN 'close_refused' THEN 'appeal' ELSE 'stage' END"


def word(words: tuple[str, ...], name: str, *, checked: bool = True) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=40, create_constraint=checked)


def only_open(batch: object, name: str, columns: list[str], unique: bool = False) -> None:
    batch.create_index(name, columns, unique=unique, sqlite_where=OPEN, postgresql_where=OPEN)  # type: ignore[attr-defined]


def upgrade() -> None:
    _add_columns()
    _fill()
    _require()
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("step", word(STEPS, "word_reminderstep"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", word(OUTCOMES, "word_reminderoutcome"), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (outcome IS NULL)", name=op.f("ck_reminder_settled_with_outcome")
        ),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_reminder_deadline_id_deadline")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("deadline_id", "step", name=op.f("uq_reminder_deadline_id_step")),
    )
    waiting = sa.text("settled_at IS NULL")
    op.create_index("ix_reminder_open", "reminder", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)


def _add_columns() -> None:
    with op.batch_alter_table("deadline") as batch:
        batch.drop_index("uq_deadline_open")
        batch.add_column(sa.Column("application_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("kind", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("rule", sa.String(length=40), nullable=False, server_default=""))
        batch.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("last_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("time_zone", sa.String(length=50), nullable=False, server_default="UTC"))
        batch.add_column(sa.Column("ended", sa.String(length=40), nullable=True))


def _fill() -> None:
    """What ran in the first form: an instant a day after the last one, for a state of the application."""
    postgres = op.get_bind().dialect.name == "postgresql"
    day = "(due_at AT TIME ZONE 'UTC')::date - 1" if postgres else "date(due_at, '-1 day')"
    op.execute(f"UPDATE deadline SET kind = {KIND}, due_on = {day}, last_on = {day}")
    op.execute("UPDATE deadline SET ended = 'left' WHERE closed_at IS NOT NULL")
    op.execute("UPDATE deadline SET application_id = case_id WHERE machine = 'application'")
    op.execute("UPDATE deadline SET rule = kind || '_days' WHERE kind IN ('appeal', 'reserve')")


def _require() -> None:
    with op.batch_alter_table("deadline") as batch:
        batch.alter_column("kind", existing_type=sa.String(length=40), nullable=False)
        batch.alter_column("due_on", existing_type=sa.Date(), nullable=False)
        batch.alter_column("last_on", existing_type=sa.Date(), nullable=False)
        batch.alter_column("trigger", existing_type=sa.String(length=40), nullable=True)
        batch.alter_column("rule", existing_type=sa.String(length=40), server_default=None)
        batch.alter_column("time_zone", existing_type=sa.String(length=50), server_default=None)
        batch.create_check_constraint("word_deadlinekind", sa.column("kind").in_(KINDS))
        batch.create_check_constraint("word_deadlineend", sa.column("ended").in_(ENDS))
        batch.create_check_constraint("ended_with_reason", "(closed_at IS NULL) = (ended IS NULL)")
        batch.create_check_constraint("last_day", "last_on >= due_on")
        batch.create_foreign_key(op.f("fk_deadline_application_id_application"), "application", ["application_id"], ["id"])
        only_open(batch, "uq_deadline_open", ["machine", "case_id", "kind"], unique=True)
        only_open(batch, "ix_deadline_due", ["due_at"])
        only_open(batch, "ix_deadline_application", ["application_id"])


def downgrade() -> None:
    """Back to the first form: dates of the parts, which it did not know, are taken away."""
    op.drop_table("reminder")
    op.execute("DELETE FROM deadline WHERE \"trigger\" IS NULL")
    with op.batch_alter_table("deadline") as batch:
        for name in ("uq_deadline_open", "ix_deadline_due", "ix_deadline_application"):
            batch.drop_index(name)
        for name in ("word_deadlinekind", "word_deadlineend", "ended_with_reason", "last_day"):
            batch.drop_constraint(op.f(f"ck_deadline_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_deadline_application_id_application"), type_="foreignkey")
        for name in ("application_id", "kind", "rule", "due_on", "last_on", "time_zone", "ended"):
            batch.drop_column(name)
        batch.alter_column("trigger", existing_type=sa.String(length=40), nullable=False)
        only_open(batch, "uq_deadline_open", ["machine", "case_id", "trigger"], unique=True)
