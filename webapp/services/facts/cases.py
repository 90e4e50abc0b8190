"""Facts of the small machines: review, agreement and its clauses, report, corrective action, obligation."""

from decimal import Decimal
from typing import Any

from webapp import clock
from webapp.models.agreement import Agreement, AgreementParty, Document
from webapp.models.application import BudgetCategory
from webapp.models.assessment import Advice, Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.negotiation import ApprovalKind, SpecialClause, VersionApproval
from webapp.policy import Principal
from webapp.services import content, documents
from webapp.services.contract import contexts
from webapp.services.facts.application import party_people
from webapp.services.facts.figures import rules_of
from workflows import facts as f
from workflows import scoring
from workflows.stages import STAGES
from workflows.vocabulary import Role, State


def of_review(case: Review, actor: Principal | None) -> f.ReviewFacts:
    known: frozenset[int] = party_people(case.application)["party_people"]
    scored = {score.criterion for score in case.scores}
    this_round = case.round == case.application.review_round
    asked = case.application.state is State.CLARIFICATION and case.application.return_state is State.REVIEW
    return f.ReviewFacts(
        reviewer=case.reviewer_id,
        conflict_declared=None if case.no_conflict is None else not case.no_conflict,
        conflict_known=case.reviewer_id in known,
        unscored=tuple(key for key in scoring.REVIEW_GRID if key not in scored),
        advice_given=isinstance(case.advice, Advice),
        case_in_review=_at_stage(case) and this_round,
        case_comes_back=asked and this_round,
    )


def of_agreement(case: Agreement, actor: Principal | None) -> f.AgreementFacts:
    """What is dear to know, gaps and whether the document is current, is asked of a draft alone."""
    drafting = case.state is State.DRAFT
    document = case.issued_document
    signed = {s.party_id for s in document.signatures} if document else set()
    unsigned = [p for p in case.parties if p.id not in signed]
    advances = sum((t.amount for t in case.tranches if not t.is_balance), Decimal(0))
    newest = case.documents[-1] if drafting and case.documents else None
    negotiation = _negotiation(case, newest) if newest is not None else {}
    return f.AgreementFacts(
        grant=case.grant,
        scheduled=sum((t.amount for t in case.tranches), Decimal(0)),
        advances_percent=(advances / case.grant * 100).quantize(Decimal("0.01")),
        advance_limit=rules_of(case).advance_limit_percent,
        instrument=case.kind,
        instrument_computed=content.instrument(case.application).instrument,
        document_current=drafting and document_current(case),
        gaps=agreement_gaps(case) if drafting else (),
        unsigned=tuple(_signing(p) for p in unsigned),
        unsigned_roles=tuple({Role.DIRECTOR if p.is_operator else Role.SIGNATORY: None for p in unsigned}),
        signatories=signatories(case, signed),
        case_contracting=_at_stage(case),
        case_over=case.application.state in (State.WITHDRAWN, State.TERMINATED, State.CLOSED),
        manager=case.application.manager_id,
        **negotiation,
    )


def _signing(party: AgreementParty) -> str:
    """A party as the signature names it: "Rubavu (Mayor)"."""
    return f"{party.organisation.name} ({party.capacity})" if party.capacity else party.organisation.name


def _negotiation(case: Agreement, newest: Document) -> dict[str, Any]:
    """What was said and approved about the newest version; an approval of other bytes is no approval of these."""
    given = approvals_of(newest)
    agreed = {row.party_id for row in given if row.kind is ApprovalKind.AGREED}
    municipal = [party for party in case.parties if not party.is_operator]
    return {
        "clauses_open": sum(clause.is_live and not clause.is_approved for clause in case.clauses),
        "objections_open": case.objections_open,
        "written_by": newest.created_by_id,
        "checked_by": frozenset(row.person_id for row in given if row.kind is ApprovalKind.CHECKED),
        "disagreeing": tuple(p.organisation.name for p in municipal if p.id not in agreed),
        "agreements_missing": max(rules_of(case).text_agreements - len(agreed), 0),
    }


