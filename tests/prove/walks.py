"""G2: random walks. `engine`: the tables alone on a small model of the world. `database`: the product, by the one door.

The model keeps money, signatures and tranches itself and asks `workflows.engine` alone, so that a walk costs
microseconds and a guard that is missing from a table shows. The walks over the database show the rest: that effects,
record, deadlines and rows hold together.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from workflows import facts as f
from workflows.definition import Definition, Guard, name_of
from workflows.definitions import CURRENT
from workflows.engine import Refusal, decide
from workflows.facts import Actor
from workflows.vocabulary import Effect, Instrument, Machine, Role, State, Trigger

DAY = date(2026, 11, 21)
ENVELOPE = Decimal(50)
PARTIES = ("Rubavu", "Rheden", "The office")
ACTIVE = (State.SIGNED, State.MONITORING, State.SUSPENDED, State.CLOSING)
STARTS = (State.DRAFT, State.REVIEW, State.DECISION, State.DECISION, State.APPROVED, State.CONTRACTING)
ME, SOMEBODY = 7, 99
GREEN = f.ApplicationFacts(
    rules=f.Rules(), today=DAY, call_open=True, on_theme=True, lead_signatories=frozenset({ME}),
    clarification_considered=True, assessors_available=True, clarification_asked=True, clarification_due_in=14,
    clarification_answered=True, valid_reviews=2, partner_lga_reviewed=True, mean_score=Decimal(76), lowest_fit=4,
    recommended_by=SOMEBODY, last_appeal_day=DAY, panel_upheld=2, panel_dismissed=2, committee_decided=True,
    instrument=Instrument.MEMORANDUM, instrument_computed=Instrument.MEMORANDUM, notice_ends_on=date(2026, 11, 20),
    final_report_accepted=True, audit_opinion=True, reserve_until=date(2026, 11, 20),
)  # fmt: skip


@dataclass
class File:
    """One application with its agreement, as the model remembers them."""

    state: State
    amount: Decimal
    agreement: State | None = None
    scheduled: Decimal = Decimal(0)
    signed: int = 0
    reserved: Decimal = Decimal(0)
    committed: Decimal = Decimal(0)
    refused_as: State | None = None
    return_state: State | None = None
    moves: int = 0
    entries: int = 0


@dataclass
class Walker:
    """Three files under one envelope, and the dice."""

    dice: random.Random
    application: Definition
    agreement: Definition

    def __post_init__(self) -> None:
        self.files = [self._file() for _number in range(3)]

    def _file(self) -> File:
        made = File(self.dice.choice(STARTS), Decimal(self.dice.randint(10, 40)))
        if made.state in (State.APPROVED, State.CONTRACTING):
            made.amount = made.reserved = Decimal(10)
        if made.state is State.CONTRACTING:
            made.agreement = State.DRAFT
        return made

    def held(self) -> Decimal:
        return sum((file.reserved + file.committed for file in self.files), Decimal(0))

    def step(self) -> None:
        """Life goes on, or somebody asks for a move: often one that exists, often the right person."""
        file = self.dice.choice(self.files)
        kind = self.dice.random()
        if kind < 0.3:
            self._live(file)
        elif kind < 0.6 and file.agreement is not None:
            self._ask_agreement(file)
        else:
            self._ask(file)

    def _live(self, file: File) -> None:
        if file.agreement is State.DRAFT:
            file.scheduled = self.dice.choice((file.amount, file.amount - 1, Decimal(0)))
        elif file.agreement is State.ISSUED and file.signed < len(PARTIES):
            file.signed += 1
        elif file.state is State.DECISION:
            file.amount = Decimal(self.dice.randint(5, 40))

    def _ask(self, file: File) -> None:
        trigger, actor = self._wish(self.application, file.state)
        chances = self._chances(file)
        made = decide(self.application, file.state, trigger, actor, chances, reason="Because")
        if isinstance(made, Refusal):
            return
        file.refused_as = made.dest if made.dest in (State.REJECTED, State.INELIGIBLE) else file.refused_as
        file.return_state = made.source if made.dest is State.CLARIFICATION else file.return_state
        self._go(file, made.dest, made.effects)

    def _ask_agreement(self, file: File) -> None:
        if file.agreement is None:
            return
        trigger, actor = self._wish(self.agreement, file.agreement)
        over = file.state in (State.WITHDRAWN, State.TERMINATED, State.CLOSED)
        there = f.AgreementFacts(
            file.amount, file.scheduled, Decimal(80), 90, Instrument.MEMORANDUM, Instrument.MEMORANDUM,
            self.dice.random() < 0.8, unsigned=PARTIES[file.signed :], signed=file.signed, case_over=over,
            case_contracting=file.state is State.CONTRACTING,
            signatories=frozenset({actor.person_id}), written_by=1,
            checked_by=frozenset({2} if self.dice.random() < 0.8 else {1}),
        )  # fmt: skip
        made = decide(self.agreement, file.agreement, trigger, actor, there, reason="Because")
        if isinstance(made, Refusal):
            return
        file.agreement = made.dest
        if made.dest is State.DRAFT:
            file.signed = 0
        if Effect.CONCLUDE_CASE in made.effects:
            system = Actor(0, frozenset({Role.SYSTEM}))
            concluded = decide(self.application, file.state, Trigger.CONCLUDE, system, self._chances(file))
            if not isinstance(concluded, Refusal):
                self._go(file, concluded.dest, concluded.effects)

    def _go(self, file: File, dest: State, effects: tuple[Effect, ...]) -> None:
        file.state = dest
        file.moves += 1
        file.entries += 1
        for effect in effects:
            if effect is Effect.RESERVE_FUNDS:
                file.reserved = file.amount
            elif effect is Effect.COMMIT_FUNDS:
                file.reserved, file.committed = Decimal(0), file.amount
            elif effect is Effect.RELEASE_FUNDS:
                file.reserved = file.committed = Decimal(0)
            elif effect is Effect.DRAFT_AGREEMENT:
                file.agreement, file.signed, file.scheduled = State.DRAFT, 0, Decimal(0)
            elif effect is Effect.VOID_AGREEMENT and file.agreement is not None:
                file.agreement = State.VOIDED
            elif effect is Effect.END_AGREEMENT and file.agreement is not None:
                file.agreement = State.ENDED

    def _wish(self, definition: Definition, state: State) -> tuple[Trigger, Actor]:
        leaving = definition.leaving(state)
        move = self.dice.choice(leaving if leaving and self.dice.random() < 0.8 else definition.moves)
        role = self.dice.choice(sorted(move.by if self.dice.random() < 0.8 else Role))
        return move.trigger, Actor(ME, frozenset({role}))

    def _chances(self, file: File) -> f.ApplicationFacts:
        """What holds about this file; what the model does not keep is mostly as it should be."""
        return replace(
            GREEN,
            missing=() if self.dice.random() < 0.8 else ("risks",),
            baseline_low=() if self.dice.random() < 0.8 else ("Rubavu",),
            rules_failed=int(self.dice.random() < 0.2),
            recommended=self.dice.choice((State.APPROVED, State.APPROVED, State.RESERVE, State.REJECTED)),
            mandate_missing=() if self.dice.random() < 0.8 else (Role.DIRECTOR,),
            decision_amount=file.amount,
            envelope_left=ENVELOPE - self.held(),
            refused_as=file.refused_as,
            return_state=file.return_state,
            agreement_in_force=file.agreement is State.IN_FORCE,
        )

    def broken(self) -> Iterator[str]:
        """The invariants that do not hold now."""
        if not 0 <= self.held() <= ENVELOPE:
            yield f"{self.held()} is held of {ENVELOPE}"
        for file in self.files:
            if file.agreement in (State.IN_FORCE, State.ENDED) and file.signed < len(PARTIES):
                yield f"an agreement is {file.agreement} with {file.signed} signatures"
            if file.state in ACTIVE and file.agreement is not State.IN_FORCE:
                yield f"a file is {file.state} and its agreement {file.agreement}"
            if file.agreement in (State.ISSUED, State.IN_FORCE) and file.scheduled != file.amount:
                yield f"tranches of {file.scheduled} for a grant of {file.amount}"
            if file.moves != file.entries:
                yield f"{file.entries} entries for {file.moves} moves"


def engine(walks: int, mutant: Definition | None = None, steps: int = 20, seed: int = 1) -> tuple[int, list[str]]:
    """Walk over the tables; how many moves were made, and what did not hold (the first walk that shows it)."""
    tables = CURRENT if mutant is None else CURRENT | {mutant.machine: mutant}
    moves = 0
    for number in range(walks):
        walker = Walker(
            random.Random(seed * 1_000_003 + number), tables[Machine.APPLICATION], tables[Machine.AGREEMENT]
        )
        for step in range(steps):
            walker.step()
            if found := list(walker.broken()):
                return moves, [f"walk {number + 1}, step {step + 1}: {problem}" for problem in found]
        moves += sum(file.moves for file in walker.files)
    return moves, []


def without(definition: Definition, guard: Guard) -> Definition:
    """The planted mutant: the table without one guard."""
    moves = tuple(replace(m, guards=tuple(g for g in m.guards if g is not guard)) for m in definition.moves)
    if moves == definition.moves:
        raise ValueError(f"{name_of(guard)} stands nowhere in {definition.machine}")
    return replace(definition, moves=moves)
