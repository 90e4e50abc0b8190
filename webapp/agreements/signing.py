"""Signing: one person for one party, in their capacity, against the hash of the stored file [S2.13]."""

import hashlib
from dataclasses import dataclass

from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import select

from webapp import clock, policy
from webapp.documents.storage import LocalStorage, UnknownKeyError
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document, Signature
from webapp.models.people import Person
from webapp.models.record import AuditEvent
from webapp.policy import SYSTEM, Action, Principal
from webapp.services import announce, audit, scope
from webapp.services.advance import advance
from webapp.services.facts import programme_of
from webapp.services.locking import lock
from workflows.vocabulary import Role, State, Trigger

CONSENT_VERSION = "2026-1"
CONSENT = lazy_gettext(
    "I have read this document. I sign it for the party named above, in the capacity and under the mandate named above,"
    " and I agree that this electronic signature counts as mine."
)
SHOWN = 12  # digits of a hash that people compare


class Tampered(Exception):
    """The stored file is no longer the one that was issued: nobody may sign it."""

    def __init__(self, document: Document, found: str) -> None:
        super().__init__(f"{document.reference}: stored {found or 'nothing'}")
        self.document = document
        self.found = found


class Superseded(Exception):
    """Another document was issued after the one that this person read."""

    def __init__(self, document: Document) -> None:
        super().__init__(document.reference)
        self.document = document


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose signature is next, and who signed already; `party` is None when all have signed."""

    document: Document
    party: AgreementParty | None
    signed: dict[int, Signature]  # by party


def stored_sha256(document: Document, storage: LocalStorage) -> str:
    """The hash of the bytes that are in the storage now; empty when there are none."""
    if document.file is None:
        return ""
    try:
        with storage.open(document.file.sha256) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except UnknownKeyError:
        return ""


def turn(agreement: Agreement) -> Turn | None:
    """Where the signing of an issued agreement stands; None while nothing is issued."""
    if agreement.state is not State.ISSUED or agreement.issued_document is None:
        return None
    document = agreement.issued_document
    rows = db.session.scalars(select(Signature).where(Signature.document_id == document.id)).all()
    signed = {row.party_id: row for row in rows}
    return Turn(document, next((party for party in agreement.parties if party.id not in signed), None), signed)


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

    `document_sha256` names the file that this person read: `Superseded` when another was issued since. The stored bytes
    are hashed now: `Tampered` when they are not that file. `Forbidden` for somebody who is no party's signatory,
    `Invalid` when it is not their turn.
    """
    lock(agreement)
    if (standing := signature_of(agreement, actor)) is not None:
        return standing
    policy.require(actor, Action.SIGN, scope.file_scope(agreement.application))
    document, party = _whose_turn(agreement, actor)
    expected = document.file.sha256 if document.file else ""
    if document_sha256 != expected:
        raise Superseded(document)
    if (found := stored_sha256(document, storage)) != expected:
        raise Tampered(document, found)
    signature = Signature(
        document_id=document.id,
        party_id=party.id,
        person_id=actor.person_id,
        capacity=party.capacity,
        mandate=mandate(party),
        document_sha256=found,
        consent=consent,
        consent_version=consent_version,
        language=language,
        address=address[:45],
        user_agent=user_agent[:300],
        signed_at=clock.now(),
    )
    db.session.add(signature)
    db.session.flush()
    _announce(agreement, party, actor, document)
    _conclude(agreement, document)
    return signature


def signature_of(agreement: Agreement, actor: Principal) -> Signature | None:
    """This person's signature on the issued document."""
    query = select(Signature).where(
        Signature.document_id == agreement.issued_document_id, Signature.person_id == actor.person_id
    )
    return db.session.scalar(query)


def _whose_turn(agreement: Agreement, actor: Principal) -> tuple[Document, AgreementParty]:
    """The issued document and the party that this person signs for, when it is that party's turn."""
    now = turn(agreement)
    if now is None:
        raise Invalid("consent", _("There is no document to sign now: it was not issued, or it was taken back."))
    party = _party_of(agreement, actor)
    if now.party is None or now.party.id != party.id:
        before = now.party.organisation.name if now.party else ""
        raise Invalid("consent", _("It is not your turn yet: %(party)s signs first.", party=before))
    return now.document, party


def _party_of(agreement: Agreement, actor: Principal) -> AgreementParty:
    """The party this person was named to sign for, if they still hold the role that lets them."""
    party = next((party for party in agreement.parties if party.signatory_id == actor.person_id), None)
    if party is None:
        raise Forbidden("not_the_signatory")
    if party.is_operator:
        holds = programme_of(agreement).id in actor.programmes(Role.DIRECTOR)
    else:
        holds = party.organisation_id in actor.organisations(Role.SIGNATORY)
    if not holds:
        raise Forbidden("no_longer_signatory")
    return party


def mandate(party: AgreementParty) -> str:
    """Act, number and date on one line."""
    given = party.mandate_date.isoformat() if party.mandate_date else ""
    return ", ".join(filter(None, (f"{party.mandate_act} {party.mandate_number}".strip(), given)))


def _announce(agreement: Agreement, party: AgreementParty, actor: Principal, document: Document) -> None:
    """Into the record; and a message to whoever signs next."""
    role = Role.DIRECTOR if party.is_operator else Role.SIGNATORY
    data = {"document": document.reference, "party": party.organisation.name, "sha256": document.context_sha256}
    if document.file is not None:
        data["sha256"] = document.file.sha256
    audit.record(agreement, actor, role, AuditEvent.SIGNED, application_id=agreement.application_id, data=data)
    following = next((other for other in agreement.parties if other.position > party.position), None)
    if following is not None and following.signatory is not None:
        _call(agreement, following.signatory, f"sign-{document.id}-{following.id}", party.organisation.name)


def _call(agreement: Agreement, person: Person, key: str, before: str) -> None:
    with force_locale(person.language):
        announce.mail(
            person,
            key=key,
            subject=_("%(title)s: your signature is next", title=announce.title(agreement)),
            lines=[
                _("Dear %(name)s,", name=person.name),
                _("%(party)s has signed %(number)s. It is your turn now.", party=before, number=agreement.number),
            ],
            path=f"/applications/{agreement.application_id}/agreement/sign",
        )


def _conclude(agreement: Agreement, document: Document) -> None:
    db.session.flush()
    db.session.expire(document, ["signatures"])
    if len(document.signatures) == len(agreement.parties):
        advance(agreement, Trigger.ENTER_INTO_FORCE, SYSTEM)


def note_tampering(agreement_id: int, document_id: int, found: str, actor: Principal) -> None:
    """Into the record, in a transaction of its own: the refusal must not take this along."""
    agreement = db.session.get_one(Agreement, agreement_id)
    document = db.session.get_one(Document, document_id)
    data = {"document": document.reference, "refused": "stored file changed", "found": found}
    roles = policy.roles_on(actor, scope.file_scope(agreement.application)) & {Role.SIGNATORY, Role.DIRECTOR}
    audit.record(agreement, actor, min(roles), AuditEvent.EDITED, application_id=agreement.application_id, data=data)
