"""Which words of a page did not come through the catalogue: every text of the product is marked, what is left is not.

Left over may be what people typed, names that Babel gives (months, countries, currencies), and codes.
"""

import json
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any

from babel import Locale
from babel.numbers import list_currencies

LEFT, RIGHT = "⟦", "⟧"
ATTRIBUTES = {"alt", "aria-label", "aria-roledescription", "label", "placeholder", "title"}
WITHOUT_TEXT = {"script", "style", "template", "code", "text"}  # a diagram breaks its lines; its table has them whole
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BUTTONS = {"submit", "button", "reset"}
OURS = {"Jumelage", "English", "Nederlands", "Français", "UTC", "SHA", "PDF", "QR", "KB", "MB"}
EDGES = " .?!,:;“”\"'()"
CODE = re.compile(r"[\d@]")  # a reference, a hash, an address
WORD = re.compile(r"[^\W\d_]{2,}")


class Marked:
    """A catalogue in which every translation is the English text between marks."""

    def ugettext(self, text: str) -> str:
        return f"{LEFT}{text}{RIGHT}"

    def ungettext(self, one: str, many: str, count: int) -> str:
        return self.ugettext(one if count == 1 else many)


class Texts(HTMLParser):
    """What a reader sees or hears, text by text; a part in a language of its own (`lang`) is not ours to translate."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.foreign: list[str] = []
        self.links: list[str] = []
        self._open: list[bool] = []  # for each open element: whether its text counts
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        counts = self._counts and tag not in WITHOUT_TEXT and ("lang" not in given or tag == "html")
        if counts:
            self.found += [value for name, value in given.items() if name in ATTRIBUTES or is_sentence(name, value)]
            if tag == "input" and given.get("type") in BUTTONS:
                self.found.append(given.get("value", ""))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag not in EMPTY:
            self._open.append(counts)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            (self.found if self._counts else self.foreign).append(data)

    @property
    def _counts(self) -> bool:
        return not self._open or self._open[-1]


def is_sentence(name: str, value: str) -> bool:
    """A text that a script shows later."""
    return name.startswith("data-") and " " in value.strip()


def escaped(html: str, typed: Collection[str]) -> list[str]:
    """The texts of a page that no catalogue has seen and nobody typed."""
    return [text for found in Texts(html).found for text in _outside(plain(found)) if not _is_known(text, typed)]


def _outside(text: str) -> Iterator[str]:
    """What stands outside the marks, which may stand in each other."""
    before = ""
    while before != text:
        before, text = text, re.sub(f"{LEFT}[^{LEFT}{RIGHT}]*{RIGHT}", "\n", text)
    yield from (part for part in re.split(r"[\n·⇄→]|\b\d+\. | – |, | \(|\) ?|: |; ", text) if WORD.search(part))


def _is_known(text: str, typed: Collection[str]) -> bool:
    text = text.strip(EDGES)
    words = [word for token in text.split() if not CODE.search(token) for word in WORD.findall(token)]
    if text in typed or all(word in NAMES or word in OURS for word in words):
        return True
    return len(words) > 3 and any(text in whole for whole in typed)  # a difference shows a part of what was typed


def plain(text: str) -> str:
    return " ".join(text.split())


def typed_in(rows: Any) -> set[str]:
    """Every text that the database holds, and the parts of it between commas and the like."""
    whole = {plain(text) for text in _leaves(rows)}
    return whole | {part.strip(EDGES) for text in whole for part in _outside(text)}


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        if value[:1] in ("{", "["):
            with suppress(ValueError):
                yield from _leaves(json.loads(value))
    elif isinstance(value, dict):
        yield from _leaves(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)


def _babel_names(language: str) -> set[str]:
    """Each word of the names that Babel knows for countries, languages, currencies, months and days."""
    locale = Locale.parse(language)
    calendars = [widths["wide"] for table in (locale.months, locale.days) for widths in table.values()]
    tables = [locale.territories, locale.languages, locale.currencies, *calendars]
    names = {str(name) for table in tables for name in [*table.values(), *table]} | list_currencies()
    return {word for name in names for word in WORD.findall(name)}


NAMES = _babel_names("nl")
