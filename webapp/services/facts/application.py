"""Facts of an application: only what the moves of its current state ask is loaded."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp import clock
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, ApplicationParty, Clarification, PartyRole
from webapp.models.assessment import Appeal, Baseline, Decision, EligibilityCheck, Review, Verdict
from webapp.models.monitoring import (
    Audit,
    CommitteeDecision,
    CorrectiveAction,
    Finding,
    FocalPoint,
    Obligation,
    Report,
    ReportKind,
    TerminationNotice,
)
from webapp.models.people import Affiliation, RoleGrant
from webapp.models.record import last_day
from webapp.policy import MUNICIPAL, Principal
from webapp.services import content
from webapp.services.facts.figures import count, is_audited, rules_of
from webapp.services.facts.programme import call_is_open
from workflows import facts as f
from workflows import mandates, scoring
from workflows.vocabulary import DeadlineKind, Machine, Role, State


def of_application(case: Application, actor: Principal | None) -> f.ApplicationFacts:
    collected: dict[str, Any] = {}
    for builder in _BY_STATE.get(case.state, ()):
        collected |= builder(case)
    return f.ApplicationFacts(
        rules=rules_of(case),
        today=clock.today(_time_zone(case)),
        lead_signatories=_lead_signatory(case, actor),
        manager=case.manager_id,
        return_state=case.return_state,
        refused_as=case.refused_as,
        refusals=case.refusals,
        **collected,
    )


def _time_zone(case: Application) -> str:
    """The applicant's: that of the lead municipality."""
    return next((p.organisation.time_zone for p in case.parties if p.role is PartyRole.LEAD), "UTC")


def _lead_signatory(case: Application, actor: Principal | None) -> frozenset[int]:
    """The actor, if they sign for the lead municipality; nobody else is asked about."""
    lead = {p.organisation_id for p in case.parties if p.role is PartyRole.LEAD}
    signs = actor is not None and bool(actor.organisations(Role.SIGNATORY) & lead)
    return frozenset({actor.person_id}) if actor is not None and signs else frozenset()


def _writing(case: Application) -> dict[str, Any]:
    digest = content.sha256(content.snapshot(case))
    return {
        "missing": content.missing(case),
        "call_open": call_is_open(case.call),
        "on_theme": case.theme is not None and case.theme.plan_id == case.call.plan_id,
        "unsigned_parties": tuple(p.organisation.name for p in case.parties if p.signed_off_sha256 != digest),
    }


def party_people(case: Application) -> dict[str, Any]:
    """Everybody who belongs to one of the municipalities, by role or by affiliation (our own data, art. 61)."""
    parties = select(ApplicationParty.organisation_id).where(ApplicationParty.application_id == case.id)
    by_role = select(RoleGrant.person_id).where(RoleGrant.organisation_id.in_(parties), RoleGrant.role.in_(MUNICIPAL))
    by_tie = select(Affiliation.person_id).where(Affiliation.organisation_id.in_(parties))
    return {"party_people": frozenset(db.session.scalars(by_role.union(by_tie)))}


def _eligibility(case: Application) -> dict[str, Any]:
    checks = db.session.scalars(select(EligibilityCheck).where(EligibilityCheck.application_id == case.id)).all()
    asked = any(c.from_state is State.ELIGIBILITY for c in case.clarifications)
    return {
        "rules_open": sum(c.verdict is None for c in checks),
        "rules_failed": sum(c.mandatory and c.verdict is Verdict.FAIL for c in checks),
        "clarification_considered": asked or bool(case.clarification_waived.strip()),
        "assessors_available": bool(pool(Role.ASSESSOR, case)),
    }


def pool(role: Role, case: Application) -> list[int]:
    """People who hold this role for the case's programme today and belong to none of its parties."""
    today = clock.today()
    query = select(RoleGrant.person_id).where(
        RoleGrant.role == role,
        RoleGrant.programme_id == case.call.plan.programme_id,
        RoleGrant.starts_on <= today,
        RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today),
    )
    tied: frozenset[int] = party_people(case)["party_people"]
    return [person for person in db.session.scalars(query.order_by(RoleGrant.id)) if person not in tied]


def _clarification(case: Application) -> dict[str, Any]:
    """An open question: while it is being asked (state not yet left) and while it is being answered."""
    question = open_clarification(case)
    if question is None:
        return {}
    return {
        "clarification_asked": True,
        "clarification_due_in": (question.due_on - clock.today(_time_zone(case))).days,
        "clarification_answered": bool(question.answer.strip()),
    }


