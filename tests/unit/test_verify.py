"""Start-up refuses each kind of broken definition, by name."""

from dataclasses import replace

import pytest

from workflows.definition import Definition, Move, StateSpec
from workflows.definitions import ALL
from workflows.verify import BrokenDefinition, check, faults
from workflows.vocabulary import Effect, Machine, Role, State, Trigger

BY = frozenset({Role.PROGRAMME_MANAGER})
SOUND = Definition(
    Machine.CALL, 1, State.DRAFT,
    (StateSpec(State.DRAFT), StateSpec(State.OPEN), StateSpec(State.CLOSED, is_final=True)),
    (Move(Trigger.OPEN_CALL, State.DRAFT, State.OPEN, BY), Move(Trigger.CLOSE_CALL, State.OPEN, State.CLOSED, BY)),
)  # fmt: skip


def test_the_product_runs_on_sound_definitions() -> None:
    check(ALL)


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (replace(SOUND, states=(*SOUND.states, StateSpec(State.REVIEW))), "review is unreachable"),
        (replace(SOUND, moves=SOUND.moves[:1]), "open has no path to an end"),
        (
            replace(SOUND, moves=(*SOUND.moves, Move(Trigger.REVISE, State.CLOSED, State.DRAFT, BY))),
            "final state closed has exits",
        ),
        (replace(SOUND, states=SOUND.states[:2]), "unknown state closed"),
        (replace(SOUND, moves=(replace(SOUND.moves[0], by=frozenset()), SOUND.moves[1])), "has no owner"),
        (replace(SOUND, moves=(*SOUND.moves, replace(SOUND.moves[0], dest=State.CLOSED))), "without a selector"),
        (
            replace(SOUND, moves=(replace(SOUND.moves[0], effects=(Effect.FREEZE_VERSION,)), SOUND.moves[1])),
            "freeze_version of open_call has no handler",
        ),
        (
            replace(
                SOUND,
                states=(StateSpec(State.DRAFT, deadline="appeal_days", on_deadline=Trigger.LAPSE), *SOUND.states[1:]),
            ),
            "impossible there",
        ),
        (
            replace(
                SOUND,
                states=(StateSpec(State.DRAFT, deadline="moons", on_deadline=Trigger.OPEN_CALL), *SOUND.states[1:]),
            ),
            "no programme setting",
        ),
    ],
)
def test_a_broken_definition_is_refused_by_name(broken: Definition, named: str) -> None:
    with pytest.raises(BrokenDefinition, match=named):
        check([broken], handled=())


def test_a_sound_definition_has_no_faults() -> None:
    assert faults(SOUND, handled=()) == []
