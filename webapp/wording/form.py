"""The sections of forms (application, plan, report, agreement) and what is still missing in them."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.wording import values


class SectionWords(NamedTuple):
    letter: str
    label: LazyString
    help: LazyString


# By the value of models.application.Section; the models stand above this floor.
SECTIONS: dict[str, SectionWords] = {
    "parties": SectionWords(
        "A",
        _("Partners and project"),
        _("Who works together, what the project is called, and when it starts and ends."),
    ),
    "fit": SectionWords(
        "B", _("Fit with the country plan"), _("Which theme and which Global Goal the project helps, and how.")
    ),
    "problem": SectionWords(
        "C", _("Problem and approach"), _("What the problem is, who has it, and how you will work on it together.")
    ),
    "objectives": SectionWords(
        "D",
        _("Objectives and activities"),
        _("What you want to reach. Say for each objective how, who, by when, and how you measure it."),
    ),
    "learning": SectionWords(
        "E",
        _("Learning from each other"),
        _("What each partner wants to learn. Both partners have goals of their own."),
    ),
    "budget": SectionWords(
        "F", _("Budget"), _("What it costs, who pays which part, and what you ask from the programme.")
    ),
    "risks": SectionWords("G", _("Risks"), _("What can go wrong, how likely it is, and what you do about it.")),
    "sustainability": SectionWords(
        "H", _("After the project"), _("What stays when the project ends, and how you share the results with others.")
    ),
    "declarations": SectionWords(
        "I",
        _("Declarations and documents"),
        _("What you declare on behalf of your municipality, and the files you add."),
    ),
}

# A section's code, or section.detail: what is missing there.
MISSING: dict[str, LazyString] = {
    "parties": _("Partners and project: some answers are still empty."),
    "parties.title": _("Partners and project: the project has no title yet."),
    "parties.period": _("Partners and project: the start date or the end date is missing."),
    "fit": _("Fit with the country plan: some answers are still empty."),
    "fit.theme": _("Fit with the country plan: choose a theme of the plan."),
    "fit.sdg": _("Fit with the country plan: choose the Global Goal that the project helps most."),
    "problem": _("Problem and approach: some answers are still empty."),
    "objectives": _("Objectives and activities: some answers are still empty."),
    "objectives.none": _("Objectives and activities: add at least one objective."),
    "objectives.activity": _("Objectives and activities: say for each objective what you will do."),
    "objectives.how": _("Objectives and activities: say for each objective how you will reach it."),
    "objectives.owner": _("Objectives and activities: an objective has no owner. Name a function, not a person."),
    "objectives.date": _("Objectives and activities: give each objective a date."),
    "objectives.indicator": _("Objectives and activities: say for each objective how you will measure it."),
    "learning": _("Learning from each other: some answers are still empty."),
    "learning.lead": _("Learning from each other: say what the lead municipality wants to learn."),
    "learning.partner": _("Learning from each other: say what the partner municipality wants to learn."),
    "budget": _("Budget: some answers are still empty."),
    "budget.none": _("Budget: add at least one budget line."),
    "budget.floor": _("Budget: you ask for less than the lowest amount of this call."),
    "budget.ceiling": _("Budget: you ask for more than the highest amount of this call."),
    "budget.peer_activity": _("Budget: add a line for an exchange between colleagues, such as a visit or a training."),
    "risks": _("Risks: give each of the six risks a likelihood, an impact and a measure."),
    "sustainability": _("After the project: some answers are still empty."),
    "declarations": _("Declarations and documents: some declarations are still open."),
    "declarations.double_funding": _("Declarations and documents: confirm that nobody else pays for the same costs."),
    "declarations.truth": _("Declarations and documents: confirm that the application is true and complete."),
    "declarations.conflict": _("Declarations and documents: confirm that you reported every conflict of interest."),
}

PLAN_SECTIONS: dict[str, LazyString] = {
    "actors": _("Actors"),
    "policies": _("Policies"),
    "windows": _("Windows of opportunity"),
    "objectives": _("Objectives"),
}

REPORT_SECTIONS: dict[str, LazyString] = {
    "services": _("Number of services"),
    "quality": _("Quality of services"),
    "satisfaction": _("Satisfaction of citizens"),
    "finance": _("Finance"),
}

GAPS: dict[str, LazyString] = {
    "signatory": _("Name the person who signs for %(name)s."),
    "capacity": _("Say in which function the signatory of %(name)s signs."),
    "mandate": _("Enter the decision that allows the signatory of %(name)s to sign."),
    "mandate_later": _("The decision that allows the signatory of %(name)s to sign has a date in the future."),
    "mandate_limit": _("The mandate of the signatory of %(name)s does not cover the grant."),
    "contact": _("Give %(name)s an editor or administrator who does not sign, to receive the notices."),
    "obligations": _("List who is trained and how they will share what they learn."),
    "documents": _("Add the documents that this agreement needs."),
    "translation": _("This kind of agreement has no template yet in: %(name)s. Choose another language, or add one."),
}


def section(code: str) -> str:
    """The name of a section of the application: "Budget"."""
    return str(SECTIONS[code].label)


def section_letter(code: str) -> str:
    """The letter of a section of the application, A to I."""
    return SECTIONS[code].letter


def section_help(code: str) -> str:
    """What a section of the application asks."""
    return str(SECTIONS[code].help)


def section_of(missing_code: str) -> str:
    """The section where something is missing, for a link: "objectives.owner" → "objectives"."""
    return missing_code.partition(".")[0]


def missing(code: str) -> str:
    """What is missing in the application and where, by a code of `ApplicationFacts.missing`."""
    return str(MISSING[code])


def plan_section(code: str) -> str:
    """The name of a part of a country plan."""
    return str(PLAN_SECTIONS[code])


def report_section(code: str) -> str:
    """The name of one of the four parts of a report [S1.10]."""
    return str(REPORT_SECTIONS[code])


def gap(code: str) -> str:
    """What is missing in an agreement, by a code such as "obligations", "signatory:Rubavu" or "translation:nl"."""
    kind, _colon, name = code.partition(":")
    return str(GAPS[kind]) % {"name": values.contract_language(name) if kind == "translation" else name}
