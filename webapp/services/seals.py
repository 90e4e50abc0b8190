"""When the last party has signed: the evidence of the signatures, and the programme's seal on it and on the PDF.

Asked for in the transaction that puts the agreement in force, done by the worker, kept once. Where there is no PDF of
the contract the evidence, which attaches the Word file, is the sealed file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import force_locale, get_babel
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp import clock, wording
from webapp.documents import evidence, pdf, seal_key, sealing
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models.agreement import SEALING, Agreement, Document, Signature, SignatureLevel
from webapp.models.application import StoredFile
from webapp.models.document_file import DocumentFile, DocumentSeal, FileRole
from webapp.models.record import AuditEntry, AuditEvent, Job, OutboxRow
from webapp.policy import SYSTEM_PERSON, Principal
from webapp.services import audit, outbox, pdfs
from workflows.vocabulary import Role

PATIENCE = 3  # tries of the converter: after those the evidence is sealed without a PDF of the contract
# How a signature of each level came about. A level without words here is printed as it is kept.
LEVELS = {
    SignatureLevel.CLICK: lambda: _(
        "Click to sign: an electronic signature (Regulation (EU) No 910/2014, article 3(10))"
    ),
    SignatureLevel.WET_INK: lambda: _("By hand, on paper: the scan is kept as it was sent"),
    SignatureLevel.TEST: lambda: _("By the test provider of this installation: really signed, without legal value"),
    SignatureLevel.QUALIFIED: lambda: _(
        "Qualified electronic signature by a trust provider (Regulation (EU) No 910/2014, article 3(12))"
    ),
}
IDENTIFIED = {
    SignatureLevel.CLICK: lambda: _(
        "Signed in with their own account; the password was typed again for this signature"
    ),
    SignatureLevel.WET_INK: lambda: _(
        "An officer of the programme, who did not send the scan, compared and attested it"
    ),
    SignatureLevel.TEST: lambda: _("Password typed again, then recognised by the test provider"),
    SignatureLevel.QUALIFIED: lambda: _("Password typed again, then recognised by the trust provider"),
}


class PdfNotReady(Exception):
    """The PDF of the contract is still being made; the worker comes back."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was made, before it is kept."""

    files: Mapping[FileRole, bytes]
    certificate_sha256: str
    certificate_name: str
    timestamp_url: str


def make_later(document: Document) -> None:
    """Let the worker seal it after the commit."""
    outbox.enqueue(Job.SEAL_DOCUMENT, f"{SEALING}{document.id}", {"document_id": document.id})


def make(document_id: int, storage: LocalStorage) -> Sealed | None:
    """Evidence and seal of a signed document; None when they are there. Holds no transaction while it seals.

    Raises PdfNotReady, SealKeyError and TimestampError: the job is tried again.
    """
    document = _loaded(document_id)
    if pdfs.file_of(document_id, FileRole.EVIDENCE) is not None or document.file is None or document.agreement is None:
        db.session.rollback()
        return None
    if _pdf_is_coming(document):
        db.session.rollback()
        raise PdfNotReady(document.reference)
    key = seal_key.own()
    certificate = seal_key.signer(key).signing_cert
    name = str(certificate.subject.human_friendly)
    word, stored = storage.read(document.file.sha256), pdfs.file_of(document_id)
    content = storage.read(stored.sha256) if stored is not None else None
    reference, address = document.reference, str(document.context.get("verification_url", ""))
    operator = next(party.organisation.name for party in document.agreement.parties if party.is_operator)
    with force_locale(_language(document)):
        draft = _evidence(document, word, stored, f"{name}\nSHA-256 {certificate.sha256.hex()}", key.timestamp_url)
    db.session.rollback()
    files = {}
    if content is not None:
        files[FileRole.SEALED] = sealing.seal(content, key, reference=reference, address=address, by=operator)
        draft = draft.with_file(_("Sealed PDF"), _name(reference, FileRole.SEALED), files[FileRole.SEALED])
    with force_locale(draft.language):
        paper = evidence.certificate(draft)
    files[FileRole.EVIDENCE] = sealing.seal(paper, key, reference=reference, address=address, by=operator)
    return Sealed(files, certificate.sha256.hex(), name[:200], key.timestamp_url)


def _loaded(document_id: int) -> Document:
    query = select(Document).where(Document.id == document_id)
    whole = (
        joinedload(Document.file),
        joinedload(Document.pdf),
        joinedload(Document.conversion),
        joinedload(Document.agreement).joinedload(Agreement.parties),
        joinedload(Document.signatures).joinedload(Signature.party),
        joinedload(Document.signatures).joinedload(Signature.person),
    )
    return db.session.scalars(query.options(*whole).execution_options(populate_existing=True)).unique().one()


def _pdf_is_coming(document: Document) -> bool:
    job = document.conversion
    if document.pdf is not None or job is None or not pdf.available():
        return False
    return job.done_at is None and job.attempts < PATIENCE


def keep(document_id: int, made: Sealed | None, storage: LocalStorage) -> None:
    """Store the files beside the document; when another worker was first, those stay."""
    if made is None or pdfs.file_of(document_id, FileRole.EVIDENCE) is not None:
        return
    document, now = db.session.get_one(Document, document_id), clock.now()
    kept = {}
    for role, content in made.files.items():
        kept[role.value] = storage.put(content, pdf.PDF)
        stored = StoredFile(
            sha256=kept[role.value], size=len(content), content_type=pdf.PDF,
            name=_name(document.reference, role), created_at=now, created_by_id=None,
        )  # fmt: skip
        db.session.add(DocumentFile(document_id=document_id, role=role, file=stored, created_at=now))
    seal = DocumentSeal(
        document_id=document_id, certificate_sha256=made.certificate_sha256, certificate_name=made.certificate_name,
        timestamp_url=made.timestamp_url, created_at=now,
    )  # fmt: skip
    db.session.add(seal)
    db.session.flush()
    data = {"document": document.reference, "certificate": made.certificate_sha256, "files": kept}
    audit.record(
        document.application, Principal(SYSTEM_PERSON, "Jumelage"), Role.SYSTEM, AuditEvent.DOCUMENT_SEALED,
        application_id=document.application_id, data=data,
    )  # fmt: skip


