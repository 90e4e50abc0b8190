"""Start-up refuses each kind of broken definition, by name."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from workflows import facts, guards
from workflows.definition import Definition, Guard, Move, StateSpec, reading
from workflows.definitions import ALL
from workflows.facts import Actor, Blocker
from workflows.verify import BrokenDefinition, check, faults
from workflows.vocabulary import Effect, Machine, Role, State, Trigger

BY = frozenset({Role.PROGRAMME_MANAGER})
ANY: Any = None  # for what a type checker would refuse: authors need not run one
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


# --- one fault planted, one fault named -----------------------------------------------------------


def misspelt_fact(x: facts.CallFacts, actor: Actor) -> Blocker | None:
    late = any(x.tuday > day for day in (x.opens_on, x.closes_on))  # type: ignore[attr-defined]
    return Blocker("call_already_past") if late else None


def misspelt_figure(x: facts.ApplicationFacts, actor: Actor) -> Blocker | None:
    return None if x.rules.quorumm else Blocker("quorum_open")  # type: ignore[attr-defined]


def nameless(*_given: object) -> None:
    return None


def opening(**changed: Any) -> Definition:
    """The sound machine with something else about its first move."""
    return replace(SOUND, moves=(replace(SOUND.moves[0], **changed), SOUND.moves[1]))


def ending(deadline: Any = "appeal_days", fires: Any = Trigger.CLOSE_CALL, **changed: Any) -> Definition:
    """The sound machine whose open state ends by itself, by a move the system may make unless it is changed."""
    spec = StateSpec(State.OPEN, deadline=deadline, on_deadline=fires)
    last = replace(SOUND.moves[1], **{"by": frozenset({Role.SYSTEM}), **changed})
    return replace(SOUND, states=(SOUND.states[0], spec, SOUND.states[2]), moves=(SOUND.moves[0], last))


def asking(guard: Any) -> Definition:
    return opening(guards=(guard,))


PLANTED: list[tuple[Definition, str]] = [
    (opening(by=frozenset({"boss"})), "role 'boss' of open_call from draft is not known"),
    (opening(by=frozenset({"director"})), "role 'director' of open_call from draft is not known"),
    (opening(trigger="open_kall"), "trigger 'open_kall' of the moves from draft is not known"),
    (opening(source="draught"), "state 'draught' of open_call from draught is not known"),
    (opening(effects=("freeze",)), "effect 'freeze' of open_call from draft is not known"),
    (replace(SOUND, initial=ANY), "state None of the beginning is not known"),
    (replace(SOUND, states=(*SOUND.states[:2], StateSpec(State.CLOSED, is_final=True, outcome="good"))),  # type: ignore[arg-type]
     "outcome 'good' of closed is not known"),
    (asking("call_not_past"), "guard 'call_not_past' of open_call from draft is not a function with a name"),
    (asking(lambda x, actor: None), "guard <lambda> of open_call from draft is not a function with a name"),
    (asking(partial(nameless)), "is not a function with a name"),
    (opening(when=lambda x: True), "guard <lambda> of open_call from draft is not a function with a name"),
    (asking(guards.four_sections), "guard four_sections asks for facts of another machine"),
    (asking(misspelt_fact), "guard misspelt_fact asks for the fact tuday, which there is not"),
    (replace(asking(misspelt_figure), machine=Machine.APPLICATION),
     "guard misspelt_figure asks for the figure quorumm, which there is not"),
    (ending(by=BY), "deadline of open fires close_call, which the system may not make"),
    (ending(needs_reason=True), "deadline of open fires close_call, which needs a reason"),
    (ending(fires=Trigger.LAPSE), "deadline of open fires lapse, which is impossible there"),
    (ending(fires=None), "deadline of open fires None, which is impossible there"),
    (ending(fires="close_call"), "trigger 'close_call' of the deadline of open is not known"),
    (ending("investment_signature"), "deadline investment_signature of open is no number of days"),
    (ending("committee_required"), "deadline committee_required of open is no number of days"),
    (ending("quorum"), "deadline quorum of open is no number of days"),
    (ending("final_report_months"), "deadline final_report_months of open is no number of days"),
    (ending("notice_days"), "deadline notice_days of open is of no kind in workflows.deadlines"),
    (ending("notice_dayz"), "deadline notice_dayz of open is no programme setting"),
    (ending(7), "deadline 7 of open is not known"),
    (replace(SOUND, states=(*SOUND.states, StateSpec(State.REVIEW)),
             moves=(*SOUND.moves, Move(Trigger.REVISE, State.DRAFT, State.REVIEW, BY))),
     "state review has no path to an end"),
]  # fmt: skip


@pytest.mark.parametrize(("planted", "named"), PLANTED, ids=[named for _planted, named in PLANTED])
def test_each_fault_is_named_with_its_machine(planted: Definition, named: str) -> None:
    found = [fault for fault in faults(planted, handled=()) if named in fault]
    assert found
    assert found[0].startswith(f"{planted.machine}: ")
    with pytest.raises(BrokenDefinition, match=f"{planted.machine}: "):
        check([planted])


def test_what_the_planted_faults_are_made_of_is_sound() -> None:
    assert faults(ending(), handled=()) == []
    assert faults(asking(guards.call_not_past), handled=()) == []


def test_a_version_that_stands_there_twice_is_named() -> None:
    with pytest.raises(BrokenDefinition, match="call: version 1 stands there twice"):
        check([SOUND, ending()])


@pytest.mark.parametrize(
    ("guard", "loaded", "named"),
    [
        (guards.call_not_past, {"today", "closes_on"}, []),
        (
            guards.call_not_past,
            {"today"},
            ["call: guard call_not_past of open_call asks for closes_on, which is not loaded in draft"],
        ),
    ],
)
def test_a_guard_whose_facts_are_not_loaded_there_is_named(guard: Guard, loaded: set[str], named: list[str]) -> None:
    assert faults(asking(guard), handled=(), loaded={(Machine.CALL, State.DRAFT): loaded}) == named


def test_selectors_are_read_as_guards_are() -> None:
    chosen = replace(
        SOUND,
        machine=Machine.APPLICATION,
        moves=(replace(SOUND.moves[0], when=guards.returns_to(State.OPEN)), SOUND.moves[1]),
    )
    found = faults(chosen, handled=(), loaded={(Machine.APPLICATION, State.DRAFT): ()})
    assert found == [
        "application: guard returns_to_open of open_call asks for return_state, which is not loaded in draft"
    ]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (
            "GUARD = g.committee_setled",
            "planted, line 2: module 'workflows.guards' has no attribute 'committee_setled'",
        ),
        ("TRIGGER = Trigger.START_MONITORIN", "planted, line 2: .*START_MONITORIN"),
        ("STATE = StateSpec(State.DRAFT, dead_line=3)", "planted, line 2: .*dead_line"),
        ("MOVE = Trgger.LAPSE", "planted, line 2: name 'Trgger' is not defined"),
    ],
)
def test_a_misspelt_name_in_a_table_is_named_with_its_file_and_line(
    line: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    imports = "from workflows import guards as g; from workflows.definition import StateSpec; "
    imports += "from workflows.vocabulary import State, Trigger"
    (folder / "planted.py").write_text(f"{imports}\n{line}\n")
    monkeypatch.syspath_prepend(folder)
    with pytest.raises(BrokenDefinition, match=named), reading("tables"):
        __import__("planted")
    sys.modules.pop("planted", None)
