"""What the pages of batches read. Lists are read in a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, func, literal, select
from sqlalchemy.orm import contains_eager, joinedload

from webapp import policy
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.agreement import Document, DocumentKind
from webapp.models.application import Application, StoredFile
from webapp.models.batch import Batch, BatchItem, ItemState
from webapp.models.programme import Call, CountryPlan
from webapp.models.record import OutboxRow
from webapp.policy import Action, Principal
from webapp.services import letters, troubles
from webapp.services.scope import programme_scope
from workflows.vocabulary import State

PER_PAGE = 100
NEWEST = 30
_CALL = joinedload(Call.plan).joinedload(CountryPlan.programme)
_JOB = literal("document-", Text) + cast(BatchItem.document_id, Text)


def open_call(who: Principal, call_id: int) -> Call:
    """A call whose files this person may order things for; one statement."""
    call = db.session.scalar(select(Call).where(Call.id == call_id).options(_CALL))
    if call is None:
        raise NotFound(f"call {call_id}")
    policy.require(who, Action.RUN_BATCH, programme_scope(call))
    return call


def open_batch(who: Principal, batch_id: int) -> Batch:
    """A batch for the office of its programme; a prepared one is its owner's alone. One statement."""
    query = select(Batch).where(Batch.id == batch_id)
    loaded = query.options(joinedload(Batch.call).options(_CALL), joinedload(Batch.person))
    batch = db.session.scalar(loaded)
    if batch is None or (batch.started_at is None and batch.person_id != who.person_id):
        raise NotFound(f"batch {batch_id}")
    policy.require(who, Action.RUN_BATCH, programme_scope(batch.call))
    return batch


def by_state(call: Call) -> dict[State, int]:
    """How many files of the call stand in each state."""
    query = select(Application.state, func.count()).where(Application.call_id == call.id)
    return dict(db.session.execute(query.group_by(Application.state)).all())


def batches_of(who: Principal, call: Call) -> list[Batch]:
    """The newest batches of a call, with who ordered them; what somebody else prepares is not shown."""
    seen = (Batch.started_at.is_not(None)) | (Batch.person_id == who.person_id)
    query = select(Batch).where(Batch.call_id == call.id, seen).options(joinedload(Batch.person))
    return list(db.session.scalars(query.order_by(Batch.id.desc()).limit(NEWEST)))


# --- progress -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far a batch is. Letters count from the moment they are ordered."""

    rows: dict[ItemState, int]
    letters: int = 0
    written: int = 0

    @property
    def total(self) -> int:
        """What was ordered: rows that were left out do not count."""
        return sum(count for state, count in self.rows.items() if state is not ItemState.LEFT_OUT)

    @property
    def handled(self) -> int:
        return self.total - self.rows.get(ItemState.WAITING, 0)

    def of(self, state: ItemState) -> int:
        return self.rows.get(state, 0)


def progress(batches: Sequence[Batch]) -> dict[int, Progress]:
    """How far each of these is; one statement."""
    query = (
        select(
            BatchItem.batch_id, BatchItem.state, func.count(), func.count(BatchItem.document_id),
            func.count(Document.file_id),
        )
        .outerjoin(Document, Document.id == BatchItem.document_id)
        .where(BatchItem.batch_id.in_([batch.id for batch in batches]))
        .group_by(BatchItem.batch_id, BatchItem.state)
    )  # fmt: skip
    found: dict[int, Progress] = {batch.id: Progress({}) for batch in batches}
    for number, state, rows, letters_, written_ in db.session.execute(query):
        known = found[number]
        found[number] = Progress(
            known.rows | {state: rows}, known.letters + letters_, known.written + written_
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Result:
    """One row of a batch, and why its letter could not be written so far, in words, if that is so."""

    item: BatchItem
    trouble: str


def results(batch: Batch, number: int) -> list[Result]:
    """One page of rows with their files and letters; one statement."""
    query = (
        select(BatchItem, OutboxRow.error)
        .join(BatchItem.application)
        .outerjoin(OutboxRow, (OutboxRow.key == _JOB) & OutboxRow.done_at.is_(None) & (OutboxRow.error != ""))
        .where(BatchItem.batch_id == batch.id, BatchItem.state != ItemState.LEFT_OUT)
        .options(
            contains_eager(BatchItem.application).joinedload(Application.partnership),
            joinedload(BatchItem.document).joinedload(Document.file),
        )
        .order_by(BatchItem.position)
    )
    found = db.session.execute(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return [Result(item, _trouble(item, error)) for item, error in found]


def _trouble(item: BatchItem, error: str | None) -> str:
    """Of the outbox's job, or of the row itself where the batch writes the letters."""
    if item.document is not None and item.document.file_id is not None:
        return ""
    said = error or (item.error if item.error.startswith(troubles.UNFILLED) else "")
    return troubles.of_letter(said) if said else ""


# --- letters --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pile:
    """The letters of one kind of a call."""

    kind: DocumentKind
    total: int
    written: int


def piles(call: Call) -> list[Pile]:
    """The letters of a call by kind; one statement."""
    query = (
        select(Document.kind, func.count(), func.count(Document.file_id))
        .join(Document.application)
        .where(Application.call_id == call.id, Document.kind.in_(letters.KINDS))
        .group_by(Document.kind)
    )
    found = {kind: Pile(kind, total, written) for kind, total, written in db.session.execute(query)}
    return [found[kind] for kind in letters.KINDS if kind in found]


def written(batch: Batch) -> list[StoredFile]:
    """The files of the letters of a batch that are written, in the order of its rows; one statement."""
    query = select(StoredFile).join(Document, Document.file_id == StoredFile.id)
    joined = query.join(BatchItem, BatchItem.document_id == Document.id).where(BatchItem.batch_id == batch.id)
    return list(db.session.scalars(joined.order_by(BatchItem.position)))
