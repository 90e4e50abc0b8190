"""What happened (audit), what must still happen (outbox), and what is due (deadlines)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.people import Person
from webapp.models.types import Instant, word
from workflows.vocabulary import Machine, Role, State, Trigger


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
    SIGNED = "signed"
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

    SEND_MAIL = "send_mail"
    WRITE_DOCUMENT = "write_document"


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


class Deadline(Base):
    """A row with a due date: one open per case and kind, closed on leaving the state."""

    __tablename__ = "deadline"

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[Machine] = mapped_column(word(Machine, checked=False))
    case_id: Mapped[int]
    trigger: Mapped[Trigger] = mapped_column(word(Trigger, checked=False))
    due_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index(
            "uq_deadline_open",
            "machine",
            "case_id",
            "trigger",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
