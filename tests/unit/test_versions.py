"""A published version keeps its topology and the meaning of its guards for ever; another one gets another number.

Meant to publish something else? Give it its number, then `python -m tests.unit.test_versions` writes its digest, which
start-up asks for, and the golden file of the guards.
"""

import ast
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workflows import digests, versions
from workflows.definition import Definition
from workflows.definitions import ALL, APPLICATION, BY_VERSION, CURRENT, KNOWN
from workflows.guards import own_review
from workflows.verify import faults, report, unused_guards
from workflows.versions import CannotCarry, mapping, unknown
from workflows.vocabulary import Effect, Machine, Role, State, Trigger

GOLDEN = Path(__file__).parent / "golden_guards.json"
GUARDS = Path(versions.__file__).parent / "guards.py"
S, T = State, Trigger
LAST = APPLICATION.moves[-1]


def meanings(source: str) -> dict[str, str]:
    """A digest of what each guard says, without its docstring and its layout."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            body = [part for part in node.body if not _is_text(part)]
            spoken = "\n".join(ast.unparse(part) for part in body)
            found[node.name] = hashlib.sha256(spoken.encode()).hexdigest()[:16]
    return found


def _is_text(part: ast.stmt) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)


def golden() -> dict[str, str]:
    found: dict[str, str] = json.loads(GOLDEN.read_text())
    return found


def test_no_published_version_has_changed() -> None:
    """A changed table needs a new version number in `workflows.definitions`; this version's cases count on the old."""
    assert digests.changed(KNOWN, digests.given_out()) == []
    assert set(digests.given_out()) == set(digests.of(KNOWN))


def test_a_version_that_changed_under_its_number_or_was_never_given_out_is_named() -> None:
    edited = replace(APPLICATION, moves=APPLICATION.moves[:-1])
    said = "is not the table that was given out under this number (workflows/digests.py)"
    assert digests.changed([edited], digests.given_out()) == [f"application: version 1 {said}"]
    assert digests.changed([replace(APPLICATION, version=9)], digests.given_out()) == [f"application: version 9 {said}"]


def test_no_guard_of_a_published_version_means_something_else() -> None:
    """A guard that asks for something else gets another name; a fault put right is written into the golden file."""
    known, now = golden(), meanings(GUARDS.read_text())
    assert {name for name in known if now.get(name) != known[name]} == set()
    assert set(now) == set(known)


def test_a_guard_that_means_something_else_is_noticed() -> None:
    source = GUARDS.read_text()
    now = meanings(source)
    assert (
        meanings(source.replace("x.valid_reviews < x.rules.quorum", "x.valid_reviews < 1"))["quorum"] != now["quorum"]
    )
    assert meanings(source.replace("Closed only with evidence", "With evidence only")) == now


@pytest.mark.parametrize(
    "changed",
    [
        replace(APPLICATION, moves=APPLICATION.moves[:-1]),
        replace(APPLICATION, states=APPLICATION.states[:-1]),
        replace(APPLICATION, initial=S.SUBMITTED),
        replace(APPLICATION, moves=(*APPLICATION.moves[:-1], replace(LAST, guards=LAST.guards[1:]))),
        replace(APPLICATION, moves=(*APPLICATION.moves[:-1], replace(LAST, by=frozenset({Role.PROGRAMME_MANAGER})))),
        replace(APPLICATION, moves=(*APPLICATION.moves[:-1], replace(LAST, effects=(Effect.RELEASE_FUNDS,)))),
        replace(APPLICATION, moves=(*APPLICATION.moves[:-1], replace(LAST, needs_reason=True))),
        replace(APPLICATION, moves=(*APPLICATION.moves[:-1], replace(LAST, dest=S.TERMINATED))),
        replace(APPLICATION, states=(replace(APPLICATION.states[0], is_review=True), *APPLICATION.states[1:])),
    ],
)
def test_the_digest_tells_another_topology(changed: Definition) -> None:
    assert changed.digest() != APPLICATION.digest()


def test_the_digest_does_not_mind_order_number_or_drawing() -> None:
    plain = tuple(replace(spec, is_detour=not spec.is_detour) for spec in reversed(APPLICATION.states))
    same = replace(APPLICATION, version=7, states=plain, moves=tuple(reversed(APPLICATION.moves)))
    assert same.digest() == APPLICATION.digest()


def test_every_machine_has_one_current_version_and_it_is_the_newest() -> None:
    for machine in Machine:
        assert CURRENT[machine].version == max(version for known, version in BY_VERSION if known is machine)


