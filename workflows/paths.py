"""What would it take to get there: the shortest way of moves from one state to another, the regular one first."""

import heapq
from collections.abc import Collection
from itertools import count

from workflows.definition import Definition, Move
from workflows.vocabulary import Outcome, State

# Longer than any way without detours, so that a detour is taken only where there is no other way.
DETOUR = 1000


def shortest(
    definition: Definition, source: State, target: State, first: Collection[Move] | None = None
) -> tuple[Move, ...] | None:
    """The fewest moves from `source` to `target`, around detours where that is possible; None when there is no way.

    `first` are the moves that a case can really take from where it stands: a clarification goes back to one state only,
    though its table names four. Standing there already is the empty way. The order of the table decides a tie.
    """
    ticket = count()
    queue: list[tuple[int, int, State, tuple[Move, ...]]] = [(0, next(ticket), source, ())]
    settled: set[State] = set()
    while queue:
        cost, _ticket, state, way = heapq.heappop(queue)
        if state is target:
            return way
        if state in settled:
            continue
        settled.add(state)
        leaving = definition.leaving(state) if way or first is None else [m for m in first if m.source is state]
        for move in leaving:
            price = DETOUR if move.dest is not target and definition.spec(move.dest).is_detour else 1
            heapq.heappush(queue, (cost + price, next(ticket), move.dest, (*way, move)))
    return None


def reachable(definition: Definition, source: State) -> tuple[State, ...]:
    """Every other state that can still be reached from here, in the order of the table."""
    seen: set[State] = set()
    todo = [source]
    while todo:
        for move in definition.leaving(todo.pop()):
            if move.dest not in seen:
                seen.add(move.dest)
                todo.append(move.dest)
    return tuple(spec.name for spec in definition.states if spec.name in seen and spec.name is not source)


def regular(definition: Definition) -> tuple[State, ...]:
    """The states a case usually passes, from the first to a good end; these are the backbone of the picture."""
    ends = [spec.name for spec in definition.states if spec.is_final and spec.outcome is Outcome.COMPLETED]
    ways = [shortest(definition, definition.initial, end) for end in ends]
    way = next((way for way in ways if way is not None), ())
    return (definition.initial, *(move.dest for move in way))
