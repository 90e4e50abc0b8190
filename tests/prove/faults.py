"""G3c: a full disk, a disk that refuses to write, a database that goes away: a clean page, nothing lost, on it goes.

Asked of the whole product through its pages, in a child whose limits may be set.
"""

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import scoped_session
from werkzeug.test import TestResponse

from tests.factories import people
from tests.prove.child import Child, Say, alone
from tests.prove.house import House, application
from tests.prove.kills import BACK_AND_FORTH
from webapp.extensions import db
from webapp.models.people import Person
from webapp.models.record import AuditEntry
from webapp.services import audit
from workflows.vocabulary import State

Fault = Callable[[House], list[str]]
PLAIN = "What you did just now may not have been saved."
TECHNICAL = ("Traceback", "sqlite3", "sqlalchemy", "psycopg", "OperationalError", "audit_entry")
PAGES = 12  # the disk of a full one holds this many more pages
MOST = 400  # requests until it must be full
REASON = "All work stands still until the rains are over. " * 60


def full_disk(house: House) -> list[str]:
    """Requests until the database may not grow any more; then room again."""
    return _in_child(house, _until_full)


def refused_writes(house: House) -> list[str]:
    """The system refuses to write beyond a file's present size: SQLite says "disk I/O error"."""
    return _in_child(house, _while_refused)


def lost_connection(house: House) -> list[str]:
    """PostgreSQL ends the connection in the middle of a move."""
    return _in_child(house, _while_cut)


def _in_child(house: House, play: Callable[["Visitor"], None]) -> list[str]:
    app = house.fresh()
    alone(app)

    def work(say: Say) -> None:
        app.testing = False  # a test would see the exception, a person sees the page
        app.logger.disabled = True
        play(Visitor(house, say))

    with Child(work) as child:
        found = child.heard()
    return found if child.status == 0 else [*found, f"ended with {child.status}"]


class Visitor:
    """The manager of the running files, at a browser; keeps count of what the product acknowledged."""

    def __init__(self, house: House, say: Say) -> None:
        self.house, self.say, self.app = house, say, house.app
        self.number, self.done = house.running[0], 0
        self.client: FlaskClient = house.app.test_client()
        with house.app.app_context():
            people.sign_in(self.client, db.session.get_one(Person, house.mover))
            db.session.remove()

    def post(self, state: State | None = None) -> int:
        """One move; an error must come as a page in plain words. `state` where the database cannot be asked."""
        trigger = BACK_AND_FORTH[state or self.state()]
        answer = self.client.post(f"/move/application/{self.number}/{trigger}", data={"reason": REASON})
        if answer.status_code == 303:
            self.done += 1
        elif answer.status_code not in (500, 503):
            self.say(f"answered {answer.status_code}")
        else:
            self.in_plain_words(answer)
        return answer.status_code

    def in_plain_words(self, answer: TestResponse) -> None:
        if PLAIN not in answer.text or any(word in answer.text for word in TECHNICAL):
            self.say(f"the page of {answer.status_code} is not in plain words: {answer.text[:3000]!r}")

    def revisions(self) -> int:
        """How many moves the case has made."""
        with self.app.app_context():
            made = application(self.number).revision - 1
            db.session.remove()
        return made

    def state(self) -> State:
        with self.app.app_context():
            state = application(self.number).state
            db.session.remove()
        return state

    def compare(self, when: str) -> None:
        """What was acknowledged is there, nothing else is, and the record holds."""
        with self.app.app_context():
            revision = application(self.number).revision
            mine = (AuditEntry.case_id == self.number, AuditEntry.machine == "application")
            entries = db.session.scalar(sa.select(sa.func.count(AuditEntry.id)).where(*mine))
            links = audit.broken_links()
            db.session.remove()
        if not revision - 1 == entries == self.done:
            self.say(f"{when}: {self.done} acknowledged, {revision - 1} done, {entries} in the record")
        for link in links:
            self.say(str(link))

    def goes_on(self) -> None:
        self.compare("after the fault")
        if self.post() != 303:
            self.say("the next request does not work")
        self.compare("after the next request")


def _until_full(visitor: Visitor) -> None:
    limit: list[int] = []

    def small(raw: Any, _record: object) -> None:
        if not limit:
            limit.append(raw.execute("PRAGMA page_count").fetchone()[0] + PAGES)
        raw.execute(f"PRAGMA max_page_count={limit[0]}")

    alone(visitor.app)
    with visitor.app.app_context():
        sa.event.listen(db.engine, "connect", small)
        refused = next((number for number in range(MOST) if visitor.post() != 303), None)
        sa.event.remove(db.engine, "connect", small)
    if refused is None:
        visitor.say("the disk was never full")
    alone(visitor.app)
    visitor.goes_on()


def _while_refused(visitor: Visitor) -> None:
    if visitor.post() != 303:
        visitor.say("not even before the fault")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = Path(visitor.house.installation.database.url.removeprefix("sqlite:///") + "-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    status = visitor.post()
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    if status == 303:
        visitor.say("the write was not refused")
    visitor.goes_on()


def _while_cut(visitor: Visitor) -> None:
    if visitor.post() != 303:
        visitor.say("not even before the fault")
    with visitor.app.app_context():
        engine = db.engine

        done: list[bool] = []

        def cut(_connection: Any, cursor: Any, statement: str, *_more: object) -> None:
            if done or not statement.startswith("INSERT INTO audit_entry"):
                return
            done.append(True)  # it stays listening: one that takes itself off breaks the loop over the listeners
            with engine.connect() as other:
                other.execute(sa.text(f"SELECT pg_terminate_backend({cursor.connection.info.backend_pid})"))

        sa.event.listen(engine, "before_cursor_execute", cut)
    if (status := visitor.post()) != 503:
        visitor.say(f"a lost connection answered {status}")
    sa.event.remove(engine, "before_cursor_execute", cut)
    visitor.goes_on()


@contextmanager
def swallowed() -> Iterator[None]:
    """The planted mutant: a commit that fails is taken for one that did not."""
    commit = scoped_session.commit

    def careless(session: Any) -> None:
        try:
            commit(session)
        except sa.exc.DBAPIError:
            session.rollback()

    with patch.object(scoped_session, "commit", careless):
        yield
