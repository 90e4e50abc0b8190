"""The application is the case: one partnership grant from draft to closed (`domain.md` §3)."""

from workflows import guards as g
from workflows.definition import Definition, StateSpec, moves
from workflows.vocabulary import Effect, Machine, Outcome, Role, State, Trigger

EDITOR, SIGNATORY = Role.APPLICANT_EDITOR, Role.SIGNATORY
MANAGER, FINANCE, DIRECTOR = Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR
CONFIRMERS = (MANAGER, FINANCE, DIRECTOR)
CLARIFIABLE = {
    State.ELIGIBILITY: (MANAGER,),
    State.BASELINE: (Role.ASSESSOR,),
    State.REVIEW: (Role.LGA_OFFICER, Role.LEAD_REVIEWER),
    State.DECISION: (MANAGER,),
}
WITHDRAWABLE = (
    State.DRAFT,
    State.SUBMITTED,
    State.ELIGIBILITY,
    State.BASELINE,
    State.CAPACITY_HOLD,
    State.REVIEW,
    State.CLARIFICATION,
    State.DECISION,
    State.RESERVE,
    State.APPROVED,
    State.CONTRACTING,
)

STATES = (
    StateSpec(State.DRAFT),
    StateSpec(State.SUBMITTED),
    StateSpec(State.ELIGIBILITY),
    StateSpec(State.BASELINE),
    StateSpec(State.CAPACITY_HOLD, is_detour=True),
    StateSpec(State.CLARIFICATION, is_detour=True),
    StateSpec(State.REVIEW, is_review=True),
    StateSpec(State.DECISION),
    StateSpec(State.RESERVE, deadline="reserve_days", on_deadline=Trigger.LAPSE, is_detour=True),
    StateSpec(State.REJECTED, deadline="appeal_days", on_deadline=Trigger.CLOSE_REFUSED, is_detour=True),
    StateSpec(State.INELIGIBLE, deadline="appeal_days", on_deadline=Trigger.CLOSE_REFUSED, is_detour=True),
    StateSpec(State.APPEAL, is_detour=True),
    StateSpec(State.APPROVED),
    StateSpec(State.CONTRACTING),
    StateSpec(State.SIGNED),
    StateSpec(State.MONITORING),
    StateSpec(State.SUSPENDED, is_detour=True),
    StateSpec(State.CLOSING),
    StateSpec(State.CLOSED, is_final=True, outcome=Outcome.COMPLETED),
    StateSpec(State.TERMINATED, is_final=True, outcome=Outcome.STOPPED),
    StateSpec(State.WITHDRAWN, is_final=True, outcome=Outcome.STOPPED),
)

APPLYING = (
    *moves(
        Trigger.SUBMIT,
        State.DRAFT,
        State.SUBMITTED,
        SIGNATORY,
        g.acts_for_lead,
        g.complete,
        g.call_open,
        g.on_theme,
        g.all_signed_off,
        effects=(Effect.FREEZE_VERSION,),
    ),
    *moves(
        Trigger.WITHDRAW,
        WITHDRAWABLE,
        State.WITHDRAWN,
        SIGNATORY,
        g.acts_for_lead,
        effects=(Effect.RELEASE_FUNDS, Effect.VOID_AGREEMENT),
        needs_reason=True,
    ),
)

