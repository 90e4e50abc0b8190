"""What happened (audit), what must still happen (outbox), and what is due (deadlines and their reminders)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.people import Person
from webapp.models.types import Instant, word
from workflows.vocabulary import DeadlineKind, Machine, ReminderStep, Role, State, Trigger


class AuditEvent(StrEnum):
    """The closed vocabulary of what is recorded on a case."""

    CREATED = "created"
    MOVED = "moved"
    SECTION_SAVED = "section_saved"
    SIGNED_OFF = "signed_off"
    SIGN_OFF_VOIDED = "sign_off_voided"
    FILE_ADDED = "file_added"
    FILE_REMOVED = "file_removed"
    CHECKED = "checked"
    SCORED = "scored"
    REVIEWER_ASSIGNED = "reviewer_assigned"
    CONFLICT_DECLARED = "conflict_declared"
    RECOMMENDED = "recommended"
    CONFIRMED = "confirmed"
    VOTED = "voted"
    EDITED = "edited"
    DOCUMENT_WRITTEN = "document_written"
    DOCUMENT_CONVERTED = "document_converted"
    DOCUMENT_SEALED = "document_sealed"
    SIGNED = "signed"
    COMMENTED = "commented"
    COMMENT_RESOLVED = "comment_resolved"
    COMMENT_REOPENED = "comment_reopened"
    CLAUSE_PROPOSED = "clause_proposed"
    CLAUSE_CHANGED = "clause_changed"
    CLAUSE_APPROVED = "clause_approved"  # this and the next two: on the agreement, before clauses were cases
    CLAUSE_REJECTED = "clause_rejected"
    CLAUSE_WITHDRAWN = "clause_withdrawn"
    VERSION_CHECKED = "version_checked"
    TEXT_AGREED = "text_agreed"
    SIGNATURE_REFUSED = "signature_refused"
    SIGNING_PAGE_OPENED = "signing_page_opened"
    SIGNATURE_DELEGATED = "signature_delegated"
    SIGNING_REMINDED = "signing_reminded"
    SCAN_ADDED = "scan_added"
    SCAN_ATTESTED = "scan_attested"
    SCAN_REJECTED = "scan_rejected"
    COMMITTEE_DECIDED = "committee_decided"
    FOCAL_POINT_NAMED = "focal_point_named"
    FINDING_RAISED = "finding_raised"
    NOTICE_GIVEN = "notice_given"
    NOTICE_WITHDRAWN = "notice_withdrawn"
    OPINION_GIVEN = "opinion_given"
    ENDORSED = "endorsed"
    ENDORSEMENT_VOIDED = "endorsement_voided"
    ROLE_GRANTED = "role_granted"
    ROLE_ENDED = "role_ended"
    MIGRATED = "migrated"
    DEADLINE_EXTENDED = "deadline_extended"
    DATES_MOVED = "dates_moved"


class AuditEntry(Base):
    """One link of a case's chain: append-only by triggers, the hash covers the link before it."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[Machine] = mapped_column(word(Machine, checked=False))
    case_id: Mapped[int]
    sequence: Mapped[int]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(word(Role, checked=False))
    event: Mapped[AuditEvent] = mapped_column(word(AuditEvent, checked=False))
    trigger: Mapped[Trigger | None] = mapped_column(word(Trigger, checked=False))
    from_state: Mapped[State | None] = mapped_column(word(State, "from_state", checked=False))
    to_state: Mapped[State | None] = mapped_column(word(State, "to_state", checked=False))
    reason: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    actor: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("machine", "case_id", "sequence"),
        UniqueConstraint("machine", "case_id", "request_id"),
        CheckConstraint("(event = 'moved') = (trigger IS NOT NULL)", name="move_has_trigger"),
        CheckConstraint("actor_id IS NOT NULL OR role = 'system'", name="actor"),
        Index("ix_audit_entry_application_at", "application_id", "at"),
    )


class Job(StrEnum):
    """What the worker knows how to do."""

    TELL = "tell"
    SEND_MAIL = "send_mail"
    WRITE_DOCUMENT = "write_document"
    CONVERT_DOCUMENT = "convert_document"
    SEAL_DOCUMENT = "seal_document"
    PREVIEW_TEMPLATE = "preview_template"
    MOVE = "move"
    REMIND = "remind"
    FOLLOW = "follow"


