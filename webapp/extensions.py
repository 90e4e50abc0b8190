"""The database, and only that: one metadata, one session, SQLite and PostgreSQL behaving alike."""

import sqlite3
from functools import cache
from typing import Any

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The plain declarative base (docs/decisions/0004)."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
migrate = Migrate(render_as_batch=True)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """WAL, full durability, foreign keys, and patience for the one writer; transactions are ours to begin."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """A writer takes SQLite's lock at once (IMMEDIATE), never by upgrading a read that has grown stale."""
    if connection.dialect.name != "sqlite":
        return
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert_new(kind: Any, *unique: str) -> Any:
    """An INSERT that leaves a row alone which has these columns alike; each database has its own word for it."""
    return _insert_new(db.engine.dialect.name, kind, unique)


@cache
def _insert_new(dialect: str, kind: Any, unique: tuple[str, ...]) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(kind.__table__).on_conflict_do_nothing(index_elements=unique)


CONNECTION, SHUTDOWN, TOO_MANY = "08", "57P", "53300"  # classes of SQLSTATE: the server is gone, or takes nobody


def engine_options(url: str) -> dict[str, Any]:
    """A server may have been restarted since a pooled connection was last used: ask before using it again."""
    if make_url(url).get_backend_name() == "sqlite":
        return {}
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": 5}}


def is_away(error: BaseException | None) -> bool:
    """Whether the database cannot be reached just now: nobody's fault here, and over when it is back.

    A server that is killed leaves no code of its own: psycopg then says `OperationalError` without a SQLSTATE.
    """
    if isinstance(error, NoFreeConnection):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_CANTOPEN"))
    code = getattr(error.orig, "sqlstate", None)
    if code is None:
        return isinstance(error, OperationalError | InterfaceError)
    return str(code).startswith((CONNECTION, SHUTDOWN, TOO_MANY))


def forget() -> None:
    """End the transaction and keep nothing; where the connection is lost there is nothing to roll back."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session().invalidate()
