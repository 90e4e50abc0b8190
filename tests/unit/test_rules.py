"""The pure sums: scores, means, mandates, the instrument."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from webapp.services.facts import audit_level
from workflows import guards, mandates, scoring
from workflows.facts import Actor, ApplicationFacts, Rules
from workflows.instrument import LineFacts, compute, is_downgrade
from workflows.vocabulary import AuditLevel, Instrument, Role

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


# --- steps that a programme may do without --------------------------------------------------------------------------

ANYBODY = Actor(7, frozenset())


def asked(**known: Any) -> ApplicationFacts:
    rules = {key: known.pop(key) for key in list(known) if key in Rules.__dataclass_fields__}
    return ApplicationFacts(Rules(**rules), date(2026, 12, 1), **known)


def test_a_programme_may_do_without_the_decision_about_a_committee() -> None:
    assert guards.committee_settled(asked(), ANYBODY) is not None
    assert guards.committee_settled(asked(committee_decided=True), ANYBODY) is None
    assert guards.committee_settled(asked(committee_required=False), ANYBODY) is None


def test_a_programme_may_do_without_the_hold() -> None:
    assert guards.capacity_hold_used(asked(), ANYBODY) is None
    blocked = guards.capacity_hold_used(asked(capacity_hold=False), ANYBODY)
    assert blocked is not None
    assert blocked.code == "capacity_hold_off"


def test_an_opinion_is_awaited_only_where_an_audit_is_asked() -> None:
    assert guards.audit_settled(asked(), ANYBODY) is not None
    assert guards.audit_settled(asked(audit_opinion=True), ANYBODY) is None
    assert guards.audit_settled(asked(audit_needed=False), ANYBODY) is None


@pytest.mark.parametrize(
    ("instrument", "grant", "figures", "level"),
    [
        (MEMORANDUM, 999_999, {}, AuditLevel.SIMPLE),
        (MEMORANDUM, 1, {"memorandum_audit": AuditLevel.NONE}, AuditLevel.NONE),
        (CONTRACT, 1, {}, AuditLevel.DETAILED),
        (CONTRACT, 100_000, {"investment_audit": AuditLevel.SIMPLE}, AuditLevel.SIMPLE),
        (CONTRACT, 100_001, {"investment_audit": AuditLevel.SIMPLE}, AuditLevel.DETAILED),
    ],
)
def test_how_closely_a_file_is_audited(
    instrument: Instrument, grant: int, figures: dict[str, Any], level: AuditLevel
) -> None:
    assert audit_level(Rules(**figures), instrument, Decimal(grant)) is level
