"""Is a table made of the words of `workflows.vocabulary` and of named rules? Everything else asks that this is so."""

import inspect
from collections.abc import Iterable

from workflows.definition import Definition, Move, StateSpec
from workflows.vocabulary import Effect, Outcome, Role, State, Trigger


def misshapen(definition: Definition) -> Iterable[str]:
    """What is no word of the vocabulary, or no rule that has a name: a text in the place of a trigger, a lambda."""
    yield from _words(State, "state", "the beginning", definition.initial)
    for spec in definition.states:
        yield from _state(spec)
    for move in definition.moves:
        yield from _move(move)


def _state(spec: StateSpec) -> Iterable[str]:
    yield from _words(State, "state", "the list of states", spec.name)
    yield from _words(Outcome, "outcome", f"{spec.name}", *_given(spec.outcome))
    yield from _words(Trigger, "trigger", f"the deadline of {spec.name}", *_given(spec.on_deadline))
    yield from _words(str, "deadline", f"{spec.name}", *_given(spec.deadline))


def _move(move: Move) -> Iterable[str]:
    name = f"{move.trigger} from {move.source}"
    yield from _words(Trigger, "trigger", f"the moves from {move.source}", move.trigger)
    yield from _words(State, "state", name, move.source, move.dest)
    yield from _words(Role, "role", name, *move.by)
    yield from _words(Effect, "effect", name, *move.effects)
    yield from (
        f"guard {_said(rule)} of {name} is not a function with a name" for rule in move.rules if _nameless(rule)
    )


def _given(value: object) -> tuple[object, ...]:
    return () if value is None else (value,)


def _words(kind: type, what: str, where: str, *values: object) -> Iterable[str]:
    """A text that looks like a word of the vocabulary is none: it would be no member where it is looked for."""
    yield from (f"{what} {value!r} of {where} is not known" for value in values if not isinstance(value, kind))


def _nameless(rule: object) -> bool:
    return not (inspect.isfunction(rule) and rule.__name__.isidentifier())


def _said(rule: object) -> str:
    return getattr(rule, "__name__", repr(rule))
