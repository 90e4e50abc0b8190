"""From models to the plain facts that the rules judge. Only what the moves of the current state ask is loaded."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp import clock
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, ApplicationParty, Clarification, PartyRole
from webapp.models.assessment import (
    Advice,
    Appeal,
    Baseline,
    Decision,
    EligibilityCheck,
    Review,
    Verdict,
)
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
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.types import Case
from webapp.policy import MUNICIPAL, Principal
from webapp.services import content
from webapp.services.scope import application_of
from workflows import facts as f
from workflows import mandates, scoring
from workflows.vocabulary import Role, State


def rules_of(case: Case) -> f.Rules:
    """The figures of the programme that this case belongs to."""
    return rules(programme_of(case))


def rules(programme: Programme) -> f.Rules:
    """Defaults, overridden by what the programme manager set; amounts are kept as text in the JSON."""
    changed: dict[str, Any] = {}
    for key, value in programme.rules.items():
        default = getattr(f.Rules, key, None) or getattr(f.Rules(), key)
        changed[key] = Decimal(str(value)) if isinstance(default, Decimal) else int(value)
    return f.Rules(**changed)


def programme_of(case: Case) -> Programme:
    if isinstance(case, Programme):
        return case
    if isinstance(case, CountryPlan):
        return case.programme
    if isinstance(case, Call):
        return case.plan.programme
    application = application_of(case)
    if application is None:
        raise TypeError(f"no programme for {type(case).__name__}")
    return application.call.plan.programme


def facts_of(case: Case, actor: Principal | None = None) -> f.Facts:
    """The facts of any case now."""
    return _BUILDERS[type(case)](case, actor)


# --- programme, plan, call ------------------------------------------------------------------------


def _programme(case: Programme, actor: Principal | None) -> f.ProgrammeFacts:
    plans = select(CountryPlan.id).where(CountryPlan.programme_id == case.id)
    calls = select(Call.id).where(Call.plan_id.in_(plans))
    over = [State.CLOSED, State.TERMINATED, State.WITHDRAWN]
    approved, open_calls, open_cases = db.session.execute(
        select(
            _count(CountryPlan.id, CountryPlan.programme_id == case.id, CountryPlan.state == State.APPROVED),
            _count(Call.id, Call.plan_id.in_(plans), Call.state == State.OPEN),
            _count(Application.id, Application.call_id.in_(calls), Application.state.not_in(over)),
        )
    ).one()
    return f.ProgrammeFacts(rules(case), approved, open_calls, open_cases)


def _plan(case: CountryPlan, actor: Principal | None) -> f.PlanFacts:
    others = select(func.coalesce(func.sum(CountryPlan.envelope), 0)).where(
        CountryPlan.programme_id == case.programme_id,
        CountryPlan.id != case.id,
        CountryPlan.state.in_([State.APPROVED]),
    )
    taken = Decimal(db.session.scalar(others) or 0)
    sections = ("actors", "policies", "windows", "objectives")
    return f.PlanFacts(
        empty_sections=tuple(name for name in sections if not getattr(case, name).strip()),
        policy_references=len(case.references),
        sector_benefit=bool(case.sector_benefit.strip()),
        themes=len(case.themes),
        endorsed=any(e.voided_at is None and e.lga_id == case.lga_id for e in case.endorsements),
        envelope=case.envelope,
        budget_left=case.programme.budget - taken,
        drafted_by=case.drafted_by_id,
        open_calls=sum(call.state is State.OPEN for call in case.calls),
    )


def _call(case: Call, actor: Principal | None) -> f.CallFacts:
    plan = case.plan
    today = clock.today(plan.lga.time_zone)
    return f.CallFacts(plan.state, plan.programme.state, case.opens_on, case.closes_on, today, len(plan.themes))


def call_is_open(call: Call) -> bool:
    """Open means opened by the manager, and today lies between its dates in the plan's country."""
    today = clock.today(call.plan.lga.time_zone)
    return call.state is State.OPEN and call.opens_on <= today <= call.closes_on


# --- application ----------------------------------------------------------------------------------


def _application(case: Application, actor: Principal | None) -> f.ApplicationFacts:
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


def _party_people(case: Application) -> dict[str, Any]:
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
    tied: frozenset[int] = _party_people(case)["party_people"]
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
    if decision is None:
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
    until = case.state_since.date() + timedelta(days=rules_of(case).reserve_days)
    return {"reserve_until": until}


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
    """Everything that monitoring and closing ask, in one statement of counts and one of names."""
    mine = case.id
    done = [State.VERIFIED, State.WAIVED]
    counted = db.session.execute(
        select(
            _count(CommitteeDecision.id, CommitteeDecision.application_id == mine),
            _count(
                Report.id,
                Report.application_id == mine,
                Report.kind == ReportKind.FINAL,
                Report.state == State.ACCEPTED,
            ),
            _count(Report.id, Report.application_id == mine, Report.state != State.ACCEPTED),
            _count(Audit.id, Audit.application_id == mine, Audit.opinion.is_not(None)),
            _count(Obligation.id, Obligation.application_id == mine, Obligation.state.not_in(done)),
            _count(
                CorrectiveAction.id, CorrectiveAction.application_id == mine, CorrectiveAction.state != State.CLOSED
            ),
            _count(Finding.id, Finding.application_id == mine, Finding.closed_at.is_(None)),
            select(func.max(TerminationNotice.ends_on))
            .where(TerminationNotice.application_id == mine, TerminationNotice.withdrawn_at.is_(None))
            .scalar_subquery(),
        )
    ).one()
    committee, final, reports, audit, obligations, actions, findings, notice = counted
    named = set(db.session.scalars(select(FocalPoint.organisation_id).where(FocalPoint.application_id == mine)))
    return {
        "committee_decided": bool(committee),
        "final_report_accepted": bool(final),
        "reports_open": reports,
        "audit_opinion": bool(audit),
        "obligations_open": obligations,
        "actions_open": actions,
        "findings_open": findings,
        "notice_ends_on": notice,
        "focal_points_missing": tuple(p.organisation.name for p in case.parties if p.organisation_id not in named),
    }


