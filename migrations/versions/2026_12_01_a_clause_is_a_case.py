"""A special clause is a case of a machine: since when it stands where it does, under which rules, in which revision."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLE = "special_clause"
BEGAN = "'2026-12-01 00:00:00.000000'"
# Plain ADD COLUMN: a table that refers to itself is not rebuilt. A row is always written with its own values.
COLUMNS = {
    "state_since": f"{{instant}} DEFAULT {BEGAN} NOT NULL",
    "definition_version": "SMALLINT DEFAULT 1 NOT NULL",
    "revision": "INTEGER DEFAULT 1 NOT NULL",
    "created_at": f"{{instant}} DEFAULT {BEGAN} NOT NULL",
}
NAMES = ("ck_special_clause_word_clausestate", "ck_special_clause_state_of_machine")  # the same states, another name


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, kind in COLUMNS.items():
        spelled = kind.format(instant="TIMESTAMP WITH TIME ZONE" if postgres else "DATETIME")
        op.execute(f"ALTER TABLE {TABLE} ADD COLUMN {name} {spelled}")
    op.execute(f"UPDATE {TABLE} SET state_since = COALESCE(decided_at, proposed_at), created_at = proposed_at")  # noqa: S608
    if postgres:
        for name in COLUMNS:
            op.execute(f"ALTER TABLE {TABLE} ALTER COLUMN {name} DROP DEFAULT")
        op.execute(f"ALTER TABLE {TABLE} RENAME CONSTRAINT {NAMES[0]} TO {NAMES[1]}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {TABLE} RENAME CONSTRAINT {NAMES[1]} TO {NAMES[0]}")
    for name in COLUMNS:
        op.execute(f"ALTER TABLE {TABLE} DROP COLUMN {name}")
