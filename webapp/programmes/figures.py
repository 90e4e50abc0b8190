"""The figures a programme lives by: what each means, its unit, and the bounds within which it makes sense [P].

`workflows.facts.Rules` holds the defaults; here stands what a manager may choose, so that form and use case agree.
Which steps apply is chosen among words. What contradicts itself or closes a state is for `workflows.settings` to say.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.errors import Invalid
from workflows.facts import Rules
from workflows.vocabulary import AuditLevel

DAYS, MONTHS, YEARS, PERCENT, MONEY, PLAIN = "days", "months", "years", "percent", "money", ""
FEWEST_PARTIES = 2  # every file has a lead and a partner; more are possible
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
    """A field of `Rules` that is chosen among words: whether a step applies, or how."""

    key: str
    label: LazyString
    help: LazyString
    options: tuple[tuple[bool | str, LazyString], ...]

    def word(self, value: bool | str) -> str:
        """What was chosen, as people read it."""
        return str(dict(self.options)[value])


@dataclass(frozen=True)
class Group:
    title: LazyString
    figures: tuple[Figure | Choice, ...]


AUDITED = ((AuditLevel.SIMPLE, _("Simple")), (AuditLevel.DETAILED, _("Detailed")))
YES_NO = ((True, _("Yes")), (False, _("No")))


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
                "review_days", _("Time for a review"),
                _("Reviewers are reminded of it. The lead reviewer and the manager are told when it is over."),
                1, 90, DAYS,
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
        _("Signing"),
        (
            Figure(
                "signature_days", _("Time to sign"),
                _("Counted from the day it is issued. After it the agreement is a draft again."), 7, 365, DAYS,
            ),
            Choice(
                "investment_signature", _("How an investment contract is signed"),
                _("A memorandum is always signed here, with the password."),
                (
                    ("wet_or_qualified", _("On paper, or with a qualified trust provider")),
                    ("click", _("Here, with the password, as a memorandum")),
                ),
            ),
        ),
    ),
    Group(
        _("Steps that apply"),
        (
            Choice(
                "committee_required", _("A decision about a monitoring committee is needed"),
                _("With no, monitoring can begin without it. A committee may still be installed."), YES_NO,
            ),
            Choice(
                "capacity_hold", _("Files below the bar can be put on hold"),
                _("With no, a file below the bar waits in the baseline itself. Not while files are on hold."), YES_NO,
            ),
            Choice(
                "memorandum_audit", _("Audit of a memorandum"),
                _("Asked for when the closing begins. Files that are closing already keep the audit they have."),
                ((AuditLevel.NONE, _("None")), *AUDITED),
            ),
            Choice(
                "investment_audit", _("Audit of an investment contract"),
                _("There is always one. Above the amount under “Detailed audit above” it is a detailed one."), AUDITED,
            ),
        ),
    ),
    Group(
        _("Reminders"),
        (
            Figure(
                "remind_before_days", _("Remind before a date"),
                _("Whoever has the next step gets a mail so long before, and one on the last day. 0 means only then."),
                0, 60, DAYS,
            ),
            Figure(
                "remind_after_days", _("Remind after a date"),
                _("Once, so long after the date, while it is still open. 0 means no such mail."), 0, 60, DAYS,
            ),
            Figure(
                "escalation_days", _("Tell somebody else after"),
                _("So many days late, the next person up gets a mail too; after as many again, the one above."),
                1, 180, DAYS,
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
                "text_agreements", _("Municipalities that agree to the text first"),
                _(
                    "So many agree to the draft before it is issued for signature. 0: their signature alone is asked."
                    " A file may have two municipalities and no more."
                ),
                0, FEWEST_PARTIES,
            ),
            Figure(
                "notice_days", _("Notice before termination"),
                _("Between giving notice and the earliest end of the agreement."), 14, 365, DAYS,
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
                _("Above this grant an investment contract is audited in detail, and at its interim report too."),
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
BY_KEY: dict[str, Figure] = {f.key: f for group in GROUPS for f in group.figures if isinstance(f, Figure)}
CHOICES: dict[str, Choice] = {f.key: f for group in GROUPS for f in group.figures if isinstance(f, Choice)}


def unit(figure: Figure, currency: str) -> str:
    """The unit as a form shows it; the currency for an amount; empty for a plain number."""
    return currency if figure.unit == MONEY else str(UNITS.get(figure.unit, ""))


def checked(figures: dict[str, Any]) -> dict[str, Any]:
    """Every figure within its bounds and of its type; raises `Invalid` with a sentence for the first that is not."""
    return {
        key: _chosen(CHOICES[key], value) if key in CHOICES else _counted(key, value) for key, value in figures.items()
    }


def _counted(key: str, value: Any) -> Decimal | int:
    figure = BY_KEY[key]
    if value is None or not figure.low <= value <= figure.high:
        raise Invalid(key, out_of_bounds(figure))
    return Decimal(value) if figure.is_decimal else int(value)


def _chosen(choice: Choice, value: Any) -> bool | str:
    """A form brings text, a use case the value itself."""
    known = {str(option): option for option, _label in choice.options}
    if str(value) not in known:
        raise Invalid(choice.key, str(gettext("Choose one of the list.")))
    return known[str(value)]


def out_of_bounds(figure: Figure) -> str:
    """What to enter instead."""
    return str(gettext("Enter a number from %(low)s to %(high)s.", low=figure.low, high=figure.high))
