"""Who may make which move of the application: written by hand, because a generated test cannot see a wrong owner."""

from workflows.definitions import ALL, APPLICATION
from workflows.vocabulary import Machine, Role, Trigger

R, T = Role, Trigger
OWNERS: dict[tuple[Machine, Trigger], set[Role]] = {
    (Machine.APPLICATION, T.SUBMIT): {R.SIGNATORY},
    (Machine.APPLICATION, T.WITHDRAW): {R.SIGNATORY},
    (Machine.APPLICATION, T.START_ELIGIBILITY): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.PASS_ELIGIBILITY): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.FAIL_ELIGIBILITY): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.HOLD_FOR_CAPACITY): {R.ASSESSOR},
    (Machine.APPLICATION, T.RESUME_BASELINE): {R.ASSESSOR},
    (Machine.APPLICATION, T.SEND_TO_REVIEW): {R.ASSESSOR},
    (Machine.APPLICATION, T.SEND_TO_DECISION): {R.LEAD_REVIEWER},
    (Machine.APPLICATION, T.ANSWER_CLARIFICATION): {R.APPLICANT_EDITOR, R.SIGNATORY},
    (Machine.APPLICATION, T.APPROVE): {R.PROGRAMME_MANAGER, R.FINANCE_OFFICER, R.DIRECTOR},
    (Machine.APPLICATION, T.PUT_ON_RESERVE): {R.PROGRAMME_MANAGER, R.FINANCE_OFFICER, R.DIRECTOR},
    (Machine.APPLICATION, T.REJECT): {R.PROGRAMME_MANAGER, R.FINANCE_OFFICER, R.DIRECTOR},
    (Machine.APPLICATION, T.RECONSIDER): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.LAPSE): {R.SYSTEM},
    (Machine.APPLICATION, T.FILE_APPEAL): {R.SIGNATORY},
    (Machine.APPLICATION, T.UPHOLD_APPEAL): {R.PANEL_MEMBER},
    (Machine.APPLICATION, T.DISMISS_APPEAL): {R.PANEL_MEMBER},
    (Machine.APPLICATION, T.CLOSE_REFUSED): {R.SYSTEM},
    (Machine.APPLICATION, T.START_CONTRACTING): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.CONCLUDE): {R.SYSTEM},
    (Machine.APPLICATION, T.START_MONITORING): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.SUSPEND): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.RESUME): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.TERMINATE): {R.DIRECTOR},
    (Machine.APPLICATION, T.START_CLOSING): {R.PROGRAMME_MANAGER},
    (Machine.APPLICATION, T.CLOSE): {R.DIRECTOR},
    (Machine.PROGRAMME, T.OPEN_PROGRAMME): {R.DIRECTOR},
    (Machine.PROGRAMME, T.CLOSE_PROGRAMME): {R.DIRECTOR},
    (Machine.PLAN, T.CONSULT): {R.PROGRAMME_MANAGER},
    (Machine.PLAN, T.REVISE): {R.PROGRAMME_MANAGER},
    (Machine.PLAN, T.ENDORSE): {R.LGA_OFFICER},
    (Machine.PLAN, T.APPROVE_PLAN): {R.DIRECTOR},
    (Machine.PLAN, T.SUPERSEDE): {R.DIRECTOR},
    (Machine.CALL, T.OPEN_CALL): {R.PROGRAMME_MANAGER},
    (Machine.CALL, T.CLOSE_CALL): {R.PROGRAMME_MANAGER, R.SYSTEM},
    (Machine.REVIEW, T.SUBMIT_REVIEW): {R.LGA_OFFICER, R.LEAD_REVIEWER},
    (Machine.REVIEW, T.RECUSE): {R.LGA_OFFICER, R.LEAD_REVIEWER, R.PROGRAMME_MANAGER},
    (Machine.AGREEMENT, T.ISSUE): {R.PROGRAMME_MANAGER},
    (Machine.AGREEMENT, T.REDRAFT): {R.PROGRAMME_MANAGER},
    (Machine.AGREEMENT, T.DECLINE): {R.SIGNATORY, R.DIRECTOR},
    (Machine.AGREEMENT, T.EXPIRE): {R.SYSTEM},
    (Machine.AGREEMENT, T.ENTER_INTO_FORCE): {R.SYSTEM},
    (Machine.AGREEMENT, T.VOID): {R.SYSTEM},
    (Machine.AGREEMENT, T.END): {R.SYSTEM},
    (Machine.REPORT, T.SUBMIT_REPORT): {R.APPLICANT_EDITOR, R.SIGNATORY},
    (Machine.REPORT, T.RETURN_REPORT): {R.PROGRAMME_MANAGER},
    (Machine.REPORT, T.ACCEPT_REPORT): {R.PROGRAMME_MANAGER},
    (Machine.ACTION, T.MARK_DONE): {R.APPLICANT_EDITOR, R.SIGNATORY},
    (Machine.ACTION, T.REOPEN): {R.PROGRAMME_MANAGER, R.COMMITTEE_MEMBER, R.FOCAL_POINT},
    (Machine.ACTION, T.VERIFY): {R.PROGRAMME_MANAGER, R.COMMITTEE_MEMBER, R.FOCAL_POINT},
    (Machine.ACTION, T.CLOSE_ACTION): {R.PROGRAMME_MANAGER},
    (Machine.OBLIGATION, T.DELIVER): {R.APPLICANT_EDITOR, R.SIGNATORY},
    (Machine.OBLIGATION, T.REDO): {R.PROGRAMME_MANAGER},
    (Machine.OBLIGATION, T.CONFIRM_DELIVERY): {R.PROGRAMME_MANAGER},
    (Machine.OBLIGATION, T.WAIVE): {R.PROGRAMME_MANAGER},
}
ASKS = {
    "eligibility": {R.PROGRAMME_MANAGER},
    "baseline": {R.ASSESSOR},
    "review": {R.LGA_OFFICER, R.LEAD_REVIEWER},
    "decision": {R.PROGRAMME_MANAGER},
}


def test_the_tables_name_the_owners_that_were_agreed() -> None:
    for definition in ALL:
        for move in definition.moves:
            if move.trigger is not T.ASK_CLARIFICATION:
                assert move.by == OWNERS[definition.machine, move.trigger], (definition.machine, move.trigger)


def test_whoever_works_in_a_state_asks_the_question_there() -> None:
    asked = {m.source.value: set(m.by) for m in APPLICATION.moves if m.trigger is T.ASK_CLARIFICATION}
    assert asked == ASKS


def test_no_move_is_missing_from_the_golden_table() -> None:
    known = {(d.machine, m.trigger) for d in ALL for m in d.moves} - {(Machine.APPLICATION, T.ASK_CLARIFICATION)}
    assert known == set(OWNERS)
