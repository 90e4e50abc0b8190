"""Wet ink: a scan of the signed paper, compared with what is issued, attested by a second officer, then it counts."""

from datetime import date

from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp import clock, policy
from webapp.agreements.refusals import Over, Superseded, not_your_turn
from webapp.agreements.signers import Signer, eligible, role_of, waiting_scan
from webapp.agreements.signing import SHOWN, Proof, Turn, lock_for_signing, place, turn
from webapp.documents.storage import ChangedContentError, LocalStorage, UnknownKeyError
from webapp.documents.uploads import JPEG, PDF, PNG
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement, Document, Signature, SignatureLevel
from webapp.models.application import Application, StoredFile
from webapp.models.people import Person
from webapp.models.record import AuditEvent
from webapp.models.signing import SignatureScan
from webapp.policy import Action, Principal
from webapp.services import announce, audit, scope
from workflows.vocabulary import Role, State

KINDS = (PDF, JPEG, PNG)
CONSENT = "Signed by hand on paper, on the day that the scan shows."
CONSENT_VERSION = "paper-1"
TO_ATTEST = (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR)
WAITS = lazy_gettext("The scan of the signature for %(party)s on %(number)s waits for a second officer.")
REFUSED = lazy_gettext("The scan of the signature for %(party)s on %(number)s was refused: %(reason)s")


def may_hand_in(agreement: Agreement, signer: Signer, actor: Principal) -> bool:
    """Whoever signs for the party, or the programme's manager for them."""
    room = scope.file_scope(agreement.application)
    if policy.may(actor, Action.PREPARE_AGREEMENT, room):
        return True
    return signer.person_id == actor.person_id and policy.may(actor, Action.SIGN, room)


def hand_in(
    agreement: Agreement,
    party_id: int,
    file: StoredFile,
    reference: str,
    prefix: str,
    signed_on: date,
    actor: Principal,
) -> SignatureScan:
    """Keep the scan as it is and let it wait for a second officer. Raises `Invalid` with the field."""
    lock_for_signing(agreement)
    now = turn(agreement)
    if now is None:
        raise Over(agreement.issued_document)
    signer = signer_of(now, party_id)
    if not may_hand_in(agreement, signer, actor):
        raise Forbidden("not_the_signatory")
    if file.content_type not in KINDS:
        raise Invalid("file", _("Send the scan as a PDF, a JPEG or a PNG."))
    _check_turn(now, signer)
    compare(now.document, reference, prefix)
    _check_day(now.document, signer, signed_on)
    if signer.person_id not in {person.id for person in eligible(agreement, signer.party)}:
        raise Invalid("file", _("The person who signed may not sign for this party any more. Nothing was signed."))
    scan = SignatureScan(
        document_id=now.document.id, party_id=party_id, person_id=signer.person_id, file_id=file.id,
        signed_on=signed_on, uploaded_by_id=actor.person_id, uploaded_at=clock.now(),
    )  # fmt: skip
    db.session.add(scan)
    db.session.flush()
    own = signer.person_id == actor.person_id
    role = role_of(signer.party) if own else Role.PROGRAMME_MANAGER
    _note(agreement, scan, AuditEvent.SCAN_ADDED, role, actor, {"sha256": file.sha256})
    for person in announce.people_with(frozenset(TO_ATTEST), agreement):
        if person.id not in (actor.person_id, signer.person_id):
            _mail(agreement, person, scan, WAITS, {})
    return scan


def _check_turn(now: Turn, signer: Signer) -> None:
    if signer.party.id in now.signed:
        raise Invalid("file", _("This party has signed already."))
    if not now.is_open(signer.party):
        raise Invalid("file", not_your_turn(now.first).message)
    if waiting_scan(now.document.id, signer.party.id) is not None:
        raise Invalid("file", _("A scan for this party waits to be attested already."))


def _check_day(document: Document, signer: Signer, signed_on: date) -> None:
    if not document.created_at.date() <= signed_on <= clock.today():
        raise Invalid("signed_on", _("The day lies between the writing of the document and today."))
    if signer.mandate_date is not None and signer.mandate_date > signed_on:
        raise Invalid("signed_on", _("The mandate was given after this day. A mandate comes before the signature."))


def compare(document: Document, reference: str, prefix: str) -> None:
    """What is printed on the paper belongs to the very file that is out for signature."""
    if reference.strip() != document.reference:
        raise Invalid("reference", _("This is not the reference of the document that is out for signature."))
    expected = document.file.sha256[:SHOWN] if document.file else ""
    if not expected or prefix.strip().lower().rstrip("…. ") != expected:
        raise Invalid("prefix", _("This is not the check number of the document that is out for signature."))


