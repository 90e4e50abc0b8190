"""The parts that both instruments share, from rows to plain records. Called with the locale of the text."""

import re
from datetime import date
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from webapp import wording
from webapp.documents import records as r
from webapp.documents.plain import money
from webapp.models.agreement import AgreementParty
from webapp.models.application import BudgetCategory, PartyRole, RiskKind
from webapp.models.monitoring import ReportKind
from webapp.models.people import LOCAL_AUTHORITIES, OrganisationType, Person
from webapp.services.contract import clauses
from webapp.services.contract.reporting import Period, report_periods
from webapp.services.contract.source import Source, shared_out
from workflows.vocabulary import Instrument, Role

T = TypeVar("T")
EEA = frozenset(
    {
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV"),
        *("LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO"),
    }
)
INTERIM_ACCEPTED = re.compile(r"Interim report (\d+) is accepted")
FOCAL_POINT = "To be named before monitoring starts"
LOWERED = (
    "The grant applied for was {asked}; approved is {approved}. The grant on every budget line is lowered in the same"
    " proportion, own shares stay."
)
CONFIRMERS = {
    Role.PROGRAMME_MANAGER: "another programme manager",
    Role.FINANCE_OFFICER: "a finance officer",
    Role.DIRECTOR: "the director",
}


def municipalities(source: Source) -> tuple[r.Party, ...]:
    """Every municipality in signing order, the partner first."""
    return tuple(_party(source, party) for party in source.agreement.parties if not party.is_operator)


def operator(source: Source) -> r.Party:
    return next(_party(source, party) for party in source.agreement.parties if party.is_operator)


def _party(source: Source, party: AgreementParty) -> r.Party:
    organisation = party.organisation
    signatory = _given(party.signatory, f"{organisation.legal_name}: nobody is named to sign")
    contact = _given(source.contacts.get(party.organisation_id), f"{organisation.legal_name}: nobody receives notices")
    places = dict.fromkeys(filter(None, (organisation.place, organisation.subdivision)))
    return r.Party(
        name=organisation.legal_name,
        role=_role(source, party),
        seat=", ".join(places) or organisation.name,
        country=source.said.country(organisation.country),
        signatory=signatory.name,
        function=signatory.job_title or source.said.phrase("Signatory"),
        capacity=party.capacity,
        mandate_act=party.mandate_act,
        mandate_number=party.mandate_number,
        mandate_date=_given(party.mandate_date, f"{organisation.legal_name}: the mandate has no date"),
        contact=_function(contact),
        contact_email=contact.email,
        focal_point="" if party.is_operator else source.said.phrase(FOCAL_POINT),
    )


def _given(value: T | None, problem: str) -> T:
    """What must be there; raises InconsistentError with `problem` when it is not."""
    if value is None:
        raise r.InconsistentError(problem)
    return value


def _function(person: Person) -> str:
    """People are named by their function where nobody signs."""
    return person.job_title or person.name


def _role(source: Source, party: AgreementParty) -> str:
    if party.is_operator:
        return source.said.phrase("Programme operator")
    leads = {p.organisation_id for p in source.application.parties if p.role is PartyRole.LEAD}
    kind = party.organisation.type
    noun = kind.value.replace("_", " ") if kind in LOCAL_AUTHORITIES else OrganisationType.MUNICIPALITY.value
    return source.said.phrase(f"{'Lead' if party.organisation_id in leads else 'Partner'} {noun}")


def lines(source: Source) -> tuple[r.BudgetLine, ...]:
    """The approved budget; a grant below what was asked lowers every line in the same proportion, own shares stay."""
    rows = source.content["budget"]
    granted = shared_out(source.agreement.grant, [Decimal(row["requested"]) for row in rows])
    return tuple(
        r.BudgetLine(
            number=str(number),
            title=row["title"],
            category=source.said.phrase(wording.label(BudgetCategory(row["category"]))),
            payer=_payer(source, row["payer"], grant, Decimal(row["own_share"])),
            payee=source.names.get(row["payee"]) or source.said.phrase("Third parties"),
            cost=grant + Decimal(row["own_share"]),
            own=Decimal(row["own_share"]),
        )
        for number, (row, grant) in enumerate(zip(rows, granted, strict=True), 1)
    )


def _payer(source: Source, payer: int, grant: Decimal, own: Decimal) -> str:
    """The Programme pays the grant; whoever bears an own share pays that."""
    name = source.names.get(payer) or source.said.phrase("the payer")
    if own and not grant:
        return name
    return source.said.phrase("Programme and {name}", name=name) if own else source.said.phrase("Programme")


def tranches(source: Source) -> tuple[r.Tranche, ...]:
    return tuple(
        r.Tranche(
            number=row.number,
            amount=row.amount,
            condition=proposed(source, row.condition),
            due=source.said.day(row.due_on),
            report=source.said.phrase("Final report") if row.is_balance else "",
            advance=not row.is_balance,
        )
        for row in source.agreement.tranches
    )


