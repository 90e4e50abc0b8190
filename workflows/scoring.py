"""Scores: the review grid and its weights, the baseline's domains and items [S2.12] (`domain.md` §3, §4). Pure sums."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")

# Criterion -> weight in percent; the weights add up to 100 [P].
REVIEW_GRID: dict[str, int] = {
    "fit": 25,
    "capacity": 15,
    "feasibility": 20,
    "sector_benefit": 20,
    "sustainability": 10,
    "value": 10,
}

# Domain -> items. Every item is scored 0..4 with evidence and a date.
BASELINE_GRID: dict[str, tuple[str, ...]] = {
    "political_commitment": ("council_decision", "lead_politician", "opposition_support", "budget_line"),
    "dedicated_staff": ("focal_point_fte", "turnover", "finance_officer", "language"),
    "organisational_performance": (
        "plan_and_budget_cycle",
        "audit_opinion",
        "own_revenue",
        "procurement",
        "service_data",
        "citizen_feedback",
    ),
}
BASELINE_ITEMS: tuple[str, ...] = tuple(item for items in BASELINE_GRID.values() for item in items)


def review_score(scores: Mapping[str, int]) -> Decimal:
    """Score of one review, 0–100: Σ (score / 5 × weight), rounded half up to two places."""
    total = sum((Decimal(scores[key]) / 5 * weight for key, weight in REVIEW_GRID.items()), Decimal(0))
    return total.quantize(CENT, ROUND_HALF_UP)


def mean(values: Sequence[Decimal] | Sequence[int]) -> Decimal | None:
    """Arithmetic mean to two places, half up; None when there is nothing to average."""
    if not values:
        return None
    return (Decimal(sum(Decimal(v) for v in values)) / len(values)).quantize(CENT, ROUND_HALF_UP)


def spread(values: Iterable[Decimal]) -> Decimal:
    """Distance between the highest and the lowest score."""
    known = list(values)
    return max(known) - min(known) if known else Decimal(0)
