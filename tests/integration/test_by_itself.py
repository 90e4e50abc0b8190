"""What happens by itself happens case by case: one that fails is set back and shown, and holds up nobody."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from html5lib import HTMLParser
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from tests.factories import many
from tests.factories import programmes as f
from tests.factories.applications import statements
from tests.factories.deadlines import MONDAY, anew
from webapp import clock, jobs
from webapp.admin import use_cases
from webapp.errors import Forbidden
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.record import AuditEntry, Deadline, Job, OutboxRow
from webapp.services import by_itself, deadlines, outbox, reminders
from webapp.services.effects import HANDLERS, Moved
from webapp.transaction import writing
from workflows.vocabulary import Effect, State

OVER = timedelta(days=43)
POOR, SOUND = 0, 1  # places in the heap


@pytest.fixture
def refused(app: Flask) -> Iterator[many.Heap]:
    """Two rejected files whose time to appeal runs out on the same day; the first one's letter cannot be made."""
    with app.app_context(), clock.at(MONDAY):
        heap = many.heap(2, State.REJECTED, refusals=1, refused_as=State.REJECTED)
        with writing():
            for number in heap.files:
                deadlines.open_for(db.session.get_one(Application, number))
        yield heap
        db.session.remove()


@pytest.fixture
def broken(refused: many.Heap, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The letter of the first file fails, until what is given back is called."""
    real, poor = HANDLERS[Effect.LETTER_CLOSING], {refused.files[POOR]}

    def write(moved: Moved) -> None:
        if moved.case.id in poor:
            raise RuntimeError("one broken file")
        real(moved)

    monkeypatch.setitem(HANDLERS, Effect.LETTER_CLOSING, write)
    return poor.clear


def states(heap: many.Heap) -> list[State]:
    anew()
    return [db.session.get_one(Application, number).state for number in heap.files]


def failed() -> OutboxRow:
    anew()
    return db.session.scalars(select(OutboxRow).where(OutboxRow.job == Job.MOVE)).one()


def test_a_file_whose_move_fails_stops_no_other_and_no_mail(
    app: Flask, refused: many.Heap, broken: Callable[[], None]
) -> None:
    with clock.at(MONDAY + OVER):
        with writing():
            mail = {"to": "a@example.org", "subject": "s", "lines": ["l"], "path": "/", "language": "en"}
            outbox.enqueue(Job.SEND_MAIL, "waiting", mail)
        jobs.tick(app)
        assert states(refused) == [State.REJECTED, State.CLOSED]
        assert db.session.scalars(select(OutboxRow).where(OutboxRow.key == "waiting")).one().done_at is not None
        row = failed()
        assert (row.attempts, row.payload["case_id"], row.done_at) == (1, refused.files[POOR], None)
        assert "one broken file" in row.error
        assert row.available_at > clock.now()
        entries = select(AuditEntry).where(AuditEntry.application_id == refused.files[POOR])
        assert db.session.scalars(entries).all() == [], "what failed left nothing behind"


def test_it_is_tried_again_each_time_later_and_not_in_every_round(
    app: Flask, refused: many.Heap, broken: Callable[[], None]
) -> None:
    when, seen = MONDAY + OVER, []
    for _round in range(outbox.MAX_ATTEMPTS + 3):
        with clock.at(when):
            for _tick in range(3):
                jobs.tick(app)
            seen.append((failed().attempts, failed().available_at - when))
            when = max(when, failed().available_at)
    attempts = [number for number, _pause in seen]
    assert attempts == [1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8], "given up like any other work"
    pauses = [pause for _number, pause in seen[: outbox.MAX_ATTEMPTS]]
    assert pauses == sorted(set(pauses))


def test_once_it_can_be_done_it_is(app: Flask, refused: many.Heap, broken: Callable[[], None]) -> None:
    with clock.at(MONDAY + OVER):
        jobs.tick(app)
    broken()
    with clock.at(MONDAY + OVER + timedelta(seconds=20)):
        jobs.tick(app)
        assert states(refused)[POOR] is State.REJECTED, "the pause is not over"
    with clock.at(MONDAY + OVER + timedelta(minutes=1)):
        jobs.tick(app)
        assert states(refused)[POOR] is State.CLOSED
        assert (failed().done_at, failed().error) == (clock.now(), "")


def test_what_got_more_time_meanwhile_is_not_fired(
    app: Flask, refused: many.Heap, broken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row that was due runs no longer: what was set back is done with, and nothing moves."""
    with clock.at(MONDAY + OVER):
        jobs.tick(app)
        broken()
        with writing():
            over = Deadline.case_id == refused.files[POOR]
            db.session.execute(update(Deadline).where(over).values(closed_at=clock.now(), ended="extended"))
    with clock.at(MONDAY + OVER + timedelta(minutes=1)):
        jobs.tick(app)
        assert states(refused)[POOR] is State.REJECTED
        assert failed().done_at == clock.now()


def test_dates_of_the_tables_that_nobody_follows_are_taken_up_by_one_run_too(app: Flask) -> None:
    """Files that stood in such a state before dates were rows: followed, and fired when their time is over."""
    with app.app_context(), clock.at(MONDAY):
        heap = many.heap(2, State.REJECTED, refusals=1, refused_as=State.REJECTED)
        assert app.test_cli_runner().invoke(args=["worker", "--once"]).exit_code == 0
        anew()
        rows = db.session.scalars(select(Deadline).where(Deadline.closed_at.is_(None))).all()
        assert [(row.case_id, row.rule) for row in rows] == [(number, "appeal_days") for number in heap.files]
        assert jobs.follow_what_is_due() == 0
        with writing():
            db.session.execute(update(Deadline).values(closed_at=clock.now(), ended="left"))
    with app.app_context(), clock.at(MONDAY + OVER):
        jobs.begin(app)
        assert states(heap) == [State.CLOSED, State.CLOSED]


def test_a_reminder_that_fails_stops_no_other(app: Flask, refused: many.Heap, monkeypatch: pytest.MonkeyPatch) -> None:
    real = reminders.audience

    def audience(row: Deadline, *args: Any) -> Any:
        if row.case_id == refused.files[POOR]:
            raise RuntimeError("nobody can be found")
        return real(row, *args)

    monkeypatch.setattr(reminders, "audience", audience)
    with clock.at(MONDAY + OVER - timedelta(days=7)):
        assert jobs.send_reminders() == 1
        assert jobs.send_reminders() == 0, "the one that failed waits for its turn"
        row = db.session.scalars(select(OutboxRow).where(OutboxRow.job == Job.REMIND)).one()
        assert "nobody can be found" in row.error


def test_a_part_of_the_round_that_fails_stops_no_other(
    app: Flask, refused: many.Heap, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_part() -> int:
        raise RuntimeError("a broken row")

    monkeypatch.setattr(jobs, "DAILY", (broken_part, *jobs.DAILY))
    monkeypatch.setattr(jobs, "keep_heads", lambda app: broken_part())
    with clock.at(MONDAY + OVER):
        jobs.tick(app)
        assert states(refused) == [State.CLOSED, State.CLOSED]


def test_a_database_that_is_away_is_waited_for_and_blamed_on_no_file(
    app: Flask, refused: many.Heap, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_moved: Moved) -> None:
        raise OperationalError("insert", {}, Exception("gone"), connection_invalidated=True)

    monkeypatch.setitem(HANDLERS, Effect.LETTER_CLOSING, away)
    with clock.at(MONDAY + OVER):
        with pytest.raises(OperationalError):
            jobs.tick(app)
        db.session.remove()
        assert db.session.scalars(select(OutboxRow).where(OutboxRow.job == Job.MOVE)).all() == []


def test_an_administrator_sees_it_and_has_it_tried_again(app: Flask) -> None:
    with app.app_context():
        rooms = f.rooms()
        payload = {"machine": "application", "case_id": 7, "trigger": "close_refused", "deadline_id": 3}
        with writing():
            for _attempt in range(outbox.MAX_ATTEMPTS):
                outbox.set_back(Job.MOVE, by_itself.key(Job.MOVE, payload), payload, "<broken> file")
            row_id = db.session.scalars(select(OutboxRow.id).where(OutboxRow.job == Job.MOVE)).one()
        with pytest.raises(Forbidden):
            use_cases.try_again(db.session.get_one(OutboxRow, row_id), rooms.who("manager"))
        db.session.rollback()
    admin = f.enter(app, rooms, "admin")
    with statements() as seen:
        page = admin.get("/failed-work")
    HTMLParser(strict=True).parse(page.text)
    assert len(seen) <= 10
    for words in ("move-application-7-close_refused-3", "&lt;broken&gt; file", "it waits for you", "Try again"):
        assert words in page.text
    assert admin.post(f"/failed-work/{row_id}/again").status_code == 303
    with app.app_context():
        row = db.session.get_one(OutboxRow, row_id)
        assert (row.attempts, row.error) == (0, "")
    assert admin.post("/failed-work/999999/again").status_code == 404
    assert f.enter(app, rooms, "manager").get("/failed-work").status_code == 404
