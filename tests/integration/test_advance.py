"""The one door: one winner, one record, nothing half done; on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import people
from webapp.errors import Conflict, Refused
from webapp.extensions import db
from webapp.models.people import OrganisationType, Person
from webapp.models.programme import Programme
from webapp.models.record import AuditEntry, AuditEvent, Job, OutboxRow
from webapp.policy import Principal
from webapp.services import audit, effects, outbox
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows.vocabulary import Effect, Role, State, Trigger

WAYS = 32


@pytest.fixture
def director(app: Flask) -> int:
    """A director of one programme in draft; both have id 1 in an empty database."""
    with app.app_context(), writing():
        operator = people.organisation("Office", type=OrganisationType.OPERATOR)
        programme = Programme(
            code="T", title="Test", starts_on=date(2026, 1, 1), ends_on=date(2029, 12, 31), budget=Decimal(1000),
            currency="EUR", funder="Somebody", operator_id=operator.id,
        )  # fmt: skip
        db.session.add(programme)
        db.session.flush()
        return people.holding(Role.DIRECTOR, programme_id=programme.id).id


@contextmanager
def acting(app: Flask, person_id: int) -> Iterator[tuple[Programme, Principal]]:
    """A write transaction with the programme and its director."""
    with app.app_context(), writing():
        who = people.acting(db.session.get_one(Person, person_id))
        yield db.session.scalars(sa.select(Programme)).one(), who


def entries(app: Flask) -> list[AuditEntry]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))


def test_a_move_writes_state_revision_and_one_entry(app: Flask, director: int) -> None:
    with acting(app, director) as (programme, who):
        advance(programme, Trigger.OPEN_PROGRAMME, who)
    with acting(app, director) as (programme, _who):
        assert (programme.state, programme.revision) == (State.OPEN, 2)
    (entry,) = entries(app)
    assert (entry.event, entry.from_state, entry.to_state) == (AuditEvent.MOVED, State.DRAFT, State.OPEN)
    assert (entry.actor_id, entry.role, entry.sequence) == (director, Role.DIRECTOR, 1)


def test_thirty_two_at_once_have_one_winner_and_readable_refusals(app: Flask, director: int) -> None:
    def fire(_number: int) -> str:
        try:
            with acting(app, director) as (programme, who):
                advance(programme, Trigger.OPEN_PROGRAMME, who)
        except Refused as refused:
            return refused.refusal.blockers[0].code
        return "won"

    with ThreadPoolExecutor(WAYS) as pool:
        answers = list(pool.map(fire, range(WAYS)))
    assert sorted(answers) == ["no_such_move"] * (WAYS - 1) + ["won"]
    assert len(entries(app)) == 1


def test_the_race_notices_a_door_without_its_lock(app: Flask, director: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutant: no row lock and no IMMEDIATE; then more than one wins, or the database stops the second."""
    two = Barrier(2)  # each has read its row before the other writes
    monkeypatch.setattr("webapp.services.advance.lock", lambda case: two.wait(timeout=60))
    monkeypatch.setattr("webapp.transaction.for_writing", db.session.rollback)

    def fire(_number: int) -> str:
        try:
            with acting(app, director) as (programme, who):
                advance(programme, Trigger.OPEN_PROGRAMME, who)
        except Refused:
            return "refused"
        except sa.exc.DBAPIError:
            return "stopped by the database"
        return "won"

    with ThreadPoolExecutor(WAYS) as pool:
        answers = list(pool.map(fire, range(WAYS)))
    assert answers.count("won") > 1 or "stopped by the database" in answers


def test_the_same_request_twice_is_done_once(app: Flask, director: int) -> None:
    for _time in range(2):
        with acting(app, director) as (programme, who):
            advance(programme, Trigger.OPEN_PROGRAMME, who, request_id="one")
    assert len(entries(app)) == 1


def test_a_requests_number_serves_one_move(app: Flask, director: int) -> None:
    with acting(app, director) as (programme, who):
        advance(programme, Trigger.OPEN_PROGRAMME, who, request_id="one")
    with pytest.raises(Conflict), acting(app, director) as (programme, who):
        advance(programme, Trigger.CLOSE_PROGRAMME, who, request_id="one")


def test_a_stale_revision_is_a_conflict(app: Flask, director: int) -> None:
    with pytest.raises(Conflict), acting(app, director) as (programme, who):
        advance(programme, Trigger.OPEN_PROGRAMME, who, expected=programme.revision + 1)
    assert entries(app) == []


def test_an_effect_that_fails_leaves_nothing_behind(app: Flask, director: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        outbox.enqueue(Job.SEND_MAIL, "half", {"to": "x"})
        raise RuntimeError("the effect fails")

    monkeypatch.setattr("webapp.services.announce.after", fail)
    with pytest.raises(RuntimeError), acting(app, director) as (programme, who):
        advance(programme, Trigger.OPEN_PROGRAMME, who)
    with acting(app, director) as (programme, _who):
        assert programme.state is State.DRAFT
        assert db.session.scalar(sa.select(sa.func.count(OutboxRow.id))) == 0
    assert entries(app) == []


def test_every_effect_has_a_handler(app: Flask) -> None:
    assert set(effects.HANDLERS) == set(Effect)


ATTACKS = {
    "sqlite": ("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",),
    "postgresql": ("TRUNCATE audit_entry CASCADE",),
}


def test_the_record_cannot_be_changed_with_sql(app: Flask, director: int) -> None:
    with acting(app, director) as (programme, who):
        advance(programme, Trigger.OPEN_PROGRAMME, who)
        dialect = db.engine.dialect.name
    everywhere = ("UPDATE audit_entry SET reason = 'nothing happened'", "DELETE FROM audit_entry")
    for attack in (*everywhere, *ATTACKS[dialect]):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), acting(app, director):
            db.session.execute(sa.text(attack))
    assert len(entries(app)) == 1


def test_a_changed_record_is_found(app: Flask, director: int) -> None:
    """Somebody with the keys drops the trigger, changes an entry and puts the trigger back: the chain tells."""
    with acting(app, director) as (programme, who):
        advance(programme, Trigger.OPEN_PROGRAMME, who)
        assert audit.broken_links() == []
    with acting(app, director):
        sqlite = db.engine.dialect.name == "sqlite"
        db.session.execute(sa.text("DROP TRIGGER audit_entry_no_update" + ("" if sqlite else " ON audit_entry")))
        db.session.execute(sa.text("UPDATE audit_entry SET reason = 'changed'"))
    with acting(app, director):
        assert [fault for *_where, fault in audit.broken_links()] == ["content was changed"]
