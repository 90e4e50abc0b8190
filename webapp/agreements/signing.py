"""Signing: one person for one party, in their capacity, against the hash of the stored file [S2.13]."""

import hashlib
from dataclasses import dataclass

from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from webapp import clock, policy
from webapp.agreements.refusals import NoLongerSignatory, Over, Replayed, Superseded, Tampered, not_your_turn
from webapp.agreements.signers import Signer, eligible, role_of, signers, waiting_scan
from webapp.documents.storage import LocalStorage, UnknownKeyError
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document, Signature, SignatureLevel, SigningOrder
from webapp.models.people import Person
from webapp.models.record import AuditEvent
from webapp.policy import SYSTEM, Action, Principal
from webapp.services import announce, audit, scope
from webapp.services.advance import advance
from webapp.services.facts import rules_of
from webapp.services.locking import lock
from workflows.vocabulary import Instrument, Role, State, Trigger

CONSENT_VERSION = "2026-1"
CONSENT = lazy_gettext(
    "I have read this document. I sign it for the party named above, in the capacity and under the mandate named above,"
    " and I agree that this electronic signature counts as mine."
)
NEXT = lazy_gettext("%(party)s has signed %(number)s. It is your turn now.")
SHOWN = 12  # digits of a hash that people compare
STANDING = (State.ISSUED, State.IN_FORCE, State.ENDED)  # where a signature on the issued document counts
CLICK_ONLY = "click"  # the other value of `Rules.investment_signature`: "wet_or_qualified"


@dataclass(frozen=True, slots=True)
class Turn:
    """Who may sign now, and who signed already."""

    document: Document
    signers: tuple[Signer, ...]
    open: tuple[Signer, ...]
    signed: dict[int, Signature]  # by party

    def of(self, person_id: int) -> Signer | None:
        """For whom this person signs; a person signs for one party at most."""
        return next((signer for signer in self.signers if signer.person_id == person_id), None)

    def is_open(self, party: AgreementParty) -> bool:
        return any(signer.party.id == party.id for signer in self.open)

    @property
    def first(self) -> str:
        """Whom the others wait for."""
        return ", ".join(signer.party.organisation.name for signer in self.open)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a signature is made of, beside who signs for whom."""

    document_sha256: str
    consent: str
    consent_version: str
    language: str
    address: str
    user_agent: str
    level: SignatureLevel = SignatureLevel.CLICK
    signed_in_how: str = "password"
    hash_after: str = ""
    scan_file_id: int | None = None
    attested_by_id: int | None = None
    signature_file_id: int | None = None
    certificate_sha256: str = ""
    provider_reference: str = ""


def stored_sha256(document: Document, storage: LocalStorage) -> str:
    """The hash of the bytes that are in the storage now; empty when there are none."""
    if document.file is None:
        return ""
    try:
        with storage.open(document.file.sha256) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except UnknownKeyError:
        return ""


def consent_text(language: str) -> str:
    with force_locale(language):
        return str(CONSENT)


def consent_stamp(document_sha256: str, signer: Signer, language: str) -> str:
    """What the page sends back: it fits one text in one language, one document, one party and one person."""
    parts = (CONSENT_VERSION, language, consent_text(language), document_sha256, signer.party.id, signer.person_id)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def turn(agreement: Agreement) -> Turn | None:
    """Where the signing of an issued agreement stands; None while nothing is issued."""
    if agreement.state is not State.ISSUED or agreement.issued_document is None:
        return None
    document = agreement.issued_document
    signed = {row.party_id: row for row in document.signatures}
    everybody = signers(agreement)
    waiting = [signer for signer in everybody if signer.party.id not in signed]
    return Turn(document, tuple(everybody), tuple(_open(agreement.signing_order, waiting)), signed)


def _open(order: SigningOrder, waiting: list[Signer]) -> list[Signer]:
    """In turn: the first who has not signed; together: every municipality, and the programme office after them."""
    if order is SigningOrder.TOGETHER:
        municipal = [signer for signer in waiting if not signer.party.is_operator]
        return municipal or waiting
    return waiting[:1]


def click_is_enough(agreement: Agreement) -> bool:
    """Whether the programme lets this agreement be signed here with the password alone."""
    fuller = agreement.kind is Instrument.INVESTMENT_CONTRACT
    return not fuller or rules_of(agreement).investment_signature == CLICK_ONLY


def sign(
    agreement: Agreement,
    actor: Principal,
    *,
    storage: LocalStorage,
    document_sha256: str,
    consent: str,
    consent_version: str,
    language: str,
    address: str,
    user_agent: str,
) -> Signature:
    """Record one signature; the last one puts the agreement in force. Signing again gives the signature that stands.

    `document_sha256` names the file that this person read. Raises one of `refusals` when it is not the one that is out
    for signature, `Forbidden` for somebody who is no party's signatory, `Invalid` when it is not their turn.
    """
    lock_for_signing(agreement)
    if (standing := signature_of(agreement, actor)) is not None:
        return standing
    proof = Proof(document_sha256, consent, consent_version, language, address, user_agent)
    if consent_version != CONSENT_VERSION:
        raise Replayed(agreement.issued_document)
    signer = signer_now(agreement, actor)
    if not click_is_enough(agreement):
        raise Invalid(
            "agree", _("This contract is signed on paper or with a trust provider, not with a password alone.")
        )
    return place(agreement, signer, proof, actor, storage)


def lock_for_signing(agreement: Agreement) -> None:
    """The file first, then its agreement: as a file that is withdrawn takes them, so that nobody waits in a circle."""
    lock(agreement.application)
    lock(agreement)
    if agreement.issued_document is not None:  # what another signer did while we waited
        db.session.expire(agreement.issued_document, ["signatures", "delegations"])


def signature_of(agreement: Agreement, actor: Principal) -> Signature | None:
    """This person's signature on the issued document, while it counts: not on one that was taken back or cancelled."""
    if agreement.state not in STANDING:
        return None
    query = select(Signature).where(
        Signature.document_id == agreement.issued_document_id, Signature.person_id == actor.person_id
    )
    return db.session.scalar(query)


