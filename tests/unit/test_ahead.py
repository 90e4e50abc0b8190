"""What is declared of moves ahead: the parts that a guard waits for, and what is known before its state."""

from dataclasses import replace

import pytest

from tests.support.expected import ME, breaking, green
from tests.unit.test_engine import EDGES
from workflows import paths
from workflows.ahead import AWAITS, KNOWN, Awaits
from workflows.definition import Move, name_of
from workflows.definitions import APPLICATION, CURRENT
from workflows.facts import Actor
from workflows.vocabulary import Machine, State, Trigger

S, T = State, Trigger
ASKED = {name_of(guard): (definition, move, guard) for definition, move in EDGES for guard in move.guards}


@pytest.mark.parametrize(("name", "awaits"), AWAITS.items(), ids=lambda v: v if isinstance(v, str) else "")
def test_a_part_can_reach_what_it_is_waited_for(name: str, awaits: Awaits) -> None:
    definition = CURRENT[awaits.part]
    found = paths.ways(definition, definition.initial)
    assert all(state in found for state in awaits.states)
    assert all(definition.spec(state).outcome is None or definition.spec(state).is_final for state in awaits.states)
    assert ASKED[name][0].machine is not awaits.part
    if awaits.made_by:
        assert any(awaits.made_by in move.effects for _definition, move in EDGES)


def test_only_guards_that_some_table_asks_are_spoken_of() -> None:
    assert {*AWAITS, *KNOWN} <= set(ASKED)


def test_what_is_waited_for_is_what_the_guard_asks() -> None:
    """A part that stands in none of its states breaks the very guard, as the facts of its file are made."""
    for name in AWAITS:
        definition, move, guard = ASKED[name]
        assert (
            guard(replace(green(definition, move), **breaking(definition, move, guard)), Actor(ME, move.by)) is not None
        )


def shut(*triggers: Trigger) -> dict[State, tuple[Move, ...]]:
    return paths.ways(APPLICATION, S.REJECTED, is_shut=lambda move, _is_anew: move.trigger in triggers)


def anew(source: State) -> dict[State, tuple[Move, ...]]:
    """Approval is shut until an appeal begins the review anew."""
    return paths.ways(APPLICATION, source, is_shut=lambda move, is_anew: move.trigger is T.APPROVE and not is_anew)


def test_a_way_never_goes_over_a_move_that_is_shut() -> None:
    assert S.SIGNED in shut()
    assert set(shut(T.FILE_APPEAL)) == {S.REJECTED, S.CLOSED}
    assert [m.trigger for m in anew(S.DECISION)[S.APPROVED]] == [
        T.REJECT, T.FILE_APPEAL, T.UPHOLD_APPEAL, T.SEND_TO_DECISION, T.APPROVE,
    ]  # fmt: skip
    assert [m.trigger for m in shut(T.CLOSE_REFUSED)[S.CLOSED]] == [T.FILE_APPEAL, T.DISMISS_APPEAL]


@pytest.mark.parametrize("machine", Machine)
def test_every_state_that_is_listed_has_the_way_that_is_told(machine: Machine) -> None:
    """One search finds all the ways; asked for one state alone it finds the same."""
    definition = CURRENT[machine]
    for spec in definition.states:
        found = paths.ways(definition, spec.name)
        assert set(found) == {spec.name, *paths.reachable(definition, spec.name)}
        for state, way in found.items():
            assert paths.shortest(definition, spec.name, state) == way
