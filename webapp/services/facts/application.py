"""Facts of an application: only what the moves of its current state ask is loaded."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from webapp import clock
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, Clarification, PartyRole
from webapp.models.assessment import Appeal, Baseline, Decision, EligibilityCheck, Review, Verdict
from webapp.models.people import RoleGrant
from webapp.models.record import last_day
from webapp.policy import Principal
from webapp.services import content
from webapp.services.facts.figures import rules_of
from webapp.services.facts.monitoring import monitoring
from webapp.services.facts.programme import call_is_open, call_opens_on
from webapp.services.facts.together import FILES, Together
from workflows import facts as f
from workflows import mandates, scoring
from workflows.vocabulary import DeadlineKind, Machine, Role, State


def of_application(case: Application, actor: Principal | None, among: Together | None = None) -> f.ApplicationFacts:
    """The facts of one file; `among` are those it is judged with, so that every table is read once for all of them."""
    among = among or Together([case])
    collected: dict[str, Any] = {"appeals": case.refusals}  # who is past a refusal has appealed against it
    for builder in BY_STATE.get(case.state, ()):
        collected |= builder(case, among)
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


def of_applications(cases: Sequence[Application], actor: Principal | None) -> dict[int, f.ApplicationFacts]:
    """The facts of many files by their number, in as many statements as those of one.

    The caller has loaded with them what lies on a file itself: parties, call, plan, programme, clarifications and, of
    approved ones, the budget.
    """
    among = Together(cases)
    return {case.id: of_application(case, actor, among) for case in cases}


def _writing(case: Application, _among: Together) -> dict[str, Any]:
    digest = content.sha256(content.snapshot(case))
    return {
        "missing": content.missing(case),
        "call_open": call_is_open(case.call),
        "call": case.call.state,
        "call_opens_on": call_opens_on(case.call),
        "on_theme": case.theme is not None and case.theme.plan_id == case.call.plan_id,
        "unsigned_parties": tuple(p.organisation.name for p in case.parties if p.signed_off_sha256 != digest),
    }


def party_people(case: Application, among: Together | None = None) -> dict[str, Any]:
    return {"party_people": (among or Together([case])).party_people(case)}


def _eligibility(case: Application, among: Together) -> dict[str, Any]:
    checks = among.of(EligibilityCheck, case)
    asked = any(c.from_state is State.ELIGIBILITY for c in case.clarifications)
    return {
        "rules_open": sum(c.verdict is None for c in checks),
        "rules_failed": sum(c.mandatory and c.verdict is Verdict.FAIL for c in checks),
        "clarification_considered": asked or bool(case.clarification_waived.strip()),
        "assessors_available": bool(pool(Role.ASSESSOR, case, among)),
    }


def pool(role: Role, case: Application, among: Together | None = None) -> list[int]:
    """People who hold this role for the case's programme today and belong to none of its parties."""
    among = among or Together([case])
    programme = case.call.plan.programme_id
    holders = among.once((role, programme), lambda: _holders(role, programme))
    tied = among.party_people(case)
    return [person for person in holders if person not in tied]


def _holders(role: Role, programme: int) -> list[int]:
    today = clock.today()
    query = select(RoleGrant.person_id).where(
        RoleGrant.role == role,
        RoleGrant.programme_id == programme,
        RoleGrant.starts_on <= today,
        RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today),
    )
    return list(db.session.scalars(query.order_by(RoleGrant.id)))


def _clarification(case: Application, _among: Together) -> dict[str, Any]:
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


def _baseline(case: Application, among: Together) -> dict[str, Any]:
    """Each municipality: every item scored, mean at the bar, none 0 [S2.12]."""
    rows = among.of(Baseline, case, selectinload(Baseline.scores))
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
    return {"baseline_open": tuple(open_), "baseline_low": tuple(low)}


def _reviews(case: Application, among: Together) -> dict[str, Any]:
    """The valid reviews of this round: submitted, independent of the parties."""
    everyone = among.of(Review, case, joinedload(Review.scores))
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


def _decision(case: Application, among: Together) -> dict[str, Any]:
    decision = current_decision(case, among)
    plan = case.call.plan
    known: dict[str, Any] = {
        "eligibility_officers": _eligibility_officers(case, among),
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
        "decision_amount": decision.amount,
        "mandate_missing": mandates.missing(amount, rules_of(case), confirmed),
    }