def attest(scan: SignatureScan, reference: str, prefix: str, actor: Principal, storage: LocalStorage) -> Signature:
    """A second officer has compared the scan: from now on the signature counts."""
    agreement = _agreement_of(scan)
    _settling(agreement, scan, actor)
    compare(scan.document, reference, prefix)
    try:
        storage.read(scan.file.sha256)
    except (UnknownKeyError, ChangedContentError) as error:
        raise Invalid("reference", _("The stored scan is no longer the one that was handed in.")) from error
    now = turn(agreement)
    if now is None or now.document.id != scan.document_id:
        raise Superseded(scan.document)
    signer = signer_of(now, scan.party_id)
    if signer.person_id != scan.person_id:
        raise Invalid("reference", _("Somebody else signs for this party now. Refuse the scan."))
    scan.attested, scan.settled_at, scan.settled_by_id = True, clock.now(), actor.person_id
    proof = Proof(
        document_sha256=scan.document.file.sha256 if scan.document.file else "",
        consent=CONSENT, consent_version=CONSENT_VERSION, language="en", address="", user_agent="",
        level=SignatureLevel.WET_INK, signed_in_how="on paper", hash_after=scan.file.sha256, scan_file_id=scan.file_id,
        attested_by_id=actor.person_id,
    )  # fmt: skip
    return place(agreement, signer, proof, actor, storage)


def reject(scan: SignatureScan, reason: str, actor: Principal) -> None:
    """The scan does not show what it should: it stays in the record, and another one can be handed in."""
    agreement = _agreement_of(scan)
    _settling(agreement, scan, actor)
    if not reason.strip():
        raise Invalid("reason", _("Say what is wrong with the scan, so that a better one can be sent."))
    scan.attested, scan.settled_at, scan.settled_by_id, scan.reason = (
        False,
        clock.now(),
        actor.person_id,
        reason.strip(),
    )
    db.session.flush()
    role = min(policy.roles_on(actor, scope.file_scope(agreement.application)) & policy.OFFICE)
    _note(agreement, scan, AuditEvent.SCAN_REJECTED, role, actor, {"reason": scan.reason})
    for person in {scan.person, scan.uploaded_by}:
        _mail(agreement, person, scan, REFUSED, {"reason": scan.reason})


def may_settle(scan: SignatureScan, actor: Principal) -> bool:
    """A second officer: neither whose hand it is nor who handed it in."""
    return actor.person_id not in (scan.uploaded_by_id, scan.person_id)


def _settling(agreement: Agreement, scan: SignatureScan, actor: Principal) -> None:
    lock_for_signing(agreement)
    db.session.refresh(scan)
    policy.require(actor, Action.ATTEST_SIGNATURE, scope.file_scope(agreement.application))
    if not may_settle(scan, actor):
        raise Forbidden("own_scan")
    if agreement.state is not State.ISSUED or scan.document_id != agreement.issued_document_id or scan.settled_at:
        raise Over(scan.document)


def _agreement_of(scan: SignatureScan) -> Agreement:
    agreement = scan.document.agreement
    if agreement is None:
        raise RuntimeError(f"document {scan.document_id} belongs to no agreement")
    return agreement


def scan_of(application: Application, scan_id: int) -> SignatureScan:
    """A scan of this very application; unknown and foreign alike are not found."""
    query = select(SignatureScan).where(SignatureScan.id == scan_id)
    found = db.session.scalar(query.options(joinedload(SignatureScan.file), joinedload(SignatureScan.document)))
    if found is None or found.document.application_id != application.id:
        raise NotFound(f"scan {scan_id}")
    return found


def signer_of(now: Turn, party_id: int) -> Signer:
    found = next((signer for signer in now.signers if signer.party.id == party_id), None)
    if found is None:
        raise NotFound(f"party {party_id}")
    return found


def _note(
    agreement: Agreement, scan: SignatureScan, event: AuditEvent, role: Role, actor: Principal, more: dict[str, str]
) -> None:
    data = {"document": scan.document.reference, "party": scan.party.organisation.name, "scan": str(scan.id)} | more
    audit.record(agreement, actor, role, event, application_id=agreement.application_id, data=data)


def _mail(agreement: Agreement, person: Person, scan: SignatureScan, line: object, more: dict[str, str]) -> None:
    """One line to one person, with the way to the agreement."""
    names = {"party": scan.party.organisation.name, "number": agreement.number} | more
    with force_locale(person.language):
        announce.mail(
            person,
            key=f"scan-{scan.id}-{bool(scan.settled_at)}-{person.id}",
            subject=_("%(title)s: a signature on paper", title=announce.title(agreement)),
            lines=[_("Dear %(name)s,", name=person.name), str(line) % names],
            path=f"/applications/{agreement.application_id}/agreement",
        )
