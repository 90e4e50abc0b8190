"""From an agreement to the context its document is written from: complete, faithful, nothing invented [S2.15]."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import force_locale

from webapp import wording
from webapp.documents import records as r
from webapp.documents.contexts import ContractContext, ContractTerms, MemorandumContext, MemorandumTerms
from webapp.documents.language import ENGLISH, joined, language
from webapp.documents.plain import TwoColumns, UnprintableTextError, fingerprint, money
from webapp.models.agreement import Agreement, Document
from webapp.models.application import BudgetCategory
from webapp.services import check_address
from webapp.services.contract import parts
from webapp.services.contract.source import Source, load
from workflows import scoring
from workflows.vocabulary import Instrument

NONE = "Not applicable"
Context = MemorandumContext | ContractContext


def context_of(
    agreement: Agreement, *, version: int, dated: date, demonstration: bool, address: str | None = None
) -> Context | TwoColumns:
    """The context of this agreement as it stands now, in its language; in two columns if there is a second one.

    `address`: where to check the document; None: a new one.

    Raises `InconsistentError` for figures, dates or names that contradict each other.
    """
    stamp = {"version": version, "dated": dated, "demonstration": demonstration}
    with force_locale(ENGLISH):  # the keys of the phrases; the reader's own language has no say in a contract
        source = load(agreement)
        stamp["verification_url"] = check_address.new() if address is None else address
        first = _in(source, agreement.language, stamp)
        if not agreement.second_language:
            return first
        return TwoColumns(first, _in(source, agreement.second_language, stamp))


def _in(source: Source, code: str, stamp: dict[str, Any]) -> Context:
    """The context with its values in one language."""
    source = replace(source, said=language(code))
    shared = _shared(source) | stamp
    if source.agreement.kind is Instrument.MEMORANDUM:
        return MemorandumContext(**shared, **_memorandum(source))
    return ContractContext(**shared, **_contract(source))


def written_in(agreement: Agreement) -> str:
    """The language of the document as its template is called: `nl`, or `en-nl` for two columns."""
    return joined(agreement.language, agreement.second_language)


def is_current(agreement: Agreement, document: Document) -> bool:
    """Whether a document says exactly what the data say now; its day and number are its own."""
    if document.kind.value != agreement.kind.value or document.file_id is None:
        return False
    if document.language != written_in(agreement):
        return False
    fresh = context_again(agreement, document)
    return fresh is not None and fingerprint(fresh) == document.context_sha256


def context_again(agreement: Agreement, document: Document) -> Context | TwoColumns | None:
    """What this document would say if it were written from the data of now; None when they contradict each other."""
    stamp = {"version": document.number, "dated": document.created_at.date()}
    stamp["address"] = document.address
    try:
        return context_of(agreement, **stamp, demonstration=bool(document.is_sample))  # type: ignore[arg-type]
    except (r.InconsistentError, UnprintableTextError):
        return None


def _shared(source: Source) -> dict[str, Any]:
    agreement, application, said = source.agreement, source.application, source.said
    plan = application.call.plan
    programme = plan.programme
    office = parts.operator(source)
    return {
        "reference": agreement.number,
        "currency": agreement.currency,
        "project": source.content["title"],
        "programme": programme.title,
        "operator": office,
        "funder": programme.funder,
        "funder_reference": programme.funder_reference or said.phrase(NONE),
        "plan": plan.title,
        "theme": application.theme.title if application.theme else said.phrase(NONE),
        "sdgs": _goals(source),
        "application": application.reference,
        "application_date": parts.application_date(source),
        "decision": f"{application.reference}/D{source.approved.decision.id}",
        "decision_date": parts.decision_date(source),
        "decided_by": parts.decided_by(source),
        "conditions": parts.conditions(source),
        "purpose": source.answer("problem", "approach"),
        "goals": parts.goals(source),
        "activities": parts.activities(source),
        "lines": parts.lines(source),
        "grant": agreement.grant,
        "tranches": parts.tranches(source),
        "reports": parts.reports(source),
        "obligations": parts.obligations(source),
        "starts": agreement.starts_on,
        "ends": agreement.ends_on,
        "outside_eea": parts.outside_eea(source),
        "transfer_tool": said.phrase("a binding administrative arrangement between the Parties"),
        "reporting_channel": said.phrase(
            "the contact of the Programme for notices ({email})", email=office.contact_email
        ),
        "credit_line": said.phrase("Supported by {programme}", programme=programme.title),
        "law": said.law_of(programme.operator.country),
        "locale": said.code,
        "language": said.name_of(agreement.language),
        "second_language": said.name_of(agreement.second_language) if agreement.second_language else "",
        "special_terms": parts.special_terms(source),
    }


def _goals(source: Source) -> tuple[str, ...]:
    number = source.content["sdg_goal"]
    if not number:
        return ()
    return (source.said.phrase("SDG {number} {goal}", number=number, goal=source.said.phrase(wording.goal(number))),)


def _memorandum(source: Source) -> dict[str, Any]:
    rules = source.rules
    terms = MemorandumTerms(
        payment_days=rules.payment_days,
        cure_days=rules.cure_days,
        notice_days=rules.notice_days,
        record_years=rules.record_years,
        time_zone=source.application.call.plan.programme.operator.time_zone,
    )
    return {"parties": parts.municipalities(source), "council_approval": "", "terms": terms}


def _contract(source: Source) -> dict[str, Any]:
    towns = parts.municipalities(source)
    terms = _contract_terms(source)
    return {
        "partner": towns[0],
        "peers": towns[1:],
        "description": "\n".join(filter(None, (source.answer("problem", key) for key in DESCRIPTION))),
        "works": source.approved.on_land,
        "committee": source.committee is not None and source.committee.installed,
        "committee_decided": source.committee is not None,
        "committee_reason": source.committee.reason if source.committee else "",
        "committee_meetings": COMMITTEE_MEETINGS,
        "audit": _audit(source),
        "risks": parts.risks(source),
        "baseline": _baseline(source),
        "log_frame": _log_frame(source),
        "assets": _assets(source),
        "upkeep": _upkeep(source, towns[0]),
        "disposal": _disposal(source.rules.asset_years),
        "procurement": _procurement(terms, source.agreement.currency),
        "dispute_forum": f"the competent court in {source.application.call.plan.programme.operator.place}",
        "terms": terms,
    }


DESCRIPTION = ("problem", "approach", "stakeholders")
COMMITTEE_MEETINGS = 4  # a year: every quarter [P]


def _contract_terms(source: Source) -> ContractTerms:
    rules = source.rules
    return ContractTerms(
        advance_percent=rules.advance_limit_percent,
        payment_days=rules.payment_days,
        report_months=rules.final_report_months,
        cure_days=rules.cure_days,
        notice_months=max(1, -(-rules.notice_days // 30)),
        record_years=rules.record_years,
        asset_years=rules.asset_years,
        remedy_days=rules.appeal_days,
        time_zone=source.application.call.plan.programme.operator.time_zone,
    )


def _audit(source: Source) -> str:
    """At the end always; above the programme's limit also with the interim report (`domain.md` §4)."""
    often = source.agreement.grant > source.rules.detailed_audit_above
    return "detailed, with the interim report and at the end" if often else "detailed, at the end"


