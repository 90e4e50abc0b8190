"""Files in any state for lists, desk and register: rows placed as they would stand there, without walking the moves."""

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.factories import people
from webapp import clock
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document, DocumentKind, Signature, Tranche
from webapp.models.application import Application, ApplicationParty, Partnership, PartyRole, StoredFile
from webapp.models.monitoring import Report, ReportKind
from webapp.models.people import Organisation, OrganisationType, Person
from webapp.models.programme import Call, CountryPlan, Programme
from workflows.vocabulary import Instrument, Role, State

_numbers = itertools.count(1)
HASH = "a" * 64


@dataclass
class World:
    """One programme with one approved plan and an open call, two municipalities and their associations."""

    programme: Programme
    plan: CountryPlan
    call: Call
    lead: Organisation
    partner: Organisation
    lead_lga: Organisation
    partner_lga: Organisation
    drafter: Person
    people: dict[Role, Person] = field(default_factory=dict)

    def of_lead(self, role: Role) -> Person:
        return people.holding(role, organisation=self.lead)

    def of_partner(self, role: Role) -> Person:
        return people.holding(role, organisation=self.partner)

    def of_office(self, role: Role) -> Person:
        return people.holding(role, programme_id=self.programme.id)


def world(*, country: str = "RW", currency: str = "EUR", rules: dict[str, Any] | None = None) -> World:
    """A whole setting; each call makes another one, with names of its own."""
    number = next(_numbers)
    today = clock.today()
    lead_lga = people.organisation(f"Association N{number}", type=OrganisationType.LGA)
    partner_lga = people.organisation(f"Association P{number}", type=OrganisationType.LGA, country=country)
    lead = people.organisation(f"Rheden {number}", lga=lead_lga)
    partner = people.organisation(f"Rubavu {number}", country=country, lga=partner_lga)
    operator = people.organisation(f"Programme office {number}", type=OrganisationType.OPERATOR)
    drafter = people.person("Programme manager")
    programme = Programme(
        code=f"P{number}", title=f"Programme {number}", starts_on=today, ends_on=today + timedelta(days=900),
        budget=Decimal(2_400_000), currency=currency, funder="A ministry", operator_id=operator.id, rules=rules or {},
        state=State.OPEN,
    )  # fmt: skip
    db.session.add(programme)
    db.session.flush()
    plan = CountryPlan(
        programme_id=programme.id, title=f"Plan {number}", country=country, starts_on=today,
        ends_on=today + timedelta(days=900), envelope=Decimal(1_200_000), lga_id=partner_lga.id,
        drafted_by_id=drafter.id, state=State.APPROVED,
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    call = Call(
        plan_id=plan.id, title=f"Call {number}", opens_on=today - timedelta(days=10),
        closes_on=today + timedelta(days=40), floor=Decimal(5000), ceiling=Decimal(300_000), state=State.OPEN,
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    return World(programme, plan, call, lead, partner, lead_lga, partner_lga, drafter)


def application(
    world: World, state: State = State.DRAFT, *, title: str = "Tourism exchange", **columns: Any
) -> Application:
    """A file in this state, led by the world's lead municipality."""
    number = next(_numbers)
    partnership = Partnership(name=f"Partnership {number}", since=date(2018, 1, 1))
    db.session.add(partnership)
    db.session.flush()
    known: dict[str, Any] = {"requested": Decimal(18000), "own_share": Decimal(2000), "created_by_id": world.drafter.id}
    if state is not State.DRAFT:
        known["submitted_at"] = clock.now()
    row = Application(
        reference=f"JUM-{number:05}", call_id=world.call.id, partnership_id=partnership.id, title=title, state=state,
        **known | columns,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    for organisation, role in ((world.lead, PartyRole.LEAD), (world.partner, PartyRole.PARTNER)):
        db.session.add(ApplicationParty(application_id=row.id, organisation_id=organisation.id, role=role))
    db.session.flush()
    return row


def sign_off(row: Application, organisation: Organisation, person: Person) -> None:
    """The organisation's sign-off stands."""
    party = next(p for p in row.parties if p.organisation_id == organisation.id)
    party.signed_off_by_id, party.signed_off_at, party.signed_off_sha256 = person.id, clock.now(), HASH
    db.session.flush()


def agreement(
    row: Application, *, state: State = State.IN_FORCE, number: str = "", grant: Decimal = Decimal(18000),
    kind: Instrument = Instrument.MEMORANDUM, currency: str = "EUR", ends_on: date | None = None,
    signed_on: date | None = None,
) -> Agreement:  # fmt: skip
    """An agreement of this file with one tranche; issued and later ones with their document."""
    today = clock.today()
    agreed = Agreement(
        application_id=row.id, kind=kind, number=number or f"{row.reference}-A", grant=grant, own_share=Decimal(2000),
        currency=currency, starts_on=today - timedelta(days=200), ends_on=ends_on or today + timedelta(days=200),
    )  # fmt: skip
    db.session.add(agreed)
    db.session.flush()
    db.session.add(
        Tranche(agreement_id=agreed.id, number=1, amount=grant, condition="At the start", due_on=agreed.starts_on)
    )
    db.session.flush()
    if state is not State.DRAFT:
        _issue(row, agreed)
        agreed.state = state
        agreed.in_force_on = None if state is State.ISSUED else signed_on or today - timedelta(days=190)
        db.session.flush()
    return agreed


def _issue(row: Application, agreed: Agreement) -> None:
    stored = StoredFile(sha256=HASH, size=1, content_type="x", name="a.docx", created_at=clock.now())
    db.session.add(stored)
    db.session.flush()
    document = Document(
        application_id=row.id, agreement_id=agreed.id, kind=DocumentKind.MEMORANDUM, reference=f"{agreed.number}-1",
        context={}, context_sha256=HASH, file_id=stored.id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(document)
    db.session.flush()
    agreed.issued_document_id = document.id
    db.session.refresh(agreed, ["scheduled"])
    db.session.flush()


def signatories(agreed: Agreement, *parties: tuple[Organisation, Person]) -> list[AgreementParty]:
    """Who signs, in this order."""
    rows = [
        AgreementParty(agreement_id=agreed.id, organisation_id=o.id, position=place, signatory_id=p.id)
        for place, (o, p) in enumerate(parties, 1)
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def sign(agreed: Agreement, party: AgreementParty) -> None:
    db.session.add(
        Signature(
            document_id=agreed.issued_document_id, party_id=party.id, person_id=party.signatory_id, capacity="Mayor",
            mandate="Decision 1", document_sha256=HASH, consent="I sign", consent_version="1", language="en",
            signed_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()


def report(agreed: Agreement, *, due_on: date, state: State = State.DUE, number: int = 1, **columns: Any) -> Report:
    """An interim report; its period ended a month before its date."""
    period = {"period_start": due_on - timedelta(days=200), "period_end": due_on - timedelta(days=30)}
    row = Report(
        application_id=agreed.application_id, agreement_id=agreed.id, number=number, due_on=due_on, state=state,
        **{"kind": ReportKind.INTERIM} | period | columns,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row
