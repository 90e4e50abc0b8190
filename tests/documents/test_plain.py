"""Figures, days and words as they stand in a document."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.documents import samples
from webapp.documents.plain import day, in_words, listed, money, months_after, percent, sentence
from webapp.documents.records import InconsistentError


@pytest.mark.parametrize(("amount", "shown", "words"), [
    ("18000", "EUR 18,000.00", "eighteen thousand euro"),
    ("180000", "EUR 180,000.00", "one hundred and eighty thousand euro"),
    ("4200.50", "EUR 4,200.50", "four thousand two hundred euro and 50 cents"),
    ("1000001", "EUR 1,000,001.00", "one million and one euro"),
    ("21", "EUR 21.00", "twenty-one euro"), ("0", "EUR 0.00", "zero euro"),
    ("176220", "EUR 176,220.00", "one hundred and seventy-six thousand two hundred and twenty euro")])
def test_money_in_figures_and_words(amount: str, shown: str, words: str) -> None:
    assert money(Decimal(amount), "EUR") == shown
    assert in_words(Decimal(amount), "EUR") == words


@given(st.integers(min_value=0, max_value=2_000_000_000))
def test_different_sums_have_different_words(whole: int) -> None:
    assert in_words(Decimal(whole), "EUR") != in_words(Decimal(whole + 1), "EUR")
    assert "  " not in in_words(Decimal(whole), "EUR")


def test_days_shares_and_lists() -> None:
    assert day(date(2026, 3, 1)) == "1 March 2026"
    assert (percent(Decimal(180), Decimal(200)), percent(Decimal(5), Decimal(6))) == ("90%", "83.33%")
    assert percent(Decimal(1), Decimal(0)) == "0%" and percent(Decimal(100), Decimal(100)) == "100%"
    assert (listed(()), listed(("A",)), listed(("A", "B", "C"))) == ("", "A", "A, B and C")
    assert (sentence("Why not"), sentence("Done. "), sentence("")) == ("Why not.", "Done.", "")


def test_months_end_on_a_day_that_exists() -> None:
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2028, 2, 29), 3) == date(2028, 5, 29)


@pytest.mark.parametrize(("changes", "problem"), [
    ({"grant": Decimal("17000")}, "do not add up"),
    ({"ends": date(2026, 2, 1)}, "ends before it starts"),
    ({"dated": date(2026, 1, 2)}, "mandate is later"),
    ({"parties": (samples.RUBAVU, samples.RUBAVU)}, "same name"),
    ({"parties": (samples.RUBAVU,)}, "two municipalities"),
    ({"reports": ()}, "final report")])
def test_what_contradicts_itself_makes_no_context(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(InconsistentError, match=problem):
        samples.memorandum(**changes)


def test_a_contract_keeps_its_own_limits() -> None:
    terms = samples.contract().terms
    with pytest.raises(InconsistentError, match="advances exceed"):
        samples.contract(terms=type(terms)(advance_percent=89))
    with pytest.raises(InconsistentError, match="later than the contract allows"):
        samples.contract(terms=type(terms)(report_months=2))
    with pytest.raises(InconsistentError, match="no reason"):
        samples.contract(committee=False, committee_reason="")


def test_the_last_day_of_an_appeal_counts_from_the_day_after_sending() -> None:
    letter = samples.rejection(dated=date(2026, 3, 1))
    assert letter.remedy_first_day == date(2026, 3, 2)
    assert letter.remedy_last_day == date(2026, 4, 12)
    assert (letter.remedy_last_day - letter.remedy_first_day).days + 1 == 42
