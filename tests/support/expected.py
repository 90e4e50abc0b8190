"""What the tables must ask for, written by hand: a generated test cannot see a guard that is missing, or says another
thing. Facts under which every edge fires, and for each move the codes it is refused with and what breaks each of them.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from workflows import facts as f
from workflows.definition import Definition, Guard, Move
from workflows.facts import Actor
from workflows.vocabulary import Instrument, Machine, Role, State, Trigger

M, T, S = Machine, Trigger, State
ME, SOMEBODY = 7, 99
DAY = date(2026, 11, 21)
BEFORE, AFTER = date(2026, 11, 20), date(2026, 11, 22)
RULES = f.Rules()
NOBODY: frozenset[int] = frozenset()
I_AM_ONE = frozenset({ME})

GREEN_APPLICATION = f.ApplicationFacts(
    rules=RULES, today=DAY, call_open=True, on_theme=True, lead_signatories=I_AM_ONE,
    clarification_considered=True, assessors_available=True, clarification_asked=True, clarification_due_in=14,
    clarification_answered=True, valid_reviews=2, partner_lga_reviewed=True, mean_score=Decimal(76), lowest_fit=4,
    recommended_by=SOMEBODY, envelope_left=Decimal(1_000_000), last_appeal_day=DAY, panel_upheld=2, panel_dismissed=2,
    instrument=Instrument.MEMORANDUM, instrument_computed=Instrument.MEMORANDUM, agreement_in_force=True,
    committee_decided=True, notice_ends_on=BEFORE, final_report_accepted=True, audit_opinion=True,
    reserve_until=BEFORE,
)  # fmt: skip
GREEN: dict[Machine, Any] = {
    M.PROGRAMME: f.ProgrammeFacts(RULES, 0, 0),
    M.PLAN: f.PlanFacts((), 1, True, 2, True, Decimal(100), Decimal(100), SOMEBODY),
    M.CALL: f.CallFacts(S.APPROVED, S.OPEN, DAY, DAY, 2),
    M.APPLICATION: GREEN_APPLICATION,
    M.REVIEW: f.ReviewFacts(ME, False, False, (), True, True),
    M.AGREEMENT: f.AgreementFacts(
        Decimal(10), Decimal(10), Decimal(80), 90, Instrument.MEMORANDUM, Instrument.MEMORANDUM, True,
        case_contracting=True, case_over=True, signatories=I_AM_ONE, written_by=ME, checked_by=frozenset({SOMEBODY}),
    ),
    M.REPORT: f.ReportFacts((), SOMEBODY, True),
    M.ACTION: f.ActionFacts(True, SOMEBODY, SOMEBODY, True),
    M.OBLIGATION: f.ObligationFacts(True, SOMEBODY, True),
    M.TEMPLATE: f.TemplateFacts(True, SOMEBODY),
    M.CLAUSE: f.ClauseFacts(True, True, SOMEBODY),
}  # fmt: skip
# What one edge needs beside the green facts, because two edges ask the opposite of each other.
SPECIAL: dict[tuple[Trigger, State, State], dict[str, Any]] = {
    (T.FAIL_ELIGIBILITY, S.ELIGIBILITY, S.INELIGIBLE): {"rules_failed": 1},
    (T.HOLD_FOR_CAPACITY, S.BASELINE, S.CAPACITY_HOLD): {"baseline_low": ("Lira",)},
    (T.APPROVE, S.DECISION, S.APPROVED): {"recommended": S.APPROVED},
    (T.PUT_ON_RESERVE, S.DECISION, S.RESERVE): {"recommended": S.RESERVE},
    (T.REJECT, S.DECISION, S.REJECTED): {"recommended": S.REJECTED},
    (T.CLOSE_REFUSED, S.REJECTED, S.CLOSED): {"refusals": 2},
    (T.CLOSE_REFUSED, S.INELIGIBLE, S.CLOSED): {"refusals": 2},
    (T.UPHOLD_APPEAL, S.APPEAL, S.REVIEW): {"refused_as": S.REJECTED},
    (T.UPHOLD_APPEAL, S.APPEAL, S.ELIGIBILITY): {"refused_as": S.INELIGIBLE},
    **{
        (T.ANSWER_CLARIFICATION, S.CLARIFICATION, back): {"return_state": back}
        for back in (S.ELIGIBILITY, S.BASELINE, S.REVIEW, S.DECISION)
    },
}

Broken = dict[str, dict[str, Any]]  # the code of the refusal -> the facts that bring it about
OF_A_PARTY: Broken = {"belongs_to_party": {"party_people": I_AM_ONE}}
FOR_LEAD: Broken = {"not_lead_signatory": {"lead_signatories": NOBODY}}
WRITTEN: Broken = {
    "incomplete": {"missing": ("risks",)},
    "sign_off_missing": {"unsigned_parties": ("Lira",)},
}
DECIDED: Broken = {
    "mandate_open": {"mandate_missing": (Role.DIRECTOR,)},
    "not_a_fresh_confirmer": {"reviewers": I_AM_ONE},
}
APPEALED: Broken = {"not_new_to_file": {"confirmed_by": I_AM_ONE}}
PROVEN: Broken = {"evidence_missing": {"evidence": False}}
FOLLOWED: Broken = {"case_not_running": {"case_running": False}}
CONTRACTING: Broken = {"case_not_in_contracting": {"case_contracting": False}}
DRAFTED: Broken = {"clause_agreement_fixed": {"agreement_drafted": False}}
CLAUSE_DECIDED: Broken = (
    DRAFTED | OF_A_PARTY | {"clause_words_changed": {"words_stand": False}, "own_clause": {"proposed_by": ME}}
)
REPORTED: Broken = {"reports_open": {"reports_open": 1}}
OVER: Broken = {"case_still_running": {"case_over": False}}
SECTIONS: Broken = {"report_sections_empty": {"empty_sections": ("satisfaction",)}}

ASKED: dict[tuple[Machine, Trigger], Broken] = {
    (M.PROGRAMME, T.OPEN_PROGRAMME): {},
    (M.PROGRAMME, T.CLOSE_PROGRAMME): {"programme_has_open_work": {"open_calls": 1}},
    (M.PLAN, T.CONSULT): {
        "plan_sections_empty": {"empty_sections": ("actors",)},
        "plan_policy_missing": {"policy_references": 0},
        "plan_themes_missing": {"themes": 0},
    },
    (M.PLAN, T.REVISE): {},
    (M.PLAN, T.ENDORSE): {
        "plan_sector_benefit_missing": {"sector_benefit": False},
        "plan_not_endorsed": {"endorsed": False},
    },
    (M.PLAN, T.APPROVE_PLAN): {
        "plan_over_budget": {"envelope": Decimal("100.01")},
        "plan_own_draft": {"drafted_by": ME},
    },
    (M.PLAN, T.SUPERSEDE): {"plan_has_open_call": {"open_calls": 1}},
    (M.CALL, T.OPEN_CALL): {
        "call_plan_not_approved": {"plan_state": S.ENDORSED},
        "call_programme_not_open": {"programme_state": S.DRAFT},
        "call_already_past": {"today": AFTER},
    },
    (M.CALL, T.CLOSE_CALL): {},
    (M.APPLICATION, T.SUBMIT): FOR_LEAD
    | WRITTEN
    | {"call_not_open": {"call_open": False}, "off_theme": {"on_theme": False}},
    (M.APPLICATION, T.WITHDRAW): FOR_LEAD,
    (M.APPLICATION, T.START_ELIGIBILITY): OF_A_PARTY,
    (M.APPLICATION, T.PASS_ELIGIBILITY): OF_A_PARTY
    | {
        "rules_unchecked": {"rules_open": 1},
        "rules_failed": {"rules_failed": 1},
        "no_assessor": {"assessors_available": False},
    },
    (M.APPLICATION, T.FAIL_ELIGIBILITY): OF_A_PARTY
    | {
        "rules_unchecked": {"rules_open": 1},
        "no_rule_failed": {"rules_failed": 0},
        "clarification_not_considered": {"clarification_considered": False},
    },
    (M.APPLICATION, T.HOLD_FOR_CAPACITY): {
        "capacity_hold_off": {"rules": f.Rules(capacity_hold=False)},
        "baseline_incomplete": {"baseline_open": ("Lira",)},
        "baseline_not_low": {"baseline_low": ()},
    },
    (M.APPLICATION, T.RESUME_BASELINE): {},
    (M.APPLICATION, T.SEND_TO_REVIEW): OF_A_PARTY
    | {"baseline_incomplete": {"baseline_open": ("Lira",)}, "baseline_low": {"baseline_low": ("Lira",)}},
    (M.APPLICATION, T.SEND_TO_DECISION): OF_A_PARTY
    | {
        "quorum_open": {"valid_reviews": 1},
        "partner_lga_missing": {"partner_lga_reviewed": False},
        "spread_unsettled": {"review_spread": Decimal("20.01")},
    },
    (M.APPLICATION, T.ASK_CLARIFICATION): OF_A_PARTY
    | {"question_missing": {"clarification_asked": False}, "question_due_wrong": {"clarification_due_in": 31}},
    (M.APPLICATION, T.ANSWER_CLARIFICATION): WRITTEN | {"answer_missing": {"clarification_answered": False}},
    (M.APPLICATION, T.APPROVE): DECIDED
    | {
        "not_recommended": {"recommended": S.REJECTED},
        "score_too_low": {"mean_score": Decimal("59.99")},
        "envelope_short": {"decision_amount": Decimal("1000000.01")},
    },
    (M.APPLICATION, T.PUT_ON_RESERVE): DECIDED | {"not_recommended": {"recommended": S.APPROVED}},
    (M.APPLICATION, T.REJECT): DECIDED | {"not_recommended": {"recommended": S.APPROVED}},
    (M.APPLICATION, T.RECONSIDER): OF_A_PARTY | {"envelope_short": {"decision_amount": Decimal("1000000.01")}},
    (M.APPLICATION, T.LAPSE): {"reserve_still_valid": {"reserve_until": DAY}},
    (M.APPLICATION, T.FILE_APPEAL): {
        "appeal_too_late": {"last_appeal_day": BEFORE},
        "appeal_used": {"appeals": 1},
    },
    (M.APPLICATION, T.UPHOLD_APPEAL): APPEALED | {"panel_open": {"panel_upheld": 1}},
    (M.APPLICATION, T.DISMISS_APPEAL): APPEALED | {"panel_open": {"panel_dismissed": 1}},
    (M.APPLICATION, T.CLOSE_REFUSED): {"appeal_time_running": {"refusals": 1}},
    (M.APPLICATION, T.START_CONTRACTING): OF_A_PARTY
    | {
        "instrument_open": {"instrument": None},
        "instrument_lowered": {"instrument_computed": Instrument.INVESTMENT_CONTRACT},
    },
    (M.APPLICATION, T.CONCLUDE): {"agreement_not_in_force": {"agreement_in_force": False}},
    (M.APPLICATION, T.START_MONITORING): OF_A_PARTY
    | {
        "committee_undecided": {"committee_decided": False},
        "focal_points_missing": {"focal_points_missing": ("Lira",)},
    },
    (M.APPLICATION, T.SUSPEND): OF_A_PARTY,
    (M.APPLICATION, T.RESUME): OF_A_PARTY,
    (M.APPLICATION, T.TERMINATE): OF_A_PARTY | {"notice_running": {"notice_ends_on": DAY}},
    (M.APPLICATION, T.START_CLOSING): OF_A_PARTY | REPORTED | {"final_report_open": {"final_report_accepted": False}},
    (M.APPLICATION, T.CLOSE): OF_A_PARTY
    | REPORTED
    | {
        "audit_open": {"audit_opinion": False},
        "obligations_open": {"obligations_open": 1},
        "findings_open": {"findings_open": 1},
        "actions_open": {"actions_open": 1},
    },
    (M.REVIEW, T.SUBMIT_REVIEW): {
        "not_your_review": {"reviewer": SOMEBODY},
        "case_not_in_review": {"case_in_review": False},
        "conflict_unanswered": {"conflict_declared": None},
        "conflict_of_interest": {"conflict_known": True},
        "criteria_unscored": {"unscored": ("fit",)},
        "advice_missing": {"advice_given": False},
    },
    (M.REVIEW, T.RECUSE): {"not_your_review": {"reviewer": SOMEBODY}, "case_not_in_review": {"case_in_review": False}},
    (M.AGREEMENT, T.ISSUE): CONTRACTING
    | {
        "instrument_lowered": {"instrument_computed": Instrument.INVESTMENT_CONTRACT},
        "tranches_do_not_add_up": {"scheduled": Decimal("9.99")},
        "advances_too_high": {"advances_percent": Decimal("90.01")},
        "agreement_gaps": {"gaps": ("mandate:Lira",)},
        "document_outdated": {"document_current": False},
        "clauses_open": {"clauses_open": 1},
        "version_unchecked": {"checked_by": I_AM_ONE},  # who wrote it checks nothing
        "objections_open": {"objections_open": 1},
        "text_not_agreed": {"agreements_missing": 1, "disagreeing": ("Lira",)},
    },
    (M.AGREEMENT, T.REDRAFT): CONTRACTING,
    (M.AGREEMENT, T.DECLINE): CONTRACTING | {"signs_nothing_here": {"signatories": frozenset({SOMEBODY})}},
    (M.AGREEMENT, T.EXPIRE): {},
    (M.AGREEMENT, T.ENTER_INTO_FORCE): {"signatures_open": {"unsigned": ("Lira",)}},
    (M.AGREEMENT, T.VOID): OVER,
    (M.AGREEMENT, T.END): OVER,
    (M.REPORT, T.SUBMIT_REPORT): FOLLOWED | SECTIONS,
    (M.REPORT, T.RETURN_REPORT): FOLLOWED,
    (M.REPORT, T.ACCEPT_REPORT): FOLLOWED | SECTIONS | {"own_report": {"author": ME}},
    (M.ACTION, T.MARK_DONE): FOLLOWED | PROVEN,
    (M.ACTION, T.REOPEN): FOLLOWED,
    (M.ACTION, T.VERIFY): FOLLOWED | PROVEN | {"own_action": {"done_by": ME}},
    (M.ACTION, T.CLOSE_ACTION): FOLLOWED,
    (M.OBLIGATION, T.DELIVER): FOLLOWED | PROVEN,
    (M.OBLIGATION, T.REDO): FOLLOWED,
    (M.OBLIGATION, T.CONFIRM_DELIVERY): FOLLOWED | {"own_delivery": {"delivered_by": ME}},
    (M.OBLIGATION, T.WAIVE): FOLLOWED,
    (M.TEMPLATE, T.CONFIRM_PREVIEW): {"template_preview_missing": {"preview_made": False}},
    (M.TEMPLATE, T.ACTIVATE_TEMPLATE): {
        "template_own_upload": {"uploaded_by": ME},
        "template_place_taken": {"version_in_use": 2},
    },
    (M.TEMPLATE, T.RETIRE_TEMPLATE): {},
    (M.TEMPLATE, T.REJECT_TEMPLATE): {},
    (M.CLAUSE, T.APPROVE_CLAUSE): CLAUSE_DECIDED,
    (M.CLAUSE, T.REJECT_CLAUSE): CLAUSE_DECIDED,
    (M.CLAUSE, T.WITHDRAW_CLAUSE): DRAFTED,
    (M.CLAUSE, T.REPLACE_CLAUSE): DRAFTED,
}
# Other facts that bring about a code than the one above: limits from both sides, ties of another kind.
ALSO: dict[tuple[Machine, Trigger], list[tuple[str, dict[str, Any]]]] = {
    (M.PROGRAMME, T.CLOSE_PROGRAMME): [("programme_has_open_work", {"open_cases": 1})],
    (M.PLAN, T.APPROVE_PLAN): [("plan_over_budget", {"envelope": Decimal(0)})],
    (M.APPLICATION, T.ASK_CLARIFICATION): [("question_due_wrong", {"clarification_due_in": 0})],
    (M.APPLICATION, T.APPROVE): [
        ("not_a_fresh_confirmer", {"recommended_by": ME}),
        ("not_a_fresh_confirmer", {"eligibility_officers": I_AM_ONE}),
        ("not_a_fresh_confirmer", {"party_people": I_AM_ONE}),
        ("score_too_low", {"mean_score": None}),
        ("score_too_low", {"lowest_fit": 2}),
    ],
    (M.APPLICATION, T.LAPSE): [("reserve_still_valid", {"reserve_until": None})],
    (M.APPLICATION, T.FILE_APPEAL): [("appeal_too_late", {"last_appeal_day": None})],
    (M.APPLICATION, T.UPHOLD_APPEAL): [
        ("not_new_to_file", {"reviewers": I_AM_ONE}),
        ("not_new_to_file", {"eligibility_officers": I_AM_ONE}),
        ("not_new_to_file", {"party_people": I_AM_ONE}),
        ("not_new_to_file", {"recommended_by": ME}),
        ("not_new_to_file", {"manager": ME}),
    ],
    (M.APPLICATION, T.TERMINATE): [("notice_running", {"notice_ends_on": None})],
    (M.REVIEW, T.SUBMIT_REVIEW): [("conflict_of_interest", {"conflict_declared": True})],
    (M.ACTION, T.VERIFY): [("own_action", {"owner": ME})],
}


def breaking(definition: Definition, move: Move, guard: Guard) -> dict[str, Any]:
    """Facts that this guard of the edge refuses."""
    known = green(definition, move)
    found = (facts for facts in asked(definition, move).values() if guard(replace(known, **facts), Actor(ME, move.by)))
    return next(found)


def green(definition: Definition, move: Move) -> Any:
    """Facts under which this very edge fires."""
    return replace(GREEN[definition.machine], **SPECIAL.get((move.trigger, move.source, move.dest), {}))


def asked(definition: Definition, move: Move) -> Broken:
    """The codes this edge must be refused with, each with the facts that bring it about."""
    return ASKED[definition.machine, move.trigger]
