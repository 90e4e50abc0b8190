"""Guards: each looks at plain facts and returns None or the reason why not, with who can clear it. No words here."""

from collections.abc import Callable
from decimal import Decimal

from workflows import facts as f
from workflows.facts import Actor, Blocker
from workflows.instrument import is_downgrade
from workflows.vocabulary import Role, State

APPLICANT = (Role.APPLICANT_EDITOR, Role.SIGNATORY)
MANAGER = (Role.PROGRAMME_MANAGER,)
DIRECTOR = (Role.DIRECTOR,)
TIME = (Role.SYSTEM,)
NOBODY: tuple[Role, ...] = ()
OFFICE = (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR)
LGA = (Role.LGA_OFFICER, Role.LEAD_REVIEWER)
TEMPLATE_KEEPERS = (Role.PROGRAMME_MANAGER, Role.DIRECTOR)
# Whose move leads a country plan on to its approval, by where it stands; a replaced plan is never approved again.
LEADS_ON: dict[State, tuple[Role, ...]] = {
    State.DRAFT: MANAGER,
    State.CONSULTATION: (Role.LGA_OFFICER,),
    State.ENDORSED: DIRECTOR,
}


def _when(bad: object, code: str, cleared_by: tuple[Role, ...], **params: object) -> Blocker | None:
    return Blocker(code, cleared_by, _shown(params)) if bad else None


def _owners(bad: object, code: str, **params: object) -> Blocker | None:
    """As `_when`, where those who make the move clear it: they write what is missing, or another of them makes it."""
    return Blocker(code, NOBODY, _shown(params), by_owners=True) if bad else None


def _shown(params: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in params.items())


# --- programme, plan, call ------------------------------------------------------------------------


def programme_has_no_open_work(x: f.ProgrammeFacts, actor: Actor) -> Blocker | None:
    by = (*MANAGER, *DIRECTOR) if x.open_cases else MANAGER
    return _when(x.open_calls or x.open_cases, "programme_has_open_work", by, calls=x.open_calls, cases=x.open_cases)


def plan_sections_filled(x: f.PlanFacts, actor: Actor) -> Blocker | None:
    """Actors, policies and windows of opportunity stand in the plan [S2.8]."""
    return _when(x.empty_sections, "plan_sections_empty", MANAGER, sections=",".join(x.empty_sections))


def plan_has_policy(x: f.PlanFacts, actor: Actor) -> Blocker | None:
    return _when(x.policy_references < 1, "plan_policy_missing", MANAGER)


def plan_has_sector_benefit(x: f.PlanFacts, actor: Actor) -> Blocker | None:
    return _when(not x.sector_benefit, "plan_sector_benefit_missing", (Role.LGA_OFFICER,))


def plan_has_themes(x: f.PlanFacts, actor: Actor) -> Blocker | None:
    return _when(x.themes < 1, "plan_themes_missing", MANAGER)


def plan_is_endorsed(x: f.PlanFacts, actor: Actor) -> Blocker | None:
    """The association stands behind the plan from the outset [S2.9]."""
    return _when(not x.endorsed, "plan_not_endorsed", (Role.LGA_OFFICER,))


def plan_fits_budget(x: f.PlanFacts, actor: Actor) -> Blocker | None:
    return _when(x.envelope <= 0 or x.envelope > x.budget_left, "plan_over_budget", MANAGER, left=x.budget_left)


def plan_approver_is_not_drafter(x: f.PlanFacts, actor: Actor) -> Blocker | None:
    return _owners(actor.person_id == x.drafted_by, "plan_own_draft")


def plan_has_no_open_call(x: f.PlanFacts, actor: Actor) -> Blocker | None:
    return _when(x.open_calls, "plan_has_open_call", MANAGER)


def call_plan_approved(x: f.CallFacts, actor: Actor) -> Blocker | None:
    return _when(x.plan_state is not State.APPROVED, "call_plan_not_approved", LEADS_ON.get(x.plan_state, NOBODY))


def call_programme_open(x: f.CallFacts, actor: Actor) -> Blocker | None:
    by = DIRECTOR if x.programme_state is State.DRAFT else NOBODY
    return _when(x.programme_state is not State.OPEN, "call_programme_not_open", by)


