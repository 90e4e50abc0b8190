"""The pure part: one decision against a plain table, actions of a hundred rows, the weight of ten thousand cases."""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.unit.test_engine import EDGES, ME, green
from workflows import engine
from workflows.definition import Definition, Move
from workflows.definitions import APPLICATION
from workflows.facts import Actor
from workflows.vocabulary import State, Trigger

ROUNDS, ROWS, CASES = 200, 100, 10_000
Table = dict[tuple[State, Trigger], tuple[Move, ...]]
Question = tuple[Definition, Move, Actor, Any]


@dataclass(frozen=True)
class Line:
    """One line of the report; `met` is None where nothing was aimed at."""

    what: str
    value: str
    beside: str = ""
    met: bool | None = None


def _plain(table: Table, state: State, trigger: Trigger, actor: Actor, facts: Any) -> Move | None:
    """What a dict and the same guards would do: no library, no refusal in words."""
    for move in table[state, trigger]:
        if move.when is None or move.when(facts):
            break
    else:
        return None
    if not actor.roles & move.by or any(guard(facts, actor) for guard in move.guards):
        return None
    return move


def _questions() -> list[Question]:
    return [(d, move, Actor(ME, move.by), green(d, move)) for d, move in EDGES if d is APPLICATION]


def decisions(rounds: int = ROUNDS) -> list[Line]:
    """Every edge of the application's machine, both ways in turn, so that the machine's moods touch both alike."""
    asked = _questions()
    table: Table = {}
    for _definition, move, _actor, _facts in asked:
        table[move.source, move.trigger] = APPLICATION.edges(move.source, move.trigger)
    ours, plain = [], []
    for _round in range(rounds):
        ours.append(_timed(lambda: [engine.decide(d, m.source, m.trigger, a, f, reason="r") for d, m, a, f in asked]))
        plain.append(_timed(lambda: [_plain(table, m.source, m.trigger, a, f) for _d, m, a, f in asked]))
    each, bare = (1e6 * median(times) / len(asked) for times in (ours, plain))
    beside = f"a plain table with the same guards: {bare:.2f} µs, {each / bare:.0f}×"
    return [Line("One decision", f"{each:.1f} µs", beside)]


def hundred_rows(rounds: int = ROUNDS) -> Line:
    """What is offered for a hundred files, with every reason: the engine alone, facts given."""
    asked = _questions()
    rows = [asked[number % len(asked)] for number in range(ROWS)]
    times = [_timed(lambda: [engine.offers(d, m.source, a, f) for d, m, a, f in rows]) for _round in range(rounds)]
    taken = 1e3 * median(times)
    return Line(f"{ROWS} rows of actions with reasons, facts given", f"{taken:.2f} ms", "aim ≤ 2 ms", taken <= 2)


class _Bare:
    """A case as small as it gets."""

    __slots__ = ("state",)

    def __init__(self, state: State) -> None:
        self.state = state


def memory(cases: int = CASES) -> Line:
    """What the engine keeps of cases it has decided about: nothing is the aim."""
    asked = _questions()
    for definition, move, actor, facts in asked:  # machines are built at the first question
        engine.decide(definition, move.source, move.trigger, actor, facts, reason="r")
    tracemalloc.start()
    objects = [_Bare(asked[number % len(asked)][1].source) for number in range(cases)]
    bare = tracemalloc.get_traced_memory()[0]
    for number, case in enumerate(objects):
        definition, move, actor, facts = asked[number % len(asked)]
        case.state = engine.decide(definition, case.state, move.trigger, actor, facts, reason="r").dest  # type: ignore[union-attr]
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    size = 1024 * 1024
    beside = f"bare objects: {bare / size:.2f} MiB"
    return Line(f"Memory of {cases:,} cases, a decision about each", f"{kept / size:.2f} MiB", beside)


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def lines() -> list[Line]:
    return [*decisions(), hundred_rows(), memory()]
