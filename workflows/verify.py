"""A definition is checked before anybody runs it: start-up refuses a broken one by name."""

from collections.abc import Collection, Iterable
from dataclasses import fields

from workflows.definition import Definition
from workflows.facts import Rules
from workflows.vocabulary import Effect, State


class BrokenDefinition(ValueError):
    """Names the machine and everything that is wrong with it."""


def faults(definition: Definition, handled: Collection[Effect] | None = None) -> list[str]:
    """Everything wrong with one definition, in words for its author; empty when sound."""
    return [f"{definition.machine}: {text}" for text in _all(definition, handled)]


def check(definitions: Iterable[Definition], handled: Collection[Effect] | None = None) -> None:
    """Raise `BrokenDefinition` unless every definition is sound. `handled` are the effects that have a handler."""
    found = [fault for definition in definitions for fault in faults(definition, handled)]
    if found:
        raise BrokenDefinition("; ".join(found))


def _all(definition: Definition, handled: Collection[Effect] | None) -> Iterable[str]:
    yield from _unknown_states(definition)
    yield from _owners_and_effects(definition, handled)
    yield from _selectors(definition)
    yield from _reachability(definition)
    yield from _deadlines(definition)


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


def _reachability(definition: Definition) -> Iterable[str]:
    known = {spec.name for spec in definition.states}
    finals = {spec.name for spec in definition.states if spec.is_final}
    forward: dict[State, set[State]] = {}
    backward: dict[State, set[State]] = {}
    for move in definition.moves:
        forward.setdefault(move.source, set()).add(move.dest)
        backward.setdefault(move.dest, set()).add(move.source)
    yield from (f"state {s} is unreachable" for s in sorted(known - _closure({definition.initial}, forward)))
    yield from (f"state {s} has no path to an end" for s in sorted(known - _closure(finals, backward)))
    yield from (f"final state {s} has exits" for s in sorted(finals) if forward.get(s))


def _closure(start: set[State], step: dict[State, set[State]]) -> set[State]:
    seen, todo = set(start), list(start)
    while todo:
        for state in step.get(todo.pop(), set()) - seen:
            seen.add(state)
            todo.append(state)
    return seen


def _deadlines(definition: Definition) -> Iterable[str]:
    figures = {field.name for field in fields(Rules)}
    for spec in definition.states:
        if spec.deadline is None and spec.on_deadline is None:
            continue
        if spec.deadline not in figures:
            yield f"deadline {spec.deadline} of {spec.name} is no programme setting"
        if spec.on_deadline is None or not definition.edges(spec.name, spec.on_deadline):
            yield f"deadline of {spec.name} fires {spec.on_deadline}, which is impossible there"
