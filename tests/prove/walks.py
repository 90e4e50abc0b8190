"""G2 over the tables: random walks of every machine in a small model of the world, microseconds a step.

The tables make the moves. What a move must be refused with is told by tests/support/expected.py, written by hand; which
facts are false is told by the model (`LINKS`: one machine's facts are another's states) and by the dice. So a walk
notices a table that answers otherwise, and a world that is not as it must be.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tests.support.expected import GREEN, ME, Broken, asked, green
from workflows import guards
from workflows.definition import Definition, Guard, Move, name_of
from workflows.definitions import ALL, CURRENT
from workflows.engine import NO_SUCH_MOVE, NOT_YOURS, REASON_MISSING, Refusal, decide
from workflows.facts import Actor
from workflows.vocabulary import Effect, Machine, Role, State, Trigger

M, S, T = Machine, State, Trigger
Edge = tuple[Machine, Trigger, State, State]
ENVELOPE, GRANT, PARTIES = Decimal(35), Decimal(10), 3
ACTIVE = (S.SIGNED, S.MONITORING, S.SUSPENDED, S.CLOSING)
OVER = (S.WITHDRAWN, S.TERMINATED, S.CLOSED)
UPHELD = {S.REJECTED: S.REVIEW, S.INELIGIBLE: S.ELIGIBILITY}  # where an appeal that is upheld leads
HELD = (S.APPROVED, S.CONTRACTING)
EDGES: frozenset[Edge] = frozenset((d.machine, m.trigger, m.source, m.dest) for d in ALL for m in d.moves)


@dataclass(eq=False)
class Thing:
    """One case: where it stands, and the codes that the dice have made true of it."""

    machine: Machine
    state: State
    wrong: set[str] = field(default_factory=set)


@dataclass(eq=False)
class File(Thing):
    """An application with what belongs to it."""

    amount: Decimal = GRANT
    held: Decimal = Decimal(0)
    signed: int = 0
    scheduled: Decimal = GRANT
    parts: list[Thing] = field(default_factory=list)
    goes_back_to: State = S.ELIGIBILITY  # an answer to a question
    refused_as: State = S.REJECTED
    closed_well: bool = False

    def of(self, machine: Machine) -> list[Thing]:
        return [part for part in self.parts if part.machine is machine]

    @property
    def agreement(self) -> Thing | None:
        return next((part for part in self.of(M.AGREEMENT) if part.state is not S.VOIDED), None)


@dataclass
class World:
    """Three files under one envelope, one call, and a template."""

    dice: random.Random
    tables: dict[Machine, Definition]
    edges: Counter[Edge]

    def __post_init__(self) -> None:
        self.programme, self.plan = Thing(M.PROGRAMME, S.OPEN), Thing(M.PLAN, S.APPROVED)
        self.call = Thing(M.CALL, S.OPEN)
        if self.dice.random() < 0.5:
            self.programme.state, self.plan.state, self.call.state = S.DRAFT, S.DRAFT, S.DRAFT
        self.template = Thing(M.TEMPLATE, S.DRAFT)
        states = [spec.name for spec in CURRENT[M.APPLICATION].states if not spec.is_final]
        self.files = [_file(self.dice.choice(states)) for _number in range(3)]

    def left(self) -> Decimal:
        return ENVELOPE - sum((file.held for file in self.files), Decimal(0))

    def things(self) -> list[tuple[Thing, File | None]]:
        mine: list[tuple[Thing, File | None]] = [(file, file) for file in self.files]
        mine += [(part, file) for file in self.files for part in file.parts]
        return [*mine, *((thing, None) for thing in (self.programme, self.plan, self.call, self.template))]


def _file(state: State) -> File:
    """As a file looks that has come this far."""
    made = File(M.APPLICATION, state)
    made.held = GRANT if state in (*HELD, *ACTIVE) else Decimal(0)
    if state in (S.CONTRACTING, *ACTIVE):
        made.parts.append(Thing(M.AGREEMENT, S.DRAFT if state is S.CONTRACTING else S.IN_FORCE))
        made.signed = 0 if state is S.CONTRACTING else PARTIES
    if state is S.CONTRACTING:
        made.parts.append(Thing(M.CLAUSE, S.PROPOSED))
    if state in (S.REVIEW, S.DECISION, S.RESERVE):
        made.parts += [Thing(M.REVIEW, S.ASSIGNED if state is S.REVIEW else S.SUBMITTED) for _number in range(2)]
    if state in (S.MONITORING, S.SUSPENDED):
        made.parts += [Thing(M.REPORT, S.DUE), Thing(M.ACTION, S.OPEN), Thing(M.OBLIGATION, S.OPEN)]
    if state in (S.MONITORING, S.CLOSING):
        made.parts += [Thing(M.REPORT, S.ACCEPTED), Thing(M.OBLIGATION, S.OPEN)]
    return made


# --- which facts are false ---------------------------------------------------------------------------------------

Link = Callable[[World, File, Thing], bool]


def _any(machine: Machine, *settled: State) -> Link:
    """Whether a part of this kind is not settled."""
    return lambda _world, file, _thing: any(part.state not in settled for part in file.of(machine))


def _elsewhere(part: Machine) -> Link:
    """Whether the file stands where nothing can be done with this part."""
    followed = (S.MONITORING, S.SUSPENDED, S.CLOSING, *((S.SIGNED,) if part is M.OBLIGATION else ()))
    return lambda _world, file, _thing: file.state not in followed


LINKS: dict[tuple[Machine, str], Link] = {
    (M.APPLICATION, "envelope_short"): lambda world, file, _: file.amount > world.left(),
    (M.APPLICATION, "agreement_not_in_force"): lambda _w, file, _: (
        not file.agreement or file.agreement.state is not S.IN_FORCE
    ),
    (M.APPLICATION, "call_not_open"): lambda world, _f, _: world.call.state is not S.OPEN,
    (M.APPLICATION, "quorum_open"): lambda _w, file, _: sum(r.state is S.SUBMITTED for r in file.of(M.REVIEW)) < 2,
    (M.APPLICATION, "final_report_open"): lambda _w, file, _: all(r.state is not S.ACCEPTED for r in file.of(M.REPORT)),
    (M.APPLICATION, "reports_open"): _any(M.REPORT, S.ACCEPTED),
    (M.APPLICATION, "actions_open"): _any(M.ACTION, S.CLOSED),
    (M.APPLICATION, "findings_open"): _any(M.ACTION, S.CLOSED),
    (M.APPLICATION, "obligations_open"): _any(M.OBLIGATION, S.VERIFIED, S.WAIVED),
    (M.AGREEMENT, "signatures_open"): lambda _w, file, _: file.signed < PARTIES,
    (M.AGREEMENT, "tranches_do_not_add_up"): lambda _w, file, _: file.scheduled != file.amount,
    (M.AGREEMENT, "case_still_running"): lambda _w, file, _: file.state not in OVER,
    (M.AGREEMENT, "case_not_in_contracting"): lambda _w, file, _: file.state is not S.CONTRACTING,
    (M.CLAUSE, "clause_agreement_fixed"): lambda _w, file, _: not file.agreement or file.agreement.state is not S.DRAFT,
    **{(part, "case_not_running"): _elsewhere(part) for part in (M.REPORT, M.ACTION, M.OBLIGATION)},
    (M.REVIEW, "case_not_in_review"): lambda _w, file, _: file.state is not S.REVIEW,
}
AMONG: dict[tuple[Machine, str], Callable[[World], bool]] = {
    (M.PROGRAMME, "programme_has_open_work"): lambda w: (
        w.call.state is S.OPEN or any(f.state not in OVER for f in w.files)
    ),
    (M.PLAN, "plan_has_open_call"): lambda w: w.call.state is S.OPEN,
    (M.CALL, "call_plan_not_approved"): lambda w: w.plan.state is not S.APPROVED,
    (M.CALL, "call_programme_not_open"): lambda w: w.programme.state is not S.OPEN,
}


# What is not there at all cannot be wrong as well: the second code is told, the first is not.
HIDES = {"instrument_lowered": "instrument_open"}


def wrong(world: World, thing: Thing, file: File | None, code: str) -> bool:
    """Whether the facts of this case are such that moves which ask for this are refused with this code."""
    key = (thing.machine, code)
    if file is not None and key in LINKS:
        return LINKS[key](world, file, thing)
    return AMONG[key](world) if key in AMONG else code in thing.wrong


# --- one step ----------------------------------------------------------------------------------------------------


def step(world: World) -> Iterator[str]:
    """Life goes on, or somebody asks for a move: often one that exists, often the right person."""
    thing, file = world.dice.choice(world.things())
    if world.dice.random() < 0.3:
        _live(world, thing, file)
        return
    table = CURRENT[thing.machine]
    leaving = [move for move in table.leaving(thing.state) if chosen(file, move)]
    move = world.dice.choice(leaving if leaving and world.dice.random() < 0.9 else table.moves)
    role = world.dice.choice(sorted(move.by if world.dice.random() < 0.9 else Role))
    yield from ask(world, thing, file, move, role, "Because" if world.dice.random() < 0.9 else " ")


def _live(world: World, thing: Thing, file: File | None) -> None:
    """Something becomes false or true again; signatures are given, amounts and schedules change."""
    codes = [
        code for move in CURRENT[thing.machine].leaving(thing.state) for code in asked(CURRENT[thing.machine], move)
    ]
    if codes and world.dice.random() < 0.4:
        thing.wrong ^= {world.dice.choice(codes)}
    if file is None:
        return
    bound = file.agreement
    if bound is not None and bound.state is S.DRAFT:
        file.scheduled = world.dice.choice((file.amount, file.amount, file.amount - 1))
    elif bound is not None and bound.state is S.ISSUED:
        file.signed = min(file.signed + 1, PARTIES)
    elif file.state is S.DECISION:
        file.amount = file.scheduled = Decimal(world.dice.randint(5, 40))
    elif file.state is S.MONITORING and len(file.of(M.ACTION)) < 3:
        file.parts.append(Thing(M.ACTION, S.OPEN))


def chosen(file: File | None, move: Move) -> bool:
    """Whether this is the edge that the facts of the file select among those of its trigger."""
    if file is None or move.when is None:
        return True
    back = {T.ANSWER_CLARIFICATION: file.goes_back_to, T.UPHOLD_APPEAL: UPHELD[file.refused_as]}
    return back[move.trigger] is move.dest


def _false(world: World, thing: Thing, file: File | None, move: Move, role: Role) -> Broken:
    """What the move must be refused with now, and the facts that bring it about."""
    if move.trigger is T.RECUSE and role is Role.PROGRAMME_MANAGER:
        return {}  # the manager may take anybody off a file
    told = {c: facts for c, facts in asked(CURRENT[thing.machine], move).items() if wrong(world, thing, file, c)}
    return {code: facts for code, facts in told.items() if HIDES.get(code) not in told}


def ask(world: World, thing: Thing, file: File | None, move: Move, role: Role, reason: str) -> Iterator[str]:
    """Ask the table for a move, and hold its answer against what was written by hand."""
    table = CURRENT[thing.machine]
    if not chosen(file, move):
        return
    false = _false(world, thing, file, move, role)
    broken: dict[str, Any] = {}
    for facts in false.values():
        broken |= facts
    here = move.source is thing.state
    facts = replace(green(table, move) if here else GREEN[thing.machine], **broken)
    answer = decide(
        world.tables[thing.machine], thing.state, move.trigger, Actor(ME, frozenset({role})), facts, reason=reason
    )
    if here and role not in move.by:
        expected = {NOT_YOURS}
    elif here:
        expected = set(false) | ({REASON_MISSING} if move.needs_reason and not reason.strip() else set())
    elif table.edges(thing.state, move.trigger):
        return  # the same trigger from another state has facts of its own, and is asked for often enough
    else:
        expected = {NO_SUCH_MOVE}
    told = {blocker.code for blocker in answer.blockers} if isinstance(answer, Refusal) else set()
    if told != expected:
        yield f"{move.trigger} from {thing.state}: {sorted(told)} instead of {sorted(expected)}"
    if not isinstance(answer, Refusal):
        if answer.dest is not move.dest:
            yield f"{move.trigger} from {thing.state} leads to {answer.dest}"
        yield from _go(world, thing, file, answer)


def _go(world: World, thing: Thing, file: File | None, move: Move) -> Iterator[str]:
    world.edges[thing.machine, move.trigger, move.source, move.dest] += 1
    thing.state = move.dest
    if file is None:
        return
    if thing is file and move.dest is S.CLARIFICATION:
        file.goes_back_to = move.source
    elif thing is file and move.dest in UPHELD:
        file.refused_as = move.dest
    if thing.machine is M.AGREEMENT and move.dest is S.DRAFT:
        file.signed = 0
    if thing is file and move.trigger is T.CLOSE:
        file.closed_well = True
    for effect in move.effects:
        yield from _happens(world, file, effect)


def _happens(world: World, file: File, effect: Effect) -> Iterator[str]:
    """What the effects that matter here do in the product."""
    bound = file.agreement
    if effect is Effect.RESERVE_FUNDS:
        file.held = file.amount
    elif effect is Effect.RELEASE_FUNDS:
        file.held = Decimal(0)
    elif effect is Effect.DRAFT_AGREEMENT:
        file.signed, file.scheduled = 0, file.amount
        file.parts += [Thing(M.AGREEMENT, S.DRAFT), Thing(M.CLAUSE, S.PROPOSED)]
    elif (effect is Effect.ASSIGN_REVIEWERS and file.state is S.REVIEW) or effect is Effect.REOPEN_REVIEW:
        file.parts = [part for part in file.parts if part.machine is not M.REVIEW]
        file.parts += [Thing(M.REVIEW, S.ASSIGNED) for _number in range(2)]
    elif effect is Effect.SCHEDULE_REPORTS:
        file.parts += [Thing(M.REPORT, S.DUE), Thing(M.OBLIGATION, S.OPEN)]
    elif effect is Effect.CONCLUDE_CASE:
        yield from _by_itself(world, file, file, T.CONCLUDE)
    elif effect is Effect.VOID_AGREEMENT and bound is not None:
        yield from _by_itself(world, bound, file, T.VOID)
    elif effect is Effect.END_AGREEMENT and bound is not None:
        yield from _by_itself(world, bound, file, T.END)


def _by_itself(world: World, thing: Thing, file: File, trigger: Trigger) -> Iterator[str]:
    for move in CURRENT[thing.machine].edges(thing.state, trigger):
        yield from ask(world, thing, file, move, Role.SYSTEM, "Because")


# --- what must hold ----------------------------------------------------------------------------------------------


def broken(world: World) -> Iterator[str]:
    """What is not as it must be in the world now."""
    if not 0 <= world.left() <= ENVELOPE:
        yield f"{ENVELOPE - world.left()} is held of {ENVELOPE}"
    if world.call.state is S.OPEN and (world.plan.state, world.programme.state) != (S.APPROVED, S.OPEN):
        yield f"a call is open, its plan {world.plan.state}, its programme {world.programme.state}"
    for file in world.files:
        bound = file.agreement.state if file.agreement else None
        if bound in (S.IN_FORCE, S.ENDED) and file.signed < PARTIES:
            yield f"an agreement is {bound} with {file.signed} signatures"
        if bound in (S.ISSUED, S.IN_FORCE) and file.scheduled != file.amount:
            yield f"tranches of {file.scheduled} for a grant of {file.amount}"
        if file.state in ACTIVE and bound is not S.IN_FORCE:
            yield f"a file is {file.state}, its agreement {bound}"
        if file.state is S.DECISION and sum(part.state is S.SUBMITTED for part in file.of(M.REVIEW)) < 2:
            yield "a file is in decision without two reviews"
        ends = {M.REPORT: (S.ACCEPTED,), M.ACTION: (S.CLOSED,), M.OBLIGATION: (S.VERIFIED, S.WAIVED)}
        open_ = [part for part in file.parts if part.machine in ends and part.state not in ends[part.machine]]
        if file.closed_well and open_:
            yield f"a file was closed while a {open_[0].machine} was {open_[0].state}"


@dataclass
class Walked:
    """What came of it."""

    moves: int
    reached: set[Edge]
    problems: list[str]


def engine(
    walks: int, mutant: Definition | None = None, *, judged: bool = True, steps: int = 20, seed: int = 1
) -> Walked:
    """Walk over all tables; ends with the first walk that shows something.

    Not `judged`: what a table answers is not held against what was written by hand, only the world is looked at.
    """
    tables = CURRENT if mutant is None else CURRENT | {mutant.machine: mutant}
    edges: Counter[Edge] = Counter()
    for number in range(walks):
        world = World(random.Random(seed * 1_000_003 + number), tables, edges)
        for place in range(steps):
            found = [*(problem for problem in step(world) if judged), *broken(world)]
            if found:
                problems = [f"walk {number + 1}, step {place + 1}: {problem}" for problem in found]
                return Walked(edges.total(), set(edges), problems)
    return Walked(edges.total(), set(edges), [])


def without(definition: Definition, guard: Guard) -> Definition:
    """The planted mutant: the table without one guard."""
    moves = tuple(replace(m, guards=tuple(g for g in m.guards if g is not guard)) for m in definition.moves)
    if moves == definition.moves:
        raise ValueError(f"{name_of(guard)} stands nowhere in {definition.machine}")
    return replace(definition, moves=moves)


MUTANTS: tuple[tuple[Machine, Guard], ...] = (  # one at least for each thing that must hold
    (M.APPLICATION, guards.envelope_has_room),
    (M.APPLICATION, guards.agreement_in_force),
    (M.APPLICATION, guards.quorum),
    (M.APPLICATION, guards.obligations_settled),
    (M.AGREEMENT, guards.everyone_signed),
    (M.AGREEMENT, guards.schedule_adds_up),
    (M.CALL, guards.call_plan_approved),
    (M.PROGRAMME, guards.programme_has_no_open_work),
)
