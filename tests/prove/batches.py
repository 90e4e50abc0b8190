"""Check 8 for batches: kill −9 the worker in the middle of many files: each is done once, none is left or halved."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from unittest.mock import PropertyMock, patch

import sqlalchemy as sa

from tests.prove.child import Child, Say, alone
from tests.prove.house import House, acting, application
from webapp import clock
from webapp.extensions import db
from webapp.models.batch import BatchItem, ItemState
from webapp.models.record import AuditEntry, AuditEvent
from webapp.services import audit
from webapp.services.batches import orders, run
from webapp.services.batches.work import WORKS, Order
from workflows.vocabulary import Machine, State

SUSPEND = "move.suspend.programme_manager"
STATEMENTS = 24  # of one file, about: its claim, its move and its row
Mutant = Callable[[], AbstractContextManager[None]]


def killed(house: House, kills: int, seed: int = 3, at_commit: int = 0) -> list[str]:
    """Suspend all running files in one batch, with a worker that dies this often; what went wrong.

    It dies before a random statement or commit; with `at_commit` before that commit of each of its lives.
    """
    dice = random.Random(seed)
    app = house.fresh()
    with acting(app):
        call = application(house.running[0]).call
        batch = orders.prepare(WORKS[SUSPEND], call, house.running, house.who(house.mover))
        orders.start(batch, "The rains.", house.who(house.mover))
        number = batch.id
    alone(app)
    begun, found = clock.now(), []
    for life in range(kills + 1):
        last = life == kills
        fatal = None if last else at_commit or dice.randrange(4, 2 * STATEMENTS)
        instant = begun + life * timedelta(minutes=3)
        with Child(lambda say: _work(house, instant, fatal, not at_commit, say)) as worker:  # noqa: B023
            found += [line for line in worker.heard() if line.startswith("error")]
            if os.WIFSIGNALED(worker.status) and last:
                found.append(f"life {life + 1} ended with {worker.status}")
    return [*found, *_result(house, number)]


def _work(house: House, instant: datetime, fatal: int | None, statements: bool, say: Say) -> None:
    """Do what waits, until commit `fatal`, statements counted too or not; a dead worker's lease is over by then."""
    seen = 0

    def count(*_given: object) -> None:
        nonlocal seen
        seen += 1
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    patient = patch.object(run, "MAX_ATTEMPTS", 100)  # giving up is another rule: tests/integration/test_batches.py
    with house.app.app_context(), clock.at(instant), patient:
        if statements:
            sa.event.listen(db.engine, "before_cursor_execute", count)
        sa.event.listen(db.engine, "commit", count)
        run.rounds(house.storage)
    say("done")


def _result(house: House, batch_id: int) -> Iterator[str]:
    with house.app.app_context():
        items = db.session.scalars(sa.select(BatchItem).where(BatchItem.batch_id == batch_id)).all()
        for item in items:
            mine = (AuditEntry.machine == Machine.APPLICATION, AuditEntry.case_id == item.application_id)
            entries = db.session.scalars(sa.select(AuditEntry).where(*mine, AuditEntry.event == AuditEvent.MOVED)).all()
            state = application(item.application_id).state
            if (item.state, len(entries), state) != (ItemState.DONE, 1, State.SUSPENDED):
                yield f"row {item.position} is {item.state}, its file {state}, with {len(entries)} entries"
        yield from (str(link) for link in audit.broken_links())
        db.session.remove()


@contextmanager
def apart() -> Iterator[None]:
    """The planted mutant: the move is committed before its row, and its number is not kept."""
    work = WORKS[SUSPEND]

    def commit_first(order: Order) -> AuditEntry | None:
        entry = work.do(order)
        db.session.commit()
        return entry

    careless = type(work)(**{**work.__dict__, "do": commit_first})
    nothing = patch.object(Order, "request_id", new_callable=PropertyMock, return_value=None)
    with patch.dict(WORKS, {SUSPEND: careless}), nothing:
        yield
