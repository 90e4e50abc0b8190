"""What would it take to get there: the shortest way of moves from one state to another, the regular one first."""

import heapq
from collections.abc import Callable, Collection, Iterable
from itertools import count

from workflows.ahead import RENEWS
from workflows.definition import Definition, Move
from workflows.vocabulary import Outcome, State

# Longer than any way without detours, so that a detour is taken only where there is no other way.
DETOUR = 1000


class _Memory:
    """The facts of a case of which only one thing is known: the state it came from is what it remembers."""

    def __init__(self, came_from: State) -> None:
        self._came_from = came_from

    def __getattr__(self, _name: str) -> State:
        return self._came_from


Shut = Callable[[Move, bool], bool]


def nothing_shut(_move: Move, _is_anew: bool) -> bool:
    return False


def ways(
    definition: Definition,
    source: State,
    first: Collection[Move] | None = None,
    is_shut: Shut = nothing_shut,
) -> dict[State, tuple[Move, ...]]:
    """The fewest moves from `source` to every state that can be reached, around detours where that is possible.

    `first` are the moves that a case can really take from where it stands: a clarification goes back to one state only,
    though its table names four. Later on the way its selectors are asked what they would choose for a case that came
    from the state before, and `is_shut` says which moves can no longer come true for this one; it is told whether the
    way has begun a stage anew. Standing there already is the empty way. The order of the table decides a tie.
    """
    ticket = count()
    queue: list[tuple[int, int, State, tuple[Move, ...]]] = [(0, next(ticket), source, ())]
    settled: set[tuple[State, State | None, bool]] = set()
    found: dict[State, tuple[Move, ...]] = {}
    while queue:
        cost, _ticket, state, way = heapq.heappop(queue)
        came_from = way[-1].source if way else None
        is_anew = any(RENEWS.intersection(move.effects) for move in way)
        if (state, came_from, is_anew) in settled:
            continue
        settled.add((state, came_from, is_anew))
        found.setdefault(state, way)
        if not way and first is not None:
            leaving: Iterable[Move] = first
        else:
            leaving = (move for move in _open(definition, state, came_from) if not is_shut(move, is_anew))
        for move in leaving:
            price = DETOUR if definition.spec(move.dest).is_detour else 1
            heapq.heappush(queue, (cost + price, next(ticket), move.dest, (*way, move)))
    return found


def shortest(
    definition: Definition, source: State, target: State, first: Collection[Move] | None = None
) -> tuple[Move, ...] | None:
    """The way to one state; None when there is none."""
    return ways(definition, source, first).get(target)


def reachable(definition: Definition, source: State) -> tuple[State, ...]:
    """Every other state that can still be reached from here, in the order of the table."""
    found = ways(definition, source)
    return tuple(spec.name for spec in definition.states if spec.name in found and spec.name is not source)


def _open(definition: Definition, state: State, came_from: State | None) -> list[Move]:
    """The moves that leave a state, for a case that came from another; all of them where that is not known."""
    moves = definition.leaving(state)
    return [m for m in moves if m.when is None or came_from is None or m.when(_Memory(came_from))]


def regular(definition: Definition) -> tuple[State, ...]:
    """The states a case usually passes, from the first to a good end; these are the backbone of the picture."""
    ends = [spec.name for spec in definition.states if spec.is_final and spec.outcome is Outcome.COMPLETED]
    ways = [shortest(definition, definition.initial, end) for end in ends]
    way = next((way for way in ways if way is not None), ())
    return (definition.initial, *(move.dest for move in way))
