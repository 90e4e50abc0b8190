"""From the approved file to the last signature."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from docx import Document
from docx.document import Document as Word
from playwright.sync_api import expect

from tests.browser.papers import NAMES, TODAY, Paper
from tests.browser.walk import PASSWORD, Cast, Person, Values
from webapp.demo.world import PLACES

LEGAL = {place.key: place.legal_name for place in PLACES}
OFFICE = NAMES["office"]


class Tranche(NamedTuple):
    amount: str
    condition: str
    after_days: int
    is_balance: bool = False


def agreement(person: Person, paper: Paper) -> Person:
    return person.opens(paper.title).follows("Agreement", within="Parts of this file")


def settle_memorandum(cast: Cast, paper: Paper) -> None:
    """Computed from the budget, explained by its lines, and settled before contracting starts."""
    manager = agreement(cast("manager"), paper)
    manager.sees("Memorandum", "The grant pays no investment to a partner, so a memorandum is enough.")
    manager.sees(*(line.title for line in paper.file.lines))
    manager.follows("Settle the kind of agreement").chooses("Kind of agreement", "Memorandum")
    manager.presses("Settle the kind of agreement").sees("The kind of agreement is settled.")
    manager.makes("Start contracting").opens(paper.title).is_at("Contracting")


def settle_contract(cast: Cast, paper: Paper) -> None:
    """An investment asks for the contract: the memorandum is not among the choices [S2.15]."""
    manager = agreement(cast("manager"), paper)
    manager.sees("Investment contract", "A memorandum is not possible.", "Budget lines that decide it")
    manager.sees(*(line.title for line in paper.file.lines if line.category == "investment"))
    manager.misses(*(line.title for line in paper.file.lines if line.category == "audit"))
    manager.follows("Settle the kind of agreement").sees("a memorandum cannot be chosen")
    expect(manager.main.get_by_role("radio", name="Memorandum")).to_have_count(0)
    manager.chooses("Kind of agreement", "Investment contract").presses("Settle the kind of agreement")
    manager.makes("Start contracting").opens(paper.title).is_at("Contracting")


def name_signatories(cast: Cast, paper: Paper) -> None:
    """Each party's signatory with capacity and mandate: the partner first, the programme's director last."""
    manager = agreement(cast("manager"), paper)
    manager.sees("Before the contract can be written", f"Name the person who signs for {paper.partner}.")
    for place, name in ((paper.file.partner, paper.partner), (paper.file.lead, paper.lead), ("office", OFFICE)):
        manager.follows(f"Who signs for {name}").sees(LEGAL[place])
        manager.fills(
            {
                "In which capacity": "Director" if place == "office" else "Legal representative",
                "Under which decision": "Mandate of the board" if place == "office" else "Resolution of the council",
                "Number of the decision": f"{place.upper()}-7",
                "Date of the decision": TODAY - timedelta(days=10),
            }
        )
        manager.presses("Save who signs").sees(f"Saved: who signs for {name}.")


def schedule(cast: Cast, paper: Paper, tranches: list[Tranche]) -> Person:
    """Write the schedule and press save; whether it is accepted is for the journey to say."""
    manager = agreement(cast("manager"), paper).follows("Schedule of tranches")
    while manager.main.get_by_role("group", name=re.compile(r"^\s*Tranche \d+")).count() < len(tranches):
        manager.presses("Check the sum")
    for number, tranche in enumerate(tranches, start=1):
        values: Values = {
            "Amount": tranche.amount, "Paid when": tranche.condition,
            "Planned for": paper.starts_on + timedelta(days=tranche.after_days),
            "Balance, paid after the costs are accepted": tranche.is_balance,
        }  # fmt: skip
        manager.fills(values, within=f"Tranche {number}")
    return manager.presses("Save the schedule")


def train(cast: Cast, paper: Paper, *trainees: str) -> None:
    """Whoever is trained passes it on: one obligation each [S2.22]."""
    manager = agreement(cast("manager"), paper).follows("Knowledge sharing")
    for trainee in trainees:
        manager.fills(
            {
                "Municipality": paper.partner, "Who is trained": trainee, "In which training": "Training on the job",
                "How they pass it on": "An internship for an officer of another council",
                "Before": paper.ends_on - timedelta(days=60),
            }
        )  # fmt: skip
        manager.presses("Add this obligation").sees("The obligation is added.", f"{trainee}, {paper.partner}")


def write(cast: Cast, paper: Paper, folder: Path) -> Word:
    """The Word file as the manager downloads it, opened."""
    manager = (
        agreement(cast("manager"), paper)
        .presses("Write the contract")
        .sees("A second officer checks it before it is issued.")
    )
    file = folder / "agreement.docx"
    manager.downloads("Word file").save_as(file)
    return Document(BytesIO(file.read_bytes()))


def text_of(document: Word) -> str:
    """Every text of the file: body, tables however deep, headers and footers."""
    parts = [document.element.body]
    for section in document.sections:
        parts += [section.header._element, section.footer._element]
    paragraphs = (node for part in parts for node in part.iter(_tag("p")))
    return "\n".join("".join(run.text or "" for run in paragraph.iter(_tag("t"))) for paragraph in paragraphs)


def _tag(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


def issue(cast: Cast, paper: Paper) -> None:
    """Who wrote the version cannot issue it unchecked: a finance officer reads it and checks its very bytes."""
    manager = agreement(cast("manager"), paper)
    manager.sees("Nobody but its author has checked this version yet.")
    officer = agreement(cast("finance"), paper).follows("Read version 1 and check it")
    officer.sees("Key terms", "Not checked").follows("Check this version")
    officer.fills({"I have read this text": True}).presses("Check this version").sees("You have checked version 1.")
    agreement(cast("manager"), paper).makes("Issue for signature")


def sign_by_everybody(cast: Cast, paper: Paper) -> None:
    """In this order and in no other; the last signature puts the agreement in force."""
    order = (f"signatory.{paper.file.partner}", f"signatory.{paper.file.lead}", "director")
    last = agreement(cast("director"), paper)
    last.has_no("Read and sign")
    for account in order:
        person = agreement(cast(account), paper).follows("Read and sign")
        person.sees("1. Read it first", "Check number (SHA-256)")
        person.fills({"I have read the document and I agree": True, "Your password": PASSWORD}).presses("Sign")
    agreement(cast("director"), paper).sees("In force")
    expect(last.main.get_by_role("cell", name=re.compile(r"^\s*Signed \d"))).to_have_count(3)
    cast("manager").opens(paper.title).is_at("Signed")