def approvals_of(document: Document) -> list[VersionApproval]:
    """The approvals that count for a version: those of exactly the bytes that are stored for it."""
    stored = document.file.sha256 if document.file is not None else None
    return [row for row in document.approvals if stored is not None and row.sha256 == stored]


def of_clause(case: SpecialClause, actor: Principal | None) -> f.ClauseFacts:
    """Of the people of the municipalities only the actor is asked about."""
    parties = {party.organisation_id for party in case.application.parties}
    tied = actor is not None and not actor.belongs_to.isdisjoint(parties)
    return f.ClauseFacts(
        agreement_drafted=case.agreement.state is State.DRAFT,
        words_stand=case.sha256 == case.digest(),
        proposed_by=case.proposed_by_id,
        party_people=frozenset({actor.person_id}) if actor is not None and tied else frozenset(),
    )


def _programme_id(case: Agreement) -> int:
    return case.application.call.plan.programme_id


def signatories(case: Agreement, signed: set[int]) -> frozenset[int]:
    """Who may still sign the issued document: those named, or whom they let sign in their place."""
    if case.state is not State.ISSUED or case.issued_document is None:
        return frozenset()
    given = case.issued_document.delegations
    named = {p.id: p.signatory_id for p in case.parties} | {row.party_id: row.receiver_id for row in given}
    return frozenset(person for party, person in named.items() if person is not None and party not in signed)


def document_current(case: Agreement) -> bool:
    """The newest document says what the data say now, and is not one that was issued before and taken back."""
    if not case.documents or case.documents[-1].id == case.issued_document_id:
        return False
    return contexts.is_current(case, case.documents[-1])


def agreement_gaps(case: Agreement) -> tuple[str, ...]:
    """What a lawyer would find missing before the document can be written: signatory, capacity, mandate per party;
    where the grant pays for training, who passes on what was learnt [S2.22]; a template in the language chosen.
    """
    found: list[str] = []
    for party in case.parties:
        for gap, value in (
            ("signatory", party.signatory_id),
            ("capacity", party.capacity.strip()),
            ("mandate", party.mandate_act.strip() and party.mandate_date),
            ("mandate_later", party.mandate_date is None or party.mandate_date <= clock.today()),
            ("mandate_limit", party.mandate_limit is None or party.mandate_limit >= case.grant),
        ):
            if not value:
                found.append(f"{gap}:{party.organisation.name}")
    trains = any(line.category is BudgetCategory.TRAINING and line.requested for line in case.application.budget)
    if trains and not case.obligations:
        found.append("obligations")
    if not documents.is_written_in(case.kind, written_in := contexts.written_in(case), _programme_id(case)):
        found.append(f"translation:{written_in}")
    return tuple(found)


def of_report(case: Report, actor: Principal | None) -> f.ReportFacts:
    return f.ReportFacts(
        empty_sections=empty_report_sections(case),
        author=case.author_id,
        case_running=_at_stage(case),
    )


def empty_report_sections(case: Report) -> tuple[str, ...]:
    """Which of the four sections is not filled [S1.10]."""
    filled = {
        "services": case.services_count is not None and bool(case.services_unit.strip()),
        "quality": case.quality_score is not None and bool(case.quality_narrative.strip()),
        "satisfaction": case.satisfaction_percent is not None
        and bool(case.satisfaction_respondents)
        and bool(case.satisfaction_method.strip()),
        "finance": bool(case.finance),
    }
    return tuple(name for name, done in filled.items() if not done)


def of_action(case: CorrectiveAction, actor: Principal | None) -> f.ActionFacts:
    return f.ActionFacts(bool(case.evidence.strip()), case.done_by_id, case.owner_id, _at_stage(case))


def of_obligation(case: Obligation, actor: Principal | None) -> f.ObligationFacts:
    return f.ObligationFacts(bool(case.evidence.strip()), case.delivered_by_id, _at_stage(case))


def _at_stage(case: Review | Agreement | Report | CorrectiveAction | Obligation) -> bool:
    """The file stands where this part can be worked on."""
    return case.application.state in STAGES[case.__machine__]