ASSESSING = (
    *moves(
        Trigger.START_ELIGIBILITY,
        State.SUBMITTED,
        State.ELIGIBILITY,
        MANAGER,
        g.not_of_a_party,
        effects=(Effect.ASSIGN_MANAGER, Effect.OPEN_CHECKLIST),
    ),
    *moves(
        Trigger.PASS_ELIGIBILITY,
        State.ELIGIBILITY,
        State.BASELINE,
        MANAGER,
        g.not_of_a_party,
        g.rules_all_checked,
        g.mandatory_rules_pass,
        g.assessor_available,
        effects=(Effect.OPEN_BASELINE,),
    ),
    *moves(
        Trigger.FAIL_ELIGIBILITY,
        State.ELIGIBILITY,
        State.INELIGIBLE,
        MANAGER,
        g.not_of_a_party,
        g.rules_all_checked,
        g.a_rule_fails,
        g.clarification_considered,
        effects=(Effect.LETTER_INELIGIBLE,),
    ),
    *moves(
        Trigger.HOLD_FOR_CAPACITY,
        State.BASELINE,
        State.CAPACITY_HOLD,
        Role.ASSESSOR,
        g.capacity_hold_used,
        g.baseline_complete,
        g.below_the_bar,
        needs_reason=True,
    ),
    *moves(Trigger.RESUME_BASELINE, State.CAPACITY_HOLD, State.BASELINE, Role.ASSESSOR, needs_reason=True),
    *moves(
        Trigger.SEND_TO_REVIEW,
        State.BASELINE,
        State.REVIEW,
        Role.ASSESSOR,
        g.not_of_a_party,
        g.baseline_complete,
        g.baseline_passed,
        effects=(Effect.ASSIGN_REVIEWERS,),
    ),
    *moves(
        Trigger.SEND_TO_DECISION,
        State.REVIEW,
        State.DECISION,
        Role.LEAD_REVIEWER,
        g.not_of_a_party,
        g.quorum,
        g.partner_lga_heard,
        g.spread_settled,
        effects=(Effect.RECORD_SCORE,),
    ),
)

CLARIFYING = (
    *(
        move
        for state, owners in CLARIFIABLE.items()
        for move in moves(
            Trigger.ASK_CLARIFICATION,
            state,
            State.CLARIFICATION,
            owners,
            g.not_of_a_party,
            g.question_asked,
            g.question_due_in_time,
            effects=(Effect.UNLOCK_SECTIONS,),
        )
    ),
    *(
        move
        for state in CLARIFIABLE
        for move in moves(
            Trigger.ANSWER_CLARIFICATION,
            State.CLARIFICATION,
            state,
            (EDITOR, SIGNATORY),
            g.question_answered,
            g.complete,
            g.all_signed_off,
            effects=(Effect.FREEZE_VERSION,),
            when=g.returns_to(state),
        )
    ),
)

DECIDING = (
    *moves(
        Trigger.APPROVE,
        State.DECISION,
        State.APPROVED,
        CONFIRMERS,
        g.recommended_as(State.APPROVED),
        g.score_allows_funding,
        g.mandate_complete,
        g.fresh_confirmer,
        g.envelope_has_room,
        effects=(Effect.SETTLE_DECISION, Effect.RESERVE_FUNDS, Effect.LETTER_AWARD),
    ),
    *moves(
        Trigger.PUT_ON_RESERVE,
        State.DECISION,
        State.RESERVE,
        CONFIRMERS,
        g.recommended_as(State.RESERVE),
        g.mandate_complete,
        g.fresh_confirmer,
        effects=(Effect.SETTLE_DECISION, Effect.LETTER_RESERVE),
    ),
    *moves(
        Trigger.REJECT,
        State.DECISION,
        State.REJECTED,
        CONFIRMERS,
        g.recommended_as(State.REJECTED),
        g.mandate_complete,
        g.fresh_confirmer,
        effects=(Effect.SETTLE_DECISION, Effect.LETTER_REJECTION),
    ),
    *moves(Trigger.RECONSIDER, State.RESERVE, State.DECISION, MANAGER, g.not_of_a_party, g.envelope_has_room_again),
    *moves(
        Trigger.LAPSE,
        State.RESERVE,
        State.CLOSED,
        (MANAGER, Role.SYSTEM),
        g.reserve_validity_over,
        effects=(Effect.LETTER_CLOSING,),
    ),
)

