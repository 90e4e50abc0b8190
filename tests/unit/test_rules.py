"""The pure sums: scores, means, mandates, the instrument."""

from decimal import Decimal

import pytest

from workflows import mandates, scoring
from workflows.facts import Rules
from workflows.instrument import LineFacts, compute, is_downgrade
from workflows.vocabulary import Instrument, Role

M, F, D = Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR
MEMORANDUM, CONTRACT = Instrument.MEMORANDUM, Instrument.INVESTMENT_CONTRACT


def line(category: str, granted: str, *, partner: bool) -> LineFacts:
    return LineFacts("A line", category, Decimal(granted), partner)


def test_the_weights_of_the_grid_add_up_to_a_hundred() -> None:
    assert sum(scoring.REVIEW_GRID.values()) == 100


@pytest.mark.parametrize(("points", "total"), [((4, 4, 4, 4, 3, 2), 74), ((4, 4, 4, 4, 4, 3), 78), ((5,) * 6, 100)])
def test_a_review_scores_its_weighted_sum(points: tuple[int, ...], total: int) -> None:
    assert scoring.review_score(dict(zip(scoring.REVIEW_GRID, points, strict=True))) == total


def test_the_mean_is_rounded_half_up_to_two_places() -> None:
    assert scoring.mean([Decimal("74"), Decimal("78.01")]) == Decimal("76.01")
    assert scoring.mean([]) is None


@pytest.mark.parametrize(
    ("amount", "needed"),
    [
        ("25000", (M,)),
        ("25000.01", (M, F)),
        ("150000", (M, F)),
        ("150000.01", (F, D)),
        ("180000", (F, D)),
    ],
)
def test_the_mandate_follows_the_amount(amount: str, needed: tuple[Role, ...]) -> None:
    assert mandates.required(Decimal(amount), Rules()) == needed
    assert mandates.missing(Decimal(amount), Rules(), needed[:1]) == needed[1:]


@pytest.mark.parametrize(
    ("lines", "instrument"),
    [
        ([line("travel", "100", partner=True)], MEMORANDUM),
        ([line("travel", "100", partner=True), line("investment", "0.01", partner=True)], CONTRACT),
        ([line("investment", "0", partner=True)], MEMORANDUM),
        ([line("investment", "100", partner=False)], MEMORANDUM),
        ([], MEMORANDUM),
    ],
)
def test_an_investment_paid_to_a_partner_asks_for_a_contract(lines: list[LineFacts], instrument: Instrument) -> None:
    assert compute(lines).instrument is instrument


def test_an_override_goes_only_upwards() -> None:
    assert is_downgrade(MEMORANDUM, CONTRACT)
    assert not is_downgrade(CONTRACT, MEMORANDUM)
    assert not is_downgrade(MEMORANDUM, MEMORANDUM)
