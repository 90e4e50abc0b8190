"""Monitoring: set-up, reports, obligations, audit, closing."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.papers import Paper
from tests.browser.walk import Cast, Person, Values
from webapp.demo.world import PLACES
from webapp.services.calendars import is_free
from workflows.deadlines import working_day

REPORT: Values = {
    "How many services or activities were delivered in this period?": "6",
    "Of what?": "coaching sessions",
    "What makes you say so?": "Every session had an agenda, notes and a follow-up.",
}
SATISFACTION: Values = {
    "How many of the people asked are satisfied?": "84",
    "How many people answered?": "37",
    "How did you ask them?": "A short interview after each session.",
}
PASSED_ON = "An officer of the next district worked with us for two weeks; her report is with the council."


def monitoring(person: Person, paper: Paper) -> Person:
    return person.opens(paper.title).follows("Monitoring", within="Parts of this file")


def set_up(cast: Cast, paper: Paper, *, committee: bool) -> None:
    """Yes or no with a reason, and a focal point for each municipality; then monitoring can start."""
    manager = monitoring(cast("manager"), paper)
    manager.sees("It is not decided yet whether there will be a monitoring committee.").has_no("Start monitoring")
    manager.follows("Decide").chooses("Will there be a monitoring committee?", "Yes" if committee else "No")
    if committee:
        manager.chooses("Which municipality has the chair first?", paper.lead)
    manager.fills({"Why?": "The size of the works asks for it." if committee else "An exchange of this size is small."})
    manager.presses("Record the decision")
    for place in (paper.lead, paper.partner):
        manager.main.get_by_role("link", name=f"Focal point, {place}").click()
        manager.chooses("Who is the focal point?", f"Head of internal control, {place}")
        manager.presses("Name as focal point")
    manager.makes("Start monitoring").opens(paper.title).is_at("Monitoring")


def open_report(person: Person, paper: Paper, kind: str) -> Person:
    return monitoring(person, paper).follows(kind)


def write_report(person: Person, kinds_of_cost: dict[str, str]) -> Person:
    """Three of the four sections: services, quality and finance, but nothing about satisfaction."""
    person.fills(REPORT).chooses("How good were they?", "4 – good")
    for kind, amount in kinds_of_cost.items():
        person.fills({"Spent in this period": amount}, within=kind)
    return person


def report_refused_completed_returned_accepted(cast: Cast, paper: Paper, kind: str, costs: dict[str, str]) -> None:
    """Three sections filled is refused [S1.10]; then whole; sent back once; then accepted by somebody else."""
    editor = open_report(cast(f"editor.{paper.file.lead}"), paper, kind)
    write_report(editor, costs).presses("Save and submit")
    editor.is_refused("It cannot be submitted yet", "Satisfaction of citizens: fill in this part before you submit.")
    editor.fills(SATISFACTION).presses("Save and submit", "Submit report").sees("Submitted")
    manager = open_report(cast("manager"), paper, kind)
    manager.makes("Return report", "Please say what went differently from the plan.").sees("Returned")
    open_report(editor, paper, kind).sees("Please say what went differently from the plan.")
    editor.fills({"What went differently from the plan?": "One visit became two online meetings."})
    editor.presses("Save and submit", "Submit report").sees("Submitted").has_no("Accept report")
    open_report(manager, paper, kind).makes("Accept report").sees("Accepted")


def final_report(cast: Cast, paper: Paper, kind: str, costs: dict[str, str]) -> None:
    editor = open_report(cast(f"editor.{paper.file.lead}"), paper, kind)
    write_report(editor, costs).fills(SATISFACTION).presses("Save and submit", "Submit report").sees("Submitted")
    open_report(cast("manager"), paper, kind).makes("Accept report").sees("Accepted")


def fulfil(cast: Cast, paper: Paper, trainee: str) -> None:
    """Delivered with evidence by the municipality, confirmed by the programme."""
    editor = monitoring(cast(f"editor.{paper.file.partner}"), paper).follows(trainee)
    editor.has_no("Mark as delivered").fills({"What shows that it is done?": PASSED_ON}).presses("Save the evidence")
    editor.makes("Mark as delivered")
    monitoring(cast("manager"), paper).follows(trainee).sees(PASSED_ON).makes("Mark as verified")


def start_closing(cast: Cast, paper: Paper) -> None:
    cast("manager").opens(paper.title).makes("Start closing").opens(paper.title).is_at("Closing")


def closing_waits_for(cast: Cast, paper: Paper, *sentences: str, no_longer: tuple[str, ...] = ()) -> None:
    """The director sees why the file cannot close yet."""
    director = cast("director").opens(paper.title)
    director.sees("Close the file", "not yet", *sentences).misses(*no_longer).has_no("Close the file")


def give_opinion(cast: Cast, paper: Paper) -> None:
    auditor = monitoring(cast("auditor"), paper).follows("Give your opinion")
    auditor.chooses("Your opinion", "In order")
    auditor.fills({"Summary": "The costs are real, paid and within the budget.", "Amount that is not eligible": "0"})
    auditor.presses("Give the opinion").sees("In order")


def close(cast: Cast, paper: Paper) -> None:
    cast("director").opens(paper.title).makes("Close the file").opens(paper.title).is_at("Closed")
    cast(f"editor.{paper.file.partner}").opens(paper.title).is_at("Closed").sees("Nothing more happens in this file.")


def first_report_is_listed(cast: Cast, paper: Paper) -> None:
    """A year after the start and a month to write it: the interim report stands there with its day."""
    year_later = paper.starts_on.replace(year=paper.starts_on.year + 1)
    covers_to = year_later - timedelta(days=1)
    due = (year_later + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    due = min(due, due.replace(day=min(covers_to.day, due.day)))
    countries = {place.country for place in PLACES if place.name in (paper.lead, paper.partner)}
    due = working_day(due, lambda day: is_free(day, countries))
    editor = monitoring(cast(f"editor.{paper.file.lead}"), paper)
    row = editor.main.get_by_role("row").filter(has_text="1. Interim report")
    expect(row).to_contain_text(f"{due:%A} {due.day} {due:%B}")
    expect(row).to_contain_text(f"{covers_to.day} {covers_to:%B %Y}")
    expect(row).to_contain_text("Due")
