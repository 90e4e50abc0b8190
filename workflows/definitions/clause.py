"""One text of a special clause: proposed by a manager, decided by somebody else; other words are another case [S2.15].

A text that is proposed or approved stands in the contract: whether a state is printed is whether it is no end. A text
gives way to its next version by itself, in the transaction that writes the new words, never without them.
"""

from workflows import guards as g
from workflows.definition import Definition, StateSpec, moves
from workflows.vocabulary import Machine, Outcome, Role, State, Trigger

OFFICE = (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR)
STANDS = (State.PROPOSED, State.APPROVED)
DECIDED = (
    g.clause_agreement_is_draft,
    g.clause_words_stand,
    g.clause_decider_is_another,
    g.clause_decider_is_of_no_party,
)

CLAUSE = Definition(
    machine=Machine.CLAUSE,
    version=1,
    initial=State.PROPOSED,
    states=(
        StateSpec(State.PROPOSED, is_review=True),
        StateSpec(State.APPROVED),
        StateSpec(State.REPLACED, is_final=True, outcome=Outcome.COMPLETED),
        StateSpec(State.REJECTED, is_final=True, outcome=Outcome.REFUSED),
        StateSpec(State.WITHDRAWN, is_final=True, outcome=Outcome.STOPPED),
    ),
    moves=(
        *moves(Trigger.APPROVE_CLAUSE, State.PROPOSED, State.APPROVED, OFFICE, *DECIDED),
        *moves(Trigger.REJECT_CLAUSE, State.PROPOSED, State.REJECTED, OFFICE, *DECIDED, needs_reason=True),
        *moves(Trigger.WITHDRAW_CLAUSE, STANDS, State.WITHDRAWN, Role.PROGRAMME_MANAGER, g.clause_agreement_is_draft),
        *moves(Trigger.REPLACE_CLAUSE, STANDS, State.REPLACED, Role.SYSTEM, g.clause_agreement_is_draft),
    ),
)
