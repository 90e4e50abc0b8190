"""How a machine is written down: a table of states and a table of moves. Topology is code, figures are settings."""

import hashlib
import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflows.facts import Actor, Blocker
from workflows.vocabulary import Effect, Machine, Outcome, Role, State, Trigger


class BrokenDefinition(ValueError):
    """Names the machine and everything that is wrong with it."""


@contextmanager
def reading(tables: str) -> Iterator[None]:
    """A table that names what there is not is refused with its file and line; `tables` is the folder they stand in."""
    try:
        yield
    except (AttributeError, NameError, TypeError) as error:
        inside = [
            frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent.name == tables
        ]
        place = inside[-1]
        raise BrokenDefinition(f"{Path(place.filename).stem}, line {place.lineno}: {error}") from error


Guard = Callable[[Any, Actor], Blocker | None]
Selector = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class StateSpec:
    """A state and what it means. `deadline` names the `Rules` field (days) after which `on_deadline` is fired.

    `is_detour` lies beside the regular path: whoever asks for the way to a state is led through it only where no other
    way exists. It changes what is explained and drawn, never what may happen.
    """

    name: State
    is_review: bool = False
    is_final: bool = False
    outcome: Outcome | None = None
    deadline: str | None = None
    on_deadline: Trigger | None = None
    is_detour: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One edge. `by` has no default: no move without an owner. `when` chooses among edges of one (trigger, source)."""

    trigger: Trigger
    source: State
    dest: State
    by: frozenset[Role]
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    when: Selector | None = None
    needs_reason: bool = False

    @property
    def rules(self) -> tuple[Guard | Selector, ...]:
        """The guards, and the selector where there is one."""
        return self.guards if self.when is None else (*self.guards, self.when)


@dataclass(frozen=True)
class Definition:
    """One machine: where it starts, its states and its moves; `version` is pinned by each case."""

    machine: Machine
    version: int
    initial: State
    states: tuple[StateSpec, ...]
    moves: tuple[Move, ...]
    _index: dict[tuple[State, Trigger], tuple[Move, ...]] = field(init=False, repr=False, compare=False)
    _out: dict[State, tuple[Move, ...]] = field(init=False, repr=False, compare=False)
    _specs: dict[State, StateSpec] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[tuple[State, Trigger], tuple[Move, ...]] = {}
        out: dict[State, tuple[Move, ...]] = {}
        for move in self.moves:
            key = (move.source, move.trigger)
            index[key] = (*index.get(key, ()), move)
            out[move.source] = (*out.get(move.source, ()), move)
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_out", out)
        object.__setattr__(self, "_specs", {spec.name: spec for spec in self.states})

    def edges(self, source: State, trigger: Trigger) -> tuple[Move, ...]:
        return self._index.get((source, trigger), ())

    def leaving(self, source: State) -> tuple[Move, ...]:
        return self._out.get(source, ())

    def spec(self, state: State) -> StateSpec:
        return self._specs[state]

    def has(self, state: State) -> bool:
        return state in self._specs

    def digest(self) -> str:
        """SHA-256 of everything that decides a move, guards and selectors by name; words and order do not count.

        A published version keeps its digest for ever: another topology is another version, and a guard that asks for
        something else gets another name.
        """
        states = [
            [s.name, s.is_review, s.is_final, s.outcome, s.deadline, s.on_deadline]
            for s in sorted(self.states, key=lambda spec: spec.name)
        ]
        edges = sorted(
            [m.trigger, m.source, m.dest, sorted(m.by), [name_of(g) for g in m.guards], list(m.effects),
             name_of(m.when) if m.when else "", m.needs_reason]
            for m in self.moves
        )  # fmt: skip
        content = json.dumps([self.machine, self.initial, states, edges], separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def name_of(rule: Guard | Selector) -> str:
    """The name a guard or selector goes by, in the record of a version and in the words that explain it."""
    return str(rule.__name__)


def moves(
    trigger: Trigger,
    sources: State | tuple[State, ...],
    dest: State,
    by: Role | tuple[Role, ...],
    *guards: Guard,
    effects: tuple[Effect, ...] = (),
    when: Selector | None = None,
    needs_reason: bool = False,
) -> tuple[Move, ...]:
    """The same move from one or several sources, as one line of a table."""
    owners = frozenset(by if isinstance(by, tuple) else (by,))
    from_states = sources if isinstance(sources, tuple) else (sources,)
    return tuple(Move(trigger, source, dest, owners, guards, effects, when, needs_reason) for source in from_states)
