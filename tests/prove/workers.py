"""G3, check 8: kill −9 the worker while it drains the outbox: no job is lost, each database effect happens once."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import sqlalchemy as sa

from tests.prove.child import Child, Say, alone
from tests.prove.house import House, acting, application
from webapp import clock
from webapp.extensions import db
from webapp.jobs import courier
from webapp.models.record import AuditEntry, AuditEvent, Job, OutboxRow
from webapp.policy import SYSTEM
from webapp.services import audit, outbox
from webapp.services.deliver import Courier
from workflows.vocabulary import Role

Mutant = Callable[[], AbstractContextManager[None]]
STATEMENTS = 9  # of one job, about: with its claim, its effect and its acknowledgement


def run(house: House, jobs: int, kills: int, seed: int = 1) -> list[str]:
    """Drain this many jobs with a worker that dies this often, each time at another statement; what went wrong."""
    dice = random.Random(seed)
    app = house.fresh()
    mail = app.config["SETTINGS"].mail
    with acting(app):
        db.session.execute(sa.delete(OutboxRow))
        for number in range(jobs):
            outbox.enqueue(Job.SEND_MAIL, f"job-{number}", _message(number))
    alone(app)
    for letter in mail.glob("job-*.eml"):
        letter.unlink()
    begun = clock.now()
    found: list[str] = []
    for life in range(kills + 1):
        share = STATEMENTS * jobs // (kills + 1)
        last = life == kills
        fatal = None if last else dice.randrange(share // 2, share)
        with Child(lambda say: _drain(house, begun + life * timedelta(minutes=3), fatal, say)) as worker:  # noqa: B023
            found += [line for line in worker.heard() if line.startswith("error")]
            if last is os.WIFSIGNALED(worker.status):
                found.append(f"life {life + 1} ended with {worker.status}")
    return [*found, *_result(house, jobs)]


def _drain(house: House, instant: datetime, fatal: int | None, say: Say) -> None:
    """Work until nothing is left, or until statement `fatal`. A lease of a dead worker has run out by then."""
    seen = 0

    def count(*_given: object) -> None:
        nonlocal seen
        seen += 1
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    with house.app.app_context(), clock.at(instant):
        sa.event.listen(db.engine, "before_cursor_execute", count)
        sa.event.listen(db.engine, "commit", count)
        recording(courier(house.app), house).drain(limit=10**6)
    say("done")


def recording(carrier: Courier, house: House) -> Courier:
    """Sending also writes into the record of a file: an effect in the database that must happen exactly once."""
    send = carrier.jobs[Job.SEND_MAIL]

    def send_and_record(row: OutboxRow) -> None:
        send(row)
        audit.record(
            application(house.running[0]), SYSTEM, Role.SYSTEM, AuditEvent.EDITED, data={"job": row.key}
        )  # fmt: skip

    carrier.jobs[Job.SEND_MAIL] = send_and_record
    return carrier


def _result(house: House, jobs: int) -> Iterator[str]:
    mail = house.app.config["SETTINGS"].mail
    with house.app.app_context():
        left = db.session.scalar(sa.select(sa.func.count(OutboxRow.id)).where(OutboxRow.done_at.is_(None)))
        entries = db.session.scalars(sa.select(AuditEntry.data).where(AuditEntry.event == AuditEvent.EDITED))
        effects = Counter(data["job"] for data in entries if "job" in data)
        links = audit.broken_links()
        db.session.remove()
    names = {f"job-{number}" for number in range(jobs)}
    letters = {file.stem for file in mail.glob("job-*.eml")}
    if left:
        yield f"{left} jobs are not done"
    yield from (f"{name} has no effect" for name in sorted(names - effects.keys()))
    yield from (f"{name} has {times} effects" for name, times in effects.items() if times != 1)
    yield from (f"{name} was not sent" for name in sorted(names - letters))
    yield from (str(link) for link in links)


def _message(number: int) -> dict[str, object]:
    return {"to": f"officer{number}@example.org", "subject": "A move", "lines": [], "path": "/", "language": "en"}


@contextmanager
def apart() -> Iterator[None]:
    """The planted mutant: the effect is committed apart from its acknowledgement."""
    acknowledge = outbox.acknowledge

    def commit_first(row: OutboxRow) -> None:
        db.session.commit()
        acknowledge(row)

    with patch.object(outbox, "acknowledge", commit_first):
        yield


@contextmanager
def too_early() -> Iterator[None]:
    """The planted mutant: a job counts as done when it is claimed."""
    claim = outbox.claim

    def claim_and_forget() -> OutboxRow | None:
        row = claim()
        if row is not None:
            outbox.acknowledge(row)
        return row

    with patch.object(outbox, "claim", claim_and_forget):
        yield
