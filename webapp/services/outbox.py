"""Work that must happen after the commit: rows written with the change, claimed with a lease, done at least once."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from webapp import clock
from webapp.extensions import db
from webapp.models.record import Job, OutboxRow

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8


def enqueue(job: Job, key: str, payload: dict[str, Any]) -> None:
    """Announce work once: a second row with the same key is not written."""
    if db.session.scalar(select(OutboxRow.id).where(OutboxRow.key == key)) is not None:
        return
    instant = clock.now()
    db.session.add(OutboxRow(job=job, key=key, payload=payload, created_at=instant, available_at=instant))


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


def again(key: str) -> None:
    """Do this work once more, now: a person asked for it, or has removed what stood in its way."""
    change = {"done_at": None, "error": "", "attempts": 0, "available_at": clock.now(), "leased_until": None}
    db.session.execute(update(OutboxRow).where(OutboxRow.key == key).values(**change))


def _free() -> ColumnElement[bool]:
    instant = clock.now()
    return and_(
        OutboxRow.done_at.is_(None),
        OutboxRow.attempts < MAX_ATTEMPTS,
        OutboxRow.available_at <= instant,
        or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until < instant),
    )
