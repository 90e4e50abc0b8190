"""One uploaded Word template: previewed, activated by a second person, retired when another takes its place."""

from workflows import guards as g
from workflows.definition import Definition, StateSpec, moves
from workflows.vocabulary import Machine, Outcome, Role, State, Trigger

KEEPERS = (Role.PROGRAMME_MANAGER, Role.DIRECTOR)

TEMPLATE = Definition(
    machine=Machine.TEMPLATE,
    version=1,
    initial=State.DRAFT,
    states=(
        StateSpec(State.DRAFT),
        StateSpec(State.PREVIEWED, is_review=True),
        StateSpec(State.ACTIVE),
        StateSpec(State.RETIRED, is_final=True, outcome=Outcome.COMPLETED),
        StateSpec(State.REJECTED, is_final=True, outcome=Outcome.REFUSED),
    ),
    moves=(
        *moves(Trigger.CONFIRM_PREVIEW, State.DRAFT, State.PREVIEWED, KEEPERS, g.template_preview_made),
        *moves(
            Trigger.ACTIVATE_TEMPLATE,
            State.PREVIEWED,
            State.ACTIVE,
            KEEPERS,
            g.template_activator_is_another,
            g.template_place_is_free,
        ),
        *moves(Trigger.RETIRE_TEMPLATE, State.ACTIVE, State.RETIRED, (*KEEPERS, Role.SYSTEM), needs_reason=True),
        *moves(Trigger.REJECT_TEMPLATE, (State.DRAFT, State.PREVIEWED), State.REJECTED, KEEPERS, needs_reason=True),
    ),
)