def open_clarification(case: Application) -> Clarification | None:
    return next((c for c in case.clarifications if c.closed_at is None), None)


def _baseline(case: Application) -> dict[str, Any]:
    """Each municipality: every item scored, mean at the bar, none 0 [S2.12]."""
    query = select(Baseline).where(Baseline.application_id == case.id)
    rows = db.session.scalars(query.options(selectinload(Baseline.scores))).all()
    names = {p.organisation_id: p.organisation.name for p in case.parties}
    assessed = {row.organisation_id for row in rows}
    open_ = [name for organisation, name in names.items() if organisation not in assessed]
    low: list[str] = []
    bar = rules_of(case).baseline_bar
    for row in rows:
        values = {score.item: score.score for score in row.scores}
        mean = scoring.mean(list(values.values()))
        if set(values) != set(scoring.BASELINE_ITEMS):
            open_.append(names[row.organisation_id])
        elif mean is None or mean < bar or 0 in values.values():
            low.append(names[row.organisation_id])
    return {"baseline_open": tuple(open_), "baseline_low": tuple(low), "support_plan": bool(case.support_plan)}


def _reviews(case: Application) -> dict[str, Any]:
    """The valid reviews of this round: submitted, independent of the parties."""
    query = select(Review).where(Review.application_id == case.id).options(selectinload(Review.scores))
    everyone = db.session.scalars(query).all()
    valid = [r for r in everyone if r.round == case.review_round and r.state is State.SUBMITTED]
    scores = [r.score for r in valid if r.score is not None]
    fits = [s.score for r in valid for s in r.scores if s.criterion == "fit"]
    return {
        "valid_reviews": len(valid),
        "partner_lga_reviewed": any(r.lga_id == case.call.plan.lga_id for r in valid),
        "review_spread": scoring.spread(scores),
        "extra_review": any(r.is_extra for r in valid),
        "mean_score": scoring.mean(scores),
        "lowest_fit": min(fits, default=None),
        "reviewers": frozenset(r.reviewer_id for r in everyone),
    }


def _decision(case: Application) -> dict[str, Any]:
    decision = current_decision(case)
    plan = case.call.plan
    known: dict[str, Any] = {
        "eligibility_officers": _eligibility_officers(case),
        "envelope_left": plan.envelope - plan.reserved - plan.committed,
        "decision_amount": case.requested,
    }
    settled_before = case.state is State.DECISION and decision is not None and decision.settled_at is not None
    if decision is None or settled_before:  # back from the reserve list: what was confirmed then is spent
        return known
    confirmed = [c.role for c in decision.confirmations]
    amount = decision.amount if decision.outcome is State.APPROVED else case.requested
    return known | {
        "recommended": decision.outcome,
        "recommended_by": decision.recommended_by_id,
        "confirmed_by": frozenset(c.person_id for c in decision.confirmations),
        "confirmed_roles": tuple(confirmed),
        "decision_amount": decision.amount,
        "mandate_missing": mandates.missing(amount, rules_of(case), confirmed),
    }


def current_decision(case: Application) -> Decision | None:
    """The open recommendation, or the last decision that was settled."""
    query = select(Decision).where(Decision.application_id == case.id, Decision.replaced_at.is_(None))
    ordered = query.order_by(Decision.id.desc()).limit(1)
    return db.session.scalar(ordered.options(selectinload(Decision.confirmations), joinedload(Decision.recommended_by)))


def _eligibility_officers(case: Application) -> frozenset[int]:
    query = select(EligibilityCheck.checked_by_id).where(
        EligibilityCheck.application_id == case.id, EligibilityCheck.checked_by_id.is_not(None)
    )
    return frozenset(person for person in db.session.scalars(query.distinct()) if person is not None)


def _appeal(case: Application) -> dict[str, Any]:
    query = select(Appeal).where(Appeal.application_id == case.id).options(selectinload(Appeal.votes))
    appeal = db.session.scalar(query)
    votes = appeal.votes if appeal else []
    return {
        "appeals": int(appeal is not None),
        "panel_votes": frozenset(v.person_id for v in votes),
        "panel_upheld": sum(v.uphold for v in votes),
        "panel_dismissed": sum(not v.uphold for v in votes),
        "last_appeal_day": last_appeal_day(case),
    }


