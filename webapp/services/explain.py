"""Why not, who can clear it, and what it would take: the engine's own answers, in the reader's language.

Pages, command line, mails and programs all say what stands here: a `Reason` is one blocker with its words, an
`Explanation` all that stands between a person and a move, a `Way` the moves to a state.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from webapp import policy, wording
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services import parts, scope
from webapp.services.advance import actor_on, definition_of
from webapp.services.facts import facts_of, programme_of
from webapp.wording.requirements import REASON
from workflows import engine, paths
from workflows.ahead import AWAITS, KNOWN, Awaits
from workflows.definition import Move, name_of
from workflows.definitions import CURRENT
from workflows.engine import Offer
from workflows.facts import SOMEBODY_NEW, Actor, Blocker
from workflows.vocabulary import Machine, Role, State, Trigger


@dataclass(frozen=True)
class Reason:
    """One blocker as the engine raised it, with its words."""

    blocker: Blocker
    text: str
    who: str


@dataclass(frozen=True)
class Explanation:
    """Everything between one person and one move; `move` is None where the state does not have it."""

    trigger: Trigger
    move: Move | None
    reasons: tuple[Reason, ...]
    parts: "tuple[Way, ...]" = ()

    @property
    def ready(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Step:
    """One move on the way: who may make it, what stands in its way now, or what it will ask for later.

    `parts`: what has to happen first in the parts that it waits for.
    """

    move: Move
    label: str
    text: str
    source: str
    dest: str
    owners: str
    by_itself: bool
    mine: bool
    now: bool
    missing: tuple[Reason, ...]
    needed: tuple[str, ...]
    parts: "tuple[Way, ...]" = ()


@dataclass(frozen=True)
class Way:
    """From where a case stands to a state; no step at all when it stands there already. `of`: which part it is."""

    state: State
    target: str
    steps: tuple[Step, ...]
    machine: Machine
    of: str = ""

    @property
    def length(self) -> int:
        """All the steps, those of the parts too."""
        return len(self.steps) + sum(part.length for step in self.steps for part in step.parts)


def explain(case: Case, trigger: Trigger, actor: Principal) -> Explanation:
    """Every reason why this person cannot make this move now, with who can clear it; empty when they can."""
    return Outlook(case, actor).explain(trigger)


def way_to(case: Case, target: State, actor: Principal) -> Way | None:
    """The shortest way of moves to `target`, the regular one first; None when there is none."""
    return Outlook(case, actor).way_to(target)


class Outlook:
    """What one person is told of one case: its facts are loaded once, and every answer comes from them.

    A part of another case is looked at for whoever may work on it, so that nothing is said of the reader's own ties.
    """

    def __init__(self, case: Case, actor: Principal, *, is_part: bool = False) -> None:
        self.case, self.actor = case, actor
        self._definition = definition_of(case)
        me = actor_on(case, actor)
        self._me = Actor(SOMEBODY_NEW, me.roles) if is_part else me
        self._facts = facts_of(case, actor)
        self._parts: dict[Machine, list[Outlook]] = {}

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        return engine.offers(self._definition, self.case.state, self._me, self._facts)

    def explain(self, trigger: Trigger) -> Explanation:
        """All that stands between this person and one move, and the ways of the parts that it waits for."""
        answer = engine.explain(self._definition, self.case.state, trigger, self._me, self._facts)
        waited = self._waited_for(answer.move, [], set()) if answer.move else ()
        return Explanation(trigger, answer.move, self._spoken(answer.blockers), tuple(waited))

    @cached_property
    def targets(self) -> tuple[State, ...]:
        """The states that this case may still reach, the regular ones first and in their order."""
        regular = paths.regular(self._definition)
        known = [spec.name for spec in self._definition.states if spec.name in self._ways]
        known.sort(key=lambda s: regular.index(s) if s in regular else len(regular))
        return tuple(state for state in known if state is not self.case.state)

    def way_to(self, target: State, told: set[tuple[Machine, int]] | None = None, of: str = "") -> Way | None:
        """The way to one of them. The first move is judged by the facts as they are.

        What later moves ask for is told by their guards, because most of their facts do not exist yet. `told` are the
        parts whose way was told already.
        """
        moves = self._ways.get(target)
        if moves is None:
            return None
        told = set() if told is None else told
        steps = [self._step(move, moves[:place], told) for place, move in enumerate(moves)]
        machine = self.case.__machine__
        return Way(target, wording.state(machine, target), tuple(steps), machine, of)

    # --- which moves can come true --------------------------------------------------------------------------------

    @cached_property
    def _ways(self) -> dict[State, tuple[Move, ...]]:
        shut = [offer.move for offer in self.offers if self._is_shut_now(offer)]

        def is_shut(move: Move, is_anew: bool) -> bool:
            return (move in shut and not is_anew) or _for_good(self._foreseen(move))

        first = [offer.move for offer in self.offers if not is_shut(offer.move, False)]
        return paths.ways(self._definition, self.case.state, first, is_shut)

    def _is_shut_now(self, offer: Offer) -> bool:
        """Something that nobody clears, or a part that can never get where it has to."""
        if _for_good(offer.blockers):
            return True
        waits = [(awaits, part) for awaits, found in self._open_parts(offer.move) for part in found if awaits.each]
        return any(part.nearest(awaits.states) is None for awaits, part in waits)

    def nearest(self, states: Iterable[State]) -> State | None:
        """The first of these states that can be reached."""
        return next((state for state in states if state in self._ways), None)

    def _foreseen(self, move: Move) -> tuple[Blocker, ...]:
        """What is known to stand in the way of a move still to come."""
        somebody = Actor(SOMEBODY_NEW, move.by)
        answers = (guard(self._facts, somebody) for guard in move.guards if name_of(guard) in KNOWN)
        return tuple(blocker.owned_by(move.by) for blocker in answers if blocker is not None)

    # --- the parts it waits for -----------------------------------------------------------------------------------

    def _open_parts(self, move: Move, before: Iterable[Move] = ()) -> Iterator[tuple[Awaits, list["Outlook"]]]:
        """For each guard that waits for parts: those that exist. A move still to come is asked without its facts."""
        begun = tuple(before)
        for guard in move.guards:
            awaits = AWAITS.get(name_of(guard))
            if awaits is None or _made_on_the_way(awaits, begun):
                continue
            if not begun and guard(self._facts, Actor(SOMEBODY_NEW, move.by)) is None:
                continue
            found = self._under_way(awaits.part)
            yield awaits, [part for part in found if parts.waits_for(name_of(guard), self.case, part.case)]

    def _under_way(self, machine: Machine) -> list["Outlook"]:
        if machine not in self._parts:
            found = parts.under_way(self.case, machine)
            self._parts[machine] = [Outlook(part, self.actor, is_part=True) for part in found]
        return self._parts[machine]

    def _waited_for(self, move: Move, before: Iterable[Move], told: set[tuple[Machine, int]]) -> Iterator[Way]:
        """The ways of the parts, each told once, to who may look at it; of one to be made, as its table has it."""
        begun = tuple(before)
        for awaits in (AWAITS[name] for name in map(name_of, move.guards) if name in AWAITS):
            if awaits.always and _made_on_the_way(awaits, begun):
                yield _usual(awaits, self._me.roles)
        for awaits, found in self._open_parts(move, begun):
            for part in found:
                key = part.case.__machine__, part.case.id
                if key in told or not _may_look(self.actor, part.case):
                    continue
                told.add(key)
                target = part.nearest(awaits.states)
                way = part.way_to(target, told, parts.name(part.case)) if target else None
                if way:
                    yield way

    # --- in words -------------------------------------------------------------------------------------------------

    def _step(self, move: Move, before: tuple[Move, ...], told: set[tuple[Machine, int]]) -> Step:
        waited = tuple(self._waited_for(move, before, told))
        if before:
            missing, asked = self._foreseen(move), requirements(move, but=KNOWN)
        else:
            # What is said of a foreign move is not about the reader: an offer is judged for somebody who may make it.
            missing, asked = next(offer.blockers for offer in self.offers if offer.move is move), ()
        return _step(move, self.case.__machine__, self._me.roles, not before, self._spoken(missing), asked, waited)

    def _spoken(self, blockers: Iterable[Blocker]) -> tuple[Reason, ...]:
        return spoken(blockers, programme_of(self.case).currency)


def _for_good(blockers: Iterable[Blocker]) -> bool:
    return any(not blocker.cleared_by for blocker in blockers)


def _made_on_the_way(awaits: Awaits, moves: Iterable[Move]) -> bool:
    return any(awaits.made_by in move.effects for move in moves)


def _may_look(who: Principal, part: Case) -> bool:
    return policy.may(who, policy.LOOK[part.__machine__], scope.scope_of(part))


def _usual(awaits: Awaits, roles: frozenset[Role]) -> Way:
    """The way of a part that is still to be made, as its table has it."""
    machine, target = awaits.part, awaits.states[0]
    definition = CURRENT[machine]
    moves = paths.shortest(definition, definition.initial, target) or ()
    steps = [_step(move, machine, roles, False, (), requirements(move)) for move in moves]
    return Way(target, wording.state(machine, target), tuple(steps), machine, wording.machine(machine))


def _step(
    move: Move, machine: Machine, roles: frozenset[Role], now: bool, missing: tuple[Reason, ...],
    needed: tuple[str, ...], waited: tuple[Way, ...] = (),
) -> Step:  # fmt: skip
    people = sorted(move.by - {Role.SYSTEM})
    return Step(
        move=move,
        label=wording.trigger(machine, move.trigger),
        text=wording.consequence(machine, move.trigger),
        source=wording.state(machine, move.source),
        dest=wording.state(machine, move.dest),
        owners=wording.any_of([wording.role(role) for role in people]),
        by_itself=not people,
        mine=bool(roles & move.by),
        now=now,
        missing=missing,
        needed=needed,
        parts=waited,
    )


def requirements(move: Move, but: Container[str] = ()) -> tuple[str, ...]:
    """What a move asks for, in words: its guards, and that a reason is written where one is needed."""
    asked = [wording.requirement(name_of(guard)) for guard in move.guards if name_of(guard) not in but]
    return tuple([*asked, wording.requirement(REASON)] if move.needs_reason else asked)


def spoken(blockers: Iterable[Blocker], currency: str) -> tuple[Reason, ...]:
    """These blockers in the reader's language."""
    return tuple(Reason(b, wording.blocker(b, currency), wording.who(b)) for b in blockers)
