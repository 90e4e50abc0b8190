"""A definition is checked before anybody runs it: start-up refuses a broken one by name."""

import inspect
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from workflows import facts, guards
from workflows.asked import asked
from workflows.deadlines import BY_FIGURE
from workflows.definition import BrokenDefinition, Definition, Guard, Move, Selector, name_of
from workflows.facts import Rules
from workflows.shape import misshapen
from workflows.vocabulary import Effect, Machine, Role, State

__all__ = ["BrokenDefinition", "Loaded", "Report", "check", "doubled", "faults", "report", "unused_guards"]

FACTS: dict[Machine, type[Any]] = {
    Machine.PROGRAMME: facts.ProgrammeFacts,
    Machine.PLAN: facts.PlanFacts,
    Machine.CALL: facts.CallFacts,
    Machine.APPLICATION: facts.ApplicationFacts,
    Machine.REVIEW: facts.ReviewFacts,
    Machine.AGREEMENT: facts.AgreementFacts,
    Machine.REPORT: facts.ReportFacts,
    Machine.ACTION: facts.ActionFacts,
    Machine.OBLIGATION: facts.ObligationFacts,
    Machine.TEMPLATE: facts.TemplateFacts,
    Machine.CLAUSE: facts.ClauseFacts,
}


Loaded = Mapping[tuple[Machine, State], Collection[str]]  # the facts that are loaded for a case in this state


def faults(
    definition: Definition, handled: Collection[Effect] | None = None, loaded: Loaded | None = None
) -> list[str]:
    """Everything wrong with one definition, in words for its author; empty when sound.

    `handled` are the effects that have a handler; `loaded` the facts by state, of machines that do not load all.
    """
    found = list(misshapen(definition)) or list(_all(definition, handled, loaded or {}))
    return [f"{definition.machine}: {text}" for text in found]


def doubled(definitions: Iterable[Definition]) -> list[str]:
    """Versions that stand there twice: the cases of one of them would go by the other's rules."""
    numbers = Counter((definition.machine, definition.version) for definition in definitions)
    return [f"{machine}: version {number} stands there twice" for (machine, number), n in numbers.items() if n > 1]


