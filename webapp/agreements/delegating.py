"""A signatory lets a colleague sign in their place: same organisation, same role, an own mandate, beforehand."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from webapp import clock
from webapp.agreements.signers import Signer, eligible, role_of, waiting_scan
from webapp.agreements.signing import Turn, call, lock_for_signing, signer_now, turn
from webapp.documents.plain import UnprintableTextError, printable
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.people import Person
from webapp.models.record import AuditEvent
from webapp.models.signing import SigningDelegation
from webapp.policy import Principal
from webapp.services import audit

ASKED = lazy_gettext("%(giver)s lets you sign %(number)s for %(party)s.")


@dataclass(frozen=True, slots=True)
class Mandate:
    """Under which decision the colleague signs, and in which capacity."""

    capacity: str
    act: str
    number: str
    dated: date


def candidates(agreement: Agreement, now: Turn, signer: Signer) -> list[Person]:
    """Whoever may sign for this party and does not sign for another one, delegation included."""
    taken = {other.person_id for other in now.signers} | {other.party.signatory_id for other in now.signers}
    taken |= {signature.person_id for signature in now.signed.values()}
    return [person for person in eligible(agreement, signer.party) if person.id not in taken]


def delegate(agreement: Agreement, receiver_id: int, mandate: Mandate, actor: Principal) -> SigningDelegation:
    """Once per party and document; the one who was named does not sign any more. Raises `Invalid` with the field."""
    lock_for_signing(agreement)
    signer = signer_now(agreement, actor)
    now = turn(agreement)
    if now is None or signer.giver is not None or signer.party.id in now.signed:
        raise Forbidden("signature_given_or_delegated")
    if receiver_id not in {person.id for person in candidates(agreement, now, signer)}:
        raise Invalid("receiver_id", _("Choose a colleague who may sign for this party and signs for no other one."))
    if mandate.dated > clock.today():
        raise Invalid(
            "mandate_date", _("The mandate is given before the signature, so its date cannot be in the future.")
        )
    if waiting_scan(now.document.id, signer.party.id) is not None:
        raise Invalid("receiver_id", _("A scan with your signature waits to be attested."))
    row = SigningDelegation(
        document_id=now.document.id, party_id=signer.party.id, giver_id=actor.person_id, receiver_id=receiver_id,
        capacity=_clean("capacity", mandate.capacity), mandate_act=_clean("mandate_act", mandate.act),
        mandate_number=_clean("mandate_number", mandate.number, needed=False), mandate_date=mandate.dated,
        given_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _tell(agreement, now, signer, row, actor)
    return row


def _tell(agreement: Agreement, now: Turn, signer: Signer, row: SigningDelegation, actor: Principal) -> None:
    mandate = f"{row.mandate_act} {row.mandate_number}, {row.mandate_date.isoformat()}"
    data = {
        "document": now.document.reference, "party": signer.party.organisation.name, "from": str(row.giver_id),
        "to": str(row.receiver_id), "mandate": mandate,
    }  # fmt: skip
    audit.record(
        agreement, actor, role_of(signer.party), AuditEvent.SIGNATURE_DELEGATED,
        application_id=agreement.application_id, data=data,
    )  # fmt: skip
    receiver = db.session.get_one(Person, row.receiver_id)
    names = {"giver": actor.name, "number": agreement.number, "party": signer.party.organisation.name}
    call(agreement, receiver, f"delegated-{row.id}", ASKED, names)


def _clean(field: str, text: str, *, needed: bool = True) -> str:
    """A text that a document can print; empty only where it may be."""
    try:
        kept = printable(text, field).strip()
    except UnprintableTextError as error:
        code = f"{error.codepoint:04X}"
        raise Invalid(
            field, _("This text holds a sign that cannot be printed (U+%(code)s). Remove it.", code=code)
        ) from error
    if needed and not kept:
        raise Invalid(field, _("Fill this in: it stands in the record beside the signature."))
    return kept
