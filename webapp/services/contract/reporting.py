"""When reports are due: computed once, so that the contract and the monitoring schedule say the same days."""

from dataclasses import dataclass
from datetime import date, timedelta

from webapp.documents.plain import months_after
from webapp.models.monitoring import ReportKind
from workflows.facts import Rules

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
    """Interim reports every `interim_report_months`, and the final one `final_report_months` after the end [PRAG]."""
    found: list[Period] = []
    first = starts
    while True:
        number = len(found) + 1
        last = months_after(starts, number * rules.interim_report_months) - timedelta(days=1)
        if last >= ends:
            break
        found.append(Period(ReportKind.INTERIM, number, first, last, months_after(last, INTERIM_DUE_MONTHS)))
        first = last + timedelta(days=1)
    due = months_after(ends, rules.final_report_months)
    return (*found, Period(ReportKind.FINAL, len(found) + 1, starts, ends, due))
