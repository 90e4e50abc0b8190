"""G3c: PostgreSQL itself is killed (−9) at a chosen point of a move: a plain page, nothing lost, and on it goes.

The server is one of our own, killed with all its processes and started again on what it left behind. A point is an
event of the one connection that makes the move, so every run kills at the same place.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine.default import DefaultDialect

from tests.prove.child import alone
from tests.prove.faults import Visitor
from tests.prove.house import House, acting, build
from tests.support.database import PostgresDatabase
from tests.support.postgres import ServerToKill
from webapp import jobs
from webapp.extensions import db
from webapp.models.record import Job, OutboxRow
from webapp.services import outbox


class Outage:
    """The world on a server that may be killed."""

    def __init__(self, home: Path, worker: str) -> None:
        self.server = ServerToKill(home)
        name = f"killed_{worker}".replace("-", "_").lower()
        database = PostgresDatabase(home, name, self.server.url)
        self.house: House = build("postgresql", home, f"{worker}_outages", database)

    def remove(self) -> None:
        self.house.installation.disconnect()
        self.server.remove()


# --- points of a move -----------------------------------------------------------------------------------------------


@contextmanager
def before_statement(app: Flask, kill: Callable[[], None], words: str) -> Iterator[None]:
    """The server dies before the first statement with these words."""

    struck: list[bool] = []

    def strike(_connection: Any, _cursor: Any, statement: str, *_more: object) -> None:
        if not struck and words in statement:
            struck.append(True)  # and it stays listening: a listener that takes itself off breaks the event's own loop
            kill()

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", strike)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", strike)


@contextmanager
def around_commit(kill: Callable[[], None], *, before: bool) -> Iterator[None]:
    """The server dies when the commit is asked for, or when it has answered and nobody has been told yet."""
    commit = DefaultDialect.do_commit
    struck: list[bool] = []

    def strike(self: DefaultDialect, connection: Any) -> None:
        if struck:
            commit(self, connection)
            return
        struck.append(True)
        if before:
            kill()
            commit(self, connection)
        else:
            commit(self, connection)
            kill()

    with patch.object(DefaultDialect, "do_commit", strike):
        yield


@contextmanager
def during_commit(kill: Callable[[], None]) -> Iterator[None]:
    """The commit is sent, the server dies, and its answer is lost: whether it was kept, only the database knows."""
    commit = DefaultDialect.do_commit
    struck: list[bool] = []

    def strike(self: DefaultDialect, connection: Any) -> None:
        if struck:
            commit(self, connection)
            return
        struck.append(True)
        raw = connection.driver_connection.pgconn
        raw.send_query(b"COMMIT")
        raw.flush()
        kill()
        while raw.get_result():
            pass
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with patch.object(DefaultDialect, "do_commit", strike):
        yield


POINTS: dict[str, Callable[[Flask, Callable[[], None]], Any]] = {
    "before the session is read": lambda app, kill: before_statement(app, kill, "FROM user_session"),
    "before the case is locked": lambda app, kill: before_statement(app, kill, "FOR UPDATE"),
    "before the state is written": lambda app, kill: before_statement(app, kill, "UPDATE application"),
    "before the record is written": lambda app, kill: before_statement(app, kill, "INSERT INTO audit_entry"),
    "before the mail is announced": lambda app, kill: before_statement(app, kill, "INSERT INTO outbox"),
    "before the commit": lambda _app, kill: around_commit(kill, before=True),
    "while the commit is under way": lambda _app, kill: during_commit(kill),
}


UNDER_WAY = "while the commit is under way"


def strike(outage: Outage, points: Iterable[str] = POINTS) -> list[str]:
    """A move for each point, during which the server dies there; the next request after the restart works."""
    with _visiting(outage) as (visitor, found):
        if visitor.post() != 303:
            found.append("not even before the fault")
        for point in points:
            with POINTS[point](visitor.app, outage.server.kill):
                status = visitor.post()
            if status != 503:
                found.append(f"{point}: answered {status}")
            outage.server.start()
            if point == UNDER_WAY:
                visitor.done = visitor.revisions()  # not acknowledged, and kept or not: both are right
            visitor.goes_on()
    return found


def after_commit(outage: Outage) -> list[str]:
    """The server dies after it has answered the commit: the move is acknowledged, and it is there afterwards."""
    with _visiting(outage) as (visitor, found):
        visitor.post()
        with around_commit(outage.server.kill, before=False):
            status = visitor.post()
        if status != 303:
            found.append(f"answered {status}")
        outage.server.start()
        visitor.goes_on()
    return found


def while_away(outage: Outage) -> list[str]:
    """Reading and writing while there is no server; and connections in the pool that have outlived it."""
    with _visiting(outage) as (visitor, found):
        visitor.post()
        state = visitor.state()
        outage.server.kill()
        for address in ("/desk", f"/applications/{visitor.number}", "/sign-in", "/"):
            answer = visitor.client.get(address)
            if answer.status_code != 503:
                found.append(f"GET {address} answered {answer.status_code}")
            visitor.in_plain_words(answer)
        if (status := visitor.post(state)) != 503:
            found.append(f"a move answered {status}")
        outage.server.start()
        visitor.goes_on()
        state = visitor.state()
        outage.server.kill()
        outage.server.start()
        if (status := visitor.post(state)) != 303:  # pooled connections are asked before they are used
            found.append(f"the restart was noticed: {status}")
        visitor.goes_on()
    return found


def worker_waits(outage: Outage, jobs_before: int = 6) -> list[str]:
    """The worker's server dies before its third job is acknowledged; it waits, goes on, and loses none."""
    found: list[str] = []
    outage.server.revive()
    app = outage.house.fresh()
    alone(app)
    with acting(app):
        db.session.execute(sa.delete(OutboxRow))
        for number in range(jobs_before):
            outbox.enqueue(Job.SEND_MAIL, f"outage-{number}", {
                "to": "officer@example.org", "subject": "A move", "lines": [], "path": "/", "language": "en",
            })  # fmt: skip
    asked, away = itertools.count(), itertools.count(1)

    def stop() -> bool:
        """Asked before each round and each job: the second time that the server is missed it is started again."""
        if not outage.server.runs and next(away) == 2:
            outage.server.start()
        return len(acknowledged) > jobs_before or next(asked) > 20 * jobs_before

    acknowledged: list[int] = []
    acknowledge = outbox.acknowledge

    def strike(row: OutboxRow) -> None:
        acknowledged.append(row.id)
        if len(acknowledged) == 3:
            outage.server.kill()
        acknowledge(row)

    soon_over = patch.object(outbox, "LEASE", outbox.LEASE * 0)  # the row in hand is free again at once
    with app.app_context(), patch.object(outbox, "acknowledge", strike), soon_over:
        jobs.run(app, stop, pause=0)
        left = db.session.scalar(sa.select(sa.func.count(OutboxRow.id)).where(OutboxRow.done_at.is_(None)))
        db.session.remove()
    if left:
        found.append(f"{left} jobs are not done")
    letters = list(app.config["SETTINGS"].mail.glob("outage-*.eml"))
    return found if len(letters) == jobs_before else [*found, f"{len(letters)} of {jobs_before} letters"]


def everything(outage: Outage) -> list[str]:
    """Each of these once."""
    return [*strike(outage), *after_commit(outage), *while_away(outage), *worker_waits(outage)]


@contextmanager
def _visiting(outage: Outage) -> Iterator[tuple[Visitor, list[str]]]:
    found: list[str] = []
    outage.server.revive()
    app = outage.house.fresh()
    app.testing, app.logger.disabled = False, True
    try:
        yield Visitor(outage.house, found.append), found
    finally:
        app.testing, app.logger.disabled = True, False
        alone(app)


@contextmanager
def unasked() -> Iterator[None]:
    """The planted mutant: a pooled connection is used as it is, though its server was restarted."""
    with patch.object(DefaultDialect, "_do_ping_w_event", lambda _self, _connection: True):
        yield