def call_not_past(x: f.CallFacts, actor: Actor) -> Blocker | None:
    return _when(x.today > x.closes_on, "call_already_past", MANAGER, closes=x.closes_on)


# --- applying -------------------------------------------------------------------------------------


def complete(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.missing, "incomplete", APPLICANT, sections=",".join(x.missing))


def call_open(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """A manager opens it, or gives more time while it is open; what is closed stays closed."""
    by = NOBODY if x.call is State.CLOSED else TIME if x.call is State.OPEN and x.call_opens_on else MANAGER
    return _when(not x.call_open, "call_not_open", by, opens=x.call_opens_on or "")


def on_theme(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """An application outside the plan's themes cannot be submitted [S2.2]."""
    return _when(not x.on_theme, "off_theme", APPLICANT)


def all_signed_off(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.unsigned_parties, "sign_off_missing", (Role.SIGNATORY,), parties=", ".join(x.unsigned_parties))


def acts_for_lead(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    known = x.lead_signatories | {f.SOMEBODY_NEW}
    return _owners(actor.person_id not in known, "not_lead_signatory")


# --- segregation of duties, by person and file ----------------------------------------------------


def not_of_a_party(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """Nobody handles the file of a municipality they belong to (EU Financial Regulation art. 61)."""
    return _owners(actor.person_id in x.party_people, "belongs_to_party")


def fresh_confirmer(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """Who recommended, checked eligibility or reviewed does not confirm."""
    touched = x.eligibility_officers | x.reviewers | x.party_people
    if x.recommended_by is not None:
        touched |= {x.recommended_by}
    return _owners(actor.person_id in touched, "not_a_fresh_confirmer")


# --- eligibility ----------------------------------------------------------------------------------


def rules_all_checked(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.rules_open, "rules_unchecked", MANAGER, count=x.rules_open)


def mandatory_rules_pass(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """A failed mandatory rule means ineligible [S2.11]."""
    return _when(x.rules_failed, "rules_failed", MANAGER, count=x.rules_failed)


def a_rule_fails(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(not x.rules_failed, "no_rule_failed", MANAGER)


def clarification_considered(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """Clarify before rejecting (European Ombudsman 1846/2023)."""
    return _when(not x.clarification_considered, "clarification_not_considered", MANAGER)


def assessor_available(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(not x.assessors_available, "no_assessor", (Role.SYSTEM_ADMIN,))


# --- clarification --------------------------------------------------------------------------------


def question_asked(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _owners(not x.clarification_asked, "question_missing")


def question_due_in_time(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    late = x.clarification_due_in is not None and not 0 < x.clarification_due_in <= x.rules.clarification_days
    return _owners(late, "question_due_wrong", days=x.rules.clarification_days)


def question_answered(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(not x.clarification_answered, "answer_missing", APPLICANT)


def returns_to(state: State) -> Callable[[f.ApplicationFacts], bool]:
    """Selector: a clarification goes back to the state it came from."""

    def selected(x: f.ApplicationFacts) -> bool:
        return x.return_state is state

    selected.__name__ = f"returns_to_{state}"
    return selected


# --- baseline -------------------------------------------------------------------------------------


def baseline_complete(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.baseline_open, "baseline_incomplete", (Role.ASSESSOR,), parties=", ".join(x.baseline_open))


def baseline_passed(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    low = ", ".join(x.baseline_low)
    return _when(x.baseline_low, "baseline_low", (Role.ASSESSOR,), parties=low, bar=x.rules.baseline_bar)


def below_the_bar(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(not x.baseline_low, "baseline_not_low", (Role.ASSESSOR,))


def capacity_hold_used(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """A programme may do without the hold; then a file below the bar waits in the baseline itself."""
    return _when(not x.rules.capacity_hold, "capacity_hold_off", NOBODY)


# --- review ---------------------------------------------------------------------------------------


def quorum(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """No decision without independent LGA reviews, one of them from the partner's country [S2.10]."""
    return _when(x.valid_reviews < x.rules.quorum, "quorum_open", LGA, have=x.valid_reviews, need=x.rules.quorum)


def partner_lga_heard(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(not x.partner_lga_reviewed, "partner_lga_missing", LGA)


def spread_settled(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """A manager asks one more officer, who reviews."""
    wide = x.review_spread > x.rules.review_spread and not x.extra_review
    return _when(wide, "spread_unsettled", (*MANAGER, *LGA), spread=x.review_spread, limit=x.rules.review_spread)


# --- decision -------------------------------------------------------------------------------------


def recommended_as(state: State) -> Callable[[f.ApplicationFacts, Actor], Blocker | None]:
    """The file's manager recommended this very outcome."""

    def guard(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
        return _when(x.recommended is not state, "not_recommended", MANAGER, outcome=state)

    guard.__name__ = f"recommended_as_{state}"
    return guard


def mandate_complete(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.mandate_missing, "mandate_open", x.mandate_missing, roles=",".join(x.mandate_missing))


def envelope_has_room(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """What is approved fits what is left; a manager recommends less."""
    return _when(x.decision_amount > x.envelope_left, "envelope_short", MANAGER, left=x.envelope_left)


def envelope_has_room_again(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """For a file on the reserve list: closing or ending other projects frees money."""
    return _when(x.decision_amount > x.envelope_left, "envelope_short", DIRECTOR, left=x.envelope_left)


def score_allows_funding(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """Fund from the threshold with enough fit [P]; below it only reserve or rejection can be confirmed.

    The reviews are over then: only an appeal against the decision opens them again.
    """
    low = x.mean_score is None or x.mean_score < x.rules.fund_from or (x.lowest_fit or 0) < x.rules.fit_minimum
    return _when(low, "score_too_low", NOBODY, score=x.mean_score, need=x.rules.fund_from, fit=x.rules.fit_minimum)


def reserve_validity_over(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    open_still = x.reserve_until is None or x.today <= x.reserve_until
    return _when(open_still, "reserve_still_valid", TIME, until=x.reserve_until or "")


# --- appeal ---------------------------------------------------------------------------------------


def within_appeal_time(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    late = x.last_appeal_day is None or x.today > x.last_appeal_day
    return _when(late, "appeal_too_late", NOBODY, last=x.last_appeal_day or "")


def first_appeal(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.appeals, "appeal_used", NOBODY)


def new_to_file(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """A panel member has touched nothing of this file before."""
    touched = x.reviewers | x.eligibility_officers | x.confirmed_by | x.party_people
    touched |= {p for p in (x.recommended_by, x.manager) if p is not None}
    return _owners(actor.person_id in touched, "not_new_to_file")


def panel_upholds(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.panel_upheld < 2, "panel_open", (Role.PANEL_MEMBER,), votes=x.panel_upheld)


def panel_dismisses(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.panel_dismissed < 2, "panel_open", (Role.PANEL_MEMBER,), votes=x.panel_dismissed)


def refused_as(state: State) -> Callable[[f.ApplicationFacts], bool]:
    """Selector: an upheld appeal goes back to the stage that refused."""

    def selected(x: f.ApplicationFacts) -> bool:
        return x.refused_as is state

    selected.__name__ = f"refused_as_{state}"
    return selected


def refusal_is_final(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """42 days have passed without an appeal, or it is the second refusal."""
    waiting = x.refusals < 2 and (x.last_appeal_day is None or x.today <= x.last_appeal_day)
    return _when(waiting, "appeal_time_running", TIME, last=x.last_appeal_day or "")


# --- contracting ----------------------------------------------------------------------------------


def instrument_chosen(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.instrument is None, "instrument_open", MANAGER)


def instrument_not_lowered(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    lowered = x.instrument and x.instrument_computed and is_downgrade(x.instrument, x.instrument_computed)
    return _when(lowered, "instrument_lowered", MANAGER)


def agreement_in_force(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """No activation, no payment without signatures [S2.13]."""
    by = (Role.SIGNATORY, *DIRECTOR) if x.agreement is State.ISSUED else MANAGER
    return _when(not x.agreement_in_force, "agreement_not_in_force", by, agreement=x.agreement or "")


# --- monitoring and closing -----------------------------------------------------------------------


def committee_settled(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """A recorded yes or no with its reason [S1.5], unless the programme does without committees."""
    return _when(x.rules.committee_required and not x.committee_decided, "committee_undecided", MANAGER)


def focal_points_named(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    names = ", ".join(x.focal_points_missing)
    return _when(x.focal_points_missing, "focal_points_missing", (*MANAGER, Role.MUNICIPALITY_ADMIN), parties=names)


def notice_over(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    early = x.notice_ends_on is None or x.today <= x.notice_ends_on
    return _when(early, "notice_running", TIME if x.notice_ends_on else DIRECTOR, ends=x.notice_ends_on or "")


def final_report_accepted(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(not x.final_report_accepted, "final_report_open", (*APPLICANT, *MANAGER))


def reports_settled(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.reports_open, "reports_open", (*APPLICANT, *MANAGER), count=x.reports_open)


def audit_settled(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """The audit's opinion is a fact that others act on [S2.18]; where the programme asks for none, none is awaited."""
    by = Role.AUDITOR if x.auditor_named else Role.SYSTEM_ADMIN  # who gives the role
    return _when(x.audit_needed and not x.audit_opinion, "audit_open", (by,))


def obligations_settled(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    """Who was trained has helped others to learn [S2.22]."""
    return _when(x.obligations_open, "obligations_open", (*APPLICANT, *MANAGER), count=x.obligations_open)


def actions_settled(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.actions_open, "actions_open", (*APPLICANT, *MANAGER), count=x.actions_open)


def findings_settled(x: f.ApplicationFacts, actor: Actor) -> Blocker | None:
    return _when(x.findings_open, "findings_open", MANAGER, count=x.findings_open)


# --- review machine -------------------------------------------------------------------------------


def own_review(x: f.ReviewFacts, actor: Actor) -> Blocker | None:
    return _owners(actor.person_id not in (x.reviewer, f.SOMEBODY_NEW), "not_your_review")


def own_review_or_manager(x: f.ReviewFacts, actor: Actor) -> Blocker | None:
    """An association's officer steps back for themselves alone; the programme manager may take anybody off a file."""
    foreign = actor.person_id not in (x.reviewer, f.SOMEBODY_NEW) and bool(actor.roles & set(LGA))
    return _owners(foreign, "not_your_review")


def case_in_review(x: f.ReviewFacts, actor: Actor) -> Blocker | None:
    return _when(not x.case_in_review, "case_not_in_review", APPLICANT if x.case_comes_back else NOBODY)


def no_conflict(x: f.ReviewFacts, actor: Actor) -> Blocker | None:
    return _when(x.conflict_known or x.conflict_declared, "conflict_of_interest", NOBODY)


def conflict_answered(x: f.ReviewFacts, actor: Actor) -> Blocker | None:
    return _when(x.conflict_declared is None, "conflict_unanswered", LGA)


def all_criteria_scored(x: f.ReviewFacts, actor: Actor) -> Blocker | None:
    return _when(x.unscored, "criteria_unscored", LGA, criteria=",".join(x.unscored))


def advice_given(x: f.ReviewFacts, actor: Actor) -> Blocker | None:
    return _when(not x.advice_given, "advice_missing", LGA)


# --- agreement machine ----------------------------------------------------------------------------


def schedule_adds_up(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    return _when(x.scheduled != x.grant, "tranches_do_not_add_up", MANAGER, scheduled=x.scheduled, grant=x.grant)


def advances_within_limit(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    over = x.advances_percent > Decimal(x.advance_limit)
    return _when(over, "advances_too_high", MANAGER, percent=x.advances_percent, limit=x.advance_limit)


def right_instrument(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    return _when(is_downgrade(x.instrument, x.instrument_computed), "instrument_lowered", MANAGER)


def document_current(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    return _when(not x.document_current, "document_outdated", MANAGER)


def no_gaps(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    return _when(x.gaps, "agreement_gaps", MANAGER, gaps=",".join(x.gaps))


def clauses_approved(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    """No deviation from the model text that one person alone put there."""
    return _when(x.clauses_open, "clauses_open", OFFICE, count=x.clauses_open)


def version_checked(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    """A second officer read the very bytes that will be signed; who wrote them does not count."""
    return _when(not x.checked_by - {x.written_by}, "version_unchecked", OFFICE)


def objections_settled(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    return _when(x.objections_open, "objections_open", (*APPLICANT, *OFFICE), count=x.objections_open)


def parties_agreed(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    """As many municipalities as the programme asks for agreed to this text; their signature comes later [P]."""
    names = ", ".join(x.disagreeing)
    return _when(x.agreements_missing, "text_not_agreed", APPLICANT, count=x.agreements_missing, parties=names)


def everyone_signed(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    return _when(x.unsigned, "signatures_open", x.unsigned_roles, parties=", ".join(x.unsigned))


def signs_this_agreement(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    """Who is named to sign, or was given that signature to give, and has not given it yet."""
    known = x.signatories | {f.SOMEBODY_NEW}
    return _owners(actor.person_id not in known, "signs_nothing_here")


def case_in_contracting(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    return _when(not x.case_contracting, "case_not_in_contracting", NOBODY)


def case_is_over(x: f.AgreementFacts, actor: Actor) -> Blocker | None:
    """Before it is signed the applicants may withdraw; afterwards the director closes or ends the project."""
    return _when(not x.case_over, "case_still_running", (Role.SIGNATORY,) if x.unsigned else DIRECTOR)


# --- report, corrective action and knowledge-sharing obligation -----------------------------------


def case_running(x: f.ReportFacts | f.ActionFacts | f.ObligationFacts, actor: Actor) -> Blocker | None:
    """What is followed in a project is over with it."""
    return _when(not x.case_running, "case_not_running", NOBODY)


def four_sections(x: f.ReportFacts, actor: Actor) -> Blocker | None:
    """Number of services, quality, satisfaction, finance: three filled is refused [S1.10]."""
    return _when(x.empty_sections, "report_sections_empty", APPLICANT, sections=",".join(x.empty_sections))


def not_the_author(x: f.ReportFacts, actor: Actor) -> Blocker | None:
    return _owners(actor.person_id == x.author, "own_report")


def evidence_given(x: f.ActionFacts | f.ObligationFacts, actor: Actor) -> Blocker | None:
    """Closed only with evidence [S1.9]."""
    return _when(not x.evidence, "evidence_missing", APPLICANT)


def verifier_is_another(x: f.ActionFacts, actor: Actor) -> Blocker | None:
    return _owners(actor.person_id in (x.done_by, x.owner), "own_action")


def confirmer_is_another(x: f.ObligationFacts, actor: Actor) -> Blocker | None:
    return _owners(actor.person_id == x.delivered_by, "own_delivery")


# --- document template ----------------------------------------------------------------------------


def template_preview_made(x: f.TemplateFacts, actor: Actor) -> Blocker | None:
    """Nobody judges what could not be written with sample data."""
    return _when(not x.preview_made, "template_preview_missing", TEMPLATE_KEEPERS)


def template_activator_is_another(x: f.TemplateFacts, actor: Actor) -> Blocker | None:
    return _owners(actor.person_id == x.uploaded_by, "template_own_upload")


def template_place_is_free(x: f.TemplateFacts, actor: Actor) -> Blocker | None:
    """One template in use for each kind and language: the one before is retired first, in the same transaction."""
    return _when(x.version_in_use, "template_place_taken", TEMPLATE_KEEPERS, count=x.version_in_use)


# --- special clause -------------------------------------------------------------------------------


def clause_agreement_is_draft(x: f.ClauseFacts, actor: Actor) -> Blocker | None:
    """What is issued is signed as it stands."""
    return _when(not x.agreement_drafted, "clause_agreement_fixed", MANAGER)


def clause_words_stand(x: f.ClauseFacts, actor: Actor) -> Blocker | None:
    """Decided are the very words that were proposed, by their hash."""
    return _when(not x.words_stand, "clause_words_changed", MANAGER)


def clause_decider_is_another(x: f.ClauseFacts, actor: Actor) -> Blocker | None:
    """No deviation from the model text that one person alone put there."""
    return _owners(actor.person_id == x.proposed_by, "own_clause")


def clause_decider_is_of_no_party(x: f.ClauseFacts, actor: Actor) -> Blocker | None:
    """Nobody approves for the programme what binds a municipality they belong to."""
    return _owners(actor.person_id in x.party_people, "belongs_to_party")
