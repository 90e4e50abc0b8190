"""Signing with a trust provider: begun here after the password, finished by the provider, verified before it counts."""

from flask_babel import gettext as _
from sqlalchemy import select

from webapp import clock
from webapp.agreements.refusals import Over, Superseded, Tampered, not_your_turn
from webapp.agreements.signers import Signer
from webapp.agreements.signing import Proof, lock_for_signing, place, signature_of, signer_now, turn
from webapp.documents.storage import ChangedContentError, LocalStorage, UnknownKeyError
from webapp.documents.trust import CMS, NotTrusted, Signed, TrustProvider
from webapp.errors import Invalid, NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement, Document, Signature, SignatureLevel
from webapp.models.application import StoredFile
from webapp.models.signing import TrustTransaction
from webapp.policy import Principal


def begin(
    agreement: Agreement, actor: Principal, provider: TrustProvider, *, document_sha256: str, consent: str,
    consent_version: str, language: str,
) -> tuple[TrustTransaction, str]:  # fmt: skip
    """Ask the provider for a signature; what was agreed to is kept. Returns the row, and the provider's own page."""
    lock_for_signing(agreement)
    signer = signer_now(agreement, actor)
    now = turn(agreement)
    if now is None or now.document.file is None:
        raise Over(agreement.issued_document)
    if now.document.file.sha256 != document_sha256:
        raise Superseded(now.document)
    if not now.is_open(signer.party):
        raise not_your_turn(now.first)
    begun = provider.begin(document_sha256, actor.name)
    row = TrustTransaction(
        reference=begun.reference, document_id=now.document.id, party_id=signer.party.id, person_id=actor.person_id,
        document_sha256=document_sha256, consent=consent, consent_version=consent_version, language=language,
        begun_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row, begun.redirect


def transaction(agreement: Agreement, reference: str, actor: Principal) -> TrustTransaction:
    """One of this person's own, on this agreement; a finished one does not serve a second time."""
    query = select(TrustTransaction).where(TrustTransaction.reference == reference)
    found = db.session.scalar(query.where(TrustTransaction.person_id == actor.person_id))
    if found is None or found.document_id not in {document.id for document in agreement.documents}:
        raise NotFound(f"transaction {reference}")
    return found


def finish(
    agreement: Agreement, row: TrustTransaction, actor: Principal, provider: TrustProvider, storage: LocalStorage, *,
    address: str, user_agent: str,
) -> Signature:  # fmt: skip
    """Take the provider's signature over the stored bytes, verify it, keep it, and let it count."""
    lock_for_signing(agreement)
    if (standing := signature_of(agreement, actor)) is not None:
        return standing
    signer = signer_now(agreement, actor)
    document = agreement.issued_document
    if document is None or document.id != row.document_id or row.finished_at is not None:
        raise Superseded(document)
    content = _content(document, storage)
    signed = provider.finish(row.reference, content, actor.name)
    try:
        provider.verify(content, signed)
    except NotTrusted as error:
        raise Invalid("agree", _("The provider's signature could not be verified. Nothing was signed.")) from error
    row.finished_at = clock.now()
    kept = _keep(document, signer, signed, storage)
    proof = Proof(
        document_sha256=row.document_sha256, consent=row.consent, consent_version=row.consent_version,
        language=row.language, address=address, user_agent=user_agent,
        level=SignatureLevel.TEST if provider.is_test else SignatureLevel.QUALIFIED,
        signed_in_how="password and trust provider", hash_after=kept.sha256, signature_file_id=kept.id,
        certificate_sha256=signed.fingerprint, provider_reference=row.reference,
    )  # fmt: skip
    return place(agreement, signer, proof, actor, storage)


def _content(document: Document, storage: LocalStorage) -> bytes:
    """The bytes that are signed: those that were issued, or nothing is signed."""
    try:
        return storage.read(document.file.sha256 if document.file else "")
    except (UnknownKeyError, ChangedContentError) as error:
        raise Tampered(document) from error


def _keep(document: Document, signer: Signer, signed: Signed, storage: LocalStorage) -> StoredFile:
    key = storage.put(signed.signature, CMS)
    name = f"{document.reference.replace('/', '-')}-{signer.party.position}.p7s"
    kept = StoredFile(
        sha256=key, size=len(signed.signature), content_type=CMS, name=name, created_at=clock.now(),
        created_by_id=signer.person_id,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept


def still_verifies(signature: Signature, provider: TrustProvider, storage: LocalStorage) -> bool:
    """Whether the kept signature fits the kept document today."""
    if signature.signature_file is None:
        return False
    try:
        content = storage.read(signature.document_sha256)
        signed = Signed.read(storage.read(signature.signature_file.sha256), signature.certificate_sha256)
        provider.verify(content, signed)
    except (UnknownKeyError, ChangedContentError, NotTrusted):
        return False
    return True
