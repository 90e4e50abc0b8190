"""An approved application with everything an agreement is made of, and the same as it looks when contracting began."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.factories.people import acting, grant, organisation, person
from webapp import clock
from webapp.agreements import use_cases
from webapp.agreements.signing import CONSENT_VERSION
from webapp.auth.passwords import set_password
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models import application as a
from webapp.models.agreement import Agreement, Document, Signature
from webapp.models.assessment import (
    Baseline,
    BaselineScore,
    Decision,
    DecisionConfirmation,
    EligibilityCheck,
    RuleCode,
    Verdict,
)
from webapp.models.people import Organisation, OrganisationType, Person
from webapp.models.programme import Call, CountryPlan, Programme, Theme
from webapp.negotiation import use_cases as negotiation
from webapp.policy import Principal
from webapp.services import content
from webapp.services.advance import advance
from webapp.services.facts import current_agreement
from workflows import scoring
from workflows.vocabulary import Instrument, Role, State, Trigger

CLICK = {"investment_signature": "click"}  # most tests sign contracts of either kind in the same way
PASSWORD = "four plain words together"
STARTS = date(2026, 3, 1)
MEMORANDUM_LINES = (
    ("Flights, visas & local travel", "travel", "9200", "1000", "partner"),
    ("Stay", "travel", "5300", "0", "lead"),
    ("Internship <and> webinars", "training", "4500", "0", None),
)
CONTRACT_LINES = (
    ("Transfer station, civil works", "investment", "112000", "12000", "partner"),
    ("Weighbridge & containers", "investment", "48000", "8000", "partner"),
    ("Working visits", "travel", "16000", "0", "partner"),
    ("Training of the station team", "training", "14000", "0", "partner"),
    ("Detailed audit", "audit", "10000", "0", "partner"),
)
CONDITIONS = "The municipality hands in the land title before the first payment.\nThe weighbridge is calibrated."


@dataclass
class File:
    """One file with its people."""

    application: a.Application
    lead: Organisation
    partner: Organisation
    operator: Organisation
    manager: Person
    director: Person
    signs: dict[int, Person]  # by organisation
    editors: dict[int, Person]

    def as_manager(self) -> Principal:
        return acting(self.manager)

    @property
    def agreement(self) -> Agreement:
        found = current_agreement(self.application)
        assert found is not None
        return found

    def signatories(self) -> list[Person]:
        """In the order of signing."""
        return [self.signs[party.organisation_id] for party in self.agreement.parties]


def approved(
    *, investment: bool = False, amount: str = "", names: tuple[str, str] = ("Rheden", "Rubavu"), months: int = 0,
    conditions: str = CONDITIONS, suffix: str = "",
) -> File:  # fmt: skip
    """An application in `approved`, by rows: every earlier move is somebody else's test."""
    lead_name, partner_name = names
    operator = organisation(f"Programme office{suffix}", type=OrganisationType.OPERATOR, time_zone="Europe/Amsterdam")
    operator.place = "Amsterdam"
    lead = organisation(f"{lead_name}{suffix}", time_zone="Europe/Amsterdam")
    partner = organisation(f"{partner_name}{suffix}", country="RW", time_zone="Africa/Kigali")
    for row in (lead, partner):
        row.legal_name = f"Municipality of {row.name}"
    manager, director = _officer("Programme manager"), _officer("Director")
    call = _call(operator, manager, suffix)
    programme_id = call.plan.programme_id
    grant(manager, Role.PROGRAMME_MANAGER, programme_id=programme_id)
    grant(director, Role.DIRECTOR, programme_id=programme_id)
    signs, editors = {operator.id: director}, {}
    for row in (lead, partner):
        signs[row.id] = grant(_officer("Mayor", row.name), Role.SIGNATORY, organisation=row)
        editors[row.id] = grant(_officer("International officer", row.name), Role.APPLICANT_EDITOR, organisation=row)
    lines = CONTRACT_LINES if investment else MEMORANDUM_LINES
    application = _application(call, lead, partner, manager, lines, months or (24 if investment else 10), suffix)
    _decision(application, manager, director, Decimal(amount or application.requested), conditions)
    _baselines(application, manager)
    return File(application, lead, partner, operator, manager, director, signs, editors)