def check(
    definitions: Iterable[Definition], handled: Collection[Effect] | None = None, loaded: Loaded | None = None
) -> None:
    """Raise `BrokenDefinition` with everything that is wrong, unless every definition is sound."""
    every = tuple(definitions)
    found = [*doubled(every), *(fault for definition in every for fault in faults(definition, handled, loaded))]
    if found:
        raise BrokenDefinition("; ".join(found))


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at in one definition, and what was found; `faults` empty means sound."""

    machine: Machine
    version: int
    digest: str
    states: tuple[State, ...]
    moves: int
    unreachable: tuple[State, ...]
    dead_ends: tuple[State, ...]
    without_owner: tuple[str, ...]
    deadlines: tuple[str, ...]
    idle_guards: tuple[str, ...]
    faults: tuple[str, ...]


def report(definition: Definition, handled: Collection[Effect] | None = None, loaded: Loaded | None = None) -> Report:
    """The whole examination of one definition, for people and for machines."""
    lost, stuck = _dead(definition)
    return Report(
        machine=definition.machine,
        version=definition.version,
        digest=definition.digest(),
        states=tuple(spec.name for spec in definition.states),
        moves=len(definition.moves),
        unreachable=tuple(lost),
        dead_ends=tuple(stuck),
        without_owner=tuple(f"{m.trigger} from {m.source}" for m in definition.moves if not m.by),
        deadlines=tuple(f"{s.name}: {s.deadline} then {s.on_deadline}" for s in definition.states if s.deadline),
        idle_guards=tuple(_idle_guards(definition)),
        faults=tuple(faults(definition, handled, loaded)),
    )


def unused_guards(definitions: Iterable[Definition]) -> list[str]:
    """Guards and selectors that no table asks: a rule somebody believes in and nobody applies."""
    rules = {rule for definition in definitions for move in definition.moves for rule in move.rules}
    asked = {rule.__qualname__.partition(".")[0] for rule in rules}
    written = inspect.getmembers(guards, inspect.isfunction)
    return [
        name
        for name, rule in written
        if rule.__module__ == guards.__name__ and not name.startswith("_") and name not in asked
    ]


def _all(definition: Definition, handled: Collection[Effect] | None, loaded: Loaded) -> Iterable[str]:
    yield from _unknown_states(definition)
    yield from _owners_and_effects(definition, handled)
    yield from _selectors(definition)
    yield from _reachability(definition)
    yield from _deadlines(definition)
    yield from _idle_guards(definition)
    yield from _foreign_guards(definition)
    yield from _misspelt(definition)
    yield from _not_loaded(definition, loaded)


def _unknown_states(definition: Definition) -> Iterable[str]:
    names = [spec.name for spec in definition.states]
    yield from (f"state {name} is listed twice" for name in set(names) if names.count(name) > 1)
    used = {definition.initial} | {s for move in definition.moves for s in (move.source, move.dest)}
    yield from (f"unknown state {name}" for name in sorted(used - set(names)))


def _owners_and_effects(definition: Definition, handled: Collection[Effect] | None) -> Iterable[str]:
    for move in definition.moves:
        if not move.by:
            yield f"{move.trigger} from {move.source} has no owner"
        if handled is not None:
            yield from (
                f"effect {effect} of {move.trigger} has no handler" for effect in move.effects if effect not in handled
            )


def _selectors(definition: Definition) -> Iterable[str]:
    for move in definition.moves:
        edges = definition.edges(move.source, move.trigger)
        if len(edges) > 1 and any(edge.when is None for edge in edges):
            yield f"two moves for {move.trigger} from {move.source} without a selector"


def _idle_guards(definition: Definition) -> Iterable[str]:
    """Guards that can never matter: asked twice, or on an edge that an equal selector before it always takes."""
    chosen: set[tuple[State, str, str]] = set()
    for move in definition.moves:
        names = [name_of(guard) for guard in move.guards]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"guard {name} of {move.trigger} from {move.source} is asked twice"
        if move.when is None:
            continue
        key = (move.source, move.trigger.value, name_of(move.when))
        if key in chosen:
            yield f"{move.trigger} from {move.source} to {move.dest} is never chosen, so its guards never matter"
        chosen.add(key)


def _foreign_guards(definition: Definition) -> Iterable[str]:
    """Guards and selectors written for the facts of another machine: they would fail at the first case."""
    for rule in dict.fromkeys(rule for move in definition.moves for rule in move.rules):
        asked = _asked_facts(rule)
        if asked and FACTS[definition.machine] not in asked:
            yield f"guard {name_of(rule)} asks for facts of another machine"


def _misspelt(definition: Definition) -> Iterable[str]:
    """Rules that ask for a fact or a figure that does not exist: they would fail at the first case."""
    facts_of_machine = {field.name for field in fields(FACTS[definition.machine])}
    figures = {field.name for field in fields(Rules)}
    for rule in dict.fromkeys(rule for move in definition.moves for rule in move.rules):
        if FACTS[definition.machine] not in _asked_facts(rule) and _asked_facts(rule):
            continue  # named already, as a guard of another machine
        wanted = asked(rule)
        yield from (
            f"guard {name_of(rule)} asks for the fact {n}, which there is not"
            for n in sorted(wanted.facts - facts_of_machine)
        )
        yield from (
            f"guard {name_of(rule)} asks for the figure {n}, which there is not"
            for n in sorted(wanted.figures - figures)
        )


def _not_loaded(definition: Definition, loaded: Loaded) -> Iterable[str]:
    """Rules that judge what is never looked up where they are asked: they would always say the same."""
    known = {field.name for field in fields(FACTS[definition.machine])}
    for move in definition.moves:
        there = loaded.get((definition.machine, move.source))
        for rule in move.rules if there is not None else ():
            for name in sorted((asked(rule).facts & known) - set(there or ())):
                yield f"guard {name_of(rule)} of {move.trigger} asks for {name}, which is not loaded in {move.source}"


def _asked_facts(rule: Guard | Selector) -> tuple[Any, ...]:
    """The kinds of facts that a rule says it can judge; nothing when it does not say."""
    kind = get_type_hints(rule).get("x")
    return () if kind is None else get_args(kind) or (kind,)


def _reachability(definition: Definition) -> Iterable[str]:
    lost, stuck = _dead(definition)
    yield from (f"state {s} is unreachable" for s in lost)
    yield from (f"state {s} has no path to an end" for s in stuck)
    finals = sorted(spec.name for spec in definition.states if spec.is_final)
    yield from (f"final state {s} has exits" for s in finals if definition.leaving(s))


def _dead(definition: Definition) -> tuple[list[State], list[State]]:
    """States that nothing leads to, and states that lead to no end."""
    known = {spec.name for spec in definition.states}
    finals = {spec.name for spec in definition.states if spec.is_final}
    forward: dict[State, set[State]] = {}
    backward: dict[State, set[State]] = {}
    for move in definition.moves:
        forward.setdefault(move.source, set()).add(move.dest)
        backward.setdefault(move.dest, set()).add(move.source)
    return sorted(known - _closure({definition.initial}, forward)), sorted(known - _closure(finals, backward))


def _closure(start: set[State], step: dict[State, set[State]]) -> set[State]:
    seen, todo = set(start), list(start)
    while todo:
        for state in step.get(todo.pop(), set()) - seen:
            seen.add(state)
            todo.append(state)
    return seen


def _deadlines(definition: Definition) -> Iterable[str]:
    kinds = get_type_hints(Rules)
    for spec in definition.states:
        if spec.deadline is None and spec.on_deadline is None:
            continue
        if spec.deadline not in kinds:
            yield f"deadline {spec.deadline} of {spec.name} is no programme setting"
        elif kinds[spec.deadline] is not int or not spec.deadline.endswith("_days"):
            yield f"deadline {spec.deadline} of {spec.name} is no number of days"
        elif spec.deadline not in BY_FIGURE:
            yield f"deadline {spec.deadline} of {spec.name} is of no kind in workflows.deadlines"
        edges = definition.edges(spec.name, spec.on_deadline) if spec.on_deadline else ()
        yield from (f"deadline of {spec.name} fires {spec.on_deadline}, which {why}" for why in _never(edges))


def _never(edges: tuple[Move, ...]) -> Iterable[str]:
    """Why a move could never happen by itself."""
    if not edges:
        yield "is impossible there"
    if any(Role.SYSTEM not in move.by for move in edges):
        yield "the system may not make"
    if any(move.needs_reason for move in edges):
        yield "needs a reason"
