"""Every edge of every machine against what was written by hand: it fires, each guard stops it, no other role may."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.expected import ALSO, ASKED, GREEN, GREEN_APPLICATION, ME, SPECIAL, asked, green
from workflows import guards, verify
from workflows.definition import Definition, Move, name_of
from workflows.definitions import ALL, APPLICATION
from workflows.engine import NO_SUCH_MOVE, NOT_YOURS, REASON_MISSING, Refusal, decide, offers
from workflows.facts import SOMEBODY_NEW, Actor
from workflows.vocabulary import Role, State, Trigger

EDGES = [(definition, move) for definition in ALL for move in definition.moves]
GUARDED = [(definition, move, guard) for definition, move in EDGES for guard in move.guards]
BROKEN: list[tuple[Definition, Move, str, dict[str, Any]]] = [
    (definition, move, code, facts)
    for definition, move in EDGES
    for code, facts in (
        *asked(definition, move).items(),
        *ALSO.get((definition.machine, move.trigger), ()),
    )
]


def name(value: object) -> str:
    if isinstance(value, Definition):
        return value.machine.value
    if isinstance(value, Move):
        return f"{value.trigger}-{value.source}-{value.dest}"
    return ",".join(value) if isinstance(value, dict) else getattr(value, "__name__", str(value))


def judge(definition: Definition, move: Move, facts: Any, *, reason: str = "because") -> Move | Refusal:
    return decide(definition, move.source, move.trigger, Actor(ME, owners(move)), facts, reason=reason)


def owners(move: Move) -> frozenset[Role]:
    """A review's own officer is asked, never the manager, who may take anybody off a file."""
    return move.by - {Role.PROGRAMME_MANAGER} if move.trigger is Trigger.RECUSE else move.by


def codes(answer: Move | Refusal) -> list[str]:
    return [blocker.code for blocker in answer.blockers] if isinstance(answer, Refusal) else []


@pytest.mark.parametrize(("definition", "move"), EDGES, ids=name)
def test_every_edge_fires_and_leads_where_the_table_says(definition: Definition, move: Move) -> None:
    assert judge(definition, move, green(definition, move)) is move


@pytest.mark.parametrize(("definition", "move", "code", "facts"), BROKEN, ids=name)
def test_each_broken_fact_is_refused_with_exactly_its_code(
    definition: Definition, move: Move, code: str, facts: dict[str, Any]
) -> None:
    assert codes(judge(definition, move, replace(green(definition, move), **facts))) == [code]


def test_every_guard_has_its_expectation_and_every_expectation_its_guard() -> None:
    assert set(ASKED) == {(definition.machine, move.trigger) for definition, move in EDGES}
    for definition, move in EDGES:
        assert len(asked(definition, move)) == len(move.guards), name(move)
    assert set(ALSO) < set(ASKED) and set(SPECIAL) < {(m.trigger, m.source, m.dest) for _d, m in EDGES}


@pytest.mark.parametrize(("definition", "move", "guard"), GUARDED, ids=name)
def test_a_guard_that_was_removed_is_noticed(definition: Definition, move: Move, guard: Any) -> None:
    """The planted mutants, one for each guard of each edge: some fact that must be refused lets the move through."""
    weaker = replace(move, guards=tuple(g for g in move.guards if g is not guard))
    mutant = Definition(definition.machine, definition.version, move.source, definition.states, (weaker,))
    through = [
        code
        for code, facts in asked(definition, move).items()
        if judge(mutant, move, replace(green(definition, move), **facts)) is weaker
    ]
    assert len(through) == 1, name_of(guard)


@pytest.mark.parametrize(("definition", "move"), EDGES, ids=name)
def test_no_other_role_makes_the_move(definition: Definition, move: Move) -> None:
    others = Actor(ME, frozenset(Role) - move.by)
    refusal = decide(definition, move.source, move.trigger, others, green(definition, move), reason="because")
    assert codes(refusal) == [NOT_YOURS]


@pytest.mark.parametrize(("definition", "move"), [(d, m) for d, m in EDGES if m.needs_reason], ids=name)
def test_a_reason_is_asked_for(definition: Definition, move: Move) -> None:
    assert codes(judge(definition, move, green(definition, move), reason="  ")) == [REASON_MISSING]


def pictures(definition: Definition, state: State) -> Iterator[Any]:
    """The facts of a case in this state: as they should be for each way out, and with each fact broken alone."""
    yield GREEN[definition.machine]
    for move in definition.leaving(state):
        facts = green(definition, move)
        yield facts
        yield from (replace(facts, **broken) for broken in asked(definition, move).values())
        yield from (replace(facts, **broken) for _code, broken in ALSO.get((definition.machine, move.trigger), ()))


@pytest.mark.parametrize(("definition", "state"), [(d, s.name) for d in ALL for s in d.states], ids=name)
@pytest.mark.parametrize("person", [ME, ME + 1])
def test_what_is_offered_and_what_can_be_fired_agree(definition: Definition, state: State, person: int) -> None:
    """For every single role and every broken fact: ready means it fires, not ready that it is refused for just that."""
    for facts in pictures(definition, state):
        for role in Role:
            me = Actor(person, frozenset({role}))
            offered = {offer.move.trigger: offer for offer in offers(definition, state, me, facts)}
            for trigger in Trigger:
                answer = decide(definition, state, trigger, me, facts, reason="r")
                offer = offered.get(trigger)
                if offer is None:
                    assert codes(answer) == [NO_SUCH_MOVE], trigger
                elif not offer.mine:
                    assert codes(answer) == [NOT_YOURS], trigger
                else:
                    assert codes(answer) == [blocker.code for blocker in offer.blockers], trigger
                    assert offer.ready is (answer is offer.move), trigger


def test_an_offer_that_is_judged_for_somebody_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutant: whoever asks is told what somebody new would be told."""
    monkeypatch.setattr("workflows.engine._suited", lambda move, _actor: Actor(SOMEBODY_NEW, move.by))
    with pytest.raises(AssertionError):
        test_what_is_offered_and_what_can_be_fired_agree(APPLICATION, State.DRAFT, ME)


def test_a_move_the_state_does_not_have_is_refused_by_name() -> None:
    refusal = decide(APPLICATION, State.CLOSED, Trigger.SUBMIT, Actor(ME, frozenset(Role)), GREEN_APPLICATION)
    assert codes(refusal) == [NO_SUCH_MOVE]


def test_all_reasons_are_told_not_only_the_first() -> None:
    facts = replace(GREEN_APPLICATION, missing=("risks",), call_open=False, on_theme=False)
    refusal = decide(APPLICATION, State.DRAFT, Trigger.SUBMIT, Actor(ME, frozenset({Role.SIGNATORY})), facts)
    assert codes(refusal) == ["incomplete", "call_not_open", "off_theme"]


def test_every_fact_is_asked_for_by_a_guard() -> None:
    """A fact that no guard asks costs a statement and misleads whoever reads it as a rule."""
    asked = set(re.findall(r"\bx\.(\w+)", Path(guards.__file__).read_text("utf-8")))
    for kind in verify.FACTS.values():
        assert {field.name for field in fields(kind)} - asked == set(), kind.__name__
