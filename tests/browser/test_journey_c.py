"""Journey C, without JavaScript: refusal, appeal, second refusal; and the ways out before and after signature."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.papers import existing
from tests.browser.scenes import appealing, applying, assessing, deciding
from tests.browser.walk import Cast

MARKET, BOULEVARD = existing("market"), existing("boulevard")
TOURISM, BUDGETS = existing("tourism"), existing("participation")
QUESTION = "How are people reached who cannot come to an evening meeting?"
SECTION, FIELD = "C. Problem and approach", "How will you work on it together?"
ADDED = "Moderators also visit people at home."


@pytest.fixture
def cast(open_page: Callable[..., Page]) -> Cast:
    return Cast(open_page, java_script_enabled=False)


@pytest.mark.browser
def test_an_appeal_is_upheld_and_the_second_refusal_is_final(cast: Cast) -> None:
    reviewer = assessing.former_reviewer(cast, MARKET)
    appealing.give_panel_role(cast, "manager2", reviewer)
    appealing.is_barred(cast, MARKET, "manager2")
    appealing.is_barred(cast, MARKET, reviewer)
    vote = "Uphold the appeal"
    appealing.vote(cast, MARKET, "panel1", vote).sees("Your vote is kept. Another member votes now.")
    appealing.vote(cast, MARKET, "panel2", vote).sees("The appeal is settled. A letter follows.")
    appealing.upheld(cast, MARKET)
    assessing.two_reviews(cast, MARKET, 57, 57, advice="Reject")
    assessing.send_to_decision(cast, MARKET, "ulga-lead")
    deciding.recommend(cast, MARKET.title, "Rejected", appealing.SCORE_TOO_LOW)
    deciding.confirm(cast, MARKET.title, "manager2", "programme manager")
    deciding.confirm(cast, MARKET.title, "finance", "finance officer")
    appealing.is_final(cast, MARKET)


@pytest.mark.browser
def test_withdrawing_frees_the_money_and_is_possible_only_before_signature(cast: Cast) -> None:
    appealing.plan_shows(cast, "Rwanda", reserved="240,000.00", committed="18,000.00", left="942,000.00")
    appealing.withdraw(cast, BOULEVARD)
    appealing.plan_shows(cast, "Rwanda", reserved="0.00", committed="18,000.00", left="1,182,000.00")
    appealing.only_termination(cast, TOURISM)


@pytest.mark.browser
def test_a_refusal_names_the_last_day_to_appeal(cast: Cast) -> None:
    applying.answer(cast, BUDGETS, QUESTION, SECTION, FIELD, BUDGETS.file.approach, ADDED)
    assessing.two_reviews(cast, BUDGETS, 57, 57, advice="Reject")
    assessing.send_to_decision(cast, BUDGETS, "ulga-lead")
    deciding.recommend(cast, BUDGETS.title, "Rejected", appealing.SCORE_TOO_LOW)
    deciding.confirm(cast, BUDGETS.title, "manager2", "programme manager")
    appealing.last_day_is_named(cast, BUDGETS)
