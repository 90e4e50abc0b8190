"""Report, corrective action and knowledge-sharing obligation: small machines joined to the case by facts."""

from workflows import guards as g
from workflows.definition import Definition, StateSpec, moves
from workflows.vocabulary import Effect, Machine, Outcome, Role, State, Trigger

# A final report has a last day (three months after the end [PRAG]) and no first one: a project that is done early
# reports early. Whether it came too soon is judged by the manager, who returns it with a reason.
APPLICANT = (Role.APPLICANT_EDITOR, Role.SIGNATORY)
MANAGER = Role.PROGRAMME_MANAGER
FOLLOWERS = (Role.PROGRAMME_MANAGER, Role.COMMITTEE_MEMBER, Role.FOCAL_POINT)

REPORT = Definition(
    machine=Machine.REPORT,
    version=1,
    initial=State.DUE,
    states=(
        StateSpec(State.DUE),
        StateSpec(State.SUBMITTED),
        StateSpec(State.RETURNED, is_detour=True),
        StateSpec(State.ACCEPTED, is_final=True, outcome=Outcome.COMPLETED),
    ),
    moves=(
        *moves(
            Trigger.SUBMIT_REPORT,
            (State.DUE, State.RETURNED),
            State.SUBMITTED,
            APPLICANT,
            g.case_running,
            g.four_sections,
        ),
        *moves(Trigger.RETURN_REPORT, State.SUBMITTED, State.RETURNED, MANAGER, g.case_running, needs_reason=True),
        *moves(
            Trigger.ACCEPT_REPORT,
            State.SUBMITTED,
            State.ACCEPTED,
            MANAGER,
            g.case_running,
            g.not_the_author,
            g.four_sections,
        ),
    ),
)

ACTION = Definition(
    machine=Machine.ACTION,
    version=1,
    initial=State.OPEN,
    states=(
        StateSpec(State.OPEN),
        StateSpec(State.DONE),
        StateSpec(State.VERIFIED),
        StateSpec(State.CLOSED, is_final=True, outcome=Outcome.COMPLETED),
    ),
    moves=(
        *moves(Trigger.MARK_DONE, State.OPEN, State.DONE, APPLICANT, g.case_running, g.evidence_given),
        *moves(Trigger.REOPEN, (State.DONE, State.VERIFIED), State.OPEN, FOLLOWERS, g.case_running, needs_reason=True),
        *moves(
            Trigger.VERIFY,
            State.DONE,
            State.VERIFIED,
            FOLLOWERS,
            g.case_running,
            g.evidence_given,
            g.verifier_is_another,
        ),
        *moves(
            Trigger.CLOSE_ACTION, State.VERIFIED, State.CLOSED, MANAGER, g.case_running, effects=(Effect.CLOSE_FINDING,)
        ),
    ),
)

OBLIGATION = Definition(
    machine=Machine.OBLIGATION,
    version=1,
    initial=State.OPEN,
    states=(
        StateSpec(State.OPEN),
        StateSpec(State.DELIVERED),
        StateSpec(State.VERIFIED, is_final=True, outcome=Outcome.COMPLETED),
        StateSpec(State.WAIVED, is_final=True, outcome=Outcome.STOPPED),
    ),
    moves=(
        *moves(Trigger.DELIVER, State.OPEN, State.DELIVERED, APPLICANT, g.case_running, g.evidence_given),
        *moves(Trigger.REDO, State.DELIVERED, State.OPEN, MANAGER, g.case_running, needs_reason=True),
        *moves(
            Trigger.CONFIRM_DELIVERY, State.DELIVERED, State.VERIFIED, MANAGER, g.case_running, g.confirmer_is_another
        ),
        *moves(Trigger.WAIVE, State.OPEN, State.WAIVED, MANAGER, g.case_running, needs_reason=True),
    ),
)
