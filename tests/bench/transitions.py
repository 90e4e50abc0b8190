"""Committed transitions on both databases, in this process; and the same statements again, raw.

What one transition asked the database is recorded, the database is set back, and its own driver is asked the same.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from tests.bench.engine import ROWS, Line
from tests.factories import many
from tests.prove.house import House, build
from tests.prove.kills import BACK_AND_FORTH
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.record import Job, OutboxRow
from webapp.services import announce, scope
from webapp.services.advance import actor_on, advance, definition_of
from webapp.services.facts import of_applications
from webapp.transaction import for_writing, writing
from workflows import engine
from workflows.vocabulary import State

MOVES, WARM_UP = 150, 10


@dataclass
class Taken:
    """Seconds: of whole transitions, of their statements, of their commits; and what they asked."""

    whole: list[float] = field(default_factory=list)
    statements: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    asked: list[list[tuple[str, Any, bool]]] = field(default_factory=list)


def lines(home: Path, moves: int = MOVES) -> list[Line]:
    found = []
    for kind, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        house = build(kind, home, "bench")
        found += _lines(house, name, moves)
        found.append(_told(house, name))
        if kind == "sqlite":
            found.append(_list(house))
        house.installation.disconnect()
        house.installation.database.remove()
    return found


def _lines(house: House, name: str, moves: int) -> list[Line]:
    taken = transitions(house, moves)
    raw = again(house, taken.asked)
    whole, statements, commits = (1e3 * median(times) for times in (taken.whole, taken.statements, taken.commits))
    rest = whole - statements - commits
    where = f"{len(taken.asked[-1])} statements {statements:.1f} ms, commit {commits:.1f} ms, Python {rest:.1f} ms"
    met = whole <= 3 if name == "SQLite" else None
    where += "" if met is None else "; aim ≤ 3 ms"
    ours, bare = 1e3 / whole, 1 / median(raw)
    return [
        Line(f"One committed transition, {name}", f"{whole:.1f} ms", where, met),
        Line(f"Committed transitions, {name}, one worker", f"{ours:,.0f}/s", f"the same statements raw: {bare:,.0f}/s"),
    ]


def transitions(house: House, moves: int) -> Taken:
    """A file suspended and resumed by its manager, each time as a request would: principal, lock, move, commit."""
    app = house.fresh()
    taken = Taken()
    with app.app_context():
        who, number = house.who(house.mover), house.running[0]
        with _watched(taken):
            for _move in range(moves + WARM_UP):
                db.session.remove()
                begun = time.perf_counter()
                for_writing()
                case = db.session.get_one(Application, number, options=scope.with_room(Application))
                advance(case, BACK_AND_FORTH[case.state], who, reason="The rains.")
                made = time.perf_counter()
                db.session.commit()
                over = time.perf_counter()
                taken.whole.append(over - begun)
                taken.commits.append(over - made)
                taken.asked.append([])
                taken.statements.append(0.0)
        db.session.remove()
    for times in (taken.whole, taken.commits, taken.statements):
        del times[:WARM_UP]
    taken.asked.pop()  # begun for a move that was not made
    taken.statements.pop()
    return taken


def _told(house: House, name: str, rounds: int = 50) -> Line:
    """What the worker does afterwards about one move: find those concerned, write a mail to each, commit."""
    app = house.fresh()
    times = []
    with app.app_context():
        who, number = house.who(house.mover), house.running[0]
        for _round in range(rounds):
            with writing():
                case = db.session.get_one(Application, number)
                entry = advance(case, BACK_AND_FORTH[case.state], who, reason="The rains.").id
            db.session.remove()
            begun = time.perf_counter()
            with writing():
                announce.tell_move(entry)
            times.append(time.perf_counter() - begun)
            db.session.remove()
        mails = db.session.scalar(sa.select(sa.func.count(OutboxRow.id)).where(OutboxRow.job == Job.SEND_MAIL))
        db.session.remove()
    beside = f"{(mails or 0) / rounds:.0f} mails each, written by the worker after the commit"
    return Line(f"Telling those concerned of it, {name}", f"{1e3 * median(times):.1f} ms", beside)


@contextmanager
def _watched(taken: Taken) -> Iterator[None]:
    taken.asked.append([])
    taken.statements.append(0.0)
    began: list[float] = []

    def before(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many_: bool) -> None:
        if not statement.startswith("BEGIN"):
            taken.asked[-1].append((statement, parameters, many_))
        began.append(time.perf_counter())

    def after(*_given: object) -> None:
        taken.statements[-1] += time.perf_counter() - began.pop()

    sa.event.listen(db.engine, "before_cursor_execute", before)
    sa.event.listen(db.engine, "after_cursor_execute", after)
    yield
    sa.event.remove(db.engine, "before_cursor_execute", before)
    sa.event.remove(db.engine, "after_cursor_execute", after)


def again(house: House, asked: list[list[tuple[str, Any, bool]]]) -> list[float]:
    """The same statements in the same transactions on the same rows, through the driver alone; seconds of each."""
    app = house.fresh()
    times = []
    with app.app_context():
        raw = db.engine.raw_connection()
        connection = raw.driver_connection
        is_sqlite = db.engine.dialect.name == "sqlite"
        for statements in asked:
            begun = time.perf_counter()
            cursor = connection.cursor()  # type: ignore[union-attr]
            if is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            for statement, parameters, several in statements:
                (cursor.executemany if several else cursor.execute)(statement, parameters)
                if cursor.description:
                    cursor.fetchall()
            if is_sqlite:
                cursor.execute("COMMIT")
            else:
                connection.commit()  # type: ignore[union-attr]
            times.append(time.perf_counter() - begun)
        raw.close()
        db.session.remove()
    return times[WARM_UP:]


def _list(house: House) -> Line:
    """A hundred files from the database: loaded, their facts in bulk, offers with reasons."""
    app = house.fresh()
    with app.app_context():
        heap = many.heap(ROWS, State.DECISION)
        with_two = _counted(lambda: _offered(heap, 2))
        with_all = _counted(lambda: _offered(heap, ROWS))
        times = []
        for _round in range(20):
            db.session.remove()
            begun = time.perf_counter()
            _offered(heap, ROWS)
            times.append(time.perf_counter() - begun)
        db.session.remove()
    return Line(
        f"{ROWS} rows of actions with reasons, from the database", f"{1e3 * median(times):.0f} ms",
        f"{with_all} statements for {ROWS} rows, {with_two} for 2", with_all == with_two,
    )  # fmt: skip


def _offered(heap: many.Heap, rows: int) -> int:
    who = heap.who("manager")
    query = sa.select(Application).where(Application.id.in_(heap.files[:rows]))
    loaded = query.options(*scope.with_room(Application), sa.orm.joinedload(Application.clarifications))
    files = list(db.session.scalars(loaded).unique())
    facts = of_applications(files, who)
    return sum(
        len(engine.offers(definition_of(file), file.state, actor_on(file, who), facts[file.id])) for file in files
    )


def _counted(work: Callable[[], int]) -> int:
    db.session.remove()
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    work()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return sum(not statement.startswith("BEGIN") for statement in seen)
