"""Is this file one that we made? The stored hash decides; what the file carries only helps to explain.

The order is fixed: first the sha256 of the bytes against what is kept, then pyHanko's bottom line on every seal, then
the text of pdfsig where that is installed. Both of these call a file with bytes appended to it sound, so neither can
make a file genuine. Nothing about the file is stored or logged, and an answer tells nothing that a reference alone
could find out: a document is named only to somebody who holds its bytes, its address, or a seal of ours.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from webapp.documents import checkup, seal_key
from webapp.documents.checkup import Findings
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document, DocumentKind
from webapp.models.application import StoredFile
from webapp.models.document_file import DocumentFile, DocumentSeal, FileRole
from workflows.vocabulary import State


class Verdict(StrEnum):
    """What a file, or the document behind an address, is."""

    GENUINE = "genuine"
    UNISSUED = "unissued"  # ours, but never sent out for signature
    SUPERSEDED = "superseded"
    VOIDED = "voided"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file: what it is to its document (None: the Word file) and its hash."""

    role: FileRole | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be told to anybody about a document: no people, no sums, no account."""

    reference: str
    kind: DocumentKind
    state: State | None  # of the agreement; None for a letter
    in_force_on: date | None
    municipalities: tuple[str, ...]
    files: tuple[Kept, ...]
    replaced_by: str = ""  # the reference of the version that counts now


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on a file, and why."""

    verdict: Verdict
    sha256: str = ""
    shown: Shown | None = None
    role: FileRole | None = None
    findings: Findings = field(default_factory=Findings)
    carried: str = ""  # the reference that an altered file carries


def check(content: bytes) -> Answer:
    """What this file is. Reads the database first and holds nothing while a child reads the file. Raises Busy."""
    sha256 = hashlib.sha256(content).hexdigest()
    document = _holding(sha256)
    verdict, shown = (standing(document), _shown(document)) if document else (Verdict.UNKNOWN, None)
    role = next((kept.role for kept in shown.files if kept.sha256 == sha256), None) if shown else None
    known = _certificates()
    db.session.rollback()
    findings = checkup.read(content, known)
    if shown is not None:
        broken = any(not seal.intact for seal in findings.seals)
        return Answer(Verdict.ALTERED if broken else verdict, sha256, shown, role, findings, shown.reference)
    carried = _carried(findings)
    db.session.rollback()
    once_ours = carried or any(seal.ours for seal in findings.seals)
    return Answer(Verdict.ALTERED if once_ours else Verdict.UNKNOWN, sha256, None, None, findings, carried)


def by_token(token: str) -> tuple[Verdict, Shown] | None:
    """What the address on a document says, without its file; None for an address that we never gave out."""
    document = db.session.scalars(_whole(Document.token == token)).unique().one_or_none()
    return (standing(document), _shown(document)) if document else None


def _holding(sha256: str) -> Document | None:
    """The document that has a file with these bytes."""
    beside = (
        select(DocumentFile.document_id)
        .join(StoredFile, StoredFile.id == DocumentFile.file_id)
        .where(StoredFile.sha256 == sha256)
    )
    word = select(StoredFile.id).where(StoredFile.sha256 == sha256)
    query = _whole(or_(Document.file_id.in_(word), Document.id.in_(beside)))
    return db.session.scalars(query.order_by(Document.id.desc())).unique().first()


def _whole(condition: ColumnElement[bool]):  # type: ignore[no-untyped-def]  # a select, whose type is longer than it
    agreement = joinedload(Document.agreement)
    return (
        select(Document)
        .where(condition)
        .options(
            joinedload(Document.file),
            joinedload(Document.files).joinedload(DocumentFile.file),
            agreement.joinedload(Agreement.parties).joinedload(AgreementParty.organisation),
            agreement.joinedload(Agreement.issued_document).defer(Document.context),
        )
    )


def standing(document: Document) -> Verdict:
    """What a document that we wrote counts for today."""
    agreement = document.agreement
    if agreement is None:
        return Verdict.GENUINE  # a letter
    if agreement.state is State.VOIDED:
        return Verdict.VOIDED
    issued = agreement.issued_document
    if issued is None or issued.number < document.number:
        return Verdict.UNISSUED
    counts = issued.id == document.id and agreement.state is not State.DRAFT
    return Verdict.GENUINE if counts else Verdict.SUPERSEDED


def _shown(document: Document) -> Shown:
    agreement = document.agreement
    files = [Kept(None, document.file.sha256)] if document.file else []
    files += [Kept(row.role, row.file.sha256) for row in document.files if row.role is not FileRole.ATTACHMENT]
    if agreement is None:
        return Shown(document.reference, document.kind, None, None, (), tuple(files))
    municipal = tuple(party.organisation.name for party in agreement.parties if not party.is_operator)
    issued = agreement.issued_document if agreement.state is not State.DRAFT else None
    newer = issued.reference if issued is not None and issued.number > document.number else ""
    return Shown(
        document.reference, document.kind, agreement.state, agreement.in_force_on, municipal, tuple(files), newer
    )


def _certificates() -> set[str]:
    """Of every seal that was ever made here, and of the key in use."""
    known = set(db.session.scalars(select(DocumentSeal.certificate_sha256).distinct()))
    with suppress(seal_key.SealKeyError):  # a key that cannot be read now does not make older seals unknown
        known.add(seal_key.fingerprint(seal_key.own()))
    return known


def _carried(findings: Findings) -> str:
    """The reference that a foreign file carries: by an address of ours, else by a seal of ours that still covers it."""
    if findings.tokens:
        query = select(Document.reference).where(Document.token.in_(findings.tokens)).order_by(Document.id)
        if found := db.session.scalar(query.limit(1)):
            return found
    return next((seal.reference for seal in findings.seals if seal.ours and seal.intact), "")


def seals_hold(findings: Findings) -> bool | None:
    """Whether every seal of ours holds; None when there is none."""
    ours: Iterable[bool] = [seal.holds for seal in findings.seals if seal.ours]
    return all(ours) if ours else None
