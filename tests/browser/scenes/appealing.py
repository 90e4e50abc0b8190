"""A refusal, its last day to appeal, the panel, and ways out of a file."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.browser.papers import Paper
from tests.browser.scenes.assessing import NAME
from tests.browser.walk import Cast, Person

REASONS = "The maintenance plan was attached and was not read. It has to be read."
SCORE_TOO_LOW = "The score is below the threshold: upkeep and way of working are not worked out."


def appeal(person: Person, paper: Paper) -> Person:
    return person.opens(paper.title).follows("Appeal", within="Parts of this file")


def give_panel_role(cast: Cast, *accounts: str) -> None:
    """The administrator makes people panel members who had a part in the file already."""
    admin = cast("admin")
    for account in accounts:
        admin.goes("/desk").follows("People", within="Main")
        admin.fills({"Name or e-mail address": f"{account}@"}).presses("Show").follows(NAME[account], "Give a role")
        admin.fills({"Where": _programme(admin)}).presses("Continue")
        admin.fills({"Role": "Appeal panel member"}).presses("Give the role")
        admin.sees(NAME[account], "Appeal panel member")


def _programme(person: Person) -> str:
    options = person.field("Where").get_by_role("option").all_inner_texts()
    return next(option for option in options if "Local Government Partnerships" in option)


def is_barred(cast: Cast, paper: Paper, account: str) -> None:
    """Whoever worked on the file cannot vote, and reads why."""
    member = appeal(cast(account), paper)
    member.sees(re.compile(rf"{NAME[account]}\s+Cannot vote\s+Not new to the file")).has_no("Vote")
    member.misses("Your vote")


def vote(cast: Cast, paper: Paper, account: str, answer: str) -> Person:
    member = appeal(cast(account), paper)
    member.chooses("Your vote", answer).fills({"Reasons": REASONS})
    return member.presses("Vote")


def upheld(cast: Cast, paper: Paper) -> None:
    """Reviewed again, and the applicants read why."""
    editor = cast(f"editor.{paper.file.lead}").opens(paper.title).is_at("LGA review")
    appeal(editor, paper).sees("The appeal is upheld. The application is looked at again.", REASONS)


def is_final(cast: Cast, paper: Paper) -> None:
    """A second refusal closes by itself, within seconds."""
    editor = cast(f"editor.{paper.file.lead}").opens(paper.title)
    editor.until_seen("Nothing more happens in this file.").is_at("Closed")
    editor.has_no("File an appeal")


def last_day_is_named(cast: Cast, paper: Paper) -> None:
    """Day 1 is the day after the letter, in the applicant's time zone; the page names day 42."""
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    last = today + timedelta(days=42)
    signatory = cast(f"signatory.{paper.file.lead}").opens(paper.title).is_at("Rejected")
    appeal(signatory, paper).until_seen("can appeal until")
    named = re.compile(rf"can appeal until ({last:%A} )?{last.day} {last:%B %Y}")
    signatory.sees(named, "Only one appeal is possible.")
    signatory.sees(f"due in 42 days, {last:%A} {last.day} {last:%B}")


def withdraw(cast: Cast, paper: Paper) -> None:
    signatory = cast(f"signatory.{paper.file.lead}").opens(paper.title)
    signatory.makes("Withdraw application", "The council wants to build the boulevard from its own means.")
    signatory.opens(paper.title).is_at("Withdrawn").sees("Nothing more happens in this file.")


def plan_shows(cast: Cast, country: str, **amounts: str) -> None:
    """The money of a country plan, as the manager reads it."""
    manager = cast("manager").goes("/desk").follows("Programmes", within="Main")
    manager.follows("Local Government Partnerships").follows(f"Country plan {country}")
    for label, amount in amounts.items():
        words = {"reserved": "Reserved for approved files", "committed": "Committed in contracts", "left": "Left"}
        manager.sees(re.compile(rf"{words[label]}\s+EUR {re.escape(amount)}"))


def only_termination(cast: Cast, paper: Paper) -> None:
    """After signature no applicant can withdraw; the director can terminate, once notice has run."""
    for place in (paper.file.lead, paper.file.partner):
        for kind in ("signatory", "editor"):
            cast(f"{kind}.{place}").opens(paper.title).misses("Withdraw application")
    director = cast("director").opens(paper.title).misses("Withdraw application")
    director.sees("Terminate the project", "Notice must be given first. Its time must be over before this step.")