_Part = Callable[[Application], dict[str, Any]]
_BY_STATE: dict[State, tuple[_Part, ...]] = {
    State.DRAFT: (_writing,),
    State.SUBMITTED: (_party_people,),
    State.ELIGIBILITY: (_party_people, _eligibility, _clarification),
    State.BASELINE: (_party_people, _baseline, _clarification),
    State.CAPACITY_HOLD: (),
    State.CLARIFICATION: (_writing, _clarification),
    State.REVIEW: (_party_people, _reviews, _clarification),
    State.DECISION: (_party_people, _reviews, _decision, _clarification),
    State.RESERVE: (_party_people, _decision, _reserve),
    State.REJECTED: (_appeal,),
    State.INELIGIBLE: (_appeal,),
    State.APPEAL: (_party_people, _reviews, _decision, _appeal),
    State.APPROVED: (_party_people, _contracting),
    State.CONTRACTING: (_contracting,),
    State.SIGNED: (_party_people, _monitoring),
    State.MONITORING: (_party_people, _monitoring),
    State.SUSPENDED: (_party_people, _monitoring),
    State.CLOSING: (_party_people, _monitoring),
}


# --- review, agreement, report, action, obligation ------------------------------------------------


def _review(case: Review, actor: Principal | None) -> f.ReviewFacts:
    known: frozenset[int] = _party_people(case.application)["party_people"]
    scored = {score.criterion for score in case.scores}
    return f.ReviewFacts(
        reviewer=case.reviewer_id,
        conflict_declared=None if case.no_conflict is None else not case.no_conflict,
        conflict_known=case.reviewer_id in known,
        unscored=tuple(key for key in scoring.REVIEW_GRID if key not in scored),
        advice_given=isinstance(case.advice, Advice),
        case_in_review=case.application.state is State.REVIEW and case.round == case.application.review_round,
    )


def _agreement(case: Agreement, actor: Principal | None) -> f.AgreementFacts:
    document = case.issued_document
    signed = {s.party_id for s in document.signatures} if document else set()
    advances = sum((t.amount for t in case.tranches if not t.is_balance), Decimal(0))
    return f.AgreementFacts(
        grant=case.grant,
        scheduled=sum((t.amount for t in case.tranches), Decimal(0)),
        advances_percent=(advances / case.grant * 100).quantize(Decimal("0.01")),
        advance_limit=rules_of(case).advance_limit_percent,
        instrument=case.kind,
        instrument_computed=content.instrument(case.application).instrument,
        document_current=document is not None and document.file_id is not None,
        gaps=agreement_gaps(case),
        unsigned=tuple(p.organisation.name for p in case.parties if p.id not in signed),
        signed=len(signed),
        case_over=case.application.state in (State.WITHDRAWN, State.TERMINATED, State.CLOSED),
        manager=case.application.manager_id,
    )


def agreement_gaps(case: Agreement) -> tuple[str, ...]:
    """What a lawyer would find missing before the document can be issued: signatory, capacity, mandate per party."""
    found: list[str] = []
    for party in case.parties:
        for gap, value in (
            ("signatory", party.signatory_id),
            ("capacity", party.capacity.strip()),
            ("mandate", party.mandate_act.strip() and party.mandate_date),
        ):
            if not value:
                found.append(f"{gap}:{party.organisation.name}")
    return tuple(found)


def _report(case: Report, actor: Principal | None) -> f.ReportFacts:
    return f.ReportFacts(
        empty_sections=empty_report_sections(case),
        author=case.author_id,
        is_final=case.kind is ReportKind.FINAL,
        period_over=clock.today() > case.period_end,
        case_running=case.application.state in (State.MONITORING, State.SUSPENDED),
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


def _action(case: CorrectiveAction, actor: Principal | None) -> f.ActionFacts:
    return f.ActionFacts(bool(case.evidence.strip()), case.done_by_id, case.verified_by_id, case.owner_id)


def _obligation(case: Obligation, actor: Principal | None) -> f.ObligationFacts:
    return f.ObligationFacts(bool(case.evidence.strip()), case.delivered_by_id)


def _count(column: Any, *where: Any) -> Any:
    return select(func.count(column)).where(*where).scalar_subquery()


_BUILDERS: dict[type[Case], Callable[[Any, Principal | None], f.Facts]] = {
    Programme: _programme,
    CountryPlan: _plan,
    Call: _call,
    Application: _application,
    Review: _review,
    Agreement: _agreement,
    Report: _report,
    CorrectiveAction: _action,
    Obligation: _obligation,
}
