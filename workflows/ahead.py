"""What can be said of a move that lies ahead: what is known of it already, and which parts of the file it waits for."""

from dataclasses import dataclass

from workflows.vocabulary import Effect, Machine, State

# Guards whose facts are known long before their move can be asked for; the facts of the others come with its state.
KNOWN = frozenset({"first_appeal", "capacity_hold_used", "everyone_signed"})

# A move with such an effect begins a stage anew: what was settled there for good is open again.
RENEWS = frozenset({Effect.REOPEN_REVIEW, Effect.REOPEN_ELIGIBILITY})


@dataclass(frozen=True, slots=True)
class Awaits:
    """What a guard of one machine waits for: parts of the case, with machines of their own, that reach a state.

    `states`: any of them will do, the usual one first. `made_by`: the move with this effect brings the part into being;
    `always`: every file has one then. `each`: every such part must get there, so one that cannot shuts the way.
    """

    part: Machine
    states: tuple[State, ...]
    made_by: Effect | None = None
    always: bool = False
    each: bool = True


M, S, E = Machine, State, Effect
# By the name of the guard.
AWAITS: dict[str, Awaits] = {
    "agreement_in_force": Awaits(M.AGREEMENT, (S.IN_FORCE,), E.DRAFT_AGREEMENT, always=True),
    "quorum": Awaits(M.REVIEW, (S.SUBMITTED,), E.ASSIGN_REVIEWERS, always=True, each=False),
    "partner_lga_heard": Awaits(M.REVIEW, (S.SUBMITTED,), E.ASSIGN_REVIEWERS, each=False),
    "final_report_accepted": Awaits(M.REPORT, (S.ACCEPTED,), E.SCHEDULE_REPORTS, always=True),
    "reports_settled": Awaits(M.REPORT, (S.ACCEPTED,), E.SCHEDULE_REPORTS),
    "obligations_settled": Awaits(M.OBLIGATION, (S.VERIFIED, S.WAIVED), E.DRAFT_AGREEMENT),
    "actions_settled": Awaits(M.ACTION, (S.CLOSED,), E.SCHEDULE_REPORTS),
    "call_plan_approved": Awaits(M.PLAN, (S.APPROVED,)),
    "call_programme_open": Awaits(M.PROGRAMME, (S.OPEN,)),
    "plan_has_no_open_call": Awaits(M.CALL, (S.CLOSED,)),
}