def signer_now(agreement: Agreement, actor: Principal) -> Signer:
    """For whom this person signs, when it is that party's turn."""
    now = turn(agreement)
    if now is None:
        raise Over(agreement.issued_document)
    policy.require(actor, Action.SIGN, scope.file_scope(agreement.application))
    signer = now.of(actor.person_id)
    if signer is None:
        raise Forbidden("not_the_signatory")
    return signer


def place(agreement: Agreement, signer: Signer, proof: Proof, actor: Principal, storage: LocalStorage) -> Signature:
    """Write the signature of this party, whoever handed it in, after everything that must hold at this moment."""
    now = turn(agreement)
    if now is None:
        raise Over(agreement.issued_document)
    _check(agreement, now, signer, proof, storage)
    signature = Signature(
        document_id=now.document.id,
        party_id=signer.party.id,
        person_id=signer.person_id,
        capacity=signer.capacity,
        mandate=signer.mandate,
        delegated_by_id=signer.giver.id if signer.giver else None,
        document_sha256=proof.document_sha256,
        hash_after=proof.hash_after or proof.document_sha256,
        consent=proof.consent,
        consent_version=proof.consent_version,
        language=proof.language,
        level=proof.level.value,
        signed_in_how=proof.signed_in_how,
        address=proof.address[:45],
        user_agent=proof.user_agent[:300],
        signed_at=clock.now(),
        scan_file_id=proof.scan_file_id,
        attested_by_id=proof.attested_by_id,
        attested_at=clock.now() if proof.attested_by_id else None,
        signature_file_id=proof.signature_file_id,
        certificate_sha256=proof.certificate_sha256,
        provider_reference=proof.provider_reference,
    )
    db.session.add(signature)
    db.session.flush()
    db.session.expire(now.document, ["signatures"])
    _record(agreement, signer, actor, now.document, proof)
    _call_next(agreement, now, signer)
    _conclude(agreement, now.document)
    return signature


