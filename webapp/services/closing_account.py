"""The account of a closing letter: what was granted, declared, accepted, and which duties go on."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.documents import letters as doc
from webapp.documents.plain import months_after, percent, sentence
from webapp.documents.records import Obligation as SharedKnowledge
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.monitoring import Audit, Obligation, Report, ReportKind
from webapp.plaintext import tidy
from webapp.services.facts import current_agreement, programme_of, rules_of
from workflows.vocabulary import Instrument, State, Trigger

CENT = Decimal("0.01")
WHY: dict[Trigger, str] = {
    Trigger.LAPSE: "The place on the reserve list was valid for a limited time, and no money became free in it.",
    Trigger.CLOSE_REFUSED: "The refusal is final: the time to appeal is over, or the appeal was used before.",
    Trigger.CLOSE: "The final report is accepted, and audit, obligations and actions are settled.",
    Trigger.TERMINATE: "The agreement was terminated after notice.",
}
BY: dict[Trigger, str] = {
    Trigger.LAPSE: "the rules of the programme, by themselves",
    Trigger.CLOSE_REFUSED: "the rules of the programme, by themselves",
    Trigger.CLOSE: "the director",
    Trigger.TERMINATE: "the director",
}


@dataclass(frozen=True)
class _Costs:
    declared: Decimal
    ineligible: Decimal
    final_grant: Decimal
    calculation: str
    paid: Decimal


def of(application: Application, trigger: Trigger, reason: str, dated: date) -> dict[str, Any]:
    """The fields of a `ClosingContext` beside those that all letters carry."""
    agreement = current_agreement(application)
    costs = _costs(application, agreement, dated)
    rules = rules_of(application)
    title = programme_of(application).title
    return {
        "decided_by": BY[trigger],
        "mandate": f"Rules of the programme {tidy(title)}, closing of files",
        "reasons": (WHY[trigger], *(sentence(line) for line in reason.split("\n") if line.strip())),
        "agreement": _name(application, agreement),
        "maximum": agreement.grant if agreement else Decimal(0),
        "declared": costs.declared,
        "ineligible": costs.ineligible,
        "final_grant": costs.final_grant,
        "calculation": costs.calculation,
        "paid": costs.paid,
        "settle_by": dated + timedelta(days=rules.payment_days),
        "duties": _duties(agreement, rules.record_years, rules.asset_years, dated) if agreement else (),
        "obligations": _shared_knowledge(application),
        "thanks": "We thank all the partners for their work.",
    }


def _name(application: Application, agreement: Agreement | None) -> str:
    if agreement is None:
        return f"file {application.reference}"
    kind = "investment contract" if agreement.kind is Instrument.INVESTMENT_CONTRACT else "memorandum"
    return f"{kind} {agreement.number}"


def _costs(application: Application, agreement: Agreement | None, dated: date) -> _Costs:
    """Share of the accepted costs, at most the grant; what was paid follows the schedule of the agreement."""
    if agreement is None:
        return _Costs(Decimal(0), Decimal(0), Decimal(0), "no grant was awarded", Decimal(0))
    declared = _declared(application)
    audited = db.session.scalar(select(Audit.ineligible).where(Audit.application_id == application.id))
    ineligible = min(audited or Decimal(0), declared)
    whole = agreement.grant + agreement.own_share
    accepted = declared - ineligible
    by_share = (accepted * agreement.grant / whole).quantize(CENT, ROUND_HALF_UP)
    scheduled = sum((t.amount for t in agreement.tranches if not t.is_balance and t.due_on <= dated), Decimal(0))
    share = f"{percent(agreement.grant, whole)} of the accepted costs, at most the maximum grant"
    paid = f"{share}; paid as in the payment schedule of the agreement"
    return _Costs(declared, ineligible, min(by_share, agreement.grant), paid, scheduled)


def _declared(application: Application) -> Decimal:
    """The final report covers the whole period; without one, the accepted reports together."""
    query = select(Report).where(Report.application_id == application.id, Report.state == State.ACCEPTED)
    accepted = db.session.scalars(query.options(selectinload(Report.finance))).all()
    final = [report for report in accepted if report.kind is ReportKind.FINAL]
    return sum((row.spent for report in final or accepted for row in report.finance), Decimal(0))


def _duties(agreement: Agreement, record_years: int, asset_years: int, dated: date) -> tuple[doc.SurvivingDuty, ...]:
    records = doc.SurvivingDuty(
        duty="Keep records and proof, and give access to them",
        until=months_after(dated, 12 * record_years),
        consequence="The cost concerned becomes ineligible",
    )
    if agreement.kind is not Instrument.INVESTMENT_CONTRACT:
        return (records,)
    assets = doc.SurvivingDuty(
        duty="Keep the assets in place and for their purpose",
        until=months_after(dated, 12 * asset_years),
        consequence="Repayment on the scale of the contract",
    )
    return (assets, records)


def _shared_knowledge(application: Application) -> tuple[SharedKnowledge, ...]:
    query = select(Obligation).where(Obligation.application_id == application.id, Obligation.state == State.VERIFIED)
    return tuple(
        SharedKnowledge(person=tidy(row.trainee), training=tidy(row.training), act=tidy(row.activity), due=row.due_on)
        for row in db.session.scalars(query.order_by(Obligation.id))
    )
