"""Documents: a snapshot becomes a row in the transaction; its bytes are written once and kept under their hash."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from webapp import clock
from webapp.documents import catalogue, confined
from webapp.documents.language import ENGLISH, is_spoken
from webapp.documents.plain import as_context, fingerprint
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models.agreement import WRITING, Agreement, Document, DocumentKind
from webapp.models.application import Application, StoredFile
from webapp.models.record import AuditEvent, Job, OutboxRow
from webapp.policy import SYSTEM_PERSON, Principal
from webapp.services import audit, check_address, outbox, pdfs, templates
from webapp.services.locking import lock
from webapp.services.templates import Order
from workflows.vocabulary import Role

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def languages(kind: StrEnum, programme_id: int) -> list[str]:
    """In which languages this programme can write a kind of document today: `nl`, or `en-nl` for two columns."""
    shipped = catalogue.languages(catalogue.DocumentKind(kind.value))
    own = {code for code in templates.own_languages(programme_id, DocumentKind(kind.value)) if is_spoken(code)}
    return [*shipped, *sorted(own - set(shipped))]


def is_written_in(kind: StrEnum, language: str, programme_id: int) -> bool:
    """Whether there is a template; a missing translation stops the writing, another language is no substitute."""
    if catalogue.is_shipped(catalogue.DocumentKind(kind.value), language):
        return True
    return templates.active(programme_id, DocumentKind(kind.value), language) is not None


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
    """Keep the snapshot a document will be written from, and pin its template: the one that is in use now.

    `context` is one of `webapp.documents`' dataclasses. Raises MissingTranslationError.
    """
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
    templates.pin(document, application.call.plan.programme_id)
    db.session.add(document)
    db.session.flush()
    return document


Fill = Callable[[Order], bytes]  # how a template is filled: here and now, or ahead (services/filling.py)


def rendered(
    agreement: Agreement, context: Any, language: str, storage: LocalStorage, fill: Fill = Order.fill
) -> bytes:
    """The Word file that `write` would store for this context of an agreement now; nothing is kept.

    Raises `Unfilled` where a template that somebody uploaded cannot be filled.
    """
    programme_id = agreement.application.call.plan.programme_id
    kind = DocumentKind(agreement.kind.value)
    return fill(templates.order_now(programme_id, kind, language, as_context(context), storage))


def write_later(document: Document) -> None:
    """Let the worker write it after the commit."""
    outbox.enqueue(Job.WRITE_DOCUMENT, f"{WRITING}{document.id}", {"document_id": document.id})


def write_again(document: Document) -> None:
    """A person asks once more for what could not be written: the worker takes it up at once."""
    write_later(document)
    db.session.flush()
    outbox.again(f"{WRITING}{document.id}")


def unwritten(application: Application) -> Sequence[Document]:
    """The letters of a file that could not be written so far, with the job that failed; one statement."""
    query = select(Document).join(Document.writing).where(Document.application_id == application.id)
    failed = query.where(Document.file_id.is_(None), OutboxRow.error != "", OutboxRow.done_at.is_(None))
    return db.session.scalars(failed.options(contains_eager(Document.writing)).order_by(Document.id)).all()


Made = tuple[bytes, bytes]  # the template, and what it gave


def make(document_id: int, storage: LocalStorage) -> Made | None:
    """Fill the pinned template; None when that is done already. Holds no transaction meanwhile: one that somebody
    uploaded may take its time. Raises `Unfilled` where it cannot be filled.
    """
    document = db.session.get_one(Document, document_id)
    order = templates.order_of(document, storage) if document.file_id is None else None
    db.session.rollback()
    return (order.template, order.fill(confined.LIMITS)) if order else None


def keep(document_id: int, made: Made | None, storage: LocalStorage) -> None:
    """Store what was made; when another worker was first, that one stays."""
    document = db.session.get_one(Document, document_id)
    lock(document.application)  # a batch of letters may be writing the same one
    db.session.refresh(document, ["file_id"])
    if made is not None and document.file_id is None:
        _store(document, made, storage)


def write(document: Document, storage: LocalStorage, fill: Fill = Order.fill) -> StoredFile:
    """Render and store the Word file; a document that has its file keeps it, so a second call changes nothing.

    Raises `Unfilled` where a template that somebody uploaded cannot be filled.
    """
    if document.file is not None:
        return document.file
    order = templates.order_of(document, storage)
    return _store(document, (order.template, fill(order)), storage)


def _store(document: Document, made: Made, storage: LocalStorage) -> StoredFile:
    template, content = made
    document.template_sha256 = storage.put(template, DOCX)
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
    db.session.flush()
    data = {"document": document.reference, "sha256": key}
    system = Principal(SYSTEM_PERSON, "Jumelage")
    audit.record(
        document.application, system, Role.SYSTEM, AuditEvent.DOCUMENT_WRITTEN, application_id=document.application_id,
        data=data,
    )  # fmt: skip
    pdfs.make_later(document)
    return stored