def current_decision(case: Application, among: Together | None = None) -> Decision | None:
    """The open recommendation, or the last decision that was settled."""
    counting = (Decision.replaced_at.is_(None),)
    loaded = (joinedload(Decision.confirmations), joinedload(Decision.recommended_by))
    known = (among or Together([case])).of(Decision, case, *loaded, where=counting)
    return known[-1] if known else None


def _eligibility_officers(case: Application, among: Together) -> frozenset[int]:
    return frozenset(person for _file, person in among.rows(_officers, case))


@cache
def _officers() -> Any:
    query = select(EligibilityCheck.application_id, EligibilityCheck.checked_by_id).distinct()
    return query.where(EligibilityCheck.application_id.in_(FILES), EligibilityCheck.checked_by_id.is_not(None))


def _appeal(case: Application, among: Together) -> dict[str, Any]:
    appeal = next(iter(among.of(Appeal, case, joinedload(Appeal.votes))), None)
    votes = appeal.votes if appeal else []
    return {
        "appeals": int(appeal is not None),
        "panel_upheld": sum(v.uphold for v in votes),
        "panel_dismissed": sum(not v.uphold for v in votes),
    }


def _appeal_time(case: Application, among: Together) -> dict[str, Any]:
    return {"last_appeal_day": last_appeal_day(case, among)}


def last_appeal_day(case: Application, among: Together | None = None) -> date:
    """Day 1 is the day after the letter, in the applicant's time zone; the last day is included (`domain.md` §4)."""
    return _until(case, among or Together([case]), _running_appeal, rules_of(case).appeal_days)


def _reserve(case: Application, among: Together) -> dict[str, Any]:
    return {"reserve_until": _until(case, among, _running_reserve, rules_of(case).reserve_days)}


def _until(case: Application, among: Together, running: Callable[[], Any], days: int) -> date:
    """The row says until when: more time may be given, and another figure is for files to come. No row: counted."""
    runs = [row[1] for row in among.rows(running, case)]
    begun = case.state_since.astimezone(ZoneInfo(_time_zone(case))).date()
    return runs[0] if runs and runs[0] else begun + timedelta(days=days)


@cache
def _running_appeal() -> Any:
    return _running(DeadlineKind.APPEAL)


@cache
def _running_reserve() -> Any:
    return _running(DeadlineKind.RESERVE)


def _running(kind: DeadlineKind) -> Any:
    return select(Application.id, last_day(kind, Machine.APPLICATION, Application.id)).where(Application.id.in_(FILES))


def _contracting(case: Application, among: Together) -> dict[str, Any]:
    agreement = current_agreement(case, among)
    return {
        "instrument": case.instrument,
        "instrument_computed": content.instrument(case).instrument,
        "agreement_in_force": agreement is not None and agreement.state is State.IN_FORCE,
        "agreement": agreement.state if agreement else None,
    }


def current_agreement(case: Application, among: Together | None = None) -> Agreement | None:
    """The agreement that counts: the newest that was not voided."""
    known = (among or Together([case])).of(Agreement, case, where=(Agreement.state != State.VOIDED,))
    return known[-1] if known else None


_Part = Callable[[Application, Together], dict[str, Any]]
BY_STATE: dict[State, tuple[_Part, ...]] = {
    State.DRAFT: (_writing,),
    State.SUBMITTED: (party_people,),
    State.ELIGIBILITY: (party_people, _eligibility, _clarification),
    State.BASELINE: (party_people, _baseline, _clarification),
    State.CAPACITY_HOLD: (),
    State.CLARIFICATION: (_writing, _clarification),
    State.REVIEW: (party_people, _reviews, _clarification),
    State.DECISION: (party_people, _reviews, _decision, _clarification),
    State.RESERVE: (party_people, _decision, _reserve),
    State.REJECTED: (_appeal, _appeal_time),
    State.INELIGIBLE: (_appeal, _appeal_time),
    State.APPEAL: (party_people, _reviews, _decision, _appeal),
    State.APPROVED: (party_people, _contracting),
    State.CONTRACTING: (_contracting,),
    State.SIGNED: (party_people, monitoring),
    State.MONITORING: (party_people, monitoring),
    State.SUSPENDED: (party_people, monitoring),
    State.CLOSING: (party_people, monitoring),
}
