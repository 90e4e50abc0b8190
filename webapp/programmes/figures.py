"""The figures a programme lives by: what each means, its unit, and the bounds within which it makes sense [P].

`workflows.facts.Rules` holds the defaults; here stands what a manager may choose, so that form and use case agree.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.errors import Invalid
from workflows.facts import Rules

DAYS, MONTHS, YEARS, PERCENT, MONEY, PLAIN = "days", "months", "years", "percent", "money", ""
UNITS = {DAYS: _("days"), MONTHS: _("months"), YEARS: _("years"), PERCENT: "%"}


@dataclass(frozen=True)
class Figure:
    """One figure: a field of `Rules`, both bounds included."""

    key: str
    label: LazyString
    help: LazyString
    low: int
    high: int
    unit: str = PLAIN

    @property
    def is_decimal(self) -> bool:
        return isinstance(getattr(Rules(), self.key), Decimal)


@dataclass(frozen=True)
class Choice:
    """A rule that is no number: one of a few ways, each with its words."""

    label: LazyString
    help: LazyString
    ways: dict[str, LazyString]


@dataclass(frozen=True)
class Group:
    title: LazyString
    figures: tuple[Figure, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        _("Questions and assessment"),
        (
            Figure(
                "clarification_days", _("Longest time to answer a question"),
                _("Somebody who asks applicants for clarification can give them this long at most."), 7, 90, DAYS,
            ),
            Figure(
                "baseline_bar", _("Bar of the baseline assessment"),
                _("Each municipality needs this mean on the scale from 0 to 4. Below it the file is held for support."),
                0, 4,
            ),
            Figure(
                "quorum", _("Reviews needed"),
                _("The number of independent reviews without a conflict of interest before a decision."), 2, 5,
            ),
            Figure(
                "review_spread", _("Largest difference between reviews"),
                _("When two scores are further apart than this, on the scale to 100, one more review is asked."),
                5, 100,
            ),
            Figure(
                "fund_from", _("Score from which funding is possible"),
                _("The mean of the reviews, on the scale to 100, that an application needs."), 0, 100,
            ),
            Figure(
                "fit_minimum", _("Lowest score for plan and policy fit"),
                _("From 1 to 5. A file with a lower score for fit cannot be funded, whatever its total."), 1, 5,
            ),
        ),
    ),
    Group(
        _("Who decides"),
        (
            Figure(
                "mandate_manager", _("A second manager confirms up to"),
                _("Up to this amount another programme manager confirms what the file's manager recommends."),
                0, 10_000_000, MONEY,
            ),
            Figure(
                "mandate_finance", _("A finance officer confirms too, up to"),
                _("Above the first amount a finance officer confirms as well; above this amount the director does."),
                0, 10_000_000, MONEY,
            ),
        ),
    ),
    Group(
        _("After a refusal"),
        (
            Figure(
                "appeal_days", _("Time to appeal"),
                _("Counted from the day after the letter was sent, in the applicant's time zone."), 14, 180, DAYS,
            ),
            Figure(
                "reserve_days", _("Time on the reserve list"),
                _("After this an application that waits for money is closed."), 30, 730, DAYS,
            ),
        ),
    ),
    Group(
        _("Contract and payment"),
        (
            Figure(
                "advance_percent", _("First payment of a small or short grant"),
                _("The part paid at the start when there are two payments; the rest follows the final report."),
                0, 100, PERCENT,
            ),
            Figure(
                "advance_limit_percent", _("All advances together at most"),
                _("What is left is the balance, paid after the final report is accepted."), 0, 100, PERCENT,
            ),
            Figure(
                "payment_days", _("Time to pay"),
                _("The programme pays within this time after it accepts a request. It stands in the contract."),
                1, 90, DAYS,
            ),
            Figure(
                "notice_days", _("Notice before termination"),
                _("Between giving notice and the earliest end of the agreement."), 14, 365, DAYS,
            ),
            Figure(
                "signature_days", _("Time to sign"),
                _("After issuing. Then the agreement goes back to draft; a new version can be issued."), 7, 365, DAYS,
            ),
            Figure(
                "cure_days", _("Time to put something right"),
                _("A party that does not keep the agreement gets this long before consequences follow."), 7, 180, DAYS,
            ),
        ),
    ),
    Group(
        _("Reports and audit"),
        (
            Figure(
                "interim_report_months", _("Time between interim reports"),
                _("The report schedule is made with this when monitoring starts."), 1, 24, MONTHS,
            ),
            Figure(
                "final_report_months", _("Time for the final report"),
                _("After the last day of the project."), 1, 12, MONTHS,
            ),
            Figure(
                "detailed_audit_above", _("Detailed audit above"),
                _("Above this grant the interim report of an investment contract is audited too."),
                0, 10_000_000, MONEY,
            ),
            Figure(
                "record_years", _("Records are kept for"),
                _("After the end of the agreement, by every party."), 1, 30, YEARS,
            ),
            Figure(
                "asset_years", _("Assets stay in public use for"),
                _("What the grant paid for is not sold or given another use before."), 0, 30, YEARS,
            ),
        ),
    ),
)  # fmt: skip
CHOICES: dict[str, Choice] = {
    "investment_signature": Choice(
        _("How an investment contract is signed"),
        _("A memorandum is always signed here, with the password."),
        {
            "wet_or_qualified": _("On paper, or with a qualified trust provider"),
            "click": _("Here, with the password, as a memorandum"),
        },
    ),
}
BY_KEY: dict[str, Figure] = {figure.key: figure for group in GROUPS for figure in group.figures}


def unit(figure: Figure, currency: str) -> str:
    """The unit as a form shows it; the currency for an amount; empty for a plain number."""
    return currency if figure.unit == MONEY else str(UNITS.get(figure.unit, ""))


def checked(figures: dict[str, Any]) -> dict[str, Decimal | int | str]:
    """Every figure within its bounds and of its type; raises `Invalid` with a sentence for the first that is not."""
    done: dict[str, Decimal | int | str] = {}
    for key, value in figures.items():
        if key in CHOICES:
            if value not in CHOICES[key].ways:
                raise Invalid(key, str(gettext("Choose one of the ways.")))
            done[key] = value
            continue
        figure = BY_KEY.get(key)
        if figure is None:
            raise KeyError(key)
        if value is None or not figure.low <= value <= figure.high:
            raise Invalid(key, out_of_bounds(figure))
        done[key] = Decimal(value) if figure.is_decimal else int(value)
    return done


def out_of_bounds(figure: Figure) -> str:
    """What to enter instead."""
    return str(gettext("Enter a number from %(low)s to %(high)s.", low=figure.low, high=figure.high))
