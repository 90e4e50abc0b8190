"""Documents: a snapshot becomes a row in the transaction; its bytes are written once and kept under their hash."""

import hashlib
from enum import StrEnum
from typing import Any

from webapp import clock
from webapp.documents import catalogue, renderer
from webapp.documents.language import ENGLISH
from webapp.documents.plain import as_context, fingerprint
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models.agreement import Agreement, Document, DocumentKind
from webapp.models.application import Application, StoredFile
from webapp.models.record import AuditEvent, Job
from webapp.policy import SYSTEM_PERSON, Principal
from webapp.services import audit, check_address, outbox, pdfs
from workflows.vocabulary import Role

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def languages(kind: StrEnum) -> list[str]:
    """In which languages a kind of document can be written today: `nl`, or `en-nl` for two columns."""
    return catalogue.languages(catalogue.DocumentKind(kind.value))


def is_written_in(kind: StrEnum, language: str) -> bool:
    """Whether there is a template; a missing translation stops the writing, another language is no substitute."""
    return catalogue.is_shipped(catalogue.DocumentKind(kind.value), language)


def draft(
    application: Application,
    kind: DocumentKind,
    context: Any,
    *,
    reference: str,
    actor: Principal,
    agreement: Agreement | None = None,
    number: int = 1,
    language: str = ENGLISH,
) -> Document:
    """Keep the snapshot a document will be written from. `context` is one of `webapp.documents`' dataclasses."""
    plain = as_context(context)
    document = Document(
        application_id=application.id,
        agreement_id=agreement.id if agreement else None,
        kind=kind,
        reference=reference,
        number=number,
        language=language,
        context=plain,
        context_sha256=fingerprint(context),
        created_at=clock.now(),
        created_by_id=None if actor.person_id == SYSTEM_PERSON else actor.person_id,
        token=check_address.token(str(plain.get("verification_url", ""))),
    )
    db.session.add(document)
    db.session.flush()
    return document


def rendered(kind: DocumentKind, context: Any, language: str = ENGLISH) -> bytes:
    """The Word file that `write` would store for this context; nothing is kept."""
    return _filled(kind, as_context(context), language)[0]


def _filled(kind: DocumentKind, context: Any, language: str) -> tuple[bytes, bytes]:
    """The file, and the template it was filled from."""
    known = catalogue.DocumentKind(kind.value)
    template = catalogue.shipped(known, language)
    return renderer.render(known, context, template), template


def write_later(document: Document) -> None:
    """Let the worker write it after the commit."""
    outbox.enqueue(Job.WRITE_DOCUMENT, f"document-{document.id}", {"document_id": document.id})


def write(document: Document, storage: LocalStorage) -> StoredFile:
    """Render and store the Word file; a document that has its file keeps it, so a second call changes nothing."""
    if document.file is not None:
        return document.file
    content, template = _filled(document.kind, document.context, document.language)
    key = storage.put(content, DOCX)
    stored = StoredFile(
        sha256=key,
        size=len(content),
        content_type=DOCX,
        name=f"{document.reference.replace('/', '-')}.docx",
        created_at=clock.now(),
        created_by_id=document.created_by_id,
    )
    db.session.add(stored)
    document.file = stored
    document.template_sha256 = hashlib.sha256(template).hexdigest()
    db.session.flush()
    data = {"document": document.reference, "sha256": key}
    system = Principal(SYSTEM_PERSON, "Jumelage")
    audit.record(
        document.application, system, Role.SYSTEM, AuditEvent.DOCUMENT_WRITTEN, application_id=document.application_id,
        data=data,
    )  # fmt: skip
    pdfs.make_later(document)
    return stored
