"""Which facts of an application are looked up in which state: start-up holds the guards of each state against it."""

from collections.abc import Iterator
from dataclasses import fields
from types import FunctionType
from typing import Any

from webapp.services.facts.application import BY_STATE, of_application
from workflows.facts import ApplicationFacts
from workflows.vocabulary import Machine, State

_NAMES = {field.name for field in fields(ApplicationFacts)}


def loaded() -> dict[tuple[Machine, State], frozenset[str]]:
    """By machine and state; the other machines look up all their facts in every state."""
    always = _named(of_application)
    return {
        (Machine.APPLICATION, state): always.union(*(_named(part) for part in parts))
        for state, parts in BY_STATE.items()
    }


def _named(builder: Any) -> frozenset[str]:
    """The facts whose names stand in the code of a builder; each writes them out."""
    found: FunctionType = builder
    return frozenset(_texts(found.__code__.co_consts)) & _NAMES


def _texts(constants: tuple[object, ...]) -> Iterator[str]:
    for constant in constants:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple):
            yield from _texts(constant)
