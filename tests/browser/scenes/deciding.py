"""Recommendation, confirmations, and the appeal."""

import re

from playwright.sync_api import expect

from tests.browser.papers import Paper
from tests.browser.walk import Cast

REASONS = "Both reviews advise to fund; the theme of the plan is served and the capacity is there."


def recommend(cast: Cast, title: str, outcome: str = "Approved", reasons: str = REASONS) -> None:
    manager = cast("manager").opens(title).follows("Decision", within="Parts of this file")
    manager.chooses("Outcome", outcome).fills({"Reasons": reasons})
    manager.presses("Recommend").sees("Recommended", "Who confirms")
    manager.has_no("Confirm as programme manager")


def confirm(cast: Cast, title: str, account: str, role: str) -> None:
    person = cast(account).opens(title).follows("Decision", within="Parts of this file")
    person.follows(f"Confirm as {role}").sees("Confirm the recommendation").presses("Confirm")


def approved(cast: Cast, paper: Paper) -> None:
    editor = cast(f"editor.{paper.file.lead}").opens(paper.title).is_at("Approved")
    editor.sees("Approved the application").follows("Letters", within="Parts of this file").sees("Award letter")


def needs(cast: Cast, title: str, *roles: str) -> None:
    """The roles that must confirm, each still waiting, and no other."""
    manager = cast("manager").opens(title).follows("Decision", within="Parts of this file")
    waiting = manager.main.get_by_role("region", name="Who confirms").get_by_text("Waiting", exact=True)
    expect(waiting).to_have_count(len(roles))
    for role in roles:
        manager.sees(re.compile(rf"{role}\s+Waiting"))


def cannot_confirm(cast: Cast, title: str, account: str) -> None:
    """A role that the mandate does not ask for finds nothing to confirm."""
    person = cast(account).opens(title).follows("Decision", within="Parts of this file")
    person.sees("Who confirms")
    expect(person.main.get_by_role("link", name=re.compile("^Confirm as"))).to_have_count(0)
    person.opens(title).is_at("Decision")
