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
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias, get_type_hints

from webapp.documents.language import ENGLISH, Language, language

Plain: TypeAlias = "str | int | bool | list[Plain] | dict[str, Plain]"

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
    """`Decimal("18000")`, `"EUR"` → `"EUR 18,000.00"`, in English."""
    return language(ENGLISH).money(amount, currency)


def day(value: date) -> str:
    """`date(2026, 3, 1)` → `"1 March 2026"`, in English."""
    return language(ENGLISH).day(value)


def percent(part: Decimal, whole: Decimal) -> str:
    """The share of `part` in `whole`, in English: `"90%"`, `"83.33%"`; `"0%"` of nothing."""
    return language(ENGLISH).percent(part, whole)


def in_words(amount: Decimal, currency: str) -> str:
    """`Decimal("180000")`, `"EUR"` → `"one hundred and eighty thousand euro"`, in English."""
    return language(ENGLISH).in_words(amount, currency)


def listed(names: list[str] | tuple[str, ...]) -> str:
    """`"A"`, `"A and B"`, `"A, B and C"`, in English."""
    return language(ENGLISH).listed(names)


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


@dataclass(frozen=True, slots=True)
class TwoColumns:
    """One document in two languages: the same case in each. The first stands left and prevails."""

    first: Any
    second: Any


SECOND = "second"


def as_context(document: Any) -> dict[str, Plain]:
    """The document's fields and derived values as plain values; sums, days and lists in the document's language.

    Of `TwoColumns` every record also holds `second`: its values in the second language, so that a template writes
    `{{ grant }}` left and `{{ second.grant }}` right, and in a loop `{{ line.cost }}` and `{{ line.second.cost }}`.
    Raises UnprintableTextError (a character that cannot be shown) and NotPlainError (a value of any other kind).
    """
    if isinstance(document, TwoColumns):
        return _beside(as_context(document.first), as_context(document.second))
    speech = _Speech(language(getattr(document, "locale", ENGLISH)), str(document.currency))
    return _record(document, speech, "")


def _beside(first: dict[str, Plain], second: dict[str, Plain]) -> dict[str, Plain]:
    """Every record of the first with `second`: the values of its twin that are no records themselves."""
    merged: dict[str, Plain] = {name: _pair(value, second[name]) for name, value in first.items()}
    return merged | {SECOND: {name: value for name, value in second.items() if not _holds_records(value)}}


def _pair(value: Plain, twin: Plain) -> Plain:
    if isinstance(value, dict) and isinstance(twin, dict):
        return _beside(value, twin)
    if isinstance(value, list) and isinstance(twin, list) and _holds_records(value):
        return [_pair(member, other) for member, other in zip(value, twin, strict=True)]
    return value


def _holds_records(value: Plain) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(member, dict) for member in value))


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


@dataclass(frozen=True, slots=True)
class _Speech:
    """How values are said: the language and the currency of the document."""

    language: Language
    currency: str


def _record(record: Any, speech: _Speech, path: str) -> dict[str, Plain]:
    return {
        name: _plain(getattr(record, name), speech, f"{path}.{name}" if path else name)
        for name in members(type(record))
    }


def _plain(value: Any, speech: _Speech, path: str) -> Plain:
    if isinstance(value, str):
        return printable(value, path)
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return speech.language.money(value, speech.currency)
    if isinstance(value, date) and not isinstance(value, datetime):
        return speech.language.day(value)
    if isinstance(value, tuple):
        return [_plain(member, speech, f"{path}[{index}]") for index, member in enumerate(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value, speech, path)
    raise NotPlainError(f"{path}: {type(value).__name__} is not a plain value")
