"""When reports are due: computed once, so that the contract and the monitoring schedule say the same days."""

from dataclasses import dataclass
from datetime import date, timedelta

from webapp.documents.plain import months_after
from webapp.models.monitoring import ReportKind
from workflows.facts import Rules

DAY = timedelta(days=1)
INTERIM_DUE_MONTHS = 1  # an interim report follows its period within a month [P]


@dataclass(frozen=True, slots=True)
class Period:
    """One report: the days it covers (both included) and its last day."""

    kind: ReportKind
    number: int
    starts: date
    ends: date
    due: date


def report_periods(starts: date, ends: date, rules: Rules) -> tuple[Period, ...]:
    """Interim reports every `interim_report_months`, and the final one `final_report_months` after the end [PRAG].

    A rest shorter than a month is no period of its own: the final report covers it with the months before.
    """
    found: list[Period] = []
    every, first = max(rules.interim_report_months, 1), starts
    while months_after(starts, every * (len(found) + 1) + 1) - DAY <= ends:
        last = months_after(starts, every * (len(found) + 1)) - DAY
        due = months_after(last, INTERIM_DUE_MONTHS)
        found.append(Period(ReportKind.INTERIM, len(found) + 1, first, last, due))
        first = last + DAY
    due = months_after(ends, rules.final_report_months)
    return (*found, Period(ReportKind.FINAL, len(found) + 1, first, ends, due))
