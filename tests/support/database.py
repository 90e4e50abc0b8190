"""One migrated database for each worker and kind, set back before every test to its template.

A rollback would not do: the product commits, audit rows refuse to be deleted, and tests of races need several
connections. SQLite copies a file (1 ms). PostgreSQL copies a database in 30 ms on an idle disk and in a second on a
busy one, so there the rows are deleted with every trigger asleep, which is 10 to 14 times quicker (measured with 54
tables); whatever deleting rows cannot set right, a test's own change of the schema above all, is copied as before.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import make_url

from tests.support import postgres

KINDS = ("sqlite", "postgresql")
DROP = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")


class Database(Protocol):
    """A database whose present content becomes the template, and returns on `reset`."""

    url: str

    def keep_as_template(self) -> None:
        """Remember the present content. Nobody may be connected."""

    def reset(self) -> None:
        """Bring back the remembered content. Connections open on it are lost."""

    def remove(self) -> None:
        """Leave nothing behind."""


class SqliteDatabase:
    """A file; its template is a file beside it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "test.db"
        self.template = folder / "template.db"
        self.url = f"sqlite:///{self.file}"

    def keep_as_template(self) -> None:
        """The last connection to close has folded the write-ahead log into the file."""
        if Path(f"{self.file}-wal").exists():
            raise RuntimeError("A connection to the migrated database is still open: its file is not whole.")
        shutil.copyfile(self.file, self.template)

    def reset(self) -> None:
        self.remove()
        shutil.copyfile(self.template, self.file)

    def remove(self) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)


# What DDL leaves in the catalogues: a new or changed row has a new xmin, and a copy of a database keeps them all.
MARKS = """
    SELECT sum(hashtextextended(kind || number || mark, 0)) FROM (
        SELECT 'class', oid::text, xmin::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'column', attrelid::text, xmin::text FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT 'default', oid::text, xmin::text FROM pg_attrdef
        UNION ALL SELECT 'trigger', oid::text, xmin::text FROM pg_trigger
        UNION ALL SELECT 'constraint', oid::text, xmin::text FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT 'function', oid::text, xmin::text FROM pg_proc WHERE oid >= 16384
    ) AS catalogue (kind, number, mark)
"""
ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
NUMBER_FROM_ONE = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
NUMBERS = "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
COPY_ANEW_AFTER = 50  # deleted rows stay in the files, and slow down whoever reads past them


class PostgresDatabase:
    """A database of a real server; its template is a database beside it."""

    def __init__(self, home: Path, name: str) -> None:
        self.server = postgres.server_url(home)
        self.name, self.template = Identifier(name), Identifier(f"{name}_template")
        url = make_url(self.server).set(drivername="postgresql+psycopg", database=name)
        self.url = url.render_as_string(hide_password=False)
        self.mine = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._on_server(DROP.format(self.name), SQL("CREATE DATABASE {}").format(self.name))
        self._emptied = 0

    def keep_as_template(self) -> None:
        with psycopg.connect(self.mine) as connection:
            self._schema = self._marks(connection)
            self._numbers = connection.execute(NUMBERS).fetchall()
            counted = {row[0]: self._content(connection, row[0]) for row in connection.execute(TABLES).fetchall()}
        self._seeded = {table: content for table, content in counted.items() if content is not None}
        self._empty = [table for table in counted if table not in self._seeded]
        self._on_server(DROP.format(self.template), self._copy(self.name, self.template))

    def reset(self) -> None:
        self._emptied += 1
        if self._emptied < COPY_ANEW_AFTER and self._deleted():
            return
        self._emptied = 0
        self._on_server(DROP.format(self.name), self._copy(self.template, self.name))

    def _deleted(self) -> bool:
        """Whether deleting rows has brought the template's content back; False asks for a copy."""
        with suppress(psycopg.Error), psycopg.connect(self.mine) as connection:
            connection.execute(ALONE)
            if self._marks(connection) != self._schema:
                return False
            if any(self._content(connection, table) != content for table, content in self._seeded.items()):
                return False
            connection.execute("SET LOCAL lock_timeout = '5s'")
            connection.execute("SET LOCAL session_replication_role = replica")  # no trigger, no foreign key
            for table in self._empty:
                connection.execute(SQL("DELETE FROM {}").format(Identifier(table)))
            connection.execute(NUMBER_FROM_ONE)
            for sequence, value in self._numbers:
                connection.execute("SELECT setval(%s::regclass, %s)", (sequence, value))
            return True
        return False

    @staticmethod
    def _marks(connection: "psycopg.Connection[Any]") -> object:
        found = connection.execute(MARKS).fetchone()
        return found and found[0]

    @staticmethod
    def _content(connection: "psycopg.Connection[Any]", table: str) -> object:
        """What the table holds, as one value; None when it is empty."""
        query = SQL("SELECT md5(string_agg(row_::text, '|' ORDER BY row_::text)) FROM {} AS row_")
        found = connection.execute(query.format(Identifier(table))).fetchone()
        return found and found[0]

    def remove(self) -> None:
        self._on_server(DROP.format(self.name), DROP.format(self.template))

    def _on_server(self, *statements: "psycopg.sql.Composed") -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    @staticmethod
    def _copy(source: Identifier, target: Identifier) -> "psycopg.sql.Composed":
        return SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(target, source)


def make_database(kind: str, home: Path, worker: str) -> Database:
    """An empty database of this kind that belongs to this worker alone."""
    makers: dict[str, Callable[[], Database]] = {
        "sqlite": lambda: SqliteDatabase(_folder(home / worker)),
        "postgresql": lambda: PostgresDatabase(home, f"{home.name}_{worker}".replace("-", "_").lower()),
    }
    return makers[kind]()


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
