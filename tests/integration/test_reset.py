"""The tests' own floor: whatever one test did, the next meets the database as the migrations leave it."""

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text

from tests.factories import people
from tests.support.database import PostgresDatabase
from tests.support.installation import Installation
from webapp.extensions import db
from webapp.models.people import Person
from webapp.transaction import writing


def content(app: Flask) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with app.app_context():
        names = [table.name for table in db.metadata.sorted_tables] + ["alembic_version"]
        found = {name: sorted(map(repr, db.session.execute(text(f'SELECT * FROM "{name}"')))) for name in names}  # noqa: S608
        db.session.remove()
    return found


def _rows(app: Flask) -> None:
    with app.app_context(), writing():
        people.person("Somebody")
        db.session.execute(text("UPDATE alembic_version SET version_num = version_num"))


def _seed_changed(app: Flask) -> None:
    with app.app_context(), writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'elsewhere'"))


def _schema_changed(app: Flask) -> None:
    with app.app_context(), writing():
        db.session.execute(text("CREATE TABLE left_behind (id INTEGER)"))
        db.session.execute(text("INSERT INTO left_behind VALUES (1)"))


@pytest.mark.parametrize("harm", [_rows, _seed_changed, _schema_changed])
def test_the_next_test_meets_an_untouched_database(installation: Installation, harm: Callable[[Flask], None]) -> None:
    before = content(installation.fresh())
    harm(installation.app)
    app = installation.fresh()
    assert content(app) == before
    with app.app_context():
        assert "left_behind" not in inspect(db.engine).get_table_names()
        with writing():
            assert people.person().id == 1, "numbers begin at one again"
        assert db.session.scalar(select(func.count()).select_from(Person)) == 1
        db.session.remove()


def test_a_trigger_that_a_test_put_to_sleep_is_awake_again(installation: Installation) -> None:
    """Append-only tables above all: deleting rows alone would leave the trigger asleep."""
    if not isinstance(installation.database, PostgresDatabase):
        return
    asleep = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"
    installation.fresh()
    with psycopg.connect(installation.database.mine) as connection:
        connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        assert connection.execute(asleep).fetchone() != (0,)
    installation.fresh()
    with psycopg.connect(installation.database.mine) as connection:
        assert connection.execute(asleep).fetchone() == (0,)


def test_rows_are_deleted_rather_than_copied(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick way is really taken; an open transaction of somebody else does not stop it."""
    database = installation.database
    if not isinstance(database, PostgresDatabase):
        return
    installation.fresh()
    database._emptied = 0
    left_open = psycopg.connect(database.mine)
    left_open.execute("INSERT INTO site_setting (key, value) VALUES ('a', 'b')")
    monkeypatch.setattr(database, "_on_server", lambda *_statements: pytest.fail("copied"))
    installation.fresh()
    left_open.close()
