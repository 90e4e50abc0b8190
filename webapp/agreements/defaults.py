"""What a new agreement starts with: a schedule of tranches that adds up. A proposal; the manager changes it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from webapp.documents.plain import months_after
from webapp.models.monitoring import ReportKind
from webapp.models.programme import PaymentMode
from webapp.services.contract.reporting import Period, report_periods
from workflows.facts import Rules

SHORT_MONTHS = 12  # up to a year, or
SMALL_GRANT = Decimal(100000)  # up to this sum: one advance and the balance [PRAG]


@dataclass(frozen=True, slots=True)
class PlannedTranche:
    amount: Decimal
    condition: str
    due_on: date
    is_balance: bool


def schedule(
    grant: Decimal, starts: date, ends: date, rules: Rules, mode: PaymentMode, today: date
) -> list[PlannedTranche]:
    """Advances and a balance by [PRAG]; payment in arrears by [ICLD]: equal parts, each after its report.

    No payment is planned before `today`.
    """
    periods = report_periods(starts, ends, rules)
    pay = timedelta(days=rules.payment_days)
    if mode is PaymentMode.ARREARS:
        return [
            PlannedTranche(amount, _after(period), max(period.due, today) + pay, True)
            for amount, period in zip(_equal(grant, len(periods)), periods, strict=True)
        ]
    advances = _advances(grant, starts, ends, rules)
    rows = [
        PlannedTranche(amount, _condition(periods, place), max(_due(periods, place, starts), today) + pay, False)
        for place, amount in enumerate(advances)
    ]
    balance = grant - sum(advances, Decimal(0))
    return [*rows, PlannedTranche(balance, _after(periods[-1]), max(periods[-1].due, today) + pay, True)]


def _advances(grant: Decimal, starts: date, ends: date, rules: Rules) -> list[Decimal]:
    """One of `advance_percent` for a short or small grant, else yearly ones up to the limit, in whole units."""
    short = ends < months_after(starts, SHORT_MONTHS)
    if short or grant <= SMALL_GRANT:
        return [_whole(grant * min(rules.advance_percent, rules.advance_limit_percent) / 100)]
    years = sum(months_after(starts, 12 * year) <= ends for year in range(20)) or 1
    return _equal(_whole(grant * rules.advance_limit_percent / 100), years)


def _equal(total: Decimal, count: int) -> list[Decimal]:
    """Equal parts in whole units; the first carries what is left."""
    part = _whole(total / count)
    return [total - part * (count - 1), *[part] * (count - 1)]


def _whole(amount: Decimal) -> Decimal:
    """Whole units of the currency; a grant too small for that keeps its cents."""
    whole = amount.quantize(Decimal(1), ROUND_DOWN)
    return whole if whole > 0 else amount.quantize(Decimal("0.01"), ROUND_DOWN)


def _due(periods: tuple[Period, ...], place: int, starts: date) -> date:
    """The first advance follows the signatures, a later one the report before it."""
    return starts if place == 0 else periods[min(place, len(periods)) - 1].due


def _condition(periods: tuple[Period, ...], place: int) -> str:
    """In the language of the contract, where it will stand."""
    return "Every party has signed" if place == 0 else _after(periods[min(place, len(periods)) - 1])


def _after(period: Period) -> str:
    if period.kind is ReportKind.FINAL:
        return "The final report is accepted"
    return f"Interim report {period.number} is accepted"
