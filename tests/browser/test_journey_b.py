"""Journey B, with JavaScript: an investment, from a missing land title to the first report falling due."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.papers import TODAY, paper
from tests.browser.scenes import applying, assessing, contracting, deciding, following
from tests.browser.scenes.contracting import Tranche
from tests.browser.walk import Cast

PAPER = paper("waste", "A transfer station for the north of Kamuli", months=24)
QUESTION = "Please show that the land of the transfer station is held by the municipality."
SECTION, FIELD = "C. Problem and approach", "How will you work on it together?"
TITLE = "The land is held by the council under a freehold title, plot 14 in block 3."
TRANCHES = [
    Tranche("80000.00", "Entry into force", 0),
    Tranche("64000.00", "Interim report; 70% of the first tranche spent", 395),
    Tranche("18000.00", "Taking-over of the works", 600),
    Tranche("18000.00", "Acceptance of the final report", 820, is_balance=True),
]
TOO_MUCH = "The tranches add up to EUR 182,000.00, that is EUR 2,000.00 more than the grant of EUR 180,000.00."


@pytest.mark.browser
def test_an_investment_from_a_missing_title_to_its_first_report(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:  # fmt: skip
    cast = Cast(open_page)
    is_returned_for_the_land_title(cast)
    is_assessed(cast)
    needs_finance_and_director(cast)
    is_contracted(cast, tmp_path)
    following.set_up(cast, PAPER, committee=True)
    following.first_report_is_listed(cast, PAPER)


def is_returned_for_the_land_title(cast: Cast) -> None:
    applying.start(cast, PAPER, "Partnership grants Uganda")
    applying.write_nine_sections(cast, PAPER)
    applying.sign_off(cast, PAPER)
    applying.submit(cast, PAPER)
    assessing.take_up(cast, PAPER)
    applying.ask(cast, PAPER, "manager", QUESTION, SECTION, TODAY + timedelta(days=14))
    applying.answer(cast, PAPER, QUESTION, SECTION, FIELD, PAPER.file.approach, TITLE)
    applying.difference_is_visible(cast, PAPER, "manager", TITLE)


def is_assessed(cast: Cast) -> None:
    assessing.check_every_rule(cast, PAPER, builds=True)
    assessing.assess(cast, PAPER, threes=6)
    assessing.two_reviews(cast, PAPER, 71, 68)
    assessing.send_to_decision(cast, PAPER, "ulga-lead")


def needs_finance_and_director(cast: Cast) -> None:
    """Above EUR 150,000 a second manager does not suffice; nothing is decided until both have confirmed."""
    deciding.recommend(cast, PAPER.title)
    deciding.needs(cast, PAPER.title, "Finance officer", "Director")
    deciding.cannot_confirm(cast, PAPER.title, "manager2")
    deciding.confirm(cast, PAPER.title, "finance", "finance officer")
    cast("manager").opens(PAPER.title).is_at("Decision")
    deciding.confirm(cast, PAPER.title, "director", "director")
    deciding.approved(cast, PAPER)


def is_contracted(cast: Cast, folder: Path) -> None:
    contracting.settle_contract(cast, PAPER)
    contracting.name_signatories(cast, PAPER)
    contracting.schedule(cast, PAPER, [*TRANCHES[:3], TRANCHES[3]._replace(amount="20000.00")]).is_refused(TOO_MUCH)
    contracting.schedule(cast, PAPER, TRANCHES).sees("The schedule is saved: it adds up to the grant.")
    contracting.train(cast, PAPER, "Station supervisor")
    text = contracting.text_of(contracting.write(cast, PAPER, folder))
    for words in ("Municipality of Goes", "Kamuli Municipal Council", "180,000.00", "64,000.00", "Station supervisor"):
        assert words in text
    assert "{{" not in text
    contracting.issue(cast, PAPER)
    contracting.sign_by_everybody(cast, PAPER)
