"""Who clears which blocker: written by hand, and each role named there really holds what changes the fact."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.support.expected import GREEN, ME, breaking, green
from tests.unit.test_engine import GUARDED
from tests.unit.test_engine import name as edge_name
from webapp import policy
from webapp.policy import Action, FileScope, Grant, Principal, ProgrammeScope
from workflows import engine, guards
from workflows.definition import Definition, Move
from workflows.definitions import APPLICATION, CURRENT
from workflows.facts import SOMEBODY_NEW, Actor, Blocker
from workflows.vocabulary import Machine, Role, State, Trigger

R, S, T, M, A = Role, State, Trigger, Machine, Action
MANAGER, DIRECTOR, FINANCE, ASSESSOR = R.PROGRAMME_MANAGER, R.DIRECTOR, R.FINANCE_OFFICER, R.ASSESSOR
SIGNATORY, EDITOR, LGA, LEAD = R.SIGNATORY, R.APPLICANT_EDITOR, R.LGA_OFFICER, R.LEAD_REVIEWER
OFFICE, APPLICANTS, REVIEWERS = {MANAGER, FINANCE, DIRECTOR}, {EDITOR, SIGNATORY}, {LGA, LEAD}
TIME = {R.SYSTEM}
NOBODY: set[Role] = set()
OWNERS = None  # those who make the move
GRANTING = "granting"  # giving somebody a role in a programme or a file

Clears = Action | tuple[Machine, Trigger] | str
# code -> who clears it, and by which action or move; under the facts that break it in `tests/support/expected.py`.
TABLE: dict[str, tuple[set[Role] | None, tuple[Clears, ...]]] = {
    "programme_has_open_work": ({MANAGER}, ((M.CALL, T.CLOSE_CALL), (M.APPLICATION, T.CLOSE))),
    "plan_sections_empty": ({MANAGER}, (A.EDIT_PLAN,)),
    "plan_policy_missing": ({MANAGER}, (A.EDIT_PLAN,)),
    "plan_themes_missing": ({MANAGER}, (A.EDIT_PLAN,)),
    "plan_sector_benefit_missing": ({LGA}, (A.ENDORSE_PLAN,)),
    "plan_not_endorsed": ({LGA}, (A.ENDORSE_PLAN,)),
    "plan_over_budget": ({MANAGER}, ((M.PLAN, T.REVISE),)),
    "plan_own_draft": (OWNERS, ()),
    "plan_has_open_call": ({MANAGER}, ((M.CALL, T.CLOSE_CALL),)),
    "call_plan_not_approved": ({DIRECTOR}, ((M.PLAN, T.CONSULT), (M.PLAN, T.ENDORSE), (M.PLAN, T.APPROVE_PLAN))),
    "call_programme_not_open": ({DIRECTOR}, ((M.PROGRAMME, T.OPEN_PROGRAMME),)),
    "call_already_past": ({MANAGER}, (A.MANAGE_PROGRAMME,)),
    "template_preview_missing": ({MANAGER, DIRECTOR}, (A.MANAGE_TEMPLATES,)),
    "template_own_upload": (OWNERS, ()),
    "template_place_taken": ({MANAGER, DIRECTOR}, ((M.TEMPLATE, T.RETIRE_TEMPLATE),)),
    "incomplete": (APPLICANTS, (A.EDIT_CONTENT,)),
    "off_theme": (APPLICANTS, (A.EDIT_CONTENT,)),
    "call_not_open": ({MANAGER}, ((M.CALL, T.OPEN_CALL),)),
    "sign_off_missing": ({SIGNATORY}, (A.SIGN_OFF,)),
    "not_lead_signatory": (OWNERS, ()),
    "belongs_to_party": (OWNERS, ()),
    "rules_unchecked": ({MANAGER}, (A.CHECK_ELIGIBILITY,)),
    "rules_failed": ({MANAGER}, (A.CHECK_ELIGIBILITY,)),
    "no_rule_failed": ({MANAGER}, (A.CHECK_ELIGIBILITY,)),
    "clarification_not_considered": ({MANAGER}, (A.CHECK_ELIGIBILITY,)),
    "no_assessor": ({R.SYSTEM_ADMIN}, (GRANTING,)),
    "question_missing": (OWNERS, (A.ASK_CLARIFICATION,)),
    "question_due_wrong": (OWNERS, (A.ASK_CLARIFICATION,)),
    "answer_missing": (APPLICANTS, (A.ANSWER_CLARIFICATION,)),
    "baseline_incomplete": ({ASSESSOR}, (A.SCORE_BASELINE,)),
    "baseline_low": ({ASSESSOR}, (A.SCORE_BASELINE,)),
    "baseline_not_low": ({ASSESSOR}, (A.SCORE_BASELINE,)),
    "capacity_hold_off": (NOBODY, ()),
    "quorum_open": (REVIEWERS, (A.REVIEW,)),
    "partner_lga_missing": (REVIEWERS, (A.REVIEW,)),
    "spread_unsettled": ({MANAGER} | REVIEWERS, (A.ASSIGN_REVIEWER, A.REVIEW)),
    "not_recommended": ({MANAGER}, (A.RECOMMEND,)),
    "mandate_open": ({DIRECTOR}, (A.CONFIRM,)),
    "not_a_fresh_confirmer": (OWNERS, ()),
    "envelope_short": ({MANAGER}, (A.RECOMMEND,)),
    "score_too_low": (NOBODY, ()),
    "reserve_still_valid": (TIME, ()),
    "appeal_too_late": (NOBODY, ()),
    "appeal_used": (NOBODY, ()),
    "not_new_to_file": (OWNERS, ()),
    "panel_open": ({R.PANEL_MEMBER}, (A.VOTE,)),
    "appeal_time_running": (TIME, ()),
    "instrument_open": ({MANAGER}, (A.PREPARE_AGREEMENT,)),
    "instrument_lowered": ({MANAGER}, (A.PREPARE_AGREEMENT,)),
    "agreement_not_in_force": ({MANAGER}, ((M.AGREEMENT, T.ISSUE),)),
    "committee_undecided": ({MANAGER}, (A.SET_UP_MONITORING,)),
    "focal_points_missing": ({MANAGER, R.MUNICIPALITY_ADMIN}, (A.NAME_FOCAL_POINT,)),
    "notice_running": (TIME, ()),
    "final_report_open": (APPLICANTS | {MANAGER}, (A.WRITE_REPORT, (M.REPORT, T.ACCEPT_REPORT))),
    "reports_open": (APPLICANTS | {MANAGER}, (A.WRITE_REPORT, (M.REPORT, T.ACCEPT_REPORT))),
    "audit_open": ({R.AUDITOR}, (A.GIVE_OPINION,)),
    "obligations_open": (APPLICANTS | {MANAGER}, (A.MANAGE_OBLIGATIONS,)),
    "actions_open": (APPLICANTS | {MANAGER}, (A.WORK_ON_ACTION,)),
    "findings_open": ({MANAGER}, (A.WORK_ON_ACTION,)),
    "not_your_review": (OWNERS, ()),
    "case_not_in_review": (NOBODY, ()),
    "conflict_of_interest": (NOBODY, ()),
    "conflict_unanswered": (REVIEWERS, (A.REVIEW,)),
    "criteria_unscored": (REVIEWERS, (A.REVIEW,)),
    "advice_missing": (REVIEWERS, (A.REVIEW,)),
    "tranches_do_not_add_up": ({MANAGER}, (A.PREPARE_AGREEMENT,)),
    "advances_too_high": ({MANAGER}, (A.PREPARE_AGREEMENT,)),
    "document_outdated": ({MANAGER}, (A.PREPARE_AGREEMENT,)),
    "agreement_gaps": ({MANAGER}, (A.PREPARE_AGREEMENT,)),
    "clauses_open": (OFFICE, (A.APPROVE_CLAUSE,)),
    "version_unchecked": (OFFICE, (A.CHECK_VERSION,)),
    "text_not_agreed": (APPLICANTS, (A.AGREE_TO_TEXT,)),
    "signatures_open": ({SIGNATORY, DIRECTOR}, (A.SIGN,)),
    "signs_nothing_here": (OWNERS, ()),
    "case_still_running": ({DIRECTOR}, ((M.APPLICATION, T.CLOSE), (M.APPLICATION, T.TERMINATE))),
    "report_sections_empty": (APPLICANTS, (A.WRITE_REPORT,)),
    "case_not_running": (NOBODY, ()),
    "own_report": (OWNERS, ()),
    "evidence_missing": (APPLICANTS, (A.WORK_ON_ACTION, A.MANAGE_OBLIGATIONS)),
    "own_action": (OWNERS, ()),
    "own_delivery": (OWNERS, ()),
    "case_not_in_contracting": (NOBODY, ()),
    "clause_agreement_fixed": ({MANAGER}, ((M.AGREEMENT, T.REDRAFT),)),
    "clause_words_changed": ({MANAGER}, (A.PROPOSE_CLAUSE,)),
    "own_clause": (OWNERS, ()),
}  # fmt: skip
# The same code, and the facts behind it, in another machine.
ELSEWHERE: dict[tuple[Machine, str], tuple[set[Role] | None, tuple[Clears, ...]]] = {
    (M.AGREEMENT, "objections_open"): (APPLICANTS | OFFICE, (A.COMMENT_ON_AGREEMENT,)),
}
# Other facts, other people: guard, what is different, who, how, and where the file stands then.
VARIANTS: list[tuple[Any, Machine, dict[str, Any], set[Role], tuple[Clears, ...], State]] = [
    (guards.programme_has_no_open_work, M.PROGRAMME, {"open_cases": 1}, {MANAGER, DIRECTOR},
     ((M.CALL, T.CLOSE_CALL), (M.APPLICATION, T.CLOSE)), S.OPEN),
    (guards.call_plan_approved, M.CALL, {"plan_state": S.DRAFT}, {MANAGER}, ((M.PLAN, T.CONSULT),), S.DRAFT),
    (guards.call_plan_approved, M.CALL, {"plan_state": S.CONSULTATION}, {LGA}, ((M.PLAN, T.ENDORSE),), S.DRAFT),
    (guards.call_plan_approved, M.CALL, {"plan_state": S.SUPERSEDED}, NOBODY, (), S.DRAFT),
    (guards.call_programme_open, M.CALL, {"programme_state": S.CLOSED}, NOBODY, (), S.DRAFT),
    (guards.call_open, M.APPLICATION, {"call_open": False, "call": S.CLOSED}, NOBODY, (), S.DRAFT),
    (guards.call_open, M.APPLICATION, {"call_open": False, "call": S.OPEN, "call_opens_on": date(2027, 1, 1)}, TIME, (),
     S.DRAFT),
    (guards.envelope_has_room_again, M.APPLICATION, {"decision_amount": 2_000_000}, {DIRECTOR},
     ((M.APPLICATION, T.CLOSE),), S.RESERVE),
    (guards.agreement_in_force, M.APPLICATION, {"agreement_in_force": False, "agreement": S.ISSUED},
     {SIGNATORY, DIRECTOR}, (A.SIGN,), S.CONTRACTING),
    (guards.notice_over, M.APPLICATION, {"notice_ends_on": None}, {DIRECTOR}, (A.GIVE_NOTICE,), S.MONITORING),
    (guards.audit_settled, M.APPLICATION, {"audit_opinion": False, "auditor_named": False}, {R.SYSTEM_ADMIN},
     (GRANTING,), S.CLOSING),
    (guards.case_in_review, M.REVIEW, {"case_in_review": False, "case_comes_back": True}, APPLICANTS,
     (A.ANSWER_CLARIFICATION,), S.CLARIFICATION),
    (guards.everyone_signed, M.AGREEMENT, {"unsigned": ("Office",), "unsigned_roles": (DIRECTOR,)}, {DIRECTOR},
     (A.SIGN,), S.CONTRACTING),
    (guards.case_is_over, M.AGREEMENT, {"case_over": False, "unsigned": ("Lira",)}, {SIGNATORY},
     ((M.APPLICATION, T.WITHDRAW),), S.CONTRACTING),
]  # fmt: skip
# Asked once more where it cannot be otherwise: the move before has asked the same, and nobody changes it in between.
CANNOT_BE = {
    (T.CLOSE, "reports_open"), (T.ACCEPT_REPORT, "report_sections_empty"), (T.VERIFY, "evidence_missing"),
}  # fmt: skip
# Where the file of a part stands.
ROOM = {
    M.AGREEMENT: S.CONTRACTING, M.CLAUSE: S.CONTRACTING, M.REVIEW: S.REVIEW, M.REPORT: S.MONITORING,
    M.ACTION: S.MONITORING, M.OBLIGATION: S.MONITORING,
}  # fmt: skip


def row(machine: Machine, code: str) -> tuple[set[Role] | None, tuple[Clears, ...]]:
    return ELSEWHERE.get((machine, code)) or TABLE[code]


def holder(role: Role) -> Principal:
    """Somebody with this role on the file, wherever such a role is held."""
    by_place = {"organisation_id": 1} if role in policy.MUNICIPAL | policy.ASSOCIATION else {"programme_id": 1}
    where = {"application_id": 1} if role in policy.ASSIGNED else by_place
    return Principal(5, "Somebody", (Grant(role, **where),))


def scope(machine: Machine, state: State) -> policy.Scope:
    if machine in (M.PROGRAMME, M.PLAN, M.CALL, M.TEMPLATE):
        return ProgrammeScope(1, 1, state)
    return FileScope(1, 1, frozenset({1}), 1, frozenset({1}), ROOM.get(machine, state), None)


def can(role: Role, clears: Clears, room: policy.Scope) -> bool:
    if clears == GRANTING:
        return policy.administers(holder(role), None)
    if isinstance(clears, Action):
        return policy.may(holder(role), clears, room)
    machine, trigger = clears
    return any(role in move.by for move in CURRENT[Machine(machine)].moves if move.trigger is trigger)


def blocked() -> Iterator[tuple[Definition, Move, Blocker]]:
    for definition, move, guard in GUARDED:
        facts = replace(green(definition, move), **breaking(definition, move, guard))
        raised = guard(facts, Actor(ME, move.by))
        answers = engine.explain(definition, move.source, move.trigger, Actor(ME, move.by), facts).blockers
        yield definition, move, next(b for b in answers if b.code == raised.code)


@pytest.mark.parametrize(
    ("definition", "move", "blocker"), list(blocked()), ids=lambda v: getattr(v, "code", edge_name(v))
)
def test_a_blocker_names_those_who_clear_it_and_they_can(definition: Definition, move: Move, blocker: Blocker) -> None:
    roles, ways = row(definition.machine, blocker.code)
    if (definition.machine, move.source, blocker.code) == (M.APPLICATION, S.RESERVE, "envelope_short"):
        roles, ways = {DIRECTOR}, ((M.APPLICATION, T.CLOSE),)
    assert set(blocker.cleared_by) == (set(move.by) if roles is None else roles)
    if (move.trigger, blocker.code) in CANNOT_BE or roles is TIME:
        return
    room = scope(definition.machine, move.source)
    for role in blocker.cleared_by:
        assert (roles is None and not ways) or any(can(role, way, room) for way in ways), role


@pytest.mark.parametrize(("guard", "machine", "changed", "roles", "ways", "state"), VARIANTS)
def test_other_facts_name_other_people(
    guard: Any, machine: Machine, changed: dict[str, Any], roles: set[Role], ways: tuple[Clears, ...], state: State
) -> None:
    blocker = guard(replace(GREEN[machine], **changed), Actor(ME, frozenset()))
    assert set(blocker.cleared_by) == roles
    room = FileScope(1, 1, frozenset({1}), 1, frozenset({1}), state, S.REVIEW)
    for role in set() if roles is TIME else roles:
        assert any(can(role, way, room) for way in ways), role


def test_every_code_of_the_table_is_asked_about() -> None:
    asked = {blocker.code for _definition, _move, blocker in blocked()}
    assert asked == set(TABLE) | {"objections_open"}


def test_a_role_that_cannot_is_noticed() -> None:
    """The planted mutant: the association never clears a low score, for it neither sees the file nor reviews."""
    room = scope(M.APPLICATION, S.DECISION)
    assert not can(LGA, A.REVIEW, room)
    assert not can(MANAGER, GRANTING, room)
    assert can(MANAGER, A.RECOMMEND, room)


def test_nobody_is_told_of_their_own_ties_when_the_move_is_somebody_elses() -> None:
    facts = replace(GREEN[M.APPLICATION], party_people=frozenset({ME}))
    mine = Actor(ME, frozenset({MANAGER}))
    theirs = Actor(ME, frozenset({SIGNATORY}))
    asked = (APPLICATION, S.SUBMITTED, T.START_ELIGIBILITY)
    assert [b.code for b in engine.explain(*asked, mine, facts).blockers] == ["belongs_to_party"]
    assert [b.code for b in engine.explain(*asked, theirs, facts).blockers] == [engine.NOT_YOURS]
    assert not engine.explain(*asked, Actor(SOMEBODY_NEW, frozenset({MANAGER})), facts).blockers
