"""Journey A, with JavaScript: the whole life of a memorandum, from the public call to the closed file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.papers import paper
from tests.browser.scenes import applying, assessing, contracting, deciding, following
from tests.browser.scenes.contracting import Tranche
from tests.browser.walk import Cast

PAPER = paper("tourism", "Visitors who stay a night longer", months=18)
COSTS = {"Travel and stay": "4000", "Expertise": "2400", "Training and meetings": "2000", "Other costs": "500"}
TRANCHES = [
    Tranche("14400.00", "Entry into force", 0),
    Tranche("3600.00", "Acceptance of the final report", 640, is_balance=True),
]
TRAINEES = ("Tourism officer", "Statistics officer")


@pytest.mark.browser
def test_a_memorandum_from_the_open_call_to_the_closed_file(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:  # fmt: skip
    cast = Cast(open_page)
    applies(cast, tmp_path)
    is_assessed_and_decided(cast)
    is_contracted(cast, tmp_path)
    is_followed_and_closed(cast)


def applies(cast: Cast, folder: Path) -> None:
    decision = folder / "council-decision.txt"
    decision.write_text("The council of Rheden decided on the partnership.\n")
    applying.start(cast, PAPER, "Partnership grants Rwanda")
    applying.write_nine_sections(cast, PAPER)
    applying.attach_evidence(cast, PAPER, decision)
    applying.leave_holes(cast, PAPER)
    applying.refused_with_every_reason(cast, PAPER)
    applying.mend_the_holes(cast, PAPER)
    applying.sign_off(cast, PAPER)
    applying.submit(cast, PAPER)


def is_assessed_and_decided(cast: Cast) -> None:
    assessing.take_up(cast, PAPER)
    assessing.check_every_rule(cast, PAPER, builds=False)
    assessing.assess(cast, PAPER, threes=8)
    assessing.two_reviews(cast, PAPER, 74, 78)
    assessing.send_to_decision(cast, PAPER, "ralga-lead")
    deciding.recommend(cast, PAPER.title)
    deciding.needs(cast, PAPER.title, "Programme manager")
    deciding.confirm(cast, PAPER.title, "manager2", "programme manager")
    deciding.approved(cast, PAPER)


def is_contracted(cast: Cast, folder: Path) -> None:
    contracting.settle_memorandum(cast, PAPER)
    contracting.name_signatories(cast, PAPER)
    contracting.schedule(cast, PAPER, TRANCHES).sees("The schedule is saved: it adds up to the grant.")
    contracting.train(cast, PAPER, *TRAINEES)
    text = contracting.text_of(contracting.write(cast, PAPER, folder))
    for words in ("Municipality of Rheden", "Rubavu District", "18,000.00", "eighteen thousand", *TRAINEES):
        assert words in text
    assert "{{" not in text
    contracting.issue(cast, PAPER)
    contracting.sign_by_everybody(cast, PAPER)


def is_followed_and_closed(cast: Cast) -> None:
    following.set_up(cast, PAPER, committee=False)
    following.report_refused_completed_returned_accepted(cast, PAPER, "1. Interim report", COSTS)
    following.final_report(cast, PAPER, "2. Final report", COSTS)
    following.start_closing(cast, PAPER)
    following.closing_waits_for(cast, PAPER, SHARING.format(2), NO_OPINION)
    following.fulfil(cast, PAPER, TRAINEES[0])
    following.closing_waits_for(cast, PAPER, SHARING.format(1), NO_OPINION)
    following.fulfil(cast, PAPER, TRAINEES[1])
    following.closing_waits_for(cast, PAPER, NO_OPINION, no_longer=("still have to share",))
    following.give_opinion(cast, PAPER)
    following.close(cast, PAPER)


SHARING = "Some people who were trained still have to share what they learnt. Still open: {}."
NO_OPINION = "The auditor has not given an opinion yet."
