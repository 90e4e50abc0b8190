"""Many files in one go: what was asked of them, and what became of each."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.agreement import Document, DocumentKind
from webapp.models.application import Application
from webapp.models.assessment import Decision
from webapp.models.people import Person
from webapp.models.programme import Call
from webapp.models.types import Instant, word
from workflows.facts import Blocker
from workflows.vocabulary import Role, Trigger


class BatchKind(StrEnum):
    """What is done to each file of a batch."""

    MOVE = "move"
    RECOMMEND = "recommend"
    CONFIRM = "confirm"
    LETTERS = "letters"


class BatchState(StrEnum):
    PREPARED = "prepared"  # rows are being chosen, nothing happens yet
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class ItemState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    LEFT_OUT = "left_out"


class Batch(Base):
    """One order of one person in one role. Only `services.batches` changes it after the insert."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BatchKind] = mapped_column(word(BatchKind))
    trigger: Mapped[Trigger | None] = mapped_column(word(Trigger, checked=False))
    role: Mapped[Role] = mapped_column(word(Role, checked=False))
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    letters: Mapped[DocumentKind | None] = mapped_column(word(DocumentKind, "letters"))  # which, in a batch of letters
    state: Mapped[BatchState] = mapped_column(word(BatchState), default=BatchState.PREPARED)
    created_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship()
    call: Mapped[Call] = relationship()

    __table_args__ = (
        CheckConstraint("(kind = 'move') = (\"trigger\" IS NOT NULL)", name="move_has_trigger"),
        CheckConstraint("(kind = 'letters') = (letters IS NOT NULL)", name="letters_of_a_kind"),
        CheckConstraint("(state = 'prepared') = (started_at IS NULL)", name="begun"),
        CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="finished"),
        Index("ix_batch_state", "state"),
    )


class BatchItem(Base):
    """One file of a batch. `document` is the letter that it brought, or, in a batch of letters, the one to write.

    A worker claims it for a while (`claimed_by`, `leased_until`) and does it in one transaction with what it does.
    """

    __tablename__ = "batch_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    position: Mapped[int]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))  # the recommendation that was read
    state: Mapped[ItemState] = mapped_column(word(ItemState), default=ItemState.WAITING)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, default=list
    )  # blockers: words in the reader's language
    error: Mapped[str] = mapped_column(Text, default="")
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("audit_entry.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(60))
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)

    batch: Mapped[Batch] = relationship()
    application: Mapped[Application] = relationship()
    document: Mapped[Document | None] = relationship()
    decision: Mapped[Decision | None] = relationship()

    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        CheckConstraint("state <> 'done' OR done_at IS NOT NULL", name="done_dated"),
        Index("ix_batch_item_state", "batch_id", "state", "position"),
    )

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Why it was refused, as the engine said it."""
        return tuple(
            Blocker(
                row["code"],
                tuple(Role(role) for role in row["cleared_by"]),
                tuple((key, value) for key, value in row["params"]),
                row.get("by_owners", False),
            )
            for row in self.reasons
        )

    def refuse(self, blockers: tuple[Blocker, ...]) -> None:
        """Keep the blockers themselves, not their words."""
        self.state = ItemState.REFUSED
        self.reasons = [
            {
                "code": blocker.code,
                "cleared_by": [role.value for role in blocker.cleared_by],
                "params": [[key, str(value)] for key, value in blocker.params],
                "by_owners": blocker.by_owners,
            }
            for blocker in blockers
        ]
