"""decide() and offers(): the only place that drives `transitions`, always on a throwaway subject.

`transitions` returns False silently on a failed condition, so every guard is asked first and answers with its reason;
the library then fires the chosen edge, and its only condition is "this is the chosen edge".
"""

from collections.abc import Callable
from dataclasses import dataclass

from transitions import EventData
from transitions import Machine as TransitionsMachine

from workflows.definition import Definition, Move
from workflows.facts import SOMEBODY_NEW, Actor, Blocker, Facts
from workflows.vocabulary import State, Trigger

NO_SUCH_MOVE = "no_such_move"
NOT_YOURS = "not_your_role"
REASON_MISSING = "reason_missing"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing happened; one blocker at least."""

    trigger: Trigger
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A move that leaves this state, as one actor sees it now. `mine` is about the role, `blockers` about the facts."""

    move: Move
    mine: bool
    blockers: tuple[Blocker, ...]

    @property
    def ready(self) -> bool:
        return self.mine and not self.blockers

    @property
    def reasons(self) -> tuple[Blocker, ...]:
        """Everything in the way of this actor: first that the move is somebody else's, where it is."""
        return self.blockers if self.mine else (_foreign(self.move), *self.blockers)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that stands between one actor and one move: the role and every guard at once; no move, no edge."""

    trigger: Trigger
    move: Move | None
    blockers: tuple[Blocker, ...]

    @property
    def ready(self) -> bool:
        return not self.blockers


class _Subject:
    """Carries a state through one firing; never an ORM row."""

    __slots__ = ("chosen", "state")

    def __init__(self, state: State, chosen: Move) -> None:
        self.state: str = state.value
        self.chosen = chosen


_machines: dict[int, tuple[Definition, TransitionsMachine]] = {}


def _machine(definition: Definition) -> TransitionsMachine:
    """One shared machine per definition object; hashing a whole table at each move would cost more than the move."""
    known = _machines.get(id(definition))
    if known is None:
        known = _machines[id(definition)] = (definition, _build(definition))
    return known[1]


def _build(definition: Definition) -> TransitionsMachine:
    machine = TransitionsMachine(
        model=None,
        states=[spec.name.value for spec in definition.states],
        initial=definition.initial.value,
        auto_transitions=False,
        queued=False,
        send_event=True,
    )
    for move in definition.moves:
        machine.add_transition(move.trigger.value, move.source.value, move.dest.value, conditions=[_chosen(move)])
    return machine


def _chosen(move: Move) -> Callable[[EventData], bool]:
    def is_the_chosen_edge(event: EventData) -> bool:
        return getattr(event.model, "chosen", None) is move

    return is_the_chosen_edge


def _select(definition: Definition, state: State, trigger: Trigger, facts: Facts) -> Move | None:
    edges = definition.edges(state, trigger)
    return next((move for move in edges if move.when is None or move.when(facts)), None)


def _judge(move: Move, actor: Actor, facts: Facts) -> tuple[Blocker, ...]:
    answers = (guard(facts, actor) for guard in move.guards)
    return tuple(blocker.owned_by(move.by) for blocker in answers if blocker is not None)


def decide(
    definition: Definition, state: State, trigger: Trigger, actor: Actor, facts: Facts, *, reason: str = ""
) -> Move | Refusal:
    """The move that happens, or every reason why it does not. Pure: nothing is written anywhere."""
    move = _select(definition, state, trigger, facts)
    if move is None:
        return Refusal(trigger, _impossible(state, trigger))
    if not actor.roles & move.by:
        return Refusal(trigger, (_foreign(move),))
    blockers = _judge(move, actor, facts)
    if move.needs_reason and not reason.strip():
        blockers = (*blockers, Blocker(REASON_MISSING))
    if blockers:
        return Refusal(trigger, blockers)
    subject = _Subject(state, move)
    fired = _machine(definition).events[trigger.value].trigger(subject)
    if not fired or subject.state != move.dest.value:
        raise RuntimeError(f"{definition.machine} v{definition.version}: {trigger} from {state} did not fire")
    return move


def explain(definition: Definition, state: State, trigger: Trigger, actor: Actor, facts: Facts) -> Explanation:
    """Why this actor cannot make this move now, in full. `decide` stops at a foreign role; here the guards answer too,
    but never with the ties of somebody whose move it is not.

    A reason that must be written is no blocker before anybody was asked to write it: see `move.needs_reason`.
    """
    move = _select(definition, state, trigger, facts)
    if move is None:
        return Explanation(trigger, None, _impossible(state, trigger))
    foreign = () if actor.roles & move.by else (_foreign(move),)
    return Explanation(trigger, move, (*foreign, *_judge(move, _suited(move, actor), facts)))


def offers(definition: Definition, state: State, actor: Actor, facts: Facts) -> tuple[Offer, ...]:
    """Every move that leaves this state, with what stands in its way for this actor; one per trigger, table order."""
    seen: dict[Trigger, Offer] = {}
    for move in definition.leaving(state):
        if move.trigger in seen or _select(definition, state, move.trigger, facts) is not move:
            continue
        seen[move.trigger] = Offer(move, bool(actor.roles & move.by), _judge(move, _suited(move, actor), facts))
    return tuple(seen.values())


def _suited(move: Move, actor: Actor) -> Actor:
    """The actor, if the move is theirs; else somebody new with the right role: foreign ties are not the reader's."""
    return actor if actor.roles & move.by else Actor(SOMEBODY_NEW, move.by)


def _impossible(state: State, trigger: Trigger) -> tuple[Blocker, ...]:
    return (Blocker(NO_SUCH_MOVE, (), (("state", state.value), ("trigger", trigger.value))),)


def _foreign(move: Move) -> Blocker:
    return Blocker(NOT_YOURS, by_owners=True).owned_by(move.by)
