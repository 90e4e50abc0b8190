"""The files that stand beside a document's Word file: its PDF, its sealed file, its evidence."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.agreement import Document
from webapp.models.application import StoredFile
from webapp.models.types import Instant, word


class FileRole(StrEnum):
    """What a file is to its document. The Word file itself is `Document.file`."""

    PDF = "pdf"
    SEALED = "sealed"
    EVIDENCE = "evidence"
    ATTACHMENT = "attachment"


class DocumentFile(Base):
    """One file of a document in one role: written once, never changed or removed (triggers in the migration)."""

    __tablename__ = "document_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    role: Mapped[FileRole] = mapped_column(word(FileRole))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)

    document: Mapped[Document] = relationship()
    file: Mapped[StoredFile] = relationship()

    __table_args__ = (UniqueConstraint("document_id", "role"),)


class DocumentSeal(Base):
    """With which certificate a document's files were sealed, and who stamped the time; never changed or removed."""

    __tablename__ = "document_seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    certificate_sha256: Mapped[str] = mapped_column(String(64), index=True)
    certificate_name: Mapped[str] = mapped_column(String(200))
    timestamp_url: Mapped[str] = mapped_column(String(300), default="")  # empty: this machine's own clock
    created_at: Mapped[datetime] = mapped_column(Instant)

    document: Mapped[Document] = relationship()
