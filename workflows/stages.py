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
