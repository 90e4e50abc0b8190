"""What stood in an agreement before there were special clauses: carried over, and given back on the way down."""

from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.factories import agreements as make
from tests.factories.people import acting, grant, person
from webapp.extensions import db
from webapp.models.negotiation import ClauseEffect, SpecialClause
from webapp.negotiation import use_cases
from webapp.services import audit
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import Role

MIGRATIONS = str(Path(__file__).parents[2] / "migrations")


def under(ending: str) -> str:
    """The revision under the one in this file, whatever the chain looks like."""
    for script in ScriptDirectory(MIGRATIONS).walk_revisions():
        if script.path.endswith(ending):
            return str(script.down_revision)
    raise LookupError(ending)


def before_negotiation() -> str:
    """As it was without special clauses."""
    return under("_negotiation.py")


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


def test_a_clause_that_was_there_becomes_a_case(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since when it stands there is when it was decided, else when it was proposed; down and up change no word."""
    monkeypatch.setattr(make, "set_password", lambda *_given: None)
    words = (
        "SELECT id, number, text, sha256, state, proposed_at, decided_at, replaces_id FROM special_clause ORDER BY id"
    )
    case = (
        "SELECT state_since = coalesce(decided_at, proposed_at), created_at = proposed_at, definition_version, revision"
    )
    with app.app_context():
        with writing():
            draft = make.approved()
            make.written(draft, storage())
            other = grant(
                person("Second"), Role.PROGRAMME_MANAGER, programme_id=draft.application.call.plan.programme_id
            )
            said = use_cases.Words(None, ClauseEffect.SUPPLEMENTS, "Parts", "In two")
            first = use_cases.propose(draft.agreement, said, draft.as_manager())
            use_cases.approve(first, first.sha256, acting(other))
            use_cases.change(first, first.sha256, replace(said, text="In three"), draft.as_manager())
            use_cases.propose(draft.agreement, replace(said, text="In four"), draft.as_manager())
        before = rows(words)
        assert [row[4] for row in before] == ["replaced", "proposed", "proposed"]
        for _twice in range(2):
            db.session.remove()
            db.engine.dispose()
            flask_migrate.downgrade(directory=MIGRATIONS, revision=under("_a_clause_is_a_case.py"))
            assert rows(words) == before
            flask_migrate.upgrade(directory=MIGRATIONS)
            assert rows(words) == before
            assert [tuple(map(int, row)) for row in rows(f"{case} FROM special_clause")] == [(1, 1, 1, 1)] * 3
        with writing():  # and it moves on, on the chain it had
            standing = db.session.scalars(db.select(SpecialClause).where(SpecialClause.text == "In four")).one()
            use_cases.approve(standing, standing.sha256, acting(db.session.merge(other)))
        assert audit.broken_links() == [] and standing.is_approved
        with pytest.raises(IntegrityError), writing():
            db.session.execute(text("UPDATE special_clause SET state = 'draft'"))
