"""The versions of a contract: where each stands, and what its stored file says."""

from webapp.documents import wordtext
from webapp.documents.storage import ChangedContentError, LocalStorage, UnknownKeyError
from webapp.models.agreement import Agreement, Document
from webapp.models.negotiation import Standing
from workflows.vocabulary import State

_BY_STATE = {
    State.ISSUED: Standing.ISSUED,
    State.IN_FORCE: Standing.SIGNED,
    State.ENDED: Standing.SIGNED,
    State.VOIDED: Standing.VOIDED,
}


class UnreadableError(Exception):
    """The stored file is gone, or it is no longer the one that was written."""


def standing(agreement: Agreement, document: Document) -> Standing:
    """Where one version stands; needs the agreement's documents."""
    if agreement.state is State.DRAFT:
        if document.id == agreement.issued_document_id:
            return Standing.TAKEN_BACK
        return Standing.DRAFT if document.id == agreement.documents[-1].id else Standing.SUPERSEDED
    issued = agreement.issued_document_id or agreement.documents[-1].id
    return _BY_STATE[agreement.state] if document.id == issued else Standing.SUPERSEDED


def read(document: Document, storage: LocalStorage) -> tuple[wordtext.Article, ...]:
    """What the stored file says, article by article; its bytes are checked first. Raises `UnreadableError`."""
    if document.file is None:
        raise UnreadableError(document.reference)
    try:
        return wordtext.articles(storage.read(document.file.sha256))
    except (UnknownKeyError, ChangedContentError) as error:
        raise UnreadableError(document.reference) from error
