"""The questions of the application form and the help under them: for form, reading view and difference alike."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class Question(NamedTuple):
    label: LazyString
    help: LazyString | str = ""


QUESTIONS: dict[str, Question] = {
    # A
    "parties": Question(_("Partners")),
    "title": Question(_("Title of the project"), _("Short and clear: what will be different, and where.")),
    "starts_on": Question(_("First day")),
    "ends_on": Question(_("Last day")),
    "period": Question(_("Period")),
    # B
    "theme_id": Question(
        _("Theme of the country plan"), _("An application can be submitted only on a theme of the plan.")
    ),
    "sdg_goal": Question(_("Global Goal that the project helps most")),
    "plan_fit": Question(
        _("How does the project help the country plan?"), _("Name the objective of the plan and your part in it.")
    ),
    "national_policy": Question(
        _("Which national policy does it support?"), _("Name the law, policy or programme, and what it asks for.")
    ),
    # C
    "problem": Question(
        _("What is the problem, and who has it?"), _("Figures help: how many people, how often, since when.")
    ),
    "approach": Question(_("How will you work on it together?"), _("The steps, and why they fit the problem.")),
    "stakeholders": Question(
        _("Who else takes part?"),
        _("Name at least one department or organisation besides the lead, and what it does in the project."),
    ),
    # D
    "objectives": Question(_("Objectives")),
    "objective.title": Question(_("Objective"), _("What will be different at the end.")),
    "objective.activity": Question(_("Activity"), _("What you do to reach it.")),
    "objective.how": Question(_("How"), _("The way you work: who meets whom, with which means.")),
    "objective.owner": Question(_("Owner"), _("A function, not a name: “Head of waste services, Goes”.")),
    "objective.due_on": Question(_("Ready by")),
    "objective.indicator": Question(_("Indicator"), _("What you count or measure.")),
    "objective.baseline_value": Question(_("Value now")),
    "objective.target_value": Question(_("Value at the end")),
    # E
    "lead_learns": Question(_("What does the lead municipality want to learn?")),
    "partner_learns": Question(_("What does the partner municipality want to learn?")),
    "exchange": Question(
        _("How will colleagues learn from each other?"), _("Visits, coaching, online meetings, working together.")
    ),
    # F
    "budget": Question(_("Budget lines")),
    "line.title": Question(_("What it is for")),
    "line.category": Question(_("Kind of cost")),
    "line.requested": Question(_("Asked from the grant")),
    "line.own_share": Question(_("Own share")),
    "line.payer_id": Question(_("Whose own share")),
    "line.payee_id": Question(_("Paid to"), _("Who receives the money: a partner, or somebody outside.")),
    "line.total": Question(_("Total")),
    # G
    "risks": Question(_("Risks")),
    "risk.kind": Question(_("Risk")),
    "risk.likelihood": Question(_("How likely is it?")),
    "risk.impact": Question(_("How bad would it be?")),
    "risk.mitigation": Question(_("What do you do about it?")),
    "risk.owner": Question(_("Who watches it?"), _("A function, not a name.")),
    # H
    "continuation": Question(
        _("What stays when the project ends?"), _("Who runs it, and who pays for it after the last day.")
    ),
    "dissemination": Question(
        _("How do you share the results with others?"), _("Which other municipalities, by which means, and when.")
    ),
    "lga_role": Question(
        _("What is the part of the local government association?"),
        _("Name the association that carries the results to its members, and what you agreed with it."),
    ),
    # I
    "double_funding": Question(_("Nobody else pays for the same costs.")),
    "truth": Question(_("Everything in this application is true and complete, as far as we know.")),
    "conflict": Question(_("We have reported every conflict of interest, and will report new ones.")),
    "files": Question(_("Files")),
    "file.section": Question(_("Section")),
    "file.name": Question(_("File")),
    "file.sha256": Question(_("Fingerprint")),
}

LIKELIHOOD: dict[int, LazyString] = {
    1: _("1 – very unlikely"),
    2: _("2 – unlikely"),
    3: _("3 – possible"),
    4: _("4 – likely"),
    5: _("5 – almost certain"),
}
IMPACT: dict[int, LazyString] = {
    1: _("1 – hardly felt"),
    2: _("2 – small"),
    3: _("3 – serious"),
    4: _("4 – heavy"),
    5: _("5 – the project stops"),
}


def question(key: str) -> Question:
    """What a field asks; KeyError for a field without words."""
    return QUESTIONS[key]


def label(key: str) -> str:
    """The question itself, in the reader's language."""
    return str(QUESTIONS[key].label)
