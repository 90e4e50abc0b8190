"""Where every chain of the record stood at a moment: what reveals a deleted case or a rewritten tail."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Base
from webapp.models.types import Instant, word
from workflows.vocabulary import Machine


class Checkpoint(Base):
    """One moment; `digest` is that of its line in the file outside the database. Append-only by triggers."""

    __tablename__ = "audit_checkpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class Head(Base):
    """The newest link of one chain at a checkpoint; a chain that has not grown since the last one is not repeated."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("audit_checkpoint.id"), index=True)
    machine: Mapped[Machine] = mapped_column(word(Machine, checked=False))
    case_id: Mapped[int]
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (UniqueConstraint("machine", "case_id", "sequence"),)
