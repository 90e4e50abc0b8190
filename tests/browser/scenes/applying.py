"""From the public call to a submitted application."""

from datetime import date
from pathlib import Path

from tests.browser import papers
from tests.browser.papers import Paper
from tests.browser.walk import Cast, Person

TRUTH = "Everything in this application is true and complete, as far as we know."
NEXT = "Save and next section"
FORM = "Application form"
HOLES: tuple[tuple[str, papers.Values, str], ...] = (
    ("D. Objectives and activities", {"Owner": ""}, "Objective 1"),
    ("G. Risks", {"How likely is it?": "Not rated yet"}, "Delay"),
    ("I. Declarations and documents", {TRUTH: False}, ""),
)
MISSING = (
    "an objective has no owner. Name a function, not a person.",
    "give each of the six risks a likelihood, an impact and a measure.",
    "confirm that the application is true and complete.",
)


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


def leave_holes(cast: Cast, paper: Paper) -> None:
    """An objective without an owner, a risk that nobody rated, a declaration that nobody made."""
    editor = cast(f"editor.{paper.file.lead}")
    for section, values, group in HOLES:
        editor.opens(paper.title).follows(FORM, section).fills(values, within=group).presses("Save").sees("Saved:")


def refused_with_every_reason(cast: Cast, paper: Paper) -> None:
    """The lead's signatory reads each reason why it cannot be sent, and nothing offers to send it all the same."""
    signatory = cast(f"signatory.{paper.file.lead}").opens(paper.title).follows(FORM)
    signatory.has_no("Submit application", "Read and sign off").sees("3 things are still missing", "Submit application")
    signatory.sees("The application is not complete.", *MISSING)
    signatory.sees("Not every partner has signed off this text.", f"Still missing: {paper.lead}, {paper.partner}.")


def mend_the_holes(cast: Cast, paper: Paper) -> None:
    """From each reason a link leads to the very field."""
    editor = cast(f"editor.{paper.file.lead}")
    mended = {"D": papers.objectives(paper)[0], "G": papers.risks()["Delay"], "I": papers.answers(paper)[HOLES[2][0]]}
    for (section, holes, group), (letter, values) in zip(HOLES, mended.items(), strict=True):
        editor.opens(paper.title).follows(FORM, f"{letter} · ").sees(section, "Still missing before you can send")
        label = next(iter(holes))
        editor.has_in_view(label, group).fills({label: values[label]}, within=group).presses("Save")
    editor.opens(paper.title).follows(FORM).misses("still missing")


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


def ask(cast: Cast, paper: Paper, account: str, question: str, section: str, due_on: date) -> None:
    """Clarify before rejecting: a question, the one section that opens, and a day for the answer."""
    manager = cast(account).opens(paper.title).follows("Eligibility", within="Parts of this file")
    manager.follows("Ask for clarification")
    manager.fills({"Your question": question, "Answer by": due_on})
    manager.ticks("Sections the applicants may change", section).presses("Send the question")
    manager.sees("Your question is sent to the applicants.").is_at("Clarification asked")


def answer(cast: Cast, paper: Paper, question: str, section: str, field: str, text: str, added: str) -> None:
    """Only the named section is open; what changed is shown to both sides; everybody signs off again."""
    editor = cast(f"editor.{paper.file.lead}").opens(paper.title).follows(FORM)
    editor.sees("Only the sections it names are open", "Closed").follows("See the question and answer it")
    editor.sees(question).follows(section).fills({field: f"{text} {added}"}).presses("Save")
    editor.opens(paper.title).follows(FORM, "See the question and answer it")
    editor.sees("What changed since it was sent").adds_text(added)
    editor.fills({"Your answer": "The section now says so."}).presses("Save the answer")
    editor.sees(f"Still to sign off: {paper.lead}, {paper.partner}.")
    sign_off(cast, paper)
    editor.opens(paper.title).follows("Send the answer").makes("Send the answer")


def difference_is_visible(cast: Cast, paper: Paper, account: str, added: str) -> None:
    """Whoever asked reads what was added, marked as such and not by colour alone."""
    reader = cast(account).opens(paper.title).follows("Application", within="Parts of this file")
    reader.follows("What changed").adds_text(added)