class OutboxRow(Base):
    """Work announced inside the transaction and done after it; claimed with a lease, done at least once."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[Job] = mapped_column(word(Job, checked=False))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str] = mapped_column(String(120), unique=True)  # makes a second announcement of the same thing harmless
    created_at: Mapped[datetime] = mapped_column(Instant)
    available_at: Mapped[datetime] = mapped_column(Instant)
    claimed_by: Mapped[str | None] = mapped_column(String(60))
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index(
            "ix_outbox_open",
            "available_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )


class SentForm(Base):
    """A form that was sent, so that it is done once: the hash of all that was in it, and where it led."""

    __tablename__ = "sent_form"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class DeadlineEnd(StrEnum):
    """Why a due date is open no longer."""

    LEFT = "left"  # the case moved on another way
    DONE = "done"
    CANCELLED = "cancelled"
    FIRED = "fired"
    EXTENDED = "extended"
    MOVED = "moved"


def _only_open(name: str, *columns: str, unique: bool = False) -> Index:
    """An index over the due dates that run; those of the past are many and nobody asks for them in a hurry."""
    still = text("closed_at IS NULL")
    return Index(name, *columns, unique=unique, sqlite_where=still, postgresql_where=still)


class Deadline(Base):
    """One due date of one case. A row never gets another date: a new date is a new row, the old one says why it ended.

    `due_on` is the date meant, as a letter, contract or question says it; `last_on` the last day that is in time, moved
    to a working day where the kind allows it; `due_at` the instant at which that day has ended in `time_zone`. `rule`
    names the programme's figure, empty for a day that a person or a contract set (docs/decisions/0010).
    """

    __tablename__ = "deadline"

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[Machine] = mapped_column(word(Machine, checked=False))
    case_id: Mapped[int]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    kind: Mapped[DeadlineKind] = mapped_column(word(DeadlineKind))
    trigger: Mapped[Trigger | None] = mapped_column(word(Trigger, checked=False))
    rule: Mapped[str] = mapped_column(String(40), default="")
    due_on: Mapped[date]
    last_on: Mapped[date]
    time_zone: Mapped[str] = mapped_column(String(50))
    due_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended: Mapped[DeadlineEnd | None] = mapped_column(word(DeadlineEnd))

    reminders: Mapped[list["Reminder"]] = relationship(back_populates="deadline", order_by="Reminder.due_at")

    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (ended IS NULL)", name="ended_with_reason"),
        CheckConstraint("last_on >= due_on", name="last_day"),
        _only_open("uq_deadline_open", "machine", "case_id", "kind", unique=True),
        _only_open("ix_deadline_due", "due_at"),
        _only_open("ix_deadline_application", "application_id"),
    )


class ReminderOutcome(StrEnum):
    SENT = "sent"
    OVERTAKEN = "overtaken"  # a later one of the same date mattered by the time this one was looked at
    DROPPED = "dropped"  # the due date ended first


class Reminder(Base):
    """A mail about a due date, on the day it is to go out; settled once, whatever became of it."""

    __tablename__ = "reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    step: Mapped[ReminderStep] = mapped_column(word(ReminderStep))
    due_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[ReminderOutcome | None] = mapped_column(word(ReminderOutcome))

    deadline: Mapped[Deadline] = relationship(back_populates="reminders")

    __table_args__ = (
        UniqueConstraint("deadline_id", "step"),
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled_with_outcome"),
        Index(
            "ix_reminder_open",
            "due_at",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )


def last_day(kind: DeadlineKind, machine: Machine, case_id: Any, otherwise: Any = None) -> ColumnElement[Any]:
    """The last day in time of a case in a list, as a column of its statement; `otherwise` where no date runs."""
    open_row = (
        select(Deadline.last_on)
        .where(Deadline.machine == machine, Deadline.case_id == case_id, Deadline.kind == kind)
        .where(Deadline.closed_at.is_(None))
    )
    found = open_row.correlate_except(Deadline).scalar_subquery()
    return found if otherwise is None else func.coalesce(found, otherwise)
