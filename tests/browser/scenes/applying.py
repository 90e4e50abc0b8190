"""From the public call to a submitted application."""

from pathlib import Path

from tests.browser import papers
from tests.browser.papers import Paper
from tests.browser.walk import Cast, Person

NEXT = "Save and next section"
FORM = "Application form"


def start(cast: Cast, paper: Paper, call: str) -> None:
    """From the page that everybody can read, through the choice of a partner."""
    visitor = cast.visitor().goes("/").follows("See the open calls", call)
    visitor.sees(paper.file.theme, "Last day").follows("Start an application")
    editor = cast.enters(visitor, f"editor.{paper.file.lead}").sees("Start an application")
    editor.fills({"Lead municipality": paper.lead, "Partner": paper.partner, "Title of the project": paper.title})
    editor.presses("Start the application").sees("Your application is started", paper.title)
    editor.is_at("Draft")


def write_nine_sections(cast: Cast, paper: Paper) -> None:
    """One after the other, as the button leads from each section to the next."""
    editor = cast(f"editor.{paper.file.lead}")
    plain = papers.answers(paper)
    editor.opens(paper.title).follows(FORM).follows("A. Partners and project")
    for name in ("A. Partners and project", "B. Fit with the country plan", "C. Problem and approach"):
        _answer(editor, name, plain[name])
    _write_rows(editor, "D. Objectives and activities", "Objective", "Add an objective", papers.objectives(paper))
    _answer(editor, "E. Learning from each other", plain["E. Learning from each other"])
    _write_rows(editor, "F. Budget", "Line", "Add a line", papers.budget(paper))
    editor.sees("G. Risks")
    for risk, values in papers.risks().items():
        editor.fills(values, within=risk)
    editor.presses(NEXT).sees("Saved: Risks.")
    _answer(editor, "H. After the project", plain["H. After the project"])
    editor.sees("I. Declarations and documents").fills(plain["I. Declarations and documents"])
    editor.presses("Save and back to the overview").sees("Saved: Declarations and documents.")


def _answer(editor: Person, name: str, values: papers.Values) -> None:
    editor.sees(name).fills(values).presses(NEXT).sees(f"Saved: {name[3:]}.")


def _write_rows(editor: Person, name: str, row: str, add: str, rows: list[papers.Values]) -> None:
    """A row at a time: the button adds an empty one and keeps what was typed."""
    editor.sees(name)
    for number, values in enumerate(rows, start=1):
        if number > 1:
            editor.presses(add).sees("An empty row is added.")
        editor.fills(values, within=f"{row} {number}")
    editor.presses(NEXT).sees(f"Saved: {name[3:]}.")


def attach_evidence(cast: Cast, paper: Paper, file: Path) -> None:
    editor = cast(f"editor.{paper.file.lead}")
    editor.opens(paper.title).follows(FORM, "I. Declarations and documents")
    editor.presses("Save, then add or remove files")
    editor.adds("File", file).fills({"What it shows": "Council decision on the partnership"})
    editor.presses("Add the file").sees("Council decision on the partnership", file.name)


def sign_off(cast: Cast, paper: Paper, *places: str) -> None:
    """Each signatory reads the whole and signs off exactly this content."""
    for place in places or (paper.file.partner, paper.file.lead):
        signatory = cast(f"signatory.{place}")
        signatory.opens(paper.title).follows(FORM, "Read and sign off")
        signatory.sees("Your sign-off holds for exactly this content", paper.file.problem)
        signatory.fills({"I have read the whole application and stand behind it for my municipality.": True})
        signatory.presses("Sign off").sees("Signed off. Your partners get a message.")


def submit(cast: Cast, paper: Paper) -> None:
    signatory = cast(f"signatory.{paper.file.lead}")
    signatory.opens(paper.title).makes("Submit application").is_at("Submitted")