def _check(agreement: Agreement, now: Turn, signer: Signer, proof: Proof, storage: LocalStorage) -> None:
    """The right file, unchanged; the party's turn; a person who holds the role now, under a mandate that covers it."""
    expected = now.document.file.sha256 if now.document.file else ""
    if proof.document_sha256 != expected:
        raise Superseded(now.document)
    if not now.is_open(signer.party):
        raise not_your_turn(now.first)
    if signer.person_id not in {person.id for person in eligible(agreement, signer.party)}:
        raise NoLongerSignatory(now.document)
    if problem := obstacle(agreement, now, signer):
        raise Invalid("agree", problem)
    if (found := stored_sha256(now.document, storage)) != expected:
        raise Tampered(now.document, found)


def obstacle(agreement: Agreement, now: Turn, signer: Signer) -> str:
    """What keeps this party from signing here now, and who can clear it; empty for nothing."""
    if waiting_scan(now.document.id, signer.party.id) is not None:
        return str(_("A scan for this party waits to be attested by a second officer of the programme."))
    return mandate_problem(agreement, signer)


def mandate_problem(agreement: Agreement, signer: Signer) -> str:
    """Why this mandate does not carry the signature, and who can put it right; empty when it does."""
    if not (signer.capacity.strip() and signer.mandate_act.strip() and signer.mandate_date):
        return str(
            _("Capacity and mandate are not complete. The programme manager takes the document back to add them.")
        )
    if signer.mandate_date > clock.today():
        return str(_("The mandate has a later date than today. Sign on that day, or ask the programme manager."))
    if signer.mandate_limit is not None and signer.mandate_limit < agreement.grant:
        return str(
            _("The mandate does not cover the grant. The programme manager takes the document back to correct it.")
        )
    return ""


def _record(agreement: Agreement, signer: Signer, actor: Principal, document: Document, proof: Proof) -> None:
    data = {
        "document": document.reference,
        "party": signer.party.organisation.name,
        "sha256": proof.document_sha256,
        "level": proof.level.value,
    }
    if actor.person_id != signer.person_id:
        data["signatory"] = str(signer.person_id)
    role = role_of(signer.party) if actor.person_id == signer.person_id else min(_office_roles(agreement, actor))
    event = AuditEvent.SIGNED if actor.person_id == signer.person_id else AuditEvent.SCAN_ATTESTED
    audit.record(agreement, actor, role, event, application_id=agreement.application_id, data=data)


def _office_roles(agreement: Agreement, actor: Principal) -> frozenset[Role]:
    return policy.roles_on(actor, scope.file_scope(agreement.application)) & policy.OFFICE


def _call_next(agreement: Agreement, before: Turn, signer: Signer) -> None:
    """A message to whoever may sign from now on."""
    now = turn(agreement)
    asked = {earlier.party.id for earlier in before.open}
    for following in now.open if now else ():
        if following.party.id not in asked and following.person is not None:
            names = {"party": signer.party.organisation.name, "number": agreement.number}
            call(agreement, following.person, f"sign-{before.document.id}-{following.party.id}", NEXT, names)


def call(agreement: Agreement, person: Person, key: str, line: LazyString, names: dict[str, str]) -> None:
    """Ask somebody for their signature, in their language."""
    with force_locale(person.language):
        announce.mail(
            person,
            key=key,
            subject=_("%(title)s: your signature is next", title=announce.title(agreement)),
            lines=[_("Dear %(name)s,", name=person.name), str(line) % names],
            path=f"/applications/{agreement.application_id}/agreement/sign",
        )


def _conclude(agreement: Agreement, document: Document) -> None:
    db.session.flush()
    db.session.expire(document, ["signatures"])
    if len(document.signatures) == len(agreement.parties):
        advance(agreement, Trigger.ENTER_INTO_FORCE, SYSTEM)
