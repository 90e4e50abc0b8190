"""The two grids on which people score: the baseline of a municipality and the review of an application."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class GridWords(NamedTuple):
    """`hint` is the evidence to look for (baseline) or the question to ask (review)."""

    label: LazyString
    hint: LazyString


DOMAINS: dict[str, LazyString] = {
    "political_commitment": _("Political commitment"),
    "dedicated_staff": _("Dedicated staff"),
    "organisational_performance": _("Performance of the organisation"),
}

BASELINE: dict[str, GridWords] = {
    "council_decision": GridWords(
        _("Decision of the council"), _("Look for the council decision or the minutes that support the partnership.")
    ),
    "lead_politician": GridWords(
        _("A politician who leads"),
        _("Look for a mayor or councillor with this task, and what they did in the last year."),
    ),
    "opposition_support": GridWords(
        _("Support of the opposition"),
        _("Look for votes or statements of other parties. Would support survive an election?"),
    ),
    "budget_line": GridWords(
        _("Own budget line"), _("Look for money for the partnership in the approved budget of this year.")
    ),
    "focal_point_fte": GridWords(
        _("Time of the contact person"),
        _("Look for a job description or letter that gives hours a week for this work."),
    ),
    "turnover": GridWords(
        _("Staff who stay"), _("Look at how many people in this team changed in the last two years.")
    ),
    "finance_officer": GridWords(
        _("Finance officer"), _("Look for a named officer who can keep the project’s accounts, and their experience.")
    ),
    "language": GridWords(
        _("Common language"), _("Look for staff who can meet and write in the language of the partnership.")
    ),
    "plan_and_budget_cycle": GridWords(
        _("Plan and budget on time"), _("Look at when the last two plans and budgets were adopted.")
    ),
    "audit_opinion": GridWords(
        _("Last audit opinion"), _("Look at the last audit report and at what was done about it.")
    ),
    "own_revenue": GridWords(
        _("Own revenue"), _("Look at the share of own revenue in the last accounts, and whether it grows.")
    ),
    "procurement": GridWords(
        _("Buying by the rules"), _("Look at the files of two recent purchases: plan, offers, choice, contract.")
    ),
    "service_data": GridWords(
        _("Data about services"), _("Look for figures about services that are collected and used at least once a year.")
    ),
    "citizen_feedback": GridWords(
        _("Feedback of citizens"), _("Look for surveys, complaints or meetings, and what changed because of them.")
    ),
}

BASELINE_LEVELS: dict[int, GridWords] = {
    0: GridWords(_("None"), _("There is nothing in place.")),
    1: GridWords(_("Now and then"), _("It happens sometimes and depends on one person.")),
    2: GridWords(_("Partly"), _("It exists, but parts are missing or it is not used everywhere.")),
    3: GridWords(_("Established"), _("It works as a habit, and there is proof of it.")),
    4: GridWords(_("Part of the organisation"), _("It is in rules and budget, and is improved regularly.")),
}

CRITERIA: dict[str, GridWords] = {
    "fit": GridWords(
        _("Fit with plan and policy"), _("Does the project help the country plan, its theme and national policy?")
    ),
    "capacity": GridWords(_("Capacity"), _("Do the municipalities have the people and the support to do this?")),
    "feasibility": GridWords(
        _("Feasibility"), _("Can the activities be done in this time, with this money, in this way?")
    ),
    "sector_benefit": GridWords(
        _("Benefit for other municipalities"), _("Will other municipalities learn from it through the association?")
    ),
    "sustainability": GridWords(
        _("Lasting results and risks"), _("Will the results stay after the project, and are the risks under control?")
    ),
    "value": GridWords(_("Value for money"), _("Is the budget needed and reasonable for what it will bring?")),
}

REVIEW_LEVELS: dict[int, LazyString] = {
    1: _("Very weak"),
    2: _("Weak"),
    3: _("Sufficient"),
    4: _("Good"),
    5: _("Very good"),
}


def domain(code: str) -> str:
    """A domain of the baseline assessment [S2.12]."""
    return str(DOMAINS[code])


def item(code: str) -> str:
    """An item of the baseline assessment."""
    return str(BASELINE[code].label)


def item_help(code: str) -> str:
    """Which evidence to look for when scoring an item."""
    return str(BASELINE[code].hint)


def baseline_level(score: int) -> str:
    """What a baseline score of 0 to 4 is called."""
    return str(BASELINE_LEVELS[score].label)


def baseline_level_help(score: int) -> str:
    """What a baseline score of 0 to 4 means."""
    return str(BASELINE_LEVELS[score].hint)


def criterion(code: str) -> str:
    """A criterion of the review."""
    return str(CRITERIA[code].label)


def criterion_help(code: str) -> str:
    """The question a reviewer asks for this criterion."""
    return str(CRITERIA[code].hint)


def review_level(score: int) -> str:
    """What a review score of 1 to 5 is called."""
    return str(REVIEW_LEVELS[score])