# --- carrying --------------------------------------------------------------------------------------------------------

SHORTER = replace(
    APPLICATION,
    version=2,
    states=tuple(spec for spec in APPLICATION.states if spec.name is not S.CAPACITY_HOLD),
    moves=tuple(move for move in APPLICATION.moves if S.CAPACITY_HOLD not in (move.source, move.dest)),
)


def test_states_of_the_same_name_need_no_word() -> None:
    target = mapping(APPLICATION, SHORTER, {S.CAPACITY_HOLD: S.BASELINE})
    assert target[S.CAPACITY_HOLD] is S.BASELINE
    assert all(target[state] is state for state in target if state is not S.CAPACITY_HOLD)
    assert set(target) == {spec.name for spec in APPLICATION.states}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "capacity_hold is not mapped, and version 2 does not have it"),
        ({S.CAPACITY_HOLD: S.DUE}, "capacity_hold would become due, which version 2 does not have"),
        ({S.CAPACITY_HOLD: S.CLOSED}, "capacity_hold and closed are not both an end"),
        ({S.CAPACITY_HOLD: S.BASELINE, S.DUE: S.DRAFT}, "due is no state of version 1"),
        ({S.CAPACITY_HOLD: S.BASELINE, S.WITHDRAWN: S.DRAFT}, "withdrawn and draft are not both an end"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(given: dict[State, State], reason: str) -> None:
    with pytest.raises(CannotCarry) as refused:
        mapping(APPLICATION, SHORTER, given)
    assert refused.value.reasons == (reason,)


def test_a_version_is_not_carried_to_itself() -> None:
    with pytest.raises(CannotCarry, match="would stay in version 1"):
        mapping(APPLICATION, APPLICATION, {})


def test_what_is_stored_and_has_no_rules_is_named() -> None:
    stored = [(Machine.CALL, 1, S.OPEN), (Machine.CALL, 9, S.OPEN), (Machine.CALL, 1, S.APPEAL)]
    assert unknown(stored) == ["call version 9: open", "call version 1: appeal"]
    with pytest.raises(CannotCarry, match="call has no version 9"):
        versions.find(Machine.CALL, 9)


# --- the examination -------------------------------------------------------------------------------------------------


def first(trigger: Trigger) -> int:
    return next(place for place, move in enumerate(APPLICATION.moves) if move.trigger is trigger)


def twice(definition: Definition) -> Definition:
    place = first(T.SUBMIT)
    move = definition.moves[place]
    return replace(definition, moves=(replace(move, guards=(*move.guards, move.guards[0])), *definition.moves[1:]))


def never(definition: Definition) -> Definition:
    move = definition.moves[first(T.UPHOLD_APPEAL)]
    return replace(definition, moves=(*definition.moves, replace(move, dest=S.DECISION)))


@pytest.mark.parametrize(
    ("plant", "named"),
    [(twice, "guard acts_for_lead of submit from draft is asked twice"), (never, "is never chosen, so its guards")],
)
def test_a_guard_that_can_never_matter_is_named(plant: Callable[[Definition], Definition], named: str) -> None:
    assert any(named in fault for fault in faults(plant(APPLICATION)))
    assert any(named in text for text in report(plant(APPLICATION)).idle_guards)


def foreign(definition: Definition) -> Definition:
    move = definition.moves[0]
    return replace(definition, moves=(replace(move, guards=(*move.guards, own_review)), *definition.moves[1:]))


def test_a_guard_of_another_machine_is_named() -> None:
    assert faults(foreign(APPLICATION)) == ["application: guard own_review asks for facts of another machine"]


def test_a_guard_that_no_machine_asks_is_named() -> None:
    assert unused_guards(ALL) == []
    assert unused_guards([replace(APPLICATION, moves=())])
    assert "quorum" in unused_guards([d for d in ALL if d is not APPLICATION])


def test_the_report_names_what_is_dead() -> None:
    cut = replace(APPLICATION, moves=tuple(m for m in APPLICATION.moves if m.trigger is not T.START_CONTRACTING))
    found = report(cut)
    assert S.CONTRACTING in found.unreachable
    assert found.deadlines[0] == "reserve: reserve_days then lapse"
    lonely = replace(APPLICATION, moves=(replace(APPLICATION.moves[0], by=frozenset()), *APPLICATION.moves[1:]))
    assert report(lonely).without_owner == ("submit from draft",)


if __name__ == "__main__":
    digests.write()
    GOLDEN.write_text(json.dumps(meanings(GUARDS.read_text()), indent=2) + "\n")