def last_appeal_day(case: Application) -> date:
    """Day 1 is the day after the letter, in the applicant's time zone; the last day is included (`domain.md` §4)."""
    sent = case.state_since.astimezone(ZoneInfo(_time_zone(case))).date()
    return sent + timedelta(days=rules_of(case).appeal_days)


def _reserve(case: Application) -> dict[str, Any]:
    """The row says until when, for it may have been extended; counted anew only where none runs."""
    running = db.session.scalar(select(last_day(DeadlineKind.RESERVE, Machine.APPLICATION, case.id)))
    return {"reserve_until": running or case.state_since.date() + timedelta(days=rules_of(case).reserve_days)}


def _contracting(case: Application) -> dict[str, Any]:
    agreement = current_agreement(case)
    return {
        "instrument": case.instrument,
        "instrument_computed": content.instrument(case).instrument,
        "agreement_in_force": agreement is not None and agreement.state is State.IN_FORCE,
    }


def current_agreement(case: Application) -> Agreement | None:
    """The agreement that counts: the newest that was not voided."""
    query = select(Agreement).where(Agreement.application_id == case.id, Agreement.state != State.VOIDED)
    return db.session.scalar(query.order_by(Agreement.id.desc()).limit(1))


def _monitoring(case: Application) -> dict[str, Any]:
    """Everything that monitoring and closing ask, in one statement of counts."""
    mine = case.id
    done = [State.VERIFIED, State.WAIVED]
    counted = db.session.execute(
        select(
            count(CommitteeDecision.id, CommitteeDecision.application_id == mine),
            count(
                Report.id,
                Report.application_id == mine,
                Report.kind == ReportKind.FINAL,
                Report.state == State.ACCEPTED,
            ),
            count(Report.id, Report.application_id == mine, Report.state != State.ACCEPTED),
            count(Audit.id, Audit.application_id == mine),
            count(Audit.id, Audit.application_id == mine, Audit.opinion.is_not(None)),
            count(Obligation.id, Obligation.application_id == mine, Obligation.state.not_in(done)),
            count(CorrectiveAction.id, CorrectiveAction.application_id == mine, CorrectiveAction.state != State.CLOSED),
            count(Finding.id, Finding.application_id == mine, Finding.closed_at.is_(None)),
            select(func.max(TerminationNotice.ends_on))
            .where(TerminationNotice.application_id == mine, TerminationNotice.withdrawn_at.is_(None))
            .scalar_subquery(),
            *(
                count(FocalPoint.id, FocalPoint.application_id == mine, FocalPoint.organisation_id == p.organisation_id)
                for p in case.parties
            ),
        )
    ).one()
    committee, final, reports, audits, audit, obligations, actions, findings, notice, *named = counted
    return {
        "committee_decided": bool(committee),
        "final_report_accepted": bool(final),
        "reports_open": reports,
        "audit_needed": bool(audits) or is_audited(case),
        "audit_opinion": bool(audit),
        "obligations_open": obligations,
        "actions_open": actions,
        "findings_open": findings,
        "notice_ends_on": notice,
        "focal_points_missing": tuple(p.organisation.name for p, n in zip(case.parties, named, strict=True) if not n),
    }


_Part = Callable[[Application], dict[str, Any]]
_BY_STATE: dict[State, tuple[_Part, ...]] = {
    State.DRAFT: (_writing,),
    State.SUBMITTED: (party_people,),
    State.ELIGIBILITY: (party_people, _eligibility, _clarification),
    State.BASELINE: (party_people, _baseline, _clarification),
    State.CAPACITY_HOLD: (),
    State.CLARIFICATION: (_writing, _clarification),
    State.REVIEW: (party_people, _reviews, _clarification),
    State.DECISION: (party_people, _reviews, _decision, _clarification),
    State.RESERVE: (party_people, _decision, _reserve),
    State.REJECTED: (_appeal,),
    State.INELIGIBLE: (_appeal,),
    State.APPEAL: (party_people, _reviews, _decision, _appeal),
    State.APPROVED: (party_people, _contracting),
    State.CONTRACTING: (_contracting,),
    State.SIGNED: (party_people, _monitoring),
    State.MONITORING: (party_people, _monitoring),
    State.SUSPENDED: (party_people, _monitoring),
    State.CLOSING: (party_people, _monitoring),
}
