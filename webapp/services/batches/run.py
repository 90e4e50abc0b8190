"""The worker's side: one file of one batch at a time, each in a transaction with what is done to it.

A row is claimed with a lease in a transaction of its own, so that one that takes its worker down is counted and fails
after a few attempts; it is done under its lock, so that two workers never do it twice.
"""

import uuid
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import exists, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload, selectinload

from webapp import clock
from webapp.documents.storage import LocalStorage
from webapp.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db, is_away
from webapp.models.agreement import Document
from webapp.models.application import Application
from webapp.models.batch import Batch, BatchItem, BatchState, ItemState
from webapp.models.people import Person
from webapp.services import scope, troubles
from webapp.services.batches.work import CHANGED, Order, acting, work_of
from webapp.services.patience import at_most
from webapp.services.templates import Unfilled
from webapp.transaction import writing
from workflows.facts import Blocker

log = structlog.get_logger()
LEASE = timedelta(minutes=2)
PATIENCE = 60.0  # seconds for one file
MAX_ATTEMPTS = 3
SHARE = 40  # rows in one round: the letters of these are written before the next ones


def rounds(storage: LocalStorage, limit: int = SHARE) -> int:
    """Do up to `limit` rows of the batches that run; returns how many were handled."""
    handled = 0
    while handled < limit and _one(storage):
        handled += 1
    _finish()
    return handled


def _one(storage: LocalStorage) -> bool:
    with writing():
        claimed = _claim()
    if claimed is None:
        return False
    item_id, token = claimed
    refused: tuple[Blocker, ...] = ()
    failed = ""
    try:
        with at_most(PATIENCE):
            made = _ahead(item_id, storage)
            with writing():
                _do(item_id, token, storage, made)
    except Refused as refusal:
        refused = refusal.refusal.blockers
    except Unfilled as error:  # no refusal of this person, but a failed row
        failed = _failed(item_id, error)
    except (Conflict, Invalid, Forbidden, NotFound):
        refused = (Blocker(CHANGED),)
    except DBAPIError as error:
        if is_away(error):
            raise  # the row stays claimed and is done when the database is back
        failed = _failed(item_id, error)
    except Exception as error:  # noqa: BLE001 - one row's failure must not stop the others; it is kept on the row
        failed = _failed(item_id, error)
    if refused or failed:
        with writing():
            _mark(item_id, token, refused, failed)
    return True


def _failed(item_id: int, error: Exception) -> str:
    log.error("batch row failed", row=item_id, error=repr(error))
    return troubles.kept(error)[:2000]


def _claim() -> tuple[int, str] | None:
    """Lease the next row to this worker. One that took several workers down fails here."""
    instant = clock.now()
    free = or_(BatchItem.leased_until.is_(None), BatchItem.leased_until < instant)
    query = (
        select(BatchItem)
        .join(Batch, Batch.id == BatchItem.batch_id)
        .where(Batch.state == BatchState.RUNNING, BatchItem.state == ItemState.WAITING, free)
        .order_by(BatchItem.position, BatchItem.batch_id)  # several batches take turns
    )
    item = db.session.scalar(query.limit(1).with_for_update(of=BatchItem, skip_locked=True))
    if item is None:
        return None
    token = uuid.uuid4().hex
    item.claimed_by, item.leased_until, item.attempts = token, instant + LEASE, item.attempts + 1
    if item.attempts > MAX_ATTEMPTS:
        item.state, item.error = ItemState.FAILED, "the worker ended while it did this"
    return item.id, token


def _ahead(item_id: int, storage: LocalStorage) -> Any:
    """What takes seconds and changes nothing, outside of every transaction; what became of the row is asked later."""
    item = db.session.get_one(BatchItem, item_id, options=[joinedload(BatchItem.batch)])
    ahead, document_id = work_of(item.batch).ahead, item.document_id
    db.session.rollback()
    if ahead is None or document_id is None:
        return None
    return ahead(document_id, storage)


def _do(item_id: int, token: str, storage: LocalStorage, made: Any = None) -> None:
    item = _mine(item_id, token)
    if item is None:
        return
    batch, begun = _now(item), clock.now()
    if batch.state is not BatchState.RUNNING:
        item.claimed_by, item.leased_until, item.attempts = None, None, item.attempts - 1
        return
    db.session.get(Application, item.application_id, options=scope.with_room(Application))
    order = Order(batch, item, acting(batch.person, batch.role), storage, made)
    entry = work_of(batch).do(order)
    item.state, item.done_at, item.entry_id = ItemState.DONE, begun, entry.id if entry else None
    if item.document_id is None:
        item.document_id = _letter(item.application_id, begun)


def _mine(item_id: int, token: str) -> BatchItem | None:
    """The row under its lock, if it is still this worker's to do."""
    query = select(BatchItem).where(BatchItem.id == item_id).with_for_update(of=BatchItem)
    item = db.session.scalar(query.execution_options(populate_existing=True))
    mine = item is not None and item.claimed_by == token and item.state is ItemState.WAITING
    return item if mine else None


def _now(item: BatchItem) -> Batch:
    """The batch as it is now, with its person's roles of today: a stop that came meanwhile counts."""
    person = joinedload(Batch.person)
    query = select(Batch).where(Batch.id == item.batch_id)
    loaded = query.options(person.selectinload(Person.grants), person.selectinload(Person.affiliations))
    return db.session.scalars(loaded.execution_options(populate_existing=True)).one()


def _letter(application_id: int, begun: Any) -> int | None:
    """The letter that this move has just ordered, if it orders one."""
    query = select(Document.id).where(
        Document.application_id == application_id, Document.created_at >= begun, Document.agreement_id.is_(None)
    )
    return db.session.scalar(query.order_by(Document.id.desc()).limit(1))


def _mark(item_id: int, token: str, refused: tuple[Blocker, ...], failed: str) -> None:
    item = _mine(item_id, token)
    if item is None:
        return
    if refused:
        item.refuse(refused)
    else:
        item.state, item.error = ItemState.FAILED, failed


def _finish() -> None:
    """A batch without a waiting row is done; the last of two workers sees to it."""
    waiting = exists().where(BatchItem.batch_id == Batch.id, BatchItem.state == ItemState.WAITING)
    query = select(Batch).where(Batch.state == BatchState.RUNNING, ~waiting)
    with writing():
        for batch in db.session.scalars(query.options(selectinload(Batch.call)).with_for_update(of=Batch)).all():
            batch.state, batch.finished_at = BatchState.DONE, clock.now()
            if finished := work_of(batch).finished:
                finished(batch)
