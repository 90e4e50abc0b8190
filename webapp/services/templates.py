"""Which template a document is written from: the programme's own that is in use, else the one that Jumelage ships.

A document pins its template when it is drafted. What it is written from, then and ever after, are the pinned bytes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp import clock, wording
from webapp.documents import catalogue, confined, pdf, renderer, samples
from webapp.documents.catalogue import CATALOGUE
from webapp.documents.confined import ConfinedError, Limits
from webapp.documents.language import ENGLISH
from webapp.documents.renderer import TemplateError
from webapp.documents.storage import LocalStorage, UnknownKeyError
from webapp.documents.uploads import DOCX
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.agreement import Document, DocumentKind
from webapp.models.application import StoredFile
from webapp.models.record import AuditEvent, Job
from webapp.models.template import DocumentTemplate
from webapp.policy import SYSTEM
from webapp.services import audit, outbox
from webapp.services.locking import lock
from workflows.vocabulary import Role, State

IN_A_REQUEST = Limits(cpu_seconds=5, wall_seconds=8)  # a page may wait for a document, not for a runaway


class Unfilled(Invalid):
    """A template that somebody uploaded cannot be filled; `code` says why (webapp.wording.templates)."""

    def __init__(self, code: str) -> None:
        super().__init__("document", wording.failure(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a rendering needs, as plain values: no database is asked while it runs."""

    kind: catalogue.DocumentKind
    context: Mapping[str, Any]
    template: bytes
    uploaded: bool

    def fill(self, limits: Limits = IN_A_REQUEST) -> bytes:
        """The Word file; of an uploaded template in a confined child. Raises `Unfilled`."""
        if not self.uploaded:
            return renderer.render(self.kind, self.context, self.template)
        try:
            return confined.render(self.kind, self.context, self.template, limits)
        except ConfinedError as error:
            raise Unfilled(error.code) from error
        except TemplateError as error:
            raise Unfilled("unfit") from error


def active(programme_id: int, kind: DocumentKind, language: str) -> DocumentTemplate | None:
    """The programme's own template in use, with its file; None: what Jumelage ships is used. One statement."""
    query = select(DocumentTemplate).where(
        DocumentTemplate.programme_id == programme_id,
        DocumentTemplate.kind == kind,
        DocumentTemplate.language == language,
        DocumentTemplate.state == State.ACTIVE,
    )
    return db.session.scalar(query.options(joinedload(DocumentTemplate.file)))


def pin(document: Document, programme_id: int) -> None:
    """Choose the template and keep its number and hash. Raises MissingTranslationError where there is none at all."""
    own = active(programme_id, document.kind, document.language)
    document.template_id = own.id if own else None
    document.template_sha256 = own.file.sha256 if own else shipped_sha256(document.kind, document.language)


def shipped_sha256(kind: DocumentKind, language: str) -> str:
    """The version of the template that Jumelage ships. Raises MissingTranslationError."""
    return hashlib.sha256(catalogue.shipped(catalogue.DocumentKind(kind.value), language)).hexdigest()


def content_of(document: Document, storage: LocalStorage) -> bytes:
    """The pinned template. A shipped one is read from where it was kept, if Jumelage ships another by now."""
    if document.template_id is not None:
        return storage.read(str(document.template_sha256))
    shipped = catalogue.shipped(catalogue.DocumentKind(document.kind.value), document.language)
    if document.template_sha256 in (None, hashlib.sha256(shipped).hexdigest()):
        return shipped
    try:
        return storage.read(str(document.template_sha256))
    except UnknownKeyError:
        if document.file_id is not None:
            raise
        return shipped  # drafted before an update and never written: nobody has read a word of it


def order_of(document: Document, storage: LocalStorage) -> Order:
    """What writing this document needs."""
    kind = catalogue.DocumentKind(document.kind.value)
    return Order(kind, document.context, content_of(document, storage), document.template_id is not None)