def reports(source: Source) -> tuple[r.ReportDue, ...]:
    agreement = source.agreement
    return tuple(
        r.ReportDue(
            kind=_report(source, period),
            starts=period.starts,
            ends=period.ends,
            due=period.due,
        )
        for period in report_periods(agreement.starts_on, agreement.ends_on, source.rules)
    )


def _report(source: Source, period: Period) -> str:
    if period.kind is ReportKind.FINAL:
        return source.said.phrase("Final report")
    return source.said.phrase("Interim report {number}", number=period.number)


def proposed(source: Source, condition: str) -> str:
    """A condition of payment that the product proposed, in the language of the text; what was typed stays as it is."""
    if found := INTERIM_ACCEPTED.fullmatch(condition):
        return source.said.phrase("Interim report {number} is accepted", number=found[1])
    return source.said.known(condition)


def obligations(source: Source) -> tuple[r.Obligation, ...]:
    return tuple(
        r.Obligation(
            person=f"{row.trainee}, {row.organisation.name}", training=row.training, act=row.activity, due=row.due_on
        )
        for row in source.obligations
    )


def goals(source: Source) -> tuple[r.LearningGoal, ...]:
    """What each side wants to learn [S4.5]."""
    keys = {PartyRole.LEAD: "lead_learns", PartyRole.PARTNER: "partner_learns"}
    roles = {party.organisation_id: party.role for party in source.application.parties}
    return tuple(
        r.LearningGoal(party=name, goal=source.answer("learning", keys[roles[organisation]]))
        for organisation, name in source.names.items()
        if organisation in roles
    )


def activities(source: Source) -> tuple[r.Activity, ...]:
    travel = any(row["category"] == BudgetCategory.TRAVEL for row in source.content["budget"])
    return tuple(
        r.Activity(
            objective=row["title"],
            title=row["activity"] or row["title"],
            how=row["how"],
            owner=row["owner"],
            due=date.fromisoformat(row["due_on"]),
            indicator=row["indicator"],
            travel=travel,
        )
        for row in source.content["objectives"]
    )


def risks(source: Source) -> tuple[r.Risk, ...]:
    return tuple(
        r.Risk(
            kind=wording.label(RiskKind(row["kind"])),
            likelihood=row["likelihood"],
            impact=row["impact"],
            mitigation=row["mitigation"],
            owner=row["owner"],
        )
        for row in source.content["risks"]
    )


def conditions(source: Source) -> tuple[str, ...]:
    """The conditions of the decision, word for word."""
    return split(source.approved.decision.conditions)


def special_terms(source: Source) -> tuple[str, ...]:
    """The special clauses; and how the budget follows from an approval below what was asked."""
    agreement = source.agreement
    paid_elsewhere = _peers(source) if agreement.kind is Instrument.INVESTMENT_CONTRACT else ()
    asked = sum((Decimal(row["requested"]) for row in source.content["budget"]), Decimal(0))
    figures = (source.said.money(amount, agreement.currency) for amount in (asked, agreement.grant))
    lowered = source.said.phrase(LOWERED, **dict(zip(("asked", "approved"), figures, strict=True)))
    derived = (*paid_elsewhere, *((lowered,) if asked != agreement.grant else ()))
    return (*clauses.printed(agreement, source.said), *derived)


def _peers(source: Source) -> tuple[str, ...]:
    """Where the budget gives a supporting municipality money or an own share, which the articles do not foresee."""
    towns = municipalities(source)
    rows, found = lines(source), []
    for peer in towns[1:]:
        paid = sum((line.grant for line in rows if line.payee == peer.name), Decimal(0))
        if paid:
            amount = money(paid, source.agreement.currency)
            found.append(f"Other than Article 1 says, {peer.name} receives the budget lines paid to it: {amount}.")
        if any(line.own and line.payer.endswith(peer.name) for line in rows):
            found.append(f"Other than Article 4 says, {peer.name} bears the own share on the lines that name it.")
    return tuple(found)


def split(text: str) -> tuple[str, ...]:
    """One a line, empty lines left out."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def decided_by(source: Source) -> str:
    """Functions, as in "approved by …"."""
    confirmed = [CONFIRMERS[c.role] for c in source.approved.decision.confirmations if c.role in CONFIRMERS]
    return source.said.listed([source.said.phrase(name) for name in ("the programme manager", *confirmed)])


def decision_date(source: Source) -> date:
    settled = _given(source.approved.decision.settled_at, "the decision is not settled")
    return settled.astimezone(ZoneInfo(_zone(source))).date()


def application_date(source: Source) -> date:
    submitted = _given(source.application.submitted_at, "the application has no date of submission")
    return submitted.astimezone(ZoneInfo(_zone(source))).date()


def _zone(source: Source) -> str:
    return source.application.call.plan.programme.operator.time_zone


def outside_eea(source: Source) -> tuple[str, ...]:
    codes = dict.fromkeys(party.organisation.country for party in source.agreement.parties)
    return tuple(source.said.in_country(code) for code in codes if code not in EEA)
