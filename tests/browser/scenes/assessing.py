"""Eligibility, baseline and the reviews of the associations."""

import re

from tests.browser.papers import Paper
from tests.browser.walk import Cast
from webapp.demo.world import accounts

NAME = {account.key: account.name for account in accounts()}
ACCOUNT = {name: key for key, name in NAME.items()}
COMMENT = "Shown in the application and in the baseline."

RULES = (
    "All the partners are local authorities", "The partners come from different countries",
    "Submitted while the call was open", "The project is on a theme of the plan", "The amount is allowed by the call",
    "Colleagues work with colleagues", "The right to use the land is shown", "Nobody else pays the same costs",
    "The own share is backed",
)  # fmt: skip
LAND = "The right to use the land is shown"
ITEMS = (
    "Decision of the council", "A politician who leads", "Support of the opposition", "Own budget line",
    "Time of the contact person", "Staff who stay", "Finance officer", "Common language", "Plan and budget on time",
    "Last audit opinion", "Own revenue", "Buying by the rules", "Data about services", "Feedback of citizens",
)  # fmt: skip
LEVELS = {2: "2 – Partly", 3: "3 – Established"}
CRITERIA = (
    "Fit with plan and policy", "Capacity", "Feasibility", "Benefit for other municipalities",
    "Lasting results and risks", "Value for money",
)  # fmt: skip
MARKS = {1: "1 – Very weak", 2: "2 – Weak", 3: "3 – Sufficient", 4: "4 – Good", 5: "5 – Very good"}
# Marks for each criterion, in the order of the grid; weights 25, 15, 20, 20, 10, 10 make the score.
POINTS = {
    74: (4, 4, 4, 4, 3, 2), 78: (4, 4, 4, 4, 4, 3), 71: (4, 3, 4, 4, 3, 2), 68: (4, 4, 4, 3, 2, 2),
    57: (3, 2, 3, 3, 3, 3),
}  # fmt: skip


def take_up(cast: Cast, paper: Paper) -> None:
    cast("manager").opens(paper.title).makes("Start eligibility check").is_at("Eligibility check")


def check_every_rule(cast: Cast, paper: Paper, *, builds: bool) -> None:
    """Each rule met, with what was seen; the land only where something is built."""
    manager = cast("manager").opens(paper.title).follows("Eligibility", within="Parts of this file")
    for rule in RULES:
        verdict = "Met" if builds or rule != LAND else "Not applicable"
        manager.chooses("Verdict", verdict, within=rule)
        manager.fills({"Evidence": "Seen in the application and its files."}, within=rule)
    manager.presses("Save checklist").sees("9 of 9 rules are checked.")
    manager.makes("Send to baseline assessment").is_at("Baseline assessment")


def assess(cast: Cast, paper: Paper, *, threes: int) -> None:
    """Fourteen items for each municipality, `threes` of them established and the others partly."""
    assessor = cast("assessor").opens(paper.title)
    for place in (paper.lead, paper.partner):
        assessor.follows("Baseline", within="Parts of this file").follows(place, within="Municipalities")
        for number, item in enumerate(ITEMS):
            values = {"Score": LEVELS[3 if number < threes else 2], "Evidence": "Interview; the document was seen."}
            assessor.fills(values, within=item)
        assessor.presses("Save scores").sees("14 items are saved.")
    assessor.makes("Send to LGA review").is_at("LGA review")


def reviewers(cast: Cast, paper: Paper) -> tuple[str, str]:
    """The accounts that the product asked: the partner's association first, then the Dutch one."""
    manager = cast("manager").opens(paper.title).follows("Reviews", within="Parts of this file")
    waiting = manager.main.get_by_role("row").filter(has_text="Assigned").get_by_role("link").all_inner_texts()
    assert len(waiting) == 2, waiting
    dutch = next(name for name in waiting if "VNG" in name)
    partner = next(name for name in waiting if name != dutch)
    return ACCOUNT[partner], ACCOUNT[dutch]


def former_reviewer(cast: Cast, paper: Paper) -> str:
    """The account of somebody whose review of this file is in."""
    manager = cast("manager").opens(paper.title).follows("Reviews", within="Parts of this file")
    return ACCOUNT[manager.main.get_by_role("row").filter(has_text="Submitted").get_by_role("link").first.inner_text()]


def review(cast: Cast, paper: Paper, reviewer: str, total: int, advice: str = "Fund") -> None:
    """Declare, score, submit: the score follows from the marks."""
    person = cast(reviewer).opens(paper.title).follows("Reviews", within="Parts of this file")
    person.follows("Go to your review")
    person.chooses("Do you have a conflict of interest in this file?", "No, I have none of these ties")
    person.presses("Declare")
    for criterion, mark in zip(CRITERIA, POINTS[total], strict=True):
        person.chooses("Score", MARKS[mark], within=criterion)
        person.fills({"Comment": COMMENT}, within=criterion)
    person.chooses("Your advice", advice).presses("Save and go on to submit", "Submit review")
    person.sees("Score out of 100", re.compile(rf"\b{total}\b"))


def two_reviews(cast: Cast, paper: Paper, partner: int, dutch: int, advice: str = "Fund") -> None:
    """The scores of the partner's association and of the Dutch one; neither reviewer sees the other's too early."""
    first, second = reviewers(cast, paper)
    review(cast, paper, first, partner, advice)
    scores_are_hidden_from(cast, paper, second, first, partner)
    review(cast, paper, second, dutch, advice)
    both = cast(second).opens(paper.title).follows("Reviews", within="Parts of this file")
    both.sees("Mean score", re.compile(rf"\b{partner}\b"), re.compile(rf"\b{dutch}\b"))


def scores_are_hidden_from(cast: Cast, paper: Paper, reviewer: str, other: str, score: int) -> None:
    """Another's review is in; this reviewer's is not, so no page of the file gives its score or its comments."""
    person, number = cast(reviewer).opens(paper.title), re.compile(rf"\b{score}\b")
    person.misses("Mean score of the reviews", number)
    person.follows("Reviews", within="Parts of this file")
    person.sees("The scores of others stay hidden until your own review is in.").misses(number, "Mean score")
    person.follows(NAME[other]).sees("Review by").misses(number, "Score out of 100", COMMENT)
    person.opens(paper.title).follows("History", within="Parts of this file").misses(number)


def send_to_decision(cast: Cast, paper: Paper, lead: str) -> None:
    cast(lead).opens(paper.title).makes("Send to decision").is_at("Decision")