def _officer(title: str, place: str = "") -> Person:
    row = person(f"{title}, {place}" if place else title)
    row.job_title = title
    set_password(row, PASSWORD)
    return row


def _call(operator: Organisation, manager: Person, suffix: str) -> Call:
    lga = organisation(f"Association{suffix}", type=OrganisationType.LGA, country="RW")
    programme = Programme(
        code=f"LGP{suffix}", title=f"Local Government Partnerships 2026–2029{suffix}", starts_on=date(2026, 1, 1),
        ends_on=date(2029, 12, 31), budget=Decimal(2400000), currency="EUR", funder="Ministry (fictional)",
        funder_reference="MFA-1", operator_id=operator.id, state=State.OPEN,
        rules=CLICK,
    )  # fmt: skip
    db.session.add(programme)
    db.session.flush()
    plan = CountryPlan(
        programme_id=programme.id, title="Rwanda: local economy", country="RW", starts_on=date(2026, 1, 1),
        ends_on=date(2029, 12, 31), envelope=Decimal(1200000), reserved=Decimal(0), lga_id=lga.id,
        drafted_by_id=manager.id, state=State.APPROVED,
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    db.session.add(Theme(plan_id=plan.id, title="Local economy and tourism", sdg_goal=8))
    call = Call(
        plan_id=plan.id, title="First call", opens_on=date(2025, 9, 1), closes_on=date(2025, 12, 1),
        floor=Decimal(10000), ceiling=Decimal(250000), state=State.OPEN,
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    return call


def _application(
    call: Call, lead: Organisation, partner: Organisation, manager: Person, lines: tuple[Any, ...], months: int,
    suffix: str,
) -> a.Application:  # fmt: skip
    partnership = a.Partnership(name=f"{lead.name} and {partner.name}", since=date(2020, 1, 1))
    db.session.add(partnership)
    db.session.flush()
    row = a.Application(
        reference=f"JUM-2026-001{suffix}", call_id=call.id, partnership_id=partnership.id,
        theme_id=call.plan.themes[0].id, title="Visitors stay a second night", starts_on=STARTS,
        ends_on=STARTS + timedelta(days=round(months * 30.4)), sdg_goal=8, created_by_id=manager.id,
        submitted_at=clock.now(), manager_id=manager.id, state=State.APPROVED,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    for organisation_row, role in ((lead, a.PartyRole.LEAD), (partner, a.PartyRole.PARTNER)):
        row.parties.append(a.ApplicationParty(organisation_id=organisation_row.id, role=role))
    _sections(row)
    payees = {"lead": lead.id, "partner": partner.id, None: None}
    for position, (title, category, total, own, payee) in enumerate(lines, 1):
        requested = Decimal(total) - Decimal(own)
        row.budget.append(
            a.BudgetLine(
                position=position,
                title=title,
                category=a.BudgetCategory(category),
                total=Decimal(total),
                requested=requested,
                own_share=Decimal(own),
                payer_id=lead.id,
                payee_id=payees[payee],
            )
        )
    row.requested, row.own_share = content.totals(row.budget)
    db.session.flush()
    return row


def _sections(row: a.Application) -> None:
    texts = {
        a.Section.PROBLEM: {
            "problem": "Visitors leave the same day.",
            "approach": "Officers of both work side by side on one visitor route.",
            "stakeholders": "Shops and guides.",
        },
        a.Section.LEARNING: {
            "lead_learns": "to involve residents before a plan is drawn",
            "partner_learns": "to plan and maintain a visitor route",
            "exchange": "Visits",
        },
        a.Section.SUSTAINABILITY: {
            "continuation": "The municipality keeps the route in repair.",
            "dissemination": "Booklet",
            "lga_role": "Workshop",
        },
    }
    for code, answers in texts.items():
        row.sections.append(a.ApplicationSection(code=code, answers=answers))
    row.objectives.append(
        a.Objective(
            position=1,
            title="A visitor route",
            activity="Working visit",
            how="On site, five days",
            owner="Tourism officer",
            due_on=STARTS + timedelta(days=90),
            indicator="Route agreed",
            baseline_value="0 km",
            target_value="12 km",
        )
    )
    for kind in a.RiskKind:
        row.risks.append(a.Risk(kind=kind, likelihood=2, impact=3, mitigation="Two people each task", owner="Clerk"))


def _decision(row: a.Application, manager: Person, director: Person, amount: Decimal, conditions: str) -> None:
    snapshot = content.snapshot(row)
    version = a.ApplicationVersion(
        application_id=row.id, number=1, content=snapshot, sha256=content.sha256(snapshot), requested=row.requested,
        own_share=row.own_share, total=row.requested + row.own_share, created_at=clock.now(), created_by_id=manager.id,
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    decision = Decision(
        application_id=row.id, outcome=State.APPROVED, amount=amount, conditions=conditions, reasons="Good",
        recommended_by_id=manager.id, recommended_at=clock.now(), version_id=version.id, settled_at=clock.now(),
    )  # fmt: skip
    decision.confirmations.append(
        DecisionConfirmation(person_id=director.id, role=Role.DIRECTOR, confirmed_at=clock.now())
    )
    db.session.add(decision)
    row.amount_reserved = amount
    row.call.plan.reserved = row.call.plan.reserved + amount
    db.session.flush()


def _baselines(row: a.Application, assessor: Person) -> None:
    for party in row.parties:
        baseline = Baseline(
            application_id=row.id, organisation_id=party.organisation_id, assessor_id=assessor.id,
            scores=[
                BaselineScore(item=item, score=3, evidence=f"Seen: {item}", observed_on=date(2025, 12, 8))
                for item in scoring.BASELINE_ITEMS
            ],
        )  # fmt: skip
        db.session.add(baseline)
    db.session.add(
        EligibilityCheck(
            application_id=row.id,
            rule=RuleCode.LAND_TITLE,
            mandatory=True,
            verdict=Verdict.PASS,
            evidence="Title 4",
            checked_by_id=assessor.id,
            checked_at=clock.now(),
        )
    )
    db.session.flush()


def contracting(file: File, instrument: Instrument | None = None, reason: str = "") -> Agreement:
    """Settle the instrument and start contracting."""
    chosen = instrument or use_cases.computed_instrument(file.application)
    use_cases.choose_instrument(file.application, chosen, reason, file.as_manager())
    advance(file.application, Trigger.START_CONTRACTING, file.as_manager())
    return file.agreement


def prepared(file: File) -> Agreement:
    """Everything a lawyer asks for, before the contract is written."""
    agreement = contracting(file)
    for party in agreement.parties:
        use_cases.set_party(
            party, file.signs[party.organisation_id].id, "legal representative", "Decision of the council",
            date(2026, 1, 12), f"B-{party.position}", file.as_manager(),
        )  # fmt: skip
    values = {
        "organisation_id": file.partner.id, "trainee": "Tourism officer", "training": "Internship",
        "activity": "Workshop for the districts", "due_on": agreement.ends_on - timedelta(days=30),
    }  # fmt: skip
    use_cases.add_obligation(agreement, values, file.as_manager())
    return agreement


def written(file: File, storage: LocalStorage) -> Document:
    return use_cases.generate(prepared(file), file.as_manager(), storage, demonstration=False)


def checked(file: File, storage: LocalStorage) -> Document:
    """A second officer, the director, checks the newest version."""
    document = file.agreement.documents[-1]
    assert document.file is not None
    negotiation.check(file.agreement, document.file.sha256, acting(file.director), storage)
    return document


def issued(file: File, storage: LocalStorage) -> Agreement:
    written(file, storage)
    checked(file, storage)
    use_cases.issue(file.agreement, file.as_manager())
    return file.agreement


def signed_by(file: File, who: Person, storage: LocalStorage, **changes: Any) -> Signature:
    """One signature on the file that is issued now."""
    document = file.agreement.issued_document
    assert document is not None and document.file is not None
    given: dict[str, Any] = {
        "storage": storage, "document_sha256": document.file.sha256, "consent": "I sign.",
        "consent_version": CONSENT_VERSION,
        "language": "en", "address": "127.0.0.1", "user_agent": "tests",
    }  # fmt: skip
    return use_cases.sign(file.agreement, acting(who), **(given | changes))
