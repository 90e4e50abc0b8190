"""An order: prepared, its rows chosen, started, stopped, resumed, tried again. What it does is done by the worker."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from webapp import clock, policy
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.extensions import db
from webapp.models.agreement import Document, DocumentKind
from webapp.models.application import Application
from webapp.models.assessment import Decision
from webapp.models.batch import Batch, BatchItem, BatchKind, BatchState, ItemState
from webapp.models.programme import Call
from webapp.plaintext import tidy
from webapp.policy import Action, Principal
from webapp.services import outbox, scope
from webapp.services.batches.work import Reasons, Work, in_role, with_file, work_of
from workflows.vocabulary import Role

MOST = 1000  # files of one batch: more are asked for in a second one


def prepare(work: Work, call: Call, numbers: Sequence[int], who: Principal) -> Batch:
    """Keep the files that a work is wanted for, to choose among them. Nothing happens to any of them yet."""
    _require(call, work.role, who)
    if not numbers:
        raise Invalid("work", _("No application of this call is in a state in which this can be done."))
    batch = _new(work.kind, call, work.role, who)
    batch.trigger = work.trigger if work.kind is BatchKind.MOVE else None
    db.session.add(batch)
    db.session.flush()
    seen = _recommendations(numbers) if work.kind is BatchKind.CONFIRM else {}
    for position, number in enumerate(numbers[:MOST], start=1):
        db.session.add(
            BatchItem(batch_id=batch.id, position=position, application_id=number, decision_id=seen.get(number))
        )
    db.session.flush()
    return batch


def candidates(work: Work, call: Call) -> list[int]:
    """The files of a call in a state where the work begins, by their reference."""
    query = select(Application.id).where(Application.call_id == call.id, Application.state.in_(work.sources))
    return list(db.session.scalars(query.order_by(Application.reference).limit(MOST)))


def write_letters(call: Call, kind: DocumentKind, role: Role, who: Principal) -> Batch:
    """Order the letters of one kind of a call: those that are not written yet are, and all can then be downloaded."""
    _require(call, role, who)
    query = select(Document.id, Document.application_id).join(Document.application)
    wanted = query.where(Application.call_id == call.id, Document.kind == kind, Document.agreement_id.is_(None))
    rows = db.session.execute(wanted.order_by(Document.reference).limit(MOST)).all()
    if not rows:
        raise Invalid("kind", _("There are no letters of this kind."))
    batch = _new(BatchKind.LETTERS, call, role, who)
    batch.letters, batch.state, batch.started_at = kind, BatchState.RUNNING, batch.created_at
    db.session.add(batch)
    db.session.flush()
    for position, (document, file) in enumerate(rows, start=1):
        db.session.add(BatchItem(batch_id=batch.id, position=position, application_id=file, document_id=document))
    db.session.flush()
    return batch


def _new(kind: BatchKind, call: Call, role: Role, who: Principal) -> Batch:
    return Batch(
        kind=kind, call_id=call.id, role=role, person_id=who.person_id, created_at=clock.now(),
        state=BatchState.PREPARED, reason="",
    )  # fmt: skip


def _require(call: Call, role: Role, who: Principal) -> None:
    room = scope.programme_scope(call)
    policy.require(who, Action.RUN_BATCH, room)
    if role not in policy.roles_on(who, room):
        raise Forbidden(Action.RUN_BATCH.value)


def _recommendations(numbers: Sequence[int]) -> dict[int, int]:
    """The open recommendation of each file: whoever confirms has read this one."""
    query = select(Decision.application_id, Decision.id).where(
        Decision.application_id.in_(numbers), Decision.replaced_at.is_(None), Decision.settled_at.is_(None)
    )
    return dict(db.session.execute(query.order_by(Decision.id)).all())


# --- the rows -------------------------------------------------------------------------------------------------------


def chosen(batch: Batch, *states: ItemState) -> list[BatchItem]:
    """The rows in these states (all without one), in their order, with everything that judges their files."""
    query = select(BatchItem).where(BatchItem.batch_id == batch.id).order_by(BatchItem.position)
    query = query.where(BatchItem.state.in_(states)) if states else query
    loaded = query.options(*with_file(BatchItem.application), joinedload(BatchItem.decision))
    return list(db.session.scalars(loaded).unique())


def judge(batch: Batch, items: Sequence[BatchItem], who: Principal) -> Reasons:
    """Why not, for each file of these rows; judged together."""
    return work_of(batch).judge([item.application for item in items], in_role(who, batch.role))


def choose(batch: Batch, shown: Collection[int], ticked: Collection[int], who: Principal) -> None:
    """Keep the ticks of one page of rows: `shown` are the numbers that stood there."""
    batch = _own(batch, who, BatchState.PREPARED)
    of_page = (BatchItem.batch_id == batch.id, BatchItem.id.in_(shown))
    for state, rows in (
        (ItemState.WAITING, BatchItem.id.in_(ticked)),
        (ItemState.LEFT_OUT, BatchItem.id.not_in(ticked)),
    ):
        db.session.execute(update(BatchItem).where(*of_page, rows).values(state=state))


# --- its life -------------------------------------------------------------------------------------------------------


def start(batch: Batch, reason: str, who: Principal) -> None:
    """Let the worker begin. What cannot be done now is kept as refused, with its reasons."""
    batch = _own(batch, who, BatchState.PREPARED)
    work, text = work_of(batch), tidy(reason)
    if work.needs_reason and not text:
        raise Invalid("reason", _("Give a reason."))
    items = chosen(batch, ItemState.WAITING)
    reasons = judge(batch, items, who)
    for item in items:
        if blockers := reasons[item.application_id]:
            item.refuse(blockers)
    if not any(item.state is ItemState.WAITING for item in items):
        raise Invalid("rows", _("None of the chosen applications can be moved now."))
    batch.reason, batch.state, batch.started_at = text, BatchState.RUNNING, clock.now()


def stop(batch: Batch) -> None:
    """The file in hand is finished whole, then nothing more happens. Anybody who may see the batch may stop it."""
    batch = _anew(batch)
    if batch.state is BatchState.RUNNING:
        batch.state = BatchState.STOPPED


def resume(batch: Batch, who: Principal) -> None:
    """Go on with what still waits."""
    batch = _own(batch, who, BatchState.STOPPED)
    batch.state = BatchState.RUNNING


def discard(batch: Batch, who: Principal) -> None:
    """Forget an order that was never started."""
    batch = _own(batch, who, BatchState.PREPARED)
    db.session.execute(delete(BatchItem).where(BatchItem.batch_id == batch.id))
    db.session.delete(batch)


def again(batch: Batch, who: Principal, item_id: int | None = None) -> int:
    """Try refused and failed rows once more, all of them or one; letters that failed too. Returns how many."""
    batch = _own(batch, who, BatchState.RUNNING, BatchState.STOPPED, BatchState.DONE)
    open_again = (ItemState.REFUSED, ItemState.FAILED)
    rows = select(BatchItem).where(BatchItem.batch_id == batch.id)
    rows = rows if item_id is None else rows.where(BatchItem.id == item_id)
    found = 0
    for item in db.session.scalars(rows):
        if item.state in open_again:
            item.state, item.reasons, item.error, item.attempts = ItemState.WAITING, [], "", 0
            item.claimed_by = item.leased_until = None
            found += 1
        elif item.document_id is not None:
            found += outbox.again(f"document-{item.document_id}")
    if found and batch.state is BatchState.DONE:
        batch.state, batch.finished_at = BatchState.RUNNING, None
    return found


def _own(batch: Batch, who: Principal, *states: BatchState) -> Batch:
    """The batch, locked, if it is this person's and stands in one of these states."""
    if batch.person_id != who.person_id:
        raise Forbidden(Action.RUN_BATCH.value)
    batch = _anew(batch)
    if batch.state not in states:
        raise Conflict(batch.id, batch.id)
    return batch


def _anew(batch: Batch) -> Batch:
    query = select(Batch).where(Batch.id == batch.id).with_for_update(of=Batch)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"batch {batch.id}")
    return found
