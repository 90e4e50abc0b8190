"""Every edge of every machine, from the tables: it fires, each of its guards can stop it, no other role may."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from workflows import facts as f
from workflows.definition import Definition, Move
from workflows.definitions import ALL, APPLICATION
from workflows.engine import NO_SUCH_MOVE, NOT_YOURS, REASON_MISSING, Refusal, decide, offers
from workflows.facts import Actor, Blocker
from workflows.vocabulary import Instrument, Machine, Role, State, Trigger

ME, SOMEBODY = 7, 99
DAY = date(2026, 11, 21)
RULES = f.Rules()

GREEN_APPLICATION = f.ApplicationFacts(
    rules=RULES, today=DAY, call_open=True, on_theme=True, lead_signatories=frozenset({ME}),
    clarification_considered=True, assessors_available=True, clarification_asked=True, clarification_due_in=14,
    clarification_answered=True, valid_reviews=2, partner_lga_reviewed=True, mean_score=Decimal(76), lowest_fit=4,
    recommended_by=SOMEBODY, envelope_left=Decimal(1_000_000), last_appeal_day=DAY, panel_upheld=2, panel_dismissed=2,
    instrument=Instrument.MEMORANDUM, instrument_computed=Instrument.MEMORANDUM, agreement_in_force=True,
    committee_decided=True, notice_ends_on=date(2026, 11, 20), final_report_accepted=True, audit_opinion=True,
    reserve_until=date(2026, 11, 20),
)  # fmt: skip
GREEN: dict[Machine, Any] = {
    Machine.PROGRAMME: f.ProgrammeFacts(RULES, 1, 0, 0),
    Machine.PLAN: f.PlanFacts((), 1, True, 2, True, Decimal(100), Decimal(100), SOMEBODY),
    Machine.CALL: f.CallFacts(State.APPROVED, State.OPEN, DAY, DAY, DAY, 2),
    Machine.APPLICATION: GREEN_APPLICATION,
    Machine.REVIEW: f.ReviewFacts(ME, False, False, (), True, True),
    Machine.AGREEMENT: f.AgreementFacts(
        Decimal(10),
        Decimal(10),
        Decimal(80),
        90,
        Instrument.MEMORANDUM,
        Instrument.MEMORANDUM,
        True,
        case_over=True,
        signatories=frozenset({ME}),
        written_by=ME,
        checked_by=frozenset({SOMEBODY}),
    ),
    Machine.REPORT: f.ReportFacts((), SOMEBODY, True, True, True),
    Machine.ACTION: f.ActionFacts(True, SOMEBODY, None, SOMEBODY),
    Machine.OBLIGATION: f.ObligationFacts(True, SOMEBODY),
    Machine.TEMPLATE: f.TemplateFacts(True, SOMEBODY),
}
# What one edge needs beside the green facts, because two edges ask the opposite of each other.
SPECIAL: dict[tuple[Trigger, State, State], dict[str, Any]] = {
    (Trigger.FAIL_ELIGIBILITY, State.ELIGIBILITY, State.INELIGIBLE): {"rules_failed": 1},
    (Trigger.HOLD_FOR_CAPACITY, State.BASELINE, State.CAPACITY_HOLD): {"baseline_low": ("Lira",)},
    (Trigger.APPROVE, State.DECISION, State.APPROVED): {"recommended": State.APPROVED},
    (Trigger.PUT_ON_RESERVE, State.DECISION, State.RESERVE): {"recommended": State.RESERVE},
    (Trigger.REJECT, State.DECISION, State.REJECTED): {"recommended": State.REJECTED},
    (Trigger.CLOSE_REFUSED, State.REJECTED, State.CLOSED): {"refusals": 2},
    (Trigger.CLOSE_REFUSED, State.INELIGIBLE, State.CLOSED): {"refusals": 2},
    (Trigger.UPHOLD_APPEAL, State.APPEAL, State.REVIEW): {"refused_as": State.REJECTED},
    (Trigger.UPHOLD_APPEAL, State.APPEAL, State.ELIGIBILITY): {"refused_as": State.INELIGIBLE},
}
# Guard (by name) -> facts that break it, on top of what the edge needs.
BREAK: dict[str, dict[str, Any]] = {
    "programme_has_no_open_work": {"open_calls": 1},
    "plan_sections_filled": {"empty_sections": ("actors",)},
    "plan_has_policy": {"policy_references": 0},
    "plan_has_sector_benefit": {"sector_benefit": False},
    "plan_has_themes": {"themes": 0},
    "plan_is_endorsed": {"endorsed": False},
    "plan_fits_budget": {"envelope": Decimal(101)},
    "plan_approver_is_not_drafter": {"drafted_by": ME},
    "plan_has_no_open_call": {"open_calls": 1},
    "call_plan_approved": {"plan_state": State.ENDORSED},
    "call_programme_open": {"programme_state": State.DRAFT},
    "call_not_past": {"today": date(2026, 11, 22)},
    "complete": {"missing": ("risks",)},
    "call_open": {"call_open": False},
    "on_theme": {"on_theme": False},
    "all_signed_off": {"unsigned_parties": ("Lira",)},
    "acts_for_lead": {"lead_signatories": frozenset()},
    "not_of_a_party": {"party_people": frozenset({ME})},
    "fresh_confirmer": {"reviewers": frozenset({ME})},
    "rules_all_checked": {"rules_open": 1},
    "mandatory_rules_pass": {"rules_failed": 1},
    "a_rule_fails": {"rules_failed": 0},
    "clarification_considered": {"clarification_considered": False},
    "assessor_available": {"assessors_available": False},
    "question_asked": {"clarification_asked": False},
    "question_due_in_time": {"clarification_due_in": 31},
    "question_answered": {"clarification_answered": False},
    "baseline_complete": {"baseline_open": ("Lira",)},
    "baseline_passed": {"baseline_low": ("Lira",)},
    "capacity_hold_used": {"rules": f.Rules(capacity_hold=False)},
    "below_the_bar": {"baseline_low": ()},
    "quorum": {"valid_reviews": 1},
    "partner_lga_heard": {"partner_lga_reviewed": False},
    "spread_settled": {"review_spread": Decimal("20.01")},
    "recommended_as_approved": {"recommended": State.REJECTED},
    "recommended_as_reserve": {"recommended": State.REJECTED},
    "recommended_as_rejected": {"recommended": State.APPROVED},
    "mandate_complete": {"mandate_missing": (Role.DIRECTOR,)},
    "envelope_has_room": {"decision_amount": Decimal(1_000_001)},
    "score_allows_funding": {"mean_score": Decimal("59.99")},
    "reserve_validity_over": {"reserve_until": DAY},
    "within_appeal_time": {"last_appeal_day": date(2026, 11, 20)},
    "first_appeal": {"appeals": 1},
    "new_to_file": {"confirmed_by": frozenset({ME})},
    "panel_upholds": {"panel_upheld": 1},
    "panel_dismisses": {"panel_dismissed": 1},
    "refusal_is_final": {"refusals": 1},
    "instrument_chosen": {"instrument": None},
    "instrument_not_lowered": {"instrument_computed": Instrument.INVESTMENT_CONTRACT},
    "agreement_in_force": {"agreement_in_force": False},
    "committee_settled": {"committee_decided": False},
    "focal_points_named": {"focal_points_missing": ("Lira",)},
    "notice_over": {"notice_ends_on": DAY},
    "final_report_accepted": {"final_report_accepted": False},
    "reports_settled": {"reports_open": 1},
    "audit_settled": {"audit_opinion": False},
    "obligations_settled": {"obligations_open": 1},
    "actions_settled": {"actions_open": 1},
    "findings_settled": {"findings_open": 1},
    "own_review": {"reviewer": SOMEBODY},
    "own_review_or_manager": {"reviewer": SOMEBODY},
    "case_in_review": {"case_in_review": False},
    "no_conflict": {"conflict_known": True},
    "conflict_answered": {"conflict_declared": None},
    "all_criteria_scored": {"unscored": ("fit",)},
    "advice_given": {"advice_given": False},
    "schedule_adds_up": {"scheduled": Decimal("9.99")},
    "advances_within_limit": {"advances_percent": Decimal("90.01")},
    "right_instrument": {"instrument_computed": Instrument.INVESTMENT_CONTRACT},
    "document_current": {"document_current": False},
    "no_gaps": {"gaps": ("mandate:Lira",)},
    "clauses_approved": {"clauses_open": 1},
    "version_checked": {"checked_by": frozenset({ME})},  # who wrote it checks nothing
    "objections_settled": {"objections_open": 1},
    "parties_agreed": {"agreements_missing": 1, "disagreeing": ("Lira",)},
    "everyone_signed": {"unsigned": ("Lira",)},
    "signs_this_agreement": {"signatories": frozenset({SOMEBODY})},
    "case_is_over": {"case_over": False},
    "four_sections": {"empty_sections": ("satisfaction",)},
    "report_case_running": {"case_running": False},
    "not_the_author": {"author": ME},
    "evidence_given": {"evidence": False},
    "verifier_is_another": {"done_by": ME},
    "confirmer_is_another": {"delivered_by": ME},
    "template_preview_made": {"preview_made": False},
    "template_activator_is_another": {"uploaded_by": ME},
    "template_place_is_free": {"version_in_use": 2},
}
EDGES = [(definition, move) for definition in ALL for move in definition.moves]
GUARDED = [(definition, move, guard) for definition, move in EDGES for guard in move.guards]


def green(definition: Definition, move: Move) -> Any:
    """Facts under which this very edge fires."""
    facts = replace(GREEN[definition.machine], **SPECIAL.get((move.trigger, move.source, move.dest), {}))
    if move.trigger is Trigger.ANSWER_CLARIFICATION:
        facts = replace(facts, return_state=move.dest)
    return facts


def edge_name(value: object) -> str:
    if isinstance(value, Definition):
        return value.machine.value
    if isinstance(value, Move):
        return f"{value.trigger}-{value.source}-{value.dest}"
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("definition", "move"), EDGES, ids=edge_name)
def test_every_edge_fires_and_leads_where_the_table_says(definition: Definition, move: Move) -> None:
    me = Actor(ME, move.by)
    assert decide(definition, move.source, move.trigger, me, green(definition, move), reason="because") is move


@pytest.mark.parametrize(("definition", "move", "guard"), GUARDED, ids=edge_name)
def test_each_guard_alone_stops_its_edge_with_its_own_code(definition: Definition, move: Move, guard: Any) -> None:
    facts = replace(green(definition, move), **BREAK[guard.__name__])
    expected = guard(facts, Actor(ME, move.by)).owned_by(move.by)
    refusal = decide(definition, move.source, move.trigger, Actor(ME, move.by), facts, reason="because")
    assert isinstance(expected, Blocker)
    assert isinstance(refusal, Refusal)
    assert expected in refusal.blockers


@pytest.mark.parametrize(("definition", "move"), EDGES, ids=edge_name)
def test_no_other_role_makes_the_move(definition: Definition, move: Move) -> None:
    others = Actor(ME, frozenset(Role) - move.by)
    refusal = decide(definition, move.source, move.trigger, others, green(definition, move), reason="because")
    assert isinstance(refusal, Refusal)
    assert [blocker.code for blocker in refusal.blockers] == [NOT_YOURS]


@pytest.mark.parametrize(("definition", "move"), [(d, m) for d, m in EDGES if m.needs_reason], ids=edge_name)
def test_a_reason_is_asked_for(definition: Definition, move: Move) -> None:
    refusal = decide(definition, move.source, move.trigger, Actor(ME, move.by), green(definition, move), reason="  ")
    assert isinstance(refusal, Refusal)
    assert [blocker.code for blocker in refusal.blockers] == [REASON_MISSING]


def test_what_is_offered_and_what_can_be_fired_agree() -> None:
    """For every machine, state and single role, under green facts."""
    for definition in ALL:
        for spec in definition.states:
            for role in Role:
                me = Actor(ME, frozenset({role}))
                facts = GREEN[definition.machine]
                offered = {o.move.trigger for o in offers(definition, spec.name, me, facts) if o.ready}
                fired = {
                    t for t in Trigger if isinstance(decide(definition, spec.name, t, me, facts, reason="r"), Move)
                }
                assert offered == fired, (definition.machine, spec.name, role)


def test_a_move_the_state_does_not_have_is_refused_by_name() -> None:
    refusal = decide(APPLICATION, State.CLOSED, Trigger.SUBMIT, Actor(ME, frozenset(Role)), GREEN_APPLICATION)
    assert isinstance(refusal, Refusal)
    assert refusal.blockers[0].code == NO_SUCH_MOVE


def test_all_reasons_are_told_not_only_the_first() -> None:
    facts = replace(GREEN_APPLICATION, missing=("risks",), call_open=False, on_theme=False)
    refusal = decide(APPLICATION, State.DRAFT, Trigger.SUBMIT, Actor(ME, frozenset({Role.SIGNATORY})), facts)
    assert isinstance(refusal, Refusal)
    assert {b.code for b in refusal.blockers} == {"incomplete", "call_not_open", "off_theme"}


def test_the_harness_notices_a_removed_guard() -> None:
    """The planted mutant: SUBMIT without `complete` must no longer be stopped by an incomplete form."""
    submit = APPLICATION.edges(State.DRAFT, Trigger.SUBMIT)[0]
    mutant = replace(submit, guards=tuple(g for g in submit.guards if g.__name__ != "complete"))
    weaker = Definition(Machine.APPLICATION, 1, State.DRAFT, APPLICATION.states, (mutant,))
    facts = replace(GREEN_APPLICATION, **BREAK["complete"])
    me = Actor(ME, frozenset({Role.SIGNATORY}))
    assert isinstance(decide(APPLICATION, State.DRAFT, Trigger.SUBMIT, me, facts), Refusal)
    assert decide(weaker, State.DRAFT, Trigger.SUBMIT, me, facts) is mutant