APPEALING = (
    *moves(
        Trigger.FILE_APPEAL,
        (State.REJECTED, State.INELIGIBLE),
        State.APPEAL,
        SIGNATORY,
        g.within_appeal_time,
        g.first_appeal,
        effects=(Effect.OPEN_APPEAL,),
        needs_reason=True,
    ),
    *moves(
        Trigger.UPHOLD_APPEAL,
        State.APPEAL,
        State.REVIEW,
        Role.PANEL_MEMBER,
        g.new_to_file,
        g.panel_upholds,
        effects=(Effect.SETTLE_APPEAL, Effect.LETTER_APPEAL, Effect.REOPEN_REVIEW),
        when=g.refused_as(State.REJECTED),
        needs_reason=True,
    ),
    *moves(
        Trigger.UPHOLD_APPEAL,
        State.APPEAL,
        State.ELIGIBILITY,
        Role.PANEL_MEMBER,
        g.new_to_file,
        g.panel_upholds,
        effects=(Effect.SETTLE_APPEAL, Effect.LETTER_APPEAL, Effect.REOPEN_ELIGIBILITY),
        when=g.refused_as(State.INELIGIBLE),
        needs_reason=True,
    ),
    *moves(
        Trigger.DISMISS_APPEAL,
        State.APPEAL,
        State.CLOSED,
        Role.PANEL_MEMBER,
        g.new_to_file,
        g.panel_dismisses,
        effects=(Effect.SETTLE_APPEAL, Effect.LETTER_APPEAL),
        needs_reason=True,
    ),
    *moves(
        Trigger.CLOSE_REFUSED,
        (State.REJECTED, State.INELIGIBLE),
        State.CLOSED,
        Role.SYSTEM,
        g.refusal_is_final,
        effects=(Effect.LETTER_CLOSING,),
    ),
)

CONTRACTING = (
    *moves(
        Trigger.START_CONTRACTING,
        State.APPROVED,
        State.CONTRACTING,
        MANAGER,
        g.not_of_a_party,
        g.instrument_chosen,
        g.instrument_not_lowered,
        effects=(Effect.DRAFT_AGREEMENT,),
    ),
    *moves(
        Trigger.CONCLUDE,
        State.CONTRACTING,
        State.SIGNED,
        Role.SYSTEM,
        g.agreement_in_force,
        effects=(Effect.COMMIT_FUNDS,),
    ),
)

RUNNING = (State.SIGNED, State.MONITORING, State.SUSPENDED)
MONITORING = (
    *moves(
        Trigger.START_MONITORING,
        State.SIGNED,
        State.MONITORING,
        MANAGER,
        g.not_of_a_party,
        g.committee_settled,
        g.focal_points_named,
        effects=(Effect.SCHEDULE_REPORTS,),
    ),
    *moves(Trigger.SUSPEND, State.MONITORING, State.SUSPENDED, MANAGER, g.not_of_a_party, needs_reason=True),
    *moves(
        Trigger.RESUME,
        State.SUSPENDED,
        State.MONITORING,
        MANAGER,
        g.not_of_a_party,
        effects=(Effect.MOVE_DATES,),
        needs_reason=True,
    ),
    *moves(
        Trigger.TERMINATE,
        RUNNING,
        State.TERMINATED,
        DIRECTOR,
        g.not_of_a_party,
        g.notice_over,
        effects=(Effect.END_AGREEMENT, Effect.RELEASE_FUNDS, Effect.LETTER_CLOSING),
        needs_reason=True,
    ),
    *moves(
        Trigger.START_CLOSING,
        State.MONITORING,
        State.CLOSING,
        MANAGER,
        g.not_of_a_party,
        g.final_report_accepted,
        g.reports_settled,
        effects=(Effect.OPEN_AUDIT,),
    ),
    *moves(
        Trigger.CLOSE,
        State.CLOSING,
        State.CLOSED,
        DIRECTOR,
        g.not_of_a_party,
        g.reports_settled,
        g.audit_settled,
        g.obligations_settled,
        g.findings_settled,
        g.actions_settled,
        effects=(Effect.END_AGREEMENT, Effect.RELEASE_FUNDS, Effect.LETTER_CLOSING),
    ),
)

APPLICATION = Definition(
    machine=Machine.APPLICATION,
    version=1,
    initial=State.DRAFT,
    states=STATES,
    moves=(*APPLYING, *ASSESSING, *CLARIFYING, *DECIDING, *APPEALING, *CONTRACTING, *MONITORING),
)
