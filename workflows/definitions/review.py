"""One review of one application by one officer of a local government association [S2.10]."""

from workflows import guards as g
from workflows.definition import Definition, StateSpec, moves
from workflows.vocabulary import Effect, Machine, Outcome, Role, State, Trigger

LGA = (Role.LGA_OFFICER, Role.LEAD_REVIEWER)

REVIEW = Definition(
    machine=Machine.REVIEW,
    version=1,
    initial=State.ASSIGNED,
    states=(
        StateSpec(State.ASSIGNED),
        StateSpec(State.SUBMITTED, is_final=True, outcome=Outcome.COMPLETED),
        StateSpec(State.RECUSED, is_final=True, outcome=Outcome.STOPPED),
    ),
    moves=(
        *moves(
            Trigger.SUBMIT_REVIEW,
            State.ASSIGNED,
            State.SUBMITTED,
            LGA,
            g.own_review,
            g.case_in_review,
            g.conflict_answered,
            g.no_conflict,
            g.all_criteria_scored,
            g.advice_given,
        ),
        *moves(
            Trigger.RECUSE,
            State.ASSIGNED,
            State.RECUSED,
            (*LGA, Role.PROGRAMME_MANAGER),
            g.own_review_or_manager,
            g.case_in_review,
            effects=(Effect.ASSIGN_REVIEWERS,),
            needs_reason=True,
        ),
    ),
)
