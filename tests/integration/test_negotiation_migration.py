"""What stood in an agreement before there were special clauses: carried over, and given back on the way down."""

from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

from tests.factories import agreements as make
from webapp.extensions import db
from webapp.transaction import writing
from webapp.transfer import storage

MIGRATIONS = str(Path(__file__).parents[2] / "migrations")


def before_negotiation() -> str:
    """The revision under the one that brought special clauses, whatever the chain looks like."""
    for script in ScriptDirectory(MIGRATIONS).walk_revisions():
        if script.path.endswith("_negotiation.py"):
            return str(script.down_revision)
    raise LookupError("no migration of the negotiation")


def rows(statement: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_special_terms_become_proposed_clauses_where_the_agreement_can_still_change(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "set_password", lambda *_given: None)
    with app.app_context():
        with writing():
            draft, bound = make.approved(), make.approved(suffix=" B")
            make.written(draft, storage())
            make.issued(bound, storage())
            for who in bound.signatories():
                make.signed_by(bound, who, storage())
            ids = draft.agreement.id, bound.agreement.id
            manager = draft.manager.id
        db.session.remove()
        db.engine.dispose()
        flask_migrate.downgrade(directory=MIGRATIONS, revision=before_negotiation())
        added = f"{make.CONDITIONS}\nAdded later"
        with db.engine.connect() as connection:
            connection.execute(
                text("UPDATE agreement SET special_terms = :terms, conditions = :added"),
                {"terms": "Paid in <two> parts\n\nNo tax", "added": added},
            )
            connection.commit()
        flask_migrate.upgrade(directory=MIGRATIONS)
        carried = rows("SELECT agreement_id, number, text, state, proposed_by_id FROM special_clause ORDER BY number")
        assert carried == [
            (ids[0], 1, "Added later", "proposed", manager),
            (ids[0], 2, "Paid in <two> parts", "proposed", manager),
            (ids[0], 3, "No tax", "proposed", manager),
        ]
        kept = rows("SELECT special_terms, conditions FROM agreement ORDER BY id")
        assert kept == [("", make.CONDITIONS), ("Paid in <two> parts\n\nNo tax", added)]
        assert all(clause.sha256 == clause.digest() for clause in draft.agreement.clauses)
        db.session.remove()
        db.engine.dispose()
        flask_migrate.downgrade(directory=MIGRATIONS, revision=before_negotiation())
        given = rows("SELECT special_terms FROM agreement ORDER BY id")
        assert given[0] == ("Added later\nPaid in <two> parts\nNo tax",)
        flask_migrate.upgrade(directory=MIGRATIONS)
        assert len(rows("SELECT id FROM special_clause")) == 3
