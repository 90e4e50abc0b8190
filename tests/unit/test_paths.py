"""What would it take: the shortest way, the regular one first."""

from dataclasses import replace
from itertools import pairwise

import pytest

from workflows import paths
from workflows.definition import Definition
from workflows.definitions import ALL, APPLICATION
from workflows.vocabulary import Outcome, State, Trigger

S, T = State, Trigger


def way(source: State, target: State, definition: Definition = APPLICATION) -> list[Trigger] | None:
    found = paths.shortest(definition, source, target)
    return None if found is None else [move.trigger for move in found]


@pytest.mark.parametrize(
    ("source", "target", "triggers"),
    [
        (S.APPROVED, S.SIGNED, [T.START_CONTRACTING, T.CONCLUDE]),
        (S.REVIEW, S.REJECTED, [T.SEND_TO_DECISION, T.REJECT]),
        (S.BASELINE, S.CAPACITY_HOLD, [T.HOLD_FOR_CAPACITY]),
        (S.SIGNED, S.SIGNED, []),
        (S.CLOSED, S.SIGNED, None),
        (S.WITHDRAWN, S.DRAFT, None),
    ],
)
def test_the_fewest_moves(source: State, target: State, triggers: list[Trigger] | None) -> None:
    assert way(source, target) == triggers


def test_the_regular_way_goes_around_a_shorter_detour() -> None:
    """Rejecting and letting the appeal time pass closes a file in two moves; nobody who asks for the way means that."""
    assert way(S.DECISION, S.CLOSED) == [
        T.APPROVE, T.START_CONTRACTING, T.CONCLUDE, T.START_MONITORING, T.START_CLOSING, T.CLOSE,
    ]  # fmt: skip
    plain = tuple(replace(spec, is_detour=False) for spec in APPLICATION.states)
    assert way(S.DECISION, S.CLOSED, replace(APPLICATION, states=plain)) == [T.PUT_ON_RESERVE, T.LAPSE]


def test_a_detour_is_taken_where_there_is_no_other_way() -> None:
    assert way(S.REJECTED, S.DECISION) == [T.FILE_APPEAL, T.UPHOLD_APPEAL, T.SEND_TO_DECISION]


def test_who_was_asked_answers_to_who_asked() -> None:
    """A question from the review goes back to the review: it is no short cut to the baseline, nor an appeal to both."""
    assert way(S.REVIEW, S.BASELINE) is None
    assert S.BASELINE not in paths.reachable(APPLICATION, S.REVIEW)
    assert way(S.INELIGIBLE, S.BASELINE) == [T.FILE_APPEAL, T.UPHOLD_APPEAL, T.PASS_ELIGIBILITY]
    assert way(S.REJECTED, S.BASELINE) is None
    assert way(S.APPEAL, S.BASELINE) == [T.UPHOLD_APPEAL, T.PASS_ELIGIBILITY]  # where it came from is not known here


def test_the_first_move_is_one_that_the_case_can_really_take() -> None:
    back = APPLICATION.edges(S.CLARIFICATION, T.ANSWER_CLARIFICATION)
    to_eligibility = [move for move in back if move.dest is S.ELIGIBILITY]
    found = paths.shortest(APPLICATION, S.CLARIFICATION, S.DECISION, to_eligibility)
    assert found is not None
    assert [move.dest for move in found] == [S.ELIGIBILITY, S.BASELINE, S.REVIEW, S.DECISION]
    assert paths.shortest(APPLICATION, S.CLARIFICATION, S.DECISION, []) is None


@pytest.mark.parametrize("definition", ALL, ids=lambda d: d.machine.value)
def test_every_way_of_every_machine_is_a_chain_of_its_own_moves(definition: Definition) -> None:
    for source in definition.states:
        known = paths.reachable(definition, source.name)
        for target in definition.states:
            found = paths.shortest(definition, source.name, target.name)
            assert (found is not None) == (target.name in known or target is source)
            if found:
                assert (found[0].source, found[-1].dest) == (source.name, target.name)
                assert all(a.dest is b.source for a, b in pairwise(found))
                assert set(found) <= set(definition.moves)


@pytest.mark.parametrize("definition", ALL, ids=lambda d: d.machine.value)
def test_the_regular_states_begin_at_the_beginning_and_end_well(definition: Definition) -> None:
    regular = paths.regular(definition)
    assert regular[0] is definition.initial
    assert definition.spec(regular[-1]).outcome is Outcome.COMPLETED
    assert not any(definition.spec(state).is_detour for state in regular)


def test_the_path_of_a_file_is_the_one_that_was_agreed() -> None:
    """The spine above every file is read from the table; a step more or less is meant, or it is a mistake."""
    assert [state.value for state in paths.regular(APPLICATION)] == [
        "draft", "submitted", "eligibility", "baseline", "review", "decision", "approved", "contracting", "signed",
        "monitoring", "closing", "closed",
    ]  # fmt: skip