def _name(reference: str, role: FileRole) -> str:
    return f"{reference.replace('/', '-')}-{role.value}.pdf"


def _language(document: Document) -> str:
    """The first language of the document where its words exist, else English."""
    wanted = document.language.partition("-")[0]
    return wanted if wanted in {str(locale) for locale in get_babel().instance.list_translations()} else "en"


def _evidence(
    document: Document, word: bytes, paper: StoredFile | None, certificate: str, authority: str
) -> evidence.Evidence:
    """What the certificate prints, from rows to plain values and words."""
    agreement = document.agreement
    if agreement is None or document.file is None:
        raise LookupError(document.reference)
    files = [evidence.Kept(what=_("Word file"), name=document.file.name, sha256=document.file.sha256)]
    if paper is not None:
        files.append(evidence.Kept(what=_("PDF made from it"), name=paper.name, sha256=paper.sha256))
    in_force = wording.day(agreement.in_force_on) if agreement.in_force_on else ""
    return evidence.Evidence(
        reference=document.reference,
        kind=wording.label(document.kind),
        project=agreement.application.title,
        language=_language(document),
        demonstration=bool(document.context.get("demonstration")),
        made=clock.now(),
        in_force=in_force,
        operator=next(party.organisation.legal_name for party in agreement.parties if party.is_operator),
        parties=tuple(party.organisation.legal_name for party in agreement.parties),
        signatures=tuple(_signed(signature) for signature in document.signatures),
        files=tuple(files),
        template=_("%(kind)s, language %(language)s", kind=wording.label(document.kind), language=document.language),
        template_sha256=document.template_sha256 or "",
        context_sha256=document.context_sha256,
        chain=_chain(agreement),
        certificate=certificate,
        timestamp=authority or _("None: the time is that of the programme’s own machine"),
        address=str(document.context.get("verification_url", "")),
        word=word,
    )


def _signed(row: Signature) -> evidence.Signed:
    place = row.party.organisation
    level = SignatureLevel(row.level)
    return evidence.Signed(
        party=place.legal_name,
        place=wording.country(place.country),
        person=row.person.name,
        capacity=row.capacity,
        mandate=row.mandate,
        at=row.signed_at,
        zone=place.time_zone,
        level=str(LEVELS[level]()),
        identified=_recognised(row, level),
        consent=row.consent,
        consent_version=row.consent_version,
        language=row.language,
        address=row.address,
        user_agent=row.user_agent,
        sha256=row.document_sha256,
    )


def _recognised(row: Signature, level: SignatureLevel) -> str:
    """How we know whose hand it was, with the number of what proves it."""
    proof = ""
    if level is SignatureLevel.WET_INK and row.attested_by is not None:
        proof = _("attested by %(name)s, scan SHA-256 %(sha256)s", name=row.attested_by.name, sha256=row.hash_after)
    elif row.certificate_sha256:
        proof = _("certificate SHA-256 %(sha256)s", sha256=row.certificate_sha256)
    return "; ".join(filter(None, (str(IDENTIFIED[level]()), str(proof))))


def _chain(agreement: Agreement) -> tuple[evidence.Link, ...]:
    query = select(AuditEntry).where(
        AuditEntry.machine == agreement.__machine__, AuditEntry.case_id == agreement.id
    ).order_by(AuditEntry.sequence)  # fmt: skip
    return tuple(_link(entry) for entry in db.session.scalars(query.options(joinedload(AuditEntry.actor))))


def _link(entry: AuditEntry) -> evidence.Link:
    done = wording.moved(entry.machine, entry.trigger) if entry.trigger else wording.label(entry.event)
    who = entry.actor.name if entry.actor else "Jumelage"
    what = _("%(who)s %(what)s", who=who, what=done)
    return evidence.Link(sequence=entry.sequence, at=entry.at, what=what, by=wording.role(entry.role), hash=entry.hash)


class Progress(StrEnum):
    """How far the seal of a signed document is."""

    SEALED = "sealed"
    SEALING = "sealing"
    FAILED = "failed"  # the worker tries again, later each time


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page says of the seal: the files that were made, or how far it is."""

    progress: Progress
    files: tuple[DocumentFile, ...] = ()


def loaded() -> tuple[Any, ...]:
    """What a query of documents loads with them, so that `standings` asks nothing."""
    kept = joinedload(Document.files).joinedload(DocumentFile.file)
    job = joinedload(Document.sealing).load_only(OutboxRow.error, OutboxRow.done_at)
    return kept, job


def standings(documents: Iterable[Document]) -> Mapping[int, Standing]:
    """How far each document is that is sealed, or will be."""
    found = {document.id: _standing(document) for document in documents}
    return {number: standing for number, standing in found.items() if standing is not None}


def _standing(document: Document) -> Standing | None:
    files = tuple(file for file in document.files if file.role in (FileRole.SEALED, FileRole.EVIDENCE))
    if files:
        return Standing(Progress.SEALED, files)
    job = document.sealing
    if job is None or job.done_at is not None:
        return None
    waits = not job.error or job.error.startswith(PdfNotReady.__name__)
    return Standing(Progress.SEALING if waits else Progress.FAILED)
