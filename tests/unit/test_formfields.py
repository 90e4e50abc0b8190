"""A figure is read as people of three languages write it, and never guessed."""

from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from wtforms import Form

from webapp.formfields import MoneyField, parse

NARROW, HARD = "\u202f", "\u00a0"


@pytest.fixture(autouse=True)
def reader() -> "object":
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234", "1234"), (" 1234.5 ", "1234.50"), ("1234,56", "1234.56"), ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"), ("1.234.567", "1234567"), ("1,234,567.8", "1234567.80"), ("1 234", "1234"),
        (f"1{NARROW}234,56", "1234.56"), (f"1{HARD}234.56", "1234.56"), ("0,5", "0.50"), ("0.05", "0.05"),
        ("999999999.99", "999999999.99"),
    ],
)  # fmt: skip
def test_what_leaves_no_doubt_is_read_in_every_language(language: str, typed: str, amount: str) -> None:
    with force_locale(language):
        assert parse(typed) == Decimal(amount)


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
@pytest.mark.parametrize("typed", ["1.234", "1,234", "12.345", "999,999"])
def test_what_can_be_read_in_two_ways_is_refused(language: str, typed: str) -> None:
    with force_locale(language), pytest.raises(ValueError, match=typed.replace(".", r"\.")):
        parse(typed)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-1", "negative"), ("0.005", "two decimal"), ("1234.567", "two decimal"), ("1 234,567", "two decimal"),
        ("1.234,567", "two decimal"), ("1.23.456", "in figures"), ("1.234.56", "in figures"),
        ("1,234,56", "in figures"), ("1e9", "in figures"), ("NaN", "in figures"), (".5", "in figures"),
        ("5,", "in figures"), ("1000000000", "large"),
    ],
)  # fmt: skip
def test_the_rest_is_refused_with_a_sentence(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(typed)


class Budget(Form):
    amount = MoneyField()


@pytest.mark.parametrize(("language", "shown"), [("en", "1234.50"), ("nl", "1234,50"), ("fr", "1234,50")])
def test_what_the_field_shows_is_read_back(language: str, shown: str) -> None:
    with force_locale(language):
        assert Budget(amount=Decimal("1234.5")).amount._value() == shown
        assert parse(shown) == Decimal("1234.5")
