"""What must be true, said by the database too: append-only records, and a tranche schedule that is summed here."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entry", "application_version", "signature")
SUM = 'UPDATE agreement SET scheduled = (SELECT coalesce(sum(amount), 0) FROM tranche WHERE agreement_id = {row}.agreement_id) WHERE id = {row}.agreement_id'
EVENTS = {"insert": "new", "update": "new", "delete": "old"}


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        (_append_only_postgres if postgres else _append_only_sqlite)(table)
    if postgres:
        _schedule_postgres()
    else:
        for event, row in EVENTS.items():
            op.execute(f"CREATE TRIGGER tranche_sum_{event} AFTER {event} ON tranche BEGIN {SUM.format(row=row)}; END")


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        for event in ("update", "delete", "truncate") if postgres else ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER {table}_no_{event}" + (f" ON {table}" if postgres else ""))
    for event in EVENTS:
        op.execute(f"DROP TRIGGER tranche_sum_{event}" + (" ON tranche" if postgres else ""))
    if postgres:
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("DROP FUNCTION sum_tranches()")


def _append_only_sqlite(table: str) -> None:
    """A REPLACE escapes UPDATE and DELETE triggers, so an insert over an existing id is refused as well."""
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} BEGIN {refuse}; END")
    keys = "id = new.id"
    if table == "audit_entry":
        keys += " OR (machine = new.machine AND case_id = new.case_id AND sequence = new.sequence)"
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {keys}) BEGIN {refuse}; END"
    )


def _append_only_postgres(table: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for event in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_change()"
    )


def _schedule_postgres() -> None:
    op.execute(
        "CREATE FUNCTION sum_tranches() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'DELETE' THEN {SUM.format(row='OLD')}; ELSE {SUM.format(row='NEW')}; END IF;"
        " RETURN NULL; END $$"
    )
    for event in EVENTS:
        op.execute(
            f"CREATE TRIGGER tranche_sum_{event} AFTER {event} ON tranche FOR EACH ROW EXECUTE FUNCTION sum_tranches()"
        )
