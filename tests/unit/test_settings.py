"""A programme's figures against the tables: what contradicts itself, closes a state or strands a file is refused."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from webapp.wording.settings import CONTRADICTIONS, contradiction
from workflows.definitions import ALL, APPLICATION
from workflows.facts import Rules
from workflows.settings import CLOSES, Contradiction, Standing, contradictions, doubts
from workflows.vocabulary import AuditLevel, Role, State

NOWHERE = Standing()
R = Role


def found(standing: Standing = NOWHERE, **figures: Any) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in contradictions(replace(Rules(), **figures), ALL, standing)}


def test_the_proposals_contradict_nothing() -> None:
    assert contradictions(Rules(), ALL, NOWHERE) == ()


@pytest.mark.parametrize(
    ("figures", "field", "code"),
    [
        ({"mandate_manager": Decimal(150_001)}, "mandate_finance", "mandates_cross"),
        ({"advance_percent": 91}, "advance_limit_percent", "advances_cross"),
        ({"advance_limit_percent": 101}, "advance_limit_percent", "not_a_percentage"),
        ({"quorum": 0}, "quorum", "nobody_reviews"),
        ({"appeal_days": 0}, "appeal_days", "no_time_at_all"),
        ({"reserve_days": 0}, "reserve_days", "no_time_at_all"),
        ({"review_days": 0}, "review_days", "no_time_at_all"),
        ({"final_report_months": -1}, "final_report_months", "negative"),
        ({"interim_report_months": 0}, "interim_report_months", "no_time_at_all"),
        ({"remind_before_days": 21}, "remind_before_days", "reminder_too_early"),
        ({"escalation_days": 6}, "escalation_days", "escalation_before_reminder"),
        ({"investment_audit": AuditLevel.NONE}, "investment_audit", "investment_unaudited"),
        ({"fit_minimum": 6}, "fit_minimum", "state_closed"),
        ({"baseline_bar": Decimal("4.5")}, "baseline_bar", "state_closed"),
        ({"fund_from": Decimal(101)}, "fund_from", "state_closed"),
        ({"clarification_days": 0}, "clarification_days", "state_closed"),
    ],
)
def test_what_cannot_hold_is_said_at_its_figure(figures: dict[str, Any], field: str, code: str) -> None:
    assert (field, code) in found(**figures)


def test_the_edges_themselves_hold() -> None:
    assert (
        found(mandate_manager=Decimal(150_000), advance_percent=90, remind_before_days=20, escalation_days=7) == set()
    )
    assert found(appeal_days=1, remind_before_days=0) == set()


def test_a_closed_guard_names_the_states_that_only_it_opens() -> None:
    """Without money nobody is signed: every state after approval is lost, and the first of them is named."""
    lost = contradictions(replace(Rules(), fund_from=Decimal(101)), ALL, NOWHERE)
    assert [one.params for one in lost] == [(("state", "approved"),)]
    assert found(appeal_days=0) >= {("appeal_days", "state_closed")}, "nobody could appeal"


def test_the_hold_may_be_switched_off_while_nobody_is_on_hold() -> None:
    assert found(capacity_hold=False) == set()
    held = Standing(by_state={State.CAPACITY_HOLD: 2, State.BASELINE: 5})
    assert found(held, capacity_hold=False) == {("capacity_hold", "files_stand_there")}
    assert found(held) == set()


def doubted(standing: Standing, **figures: Any) -> list[tuple[str, str, dict[str, str]]]:
    return [(one.field, one.code, dict(one.params)) for one in doubts(replace(Rules(), **figures), standing)]


def test_more_reviews_than_people_of_a_plan_is_doubted_for_that_plan() -> None:
    few = Standing(reviewers={"Rwanda": 2, "Uganda": 3})
    assert doubted(few, quorum=3) == [("quorum", "too_few_reviewers", {"plan": "Rwanda", "count": "2"})]
    assert doubted(few, quorum=2) == []
    assert found(few, quorum=3) == set(), "people can be appointed"


WHOLE = {R.PROGRAMME_MANAGER: 2, R.FINANCE_OFFICER: 1, R.DIRECTOR: 1}


@pytest.mark.parametrize(
    ("gone", "largest", "figures", "named"),
    [
        ({}, 500_000, {}, set()),
        ({R.FINANCE_OFFICER: 0}, 500_000, {"mandate_manager": Decimal(0)}, {"mandate_manager", "mandate_finance"}),
        ({R.FINANCE_OFFICER: 0}, 150_000, {"mandate_manager": Decimal(0)}, {"mandate_manager"}),
        ({R.FINANCE_OFFICER: 0}, 25_000, {}, set()),  # no grant is that large
        ({R.DIRECTOR: 0}, 500_000, {}, {"mandate_finance"}),
        ({R.DIRECTOR: 0}, 150_000, {}, set()),
        ({R.PROGRAMME_MANAGER: 1}, 20_000, {}, {"mandate_manager"}),  # who recommends does not confirm
        ({R.PROGRAMME_MANAGER: 0}, 500_000, {"mandate_manager": Decimal(0), "mandate_finance": Decimal(0)}, set()),
    ],
)
def test_a_level_that_nobody_can_confirm_is_doubted(
    gone: dict[Role, int], largest: int, figures: dict[str, Any], named: set[str]
) -> None:
    standing = Standing(holders=WHOLE | gone, largest=Decimal(largest))
    assert {one[0] for one in doubted(standing, **figures)} == named
    assert doubted(replace(standing, holders=None), **figures) == [], "not asked while the mandates stay as they are"


def test_the_missing_role_is_named_with_how_many_there_are() -> None:
    standing = Standing(holders=WHOLE | {R.FINANCE_OFFICER: 0}, largest=Decimal(100_000))
    missing = {"role": "finance_officer", "count": "0", "need": "1"}
    assert doubted(standing) == [("mandate_manager", "too_few_confirm", missing)]


def test_an_audit_cannot_be_asked_of_files_that_are_closing_without_one() -> None:
    closing = Standing(closing_without_audit=1)
    assert found(closing, memorandum_audit=AuditLevel.NONE) == set()
    assert found(closing) == {("memorandum_audit", "closing_without_audit")}


def test_every_guard_that_a_figure_can_close_is_in_the_table() -> None:
    """A name that no move asks would be a check that can never fail."""
    asked = {guard.__name__ for move in APPLICATION.moves for guard in move.guards}
    assert CLOSES.keys() <= asked


def test_every_contradiction_has_words() -> None:
    app = Flask(__name__)
    Babel(app)
    params = (
        ("count", "2"), ("days", "21"), ("state", "reserve"), ("need", "1"), ("role", "director"), ("plan", "Rwanda"),
    )  # fmt: skip
    with app.app_context():
        said = {code: contradiction(Contradiction("quorum", code, params)) for code in CONTRADICTIONS}
    assert all("%" not in text and "_" not in text for text in said.values())
    assert "On the reserve list" in said["state_closed"]
    with pytest.raises(KeyError):
        contradiction(Contradiction("quorum", "planted"))
