"""Work that must happen after the commit: rows written with the change, claimed with a lease, done at least once."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from webapp import clock
from webapp.extensions import db, insert_new
from webapp.models.record import Job, OutboxRow

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8


Announced = tuple[Job, str, dict[str, Any]]


def enqueue(job: Job, key: str, payload: dict[str, Any]) -> None:
    """Announce work once: a second row with the same key is not written."""
    enqueue_all([(job, key, payload)])


def enqueue_all(announced: Iterable[Announced]) -> None:
    """The same for several pieces of work, in one statement."""
    instant = clock.now()
    known = {"created_at": instant, "available_at": instant, "attempts": 0, "error": ""}
    if rows := [{"job": job, "key": key, "payload": payload} | known for job, key, payload in announced]:
        db.session.execute(insert_new(OutboxRow, "key"), rows)


def claim() -> OutboxRow | None:
    """Lease the oldest open row to this worker, or None; what takes seconds waits until nothing quick is open.

    Must run in a write transaction of its own.
    """
    order = (OutboxRow.job == Job.CONVERT_DOCUMENT, OutboxRow.id)
    query = select(OutboxRow.id).where(_free()).order_by(*order).limit(1).with_for_update(skip_locked=True)
    row_id = db.session.scalar(query)
    if row_id is None:
        return None
    instant = clock.now()
    change = {"claimed_by": uuid.uuid4().hex, "leased_until": instant + LEASE, "attempts": OutboxRow.attempts + 1}
    db.session.execute(update(OutboxRow).where(OutboxRow.id == row_id, _free()).values(**change))
    return db.session.get_one(OutboxRow, row_id, populate_existing=True)


def acknowledge(row: OutboxRow) -> None:
    row.done_at = clock.now()
    row.error = ""


def postpone(row: OutboxRow, error: str) -> None:
    """Try again later, each time later; after the last attempt the row waits for a person."""
    row.error = error[:2000]
    row.leased_until = None
    row.available_at = clock.now() + timedelta(seconds=10 * 3**row.attempts)


def set_back(job: Job, key: str, payload: dict[str, Any], error: str) -> None:
    """Keep what was tried and failed elsewhere: it is tried again from here, each time later, like any other work."""
    enqueue(job, key, payload)
    row = db.session.scalars(select(OutboxRow).where(OutboxRow.key == key)).one()
    if row.done_at is not None:  # it failed before, and went well then
        row.done_at, row.attempts = None, 0
    row.attempts += 1
    postpone(row, error)


def waiting(jobs: Iterable[Job]) -> frozenset[str]:
    """The keys of such work that is not done."""
    query = select(OutboxRow.key).where(OutboxRow.job.in_(list(jobs)), OutboxRow.done_at.is_(None))
    return frozenset(db.session.scalars(query))


def again(key: str, *, done: bool = False) -> int:
    """Let work that failed begin anew, now, or also work that is done; 0 when it waits for its turn anyway."""
    failed = and_(OutboxRow.error != "", OutboxRow.done_at.is_(None))
    over = or_(failed, OutboxRow.done_at.is_not(None)) if done else failed
    change = {"done_at": None, "error": "", "attempts": 0, "available_at": clock.now(), "leased_until": None}
    found = db.session.scalars(
        update(OutboxRow).where(OutboxRow.key == key, over).values(**change).returning(OutboxRow.id)
    )
    return len(found.all())


def _free() -> ColumnElement[bool]:
    instant = clock.now()
    return and_(
        OutboxRow.done_at.is_(None),
        OutboxRow.attempts < MAX_ATTEMPTS,
        OutboxRow.available_at <= instant,
        or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until < instant),
    )
