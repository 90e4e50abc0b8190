"""Signatures that are refused for good: each is told in words and recorded in a transaction of its own."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import or_, select

from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document
from webapp.models.record import AuditEvent
from webapp.models.signing import SigningDelegation
from webapp.policy import Principal
from webapp.services import audit
from workflows.vocabulary import Role, State


class Unsigned(Invalid):
    """Nothing was signed, and trying again with the same form is of no use; `why` is kept in the record."""

    why = ""
    words = lazy_gettext("Nothing was signed.")

    def __init__(self, document: Document | None, found: str = "") -> None:
        super().__init__("agree", str(self.words))
        self.reference = document.reference if document else ""
        self.found = found


class Tampered(Unsigned):
    """The stored file is no longer the one that was issued: nobody may sign it."""

    why = "stored file changed"
    words = lazy_gettext(
        "The stored file is no longer the one that was issued. Nothing was signed. The programme office knows."
    )


class Superseded(Unsigned):
    """Another document was issued after the one that this person read."""

    why = "another version is out for signature"
    words = lazy_gettext(
        "Another version was issued after you opened this page. Nothing was signed. Read the new version."
    )


class Replayed(Unsigned):
    """The consent is not the text that this person is shown now for this very document."""

    why = "consent is not the current one"
    words = lazy_gettext(
        "The consent that was sent is not the one that stands on this page now. Nothing was signed."
        " Open the page again."
    )


class Over(Unsigned):
    """The agreement is not out for signature (any more)."""

    why = "not out for signature"
    words = lazy_gettext("There is no document to sign now: it was not issued, or it was taken back.")


class NoLongerSignatory(Unsigned):
    """The person does not hold the role any more that let them sign."""

    why = "no longer signatory"
    words = lazy_gettext("The person who signed may not sign for this party any more. Nothing was signed.")


def note(agreement_id: int, actor: Principal, why: str, reference: str = "", found: str = "") -> None:
    """Into the record; run it in a transaction of its own, because the refusal rolls back."""
    agreement = db.session.get_one(Agreement, agreement_id)
    party = _party_of(agreement, actor)
    role = Role.DIRECTOR if party is not None and party.is_operator else Role.SIGNATORY
    if not reference and agreement.issued_document is not None:
        reference = agreement.issued_document.reference
    data = {"document": reference, "refused": why} | ({"found": found} if found else {})
    audit.record(
        agreement, actor, role, AuditEvent.SIGNATURE_REFUSED, application_id=agreement.application_id, data=data
    )


def _party_of(agreement: Agreement, actor: Principal) -> AgreementParty | None:
    return next((party for party in agreement.parties if party.signatory_id == actor.person_id), None)


def signs_or_signed_for(application_id: int, actor: Principal) -> int | None:
    """The agreement out for signature in which this person is named, whatever roles they still hold."""
    lent = select(SigningDelegation.party_id).where(SigningDelegation.receiver_id == actor.person_id)
    named = or_(AgreementParty.signatory_id == actor.person_id, AgreementParty.id.in_(lent))
    query = select(Agreement.id).join(AgreementParty, AgreementParty.agreement_id == Agreement.id)
    open_ = (Agreement.application_id == application_id, Agreement.state == State.ISSUED)
    return db.session.scalar(query.where(*open_, named).limit(1))


def not_your_turn(party: str) -> Invalid:
    return Invalid("agree", _("It is not your turn yet: %(party)s signs first.", party=party))
