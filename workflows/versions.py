"""Versions of a machine: which are known, and how a case is carried from one to another."""

from collections.abc import Iterable, Mapping

from workflows.definition import Definition
from workflows.definitions import BY_VERSION
from workflows.vocabulary import Machine, State


class CannotCarry(ValueError):
    """Names every reason why the cases of one version cannot go on under another."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


def unknown(stored: Iterable[tuple[Machine, int, State]]) -> list[str]:
    """What stands in a database and has no rules: a version that was forgotten, a state its version does not have."""
    return [
        f"{machine} version {version}: {state}"
        for machine, version, state in stored
        if not _known(machine, version, state)
    ]


def _known(machine: Machine, version: int, state: State) -> bool:
    definition = BY_VERSION.get((machine, version))
    return definition is not None and definition.has(state)


def find(machine: Machine, version: int) -> Definition:
    """The rules of one version; `CannotCarry` when nobody knows it."""
    try:
        return BY_VERSION[machine, version]
    except KeyError:
        raise CannotCarry([f"{machine} has no version {version}"]) from None


def mapping(old: Definition, new: Definition, given: Mapping[State, State]) -> dict[State, State]:
    """Where each state of the old version goes on in the new one; a state of the same name needs no word.

    The whole table is asked for, not only the states that hold a case today: cases move on while others are carried.
    Raises `CannotCarry` with everything that is unmapped, unknown, or would bring an ended case back to life.
    """
    target = {spec.name: given.get(spec.name, spec.name) for spec in old.states}
    reasons = [f"{state} is no state of version {old.version}" for state in given if not old.has(state)]
    if old.version == new.version:
        reasons.append(f"{old.machine} would stay in version {old.version}")
    for state, to in target.items():
        if not new.has(to):
            known = state in given
            reasons.append(
                f"{state} would become {to}, which version {new.version} does not have"
                if known
                else f"{state} is not mapped, and version {new.version} does not have it"
            )
        elif old.spec(state).is_final != new.spec(to).is_final:
            reasons.append(f"{state} and {to} are not both an end")
    if reasons:
        raise CannotCarry(reasons)
    return target
