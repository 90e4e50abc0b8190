"""The PDF beside each Word file: asked for when that is written, made by the worker, kept once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp import clock
from webapp.documents import fonts, pdf
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models.agreement import CONVERSION, Document
from webapp.models.application import StoredFile
from webapp.models.document_file import DocumentFile, FileRole
from webapp.models.record import AuditEvent, Job, OutboxRow
from webapp.policy import SYSTEM_PERSON, Principal
from webapp.services import audit, outbox
from workflows.vocabulary import Role


class Progress(StrEnum):
    """How far the PDF of a document is."""

    READY = "ready"
    PREPARING = "preparing"
    FAILED = "failed"  # the worker tries again, later each time
    ABSENT = "absent"  # not asked for, or asked while there was no LibreOffice
    UNAVAILABLE = "unavailable"  # no LibreOffice on this installation


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page says about the PDF of one document."""

    progress: Progress
    file: StoredFile | None = None
    reason: str = ""
    fonts_unchecked: bool = False  # nobody looked whether each character of a PDF has a glyph


def make_later(document: Document) -> None:
    """Let the worker convert it after the commit."""
    outbox.enqueue(Job.CONVERT_DOCUMENT, f"{CONVERSION}{document.id}", {"document_id": document.id})


def make_now(document: Document) -> None:
    """A person asks once more: the worker takes it up at once."""
    make_later(document)
    db.session.flush()
    outbox.again(f"{CONVERSION}{document.id}", done=True)


def make(document_id: int, storage: LocalStorage) -> bytes | None:
    """The PDF of a written document; None when it is there already, or cannot be made on this installation.

    Takes seconds, and holds no transaction meanwhile. Raises ConversionFailed.
    """
    query = select(Document).where(Document.id == document_id).options(joinedload(Document.file))
    document = db.session.scalars(query).one()
    word, done = document.file, file_of(document_id) is not None
    db.session.rollback()
    if done or word is None:
        return None
    try:
        return pdf.pool().convert(storage.read(word.sha256))
    except pdf.ConverterMissing:
        return None


def keep(document_id: int, content: bytes | None, storage: LocalStorage) -> None:
    """Store the PDF beside its Word file; when another worker was first, that one stays."""
    if content is None or file_of(document_id) is not None:
        return
    document = db.session.get_one(Document, document_id)
    key = storage.put(content, pdf.PDF)
    stored = StoredFile(
        sha256=key,
        size=len(content),
        content_type=pdf.PDF,
        name=f"{document.reference.replace('/', '-')}.pdf",
        created_at=clock.now(),
        created_by_id=None,
    )
    db.session.add(DocumentFile(document_id=document_id, role=FileRole.PDF, file=stored, created_at=clock.now()))
    audit.record(
        document.application, Principal(SYSTEM_PERSON, "Jumelage"), Role.SYSTEM, AuditEvent.DOCUMENT_CONVERTED,
        application_id=document.application_id, data={"document": document.reference, "sha256": key},
    )  # fmt: skip


def file_of(document_id: int, role: FileRole = FileRole.PDF) -> StoredFile | None:
    """The file that stands beside a document in this role."""
    query = select(StoredFile).join(DocumentFile, DocumentFile.file_id == StoredFile.id)
    return db.session.scalar(query.where(DocumentFile.document_id == document_id, DocumentFile.role == role))


def loaded() -> tuple[Any, ...]:
    """What a query of documents loads with them, so that `standings` asks nothing."""
    kept = joinedload(Document.pdf).joinedload(DocumentFile.file)
    job = joinedload(Document.conversion).load_only(OutboxRow.error, OutboxRow.done_at)
    return kept, job


def standings(documents: Iterable[Document]) -> Mapping[int, Standing]:
    """How far the PDF of each written document is."""
    unchecked = pdf.available() and not fonts.checkable()
    written = [document for document in documents if document.file_id is not None]
    return {document.id: replace(_standing(document), fonts_unchecked=unchecked) for document in written}


def _standing(document: Document) -> Standing:
    if document.pdf is not None:
        return Standing(Progress.READY, document.pdf.file)
    if not pdf.available():
        return Standing(Progress.UNAVAILABLE)
    job = document.conversion
    if job is None or job.done_at is not None:
        return Standing(Progress.ABSENT)
    return Standing(Progress.FAILED, reason=pdf.reason(job.error)) if job.error else Standing(Progress.PREPARING)