def order_now(
    programme_id: int, kind: DocumentKind, language: str, context: Mapping[str, Any], storage: LocalStorage
) -> Order:
    """What writing a document of this kind would need if it were drafted now. Raises MissingTranslationError."""
    own, known = active(programme_id, kind, language), catalogue.DocumentKind(kind.value)
    content = storage.read(own.file.sha256) if own else catalogue.shipped(known, language)
    return Order(known, context, content, own is not None)


def own_languages(programme_id: int, kind: DocumentKind) -> Sequence[str]:
    """The languages for which the programme has a template of its own in use."""
    query = select(DocumentTemplate.language).where(
        DocumentTemplate.programme_id == programme_id,
        DocumentTemplate.kind == kind,
        DocumentTemplate.state == State.ACTIVE,
    )
    return db.session.scalars(query).all()


# --- previews -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """What came of filling a template with sample data: Word and PDF, or why there is none of them."""

    word: bytes = b""
    failure: str = ""  # a code of webapp.wording.templates
    pdf: bytes = b""
    pdf_failure: str = ""  # as webapp.documents.pdf.reason reads it


def preview_later(template: DocumentTemplate) -> None:
    """Let the worker fill it with sample data after the commit."""
    key = f"template-{template.id}-{template.revision}-{clock.now().timestamp():.6f}"
    outbox.enqueue(Job.PREVIEW_TEMPLATE, key, {"template_id": template.id})


def wants_preview(template: DocumentTemplate) -> bool:
    return template.state is State.DRAFT and template.preview_id is None


def make_preview(template_id: int, storage: LocalStorage) -> Preview | None:
    """Fill it with the realistic, fictional case of its kind, and convert that; None when there is a preview already.

    Takes seconds, and holds no transaction meanwhile.
    """
    template = db.session.get_one(DocumentTemplate, template_id)
    language = template.language
    kind, sha256, wanted = catalogue.DocumentKind(template.kind.value), template.file.sha256, wants_preview(template)
    db.session.rollback()
    return try_out(kind, storage.read(sha256), language=language) if wanted else None


def try_out(
    kind: catalogue.DocumentKind, content: bytes, limits: Limits = confined.LIMITS, *, language: str = ENGLISH
) -> Preview:
    """A template that cannot be filled gives the reason, not an error: that is what a preview is for."""
    try:
        word = confined.render(kind, samples.context(kind, language), content, limits)
    except ConfinedError as error:
        return Preview(failure=error.code)
    except TemplateError:
        return Preview(failure="unfit")
    try:
        return Preview(word, pdf=pdf.pool().convert(word))
    except pdf.ConverterMissing:
        return Preview(word)
    except pdf.ConversionFailed as error:
        return Preview(word, pdf_failure=str(error))


def keep_preview(template_id: int, made: Preview | None, storage: LocalStorage) -> None:
    """Store what was made beside the template, and record it; a preview that is there already stays."""
    template = db.session.get_one(DocumentTemplate, template_id)
    lock(template)
    if made is None or not wants_preview(template):
        return
    template.preview_failure, template.preview_pdf_failure = made.failure, made.pdf_failure[:300]
    if not made.word:
        return
    stem = file_stem(template)
    template.preview = _store(made.word, DOCX, f"{stem}-preview.docx", storage)
    if made.pdf:
        template.preview_pdf = _store(made.pdf, pdf.PDF, f"{stem}-preview.pdf", storage)
    db.session.flush()
    data = {"sha256": template.preview.sha256}
    audit.record(template, SYSTEM, Role.SYSTEM, AuditEvent.DOCUMENT_WRITTEN, data=data)


def file_stem(template: DocumentTemplate) -> str:
    """A name for downloads: "memorandum-nl-v2"."""
    return f"{template.kind.value}-{template.language}-v{template.number}"


def _store(content: bytes, content_type: str, name: str, storage: LocalStorage) -> StoredFile:
    key = storage.put(content, content_type)
    stored = StoredFile(
        sha256=key, size=len(content), content_type=content_type, name=name, created_at=clock.now(), created_by_id=None
    )
    db.session.add(stored)
    return stored


def titles() -> dict[DocumentKind, catalogue.Entry]:
    """The catalogue by the kinds of the database."""
    return {DocumentKind(kind.value): entry for kind, entry in CATALOGUE.items()}
