"""Programme, country plan and call: draft, published, over."""

from workflows import guards as g
from workflows.definition import Definition, StateSpec, moves
from workflows.vocabulary import Machine, Outcome, Role, State, Trigger

MANAGER, DIRECTOR, LGA = Role.PROGRAMME_MANAGER, Role.DIRECTOR, Role.LGA_OFFICER

PROGRAMME = Definition(
    machine=Machine.PROGRAMME,
    version=1,
    initial=State.DRAFT,
    states=(
        StateSpec(State.DRAFT),
        StateSpec(State.OPEN),
        StateSpec(State.CLOSED, is_final=True, outcome=Outcome.COMPLETED),
    ),
    moves=(
        *moves(Trigger.OPEN_PROGRAMME, State.DRAFT, State.OPEN, DIRECTOR),
        *moves(Trigger.CLOSE_PROGRAMME, State.OPEN, State.CLOSED, DIRECTOR, g.programme_has_no_open_work),
    ),
)

PLAN = Definition(
    machine=Machine.PLAN,
    version=1,
    initial=State.DRAFT,
    states=(
        StateSpec(State.DRAFT),
        StateSpec(State.CONSULTATION),
        StateSpec(State.ENDORSED),
        StateSpec(State.APPROVED),
        StateSpec(State.SUPERSEDED, is_final=True, outcome=Outcome.COMPLETED),
    ),
    moves=(
        *moves(
            Trigger.CONSULT,
            State.DRAFT,
            State.CONSULTATION,
            MANAGER,
            g.plan_sections_filled,
            g.plan_has_policy,
            g.plan_has_themes,
        ),
        *moves(Trigger.REVISE, (State.CONSULTATION, State.ENDORSED), State.DRAFT, MANAGER, needs_reason=True),
        *moves(
            Trigger.ENDORSE,
            State.CONSULTATION,
            State.ENDORSED,
            LGA,
            g.plan_has_sector_benefit,
            g.plan_is_endorsed,
        ),
        *moves(
            Trigger.APPROVE_PLAN,
            State.ENDORSED,
            State.APPROVED,
            DIRECTOR,
            g.plan_fits_budget,
            g.plan_approver_is_not_drafter,
        ),
        *moves(
            Trigger.SUPERSEDE, State.APPROVED, State.SUPERSEDED, DIRECTOR, g.plan_has_no_open_call, needs_reason=True
        ),
    ),
)

CALL = Definition(
    machine=Machine.CALL,
    version=1,
    initial=State.DRAFT,
    states=(
        StateSpec(State.DRAFT),
        StateSpec(State.OPEN),
        StateSpec(State.CLOSED, is_final=True, outcome=Outcome.COMPLETED),
    ),
    moves=(
        *moves(
            Trigger.OPEN_CALL,
            State.DRAFT,
            State.OPEN,
            MANAGER,
            g.call_plan_approved,
            g.call_programme_open,
            g.call_not_past,
        ),
        *moves(Trigger.CLOSE_CALL, State.OPEN, State.CLOSED, (MANAGER, Role.SYSTEM)),
    ),
)
