"""Plain, printable values: how a date, a sum or a text stands in a document, and what may not stand there.

A document context is a frozen dataclass. `as_context` turns it into nothing but str, int, bool, list and dict, so that
a template can neither call nor change anything, and so that the same case always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias, get_type_hints

Plain: TypeAlias = "str | int | bool | list[Plain] | dict[str, Plain]"

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ONES = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
_CURRENCIES = {
    "EUR": "euro",
    "USD": "US dollars",
    "GBP": "pounds sterling",
    "CHF": "Swiss francs",
    "SEK": "Swedish kronor",
    "NOK": "Norwegian kroner",
    "RWF": "Rwandan francs",
    "UGX": "Ugandan shillings",
}

# What XML 1.0 cannot carry, the C1 controls, and the two characters that make a reader see digits in another order.
_UNPRINTABLE = re.compile("[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202d\u202e]")


class UnprintableTextError(ValueError):
    """A text holds a character that a document cannot show. `path` names the field, `codepoint` the character."""

    def __init__(self, path: str, codepoint: int) -> None:
        super().__init__(f"{path}: character U+{codepoint:04X} cannot stand in a document")
        self.path = path
        self.codepoint = codepoint


class NotPlainError(TypeError):
    """A context holds something else than plain values (an ORM object, a float, an instant)."""


def money(amount: Decimal, currency: str) -> str:
    """`Decimal("18000")`, `"EUR"` → `"EUR 18,000.00"`. The code stands first, always two decimals."""
    return f"{currency} {amount:,.2f}"


def day(value: date) -> str:
    """`date(2026, 3, 1)` → `"1 March 2026"`: the month is a word, so that nobody reads 3 January."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def percent(part: Decimal, whole: Decimal) -> str:
    """The share of `part` in `whole`, at most two decimals: `"90%"`, `"83.33%"`; `"0%"` of nothing."""
    share = (part * 100 / whole).quantize(Decimal("0.01")) if whole else Decimal(0)
    text = f"{share:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def in_words(amount: Decimal, currency: str) -> str:
    """`Decimal("180000")`, `"EUR"` → `"one hundred and eighty thousand euro"`; cents follow as a number."""
    whole, cents = divmod(int((amount * 100).to_integral_value()), 100)
    tail = f" and {cents} cents" if cents else ""
    return f"{_spell(whole)} {_CURRENCIES.get(currency, currency)}{tail}"


def _spell(number: int) -> str:
    for scale, name in _SCALES:
        if number >= scale:
            head, rest = divmod(number, scale)
            joint = " and " if 0 < rest < 100 else " "
            return f"{_spell(head)} {name}" + (joint + _spell(rest) if rest else "")
    if number >= 100:
        head, rest = divmod(number, 100)
        return f"{_ONES[head]} hundred" + (f" and {_spell(rest)}" if rest else "")
    if number >= 20:
        head, rest = divmod(number, 10)
        return _TENS[head] + (f"-{_ONES[rest]}" if rest else "")
    return _ONES[number]


def listed(names: list[str] | tuple[str, ...]) -> str:
    """`"A"`, `"A and B"`, `"A, B and C"`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def sentence(text: str) -> str:
    """The text with a full stop, unless it already ends like a sentence."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…:" else f"{text}."


def months_after(start: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def printable(text: str, path: str) -> str:
    """The text with line ends made alike. Raises UnprintableTextError; nothing is ever dropped silently."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _UNPRINTABLE.search(text):
        raise UnprintableTextError(path, ord(found.group()))
    return text


def members(record: Any) -> dict[str, Any]:
    """Name → type of every field and derived value (property) that a template may print."""
    return _members(record)


@cache
def _members(record: type) -> dict[str, Any]:
    hints = get_type_hints(record)
    named = {field.name: hints[field.name] for field in fields(record)}
    return named | {name: get_type_hints(made.fget)["return"] for name, made in _properties(record)}


def as_context(document: Any) -> dict[str, Plain]:
    """The document's fields and derived values as plain values; sums in the document's currency.

    Raises UnprintableTextError (a character that cannot be shown) and NotPlainError (a value of any other kind).
    """
    return _record(document, str(document.currency), "")


def check_plain(value: object, path: str = "context") -> None:
    """Refuse a stored snapshot that holds anything but plain, printable values."""
    if isinstance(value, str):
        printable(value, path)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            check_plain(member, f"{path}.{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            check_plain(member, f"{path}[{index}]")
    elif not isinstance(value, int):
        raise NotPlainError(f"{path}: {type(value).__name__} is not a plain value")


def canonical(document: Any) -> bytes:
    """The context as JSON in one fixed spelling: what is hashed. Takes a context or its stored plain mapping."""
    plain = document if isinstance(document, Mapping) else as_context(document)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(document: Any) -> str:
    """sha256, in hexadecimal, of the canonical context."""
    return hashlib.sha256(canonical(document)).hexdigest()


def _properties(record: type) -> Iterator[tuple[str, Any]]:
    for base in reversed(record.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, property):
                yield name, value


def _record(record: Any, currency: str, path: str) -> dict[str, Plain]:
    return {
        name: _plain(getattr(record, name), currency, f"{path}.{name}" if path else name)
        for name in members(type(record))
    }


def _plain(value: Any, currency: str, path: str) -> Plain:
    if isinstance(value, str):
        return printable(value, path)
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return money(value, currency)
    if isinstance(value, date) and not isinstance(value, datetime):
        return day(value)
    if isinstance(value, tuple):
        return [_plain(member, currency, f"{path}[{index}]") for index, member in enumerate(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value, currency, path)
    raise NotPlainError(f"{path}: {type(value).__name__} is not a plain value")
