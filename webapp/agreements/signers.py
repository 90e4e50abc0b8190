"""Who signs for a party: the person named, or the colleague they let sign; and who may be chosen for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from webapp import clock
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty
from webapp.models.people import Person, RoleGrant
from webapp.models.signing import SignatureScan, SigningDelegation
from webapp.services.facts import programme_of
from workflows.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Signer:
    """One person for one party, with the capacity and the mandate that stand beside their signature."""

    party: AgreementParty
    person: Person | None
    capacity: str
    mandate_act: str
    mandate_number: str
    mandate_date: date | None
    mandate_limit: Decimal | None
    giver: Person | None = None  # who would have signed, when they let this person sign

    @property
    def person_id(self) -> int | None:
        return self.person.id if self.person else None

    @property
    def mandate(self) -> str:
        """Act, number and date on one line."""
        given = self.mandate_date.isoformat() if self.mandate_date else ""
        return ", ".join(filter(None, (f"{self.mandate_act} {self.mandate_number}".strip(), given)))


def signers(agreement: Agreement) -> list[Signer]:
    """In the order of the parties, as far as is loaded; `lock_for_signing` has it read anew."""
    document = agreement.issued_document
    by_party = {row.party_id: row for row in document.delegations} if document else {}
    return [_signer(party, by_party.get(party.id)) for party in agreement.parties]


def _signer(party: AgreementParty, given: SigningDelegation | None) -> Signer:
    """The mandate's limit is that of the party: who signs in somebody's place cannot bind it for more."""
    source = party if given is None else given
    return Signer(
        party=party,
        person=party.signatory if given is None else given.receiver,
        capacity=source.capacity,
        mandate_act=source.mandate_act,
        mandate_number=source.mandate_number,
        mandate_date=source.mandate_date,
        mandate_limit=party.mandate_limit,
        giver=given.giver if given else None,
    )


def eligible(agreement: Agreement, party: AgreementParty) -> Sequence[Person]:
    """Who may sign for a party today: its signatories; for the operator the programme's directors. Read anew."""
    if party.is_operator:
        of_party = (RoleGrant.role == Role.DIRECTOR) & (RoleGrant.programme_id == programme_of(agreement).id)
    else:
        of_party = (RoleGrant.role == Role.SIGNATORY) & (RoleGrant.organisation_id == party.organisation_id)
    today = clock.today()
    valid = (RoleGrant.starts_on <= today) & (RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today))
    holders = select(RoleGrant.person_id).where(of_party, valid)
    query = select(Person).where(Person.id.in_(holders), Person.left_at.is_(None)).order_by(Person.name, Person.id)
    return db.session.scalars(query).all()


def waiting_scan(document_id: int, party_id: int) -> SignatureScan | None:
    """The scan for this party that nobody has settled yet: until then it signs in no other way."""
    query = select(SignatureScan).where(SignatureScan.document_id == document_id, SignatureScan.party_id == party_id)
    return db.session.scalar(query.where(SignatureScan.settled_at.is_(None)))


def role_of(party: AgreementParty) -> Role:
    """In which role somebody signs for this party."""
    return Role.DIRECTOR if party.is_operator else Role.SIGNATORY
