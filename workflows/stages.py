"""In which states of its file a part can be worked on: said here alone, and asked by facts, policy and due dates. Pure.

Whoever makes a move with a part is told by its table; that the file has come this far, or is over, is the same for all
of them.
"""

from workflows.vocabulary import Machine, State

FOLLOWED = frozenset({State.MONITORING, State.SUSPENDED, State.CLOSING})
STAGES: dict[Machine, frozenset[State]] = {
    Machine.REVIEW: frozenset({State.REVIEW}),
    Machine.AGREEMENT: frozenset({State.CONTRACTING}),
    Machine.REPORT: FOLLOWED,  # in the closing too: a report that is open there could hold it up for good
    Machine.ACTION: FOLLOWED,
    Machine.OBLIGATION: FOLLOWED | {State.SIGNED},  # owed from the signature on
}
# Where a part waits for its file to come back: nothing can be done, and nothing is over.
WAITS: dict[Machine, frozenset[State]] = {Machine.REVIEW: frozenset({State.CLARIFICATION})}


def alive(part: Machine) -> frozenset[State]:
    """The states of a file in which something can be due of this part."""
    return STAGES[part] | WAITS.get(part, frozenset())


def over(state: State) -> tuple[Machine, ...]:
    """The parts of which nothing is due any more, or yet, in a file that stands in this state."""
    return tuple(part for part in STAGES if state not in alive(part))