def _baseline(source: Source) -> tuple[r.Baseline, ...]:
    domain_of = {item: domain for domain, items in scoring.BASELINE_GRID.items() for item in items}
    return tuple(
        r.Baseline(
            municipality=source.names[row.organisation_id],
            domain=wording.domain(domain_of[score.item]),
            indicator=wording.item(score.item),
            score=score.score,
            evidence=score.evidence,
            assessed=score.observed_on,
        )
        for row in source.baselines
        if row.organisation_id in source.names
        for score in row.scores
    )


def _log_frame(source: Source) -> tuple[r.LogFrameRow, ...]:
    return tuple(
        r.LogFrameRow(
            level="Objective",
            statement=row["title"],
            indicator=row["indicator"],
            baseline=row["baseline_value"] or "not measured",
            target=row["target_value"] or "not set",
            source="Reports of the municipalities",
            assumption="See the risk register",
        )
        for row in source.content["objectives"]
    )


def _assets(source: Source) -> tuple[r.PlannedAsset, ...]:
    """What the investment lines buy; a contract chosen without such a line says so."""
    label = source.said.phrase(wording.label(BudgetCategory.INVESTMENT))
    lines = [line for line in parts.lines(source) if line.category == label]
    places = {party.organisation.legal_name: party.organisation.place for party in source.agreement.parties}
    if not lines:
        return (r.PlannedAsset(number="–", title=NONE, place=NONE, cost=Decimal(0), purpose=NONE),)
    return tuple(
        r.PlannedAsset(
            number=f"A{number}",
            title=line.title,
            place=places.get(line.payee) or line.payee,
            cost=line.cost,
            purpose="As in the description of the Action",
        )
        for number, line in enumerate(lines, 1)
    )


def _upkeep(source: Source, partner: r.Party) -> tuple[r.Upkeep, ...]:
    """What the applicants wrote about going on afterwards; the application asks for no yearly sum."""
    task = source.answer("sustainability", "continuation") or NONE
    return (r.Upkeep(task=task, owner=partner.name, frequency="Continuously", yearly=Decimal(0)),)


def _disposal(years: int) -> tuple[r.DisposalStep, ...]:
    """Each year after the final payment repays an equal part less: 100, 80, 60, 40, 20%."""
    return tuple(
        r.DisposalStep(year=year, percent=round(100 * (years + 1 - year) / years)) for year in range(1, years + 1)
    )


def _procurement(terms: ContractTerms, currency: str) -> tuple[r.ProcurementStep, ...]:
    low, high = money(terms.transfer_threshold, currency), money(terms.consent_threshold, currency)
    return (
        r.ProcurementStep(value=f"Up to {low}", procedure="One quotation, price checked"),
        r.ProcurementStep(value=f"Above {low}, up to {high}", procedure="Three written quotations"),
        r.ProcurementStep(value=f"Above {high}", procedure="Open tender, published for at least 30 days"),
    )
