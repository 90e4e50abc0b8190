"""Alembic, run by Flask-Migrate: the application's own engine and metadata, batch mode for SQLite."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from webapp.extensions import Base


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True,
        transaction_per_migration=True,
        render_item=render,
    )  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()


def render(kind: str, item: object, _context: object) -> str | bool:
    """Our own types as what they are in the database: a migration must not change when our code does."""
    plain = {"Money": "sa.BigInteger()", "Instant": "sa.DateTime(timezone=True)"}
    return plain.get(type(item).__name__, False) if kind == "type" else False


engine = current_app.extensions["migrate"].db.engine
with engine.connect().execution_options(writes=True) as connection:
    run(connection)
    connection.commit()
