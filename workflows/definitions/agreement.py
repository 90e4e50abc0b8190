"""One agreement: drafted, issued as an immutable document, signed against its hash, in force, ended [S2.13]."""

from workflows import guards as g
from workflows.definition import Definition, StateSpec, moves
from workflows.vocabulary import Effect, Machine, Outcome, Role, State, Trigger

MANAGER = Role.PROGRAMME_MANAGER

AGREEMENT = Definition(
    machine=Machine.AGREEMENT,
    version=1,
    initial=State.DRAFT,
    states=(
        StateSpec(State.DRAFT),
        StateSpec(State.ISSUED, deadline="signature_days", on_deadline=Trigger.EXPIRE),
        StateSpec(State.IN_FORCE),
        StateSpec(State.ENDED, is_final=True, outcome=Outcome.COMPLETED),
        StateSpec(State.VOIDED, is_final=True, outcome=Outcome.STOPPED),
    ),
    moves=(
        *moves(
            Trigger.ISSUE,
            State.DRAFT,
            State.ISSUED,
            MANAGER,
            g.case_in_contracting,
            g.right_instrument,
            g.schedule_adds_up,
            g.advances_within_limit,
            g.no_gaps,
            g.document_current,
            g.clauses_approved,
            g.version_checked,
            g.objections_settled,
            g.parties_agreed,
        ),
        *moves(Trigger.REDRAFT, State.ISSUED, State.DRAFT, MANAGER, g.case_in_contracting, needs_reason=True),
        *moves(
            Trigger.DECLINE,
            State.ISSUED,
            State.DRAFT,
            (Role.SIGNATORY, Role.DIRECTOR),
            g.case_in_contracting,
            g.signs_this_agreement,
            needs_reason=True,
        ),
        *moves(Trigger.EXPIRE, State.ISSUED, State.DRAFT, Role.SYSTEM),
        *moves(
            Trigger.ENTER_INTO_FORCE,
            State.ISSUED,
            State.IN_FORCE,
            Role.SYSTEM,
            g.everyone_signed,
            effects=(Effect.CONCLUDE_CASE,),
        ),
        *moves(Trigger.VOID, (State.DRAFT, State.ISSUED), State.VOIDED, Role.SYSTEM, g.case_is_over),
        *moves(Trigger.END, State.IN_FORCE, State.ENDED, Role.SYSTEM, g.case_is_over),
    ),
)
