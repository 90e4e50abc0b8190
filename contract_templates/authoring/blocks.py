"""What a text is made of: sections with an id, numbered paragraphs, items, tables; and how references are resolved.

Texts carry three kinds of marks: `**term**` for bold, `{{ name }}` for a value of the context, and `[[id]]` for a
reference to a section or annex. References are resolved here, when the template is written, so that a reference to a
section that may be absent cannot be shipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_COUNTED = re.compile(r"\{\{ ([a-z_.]+) \}\}(\s+)([Dd]ay|week|month|year|hour)s(’?)")
_REFERENCE = re.compile(r"\[\[([a-z_]+)\]\]")
_SPACED = re.compile(r" (?=[;:!?»])|(?<=«) ")  # French sets these apart, and never at the end of a line


@dataclass(frozen=True)
class Para:
    """A paragraph. `when` is a condition of the context; without it the paragraph always stands."""

    text: str
    style: str = "Clause"
    when: str = ""


@dataclass(frozen=True)
class Items:
    """A list under a paragraph. With `each` ("conditions as condition") the one text repeats."""

    texts: tuple[str, ...]
    each: str = ""
    style: str = "Item"
    when: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a repeated header row. With `each` the one row repeats; numbers name right-aligned columns."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    each: str = ""
    total: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    when: str = ""
    row_heads: bool = False  # the first column names the row
    together: bool = False  # never broken over two pages


Block = Para | Items | Table


@dataclass(frozen=True)
class Section:
    """An article, a section or an annex. With `when` and `unused` it keeps its number and prints `unused` instead."""

    id: str
    heading: str
    blocks: tuple[Block, ...]
    when: str = ""
    unused: str = ""
    new_page: bool = False

    @property
    def may_vanish(self) -> bool:
        return bool(self.when) and not self.unused


class AuthoringError(ValueError):
    """A text refers to a section that does not exist or may be absent."""


class References:
    """Section id → the words that refer to it: "article 5 (Tranches)", "Annex II (Budget)"."""

    def __init__(self, sections: Sequence[Section], annexes: Sequence[Section] = (), word: str = "article",
                 units: Mapping[str, str] | None = None, hard_spaces: bool = False) -> None:
        self._units = units or {}  # of another language than English
        self._hard_spaces = hard_spaces
        self._sections = {section.id: section for section in sections}
        self._words = {section.id: f"{word} {_number(sections, index)} ({section.heading})"
                       for index, section in enumerate(sections)}
        self._words |= {annex.id: f"Annex {ROMAN[index]} ({annex.heading})" for index, annex in enumerate(annexes)}

    def resolve(self, text: str, condition: str = "") -> str:
        """The text with every `[[id]]` in words. `condition` is what the text itself depends on."""
        found = _REFERENCE.sub(lambda found: self._find(found.group(1), condition), self.agree(text))
        return _SPACED.sub("\u00a0", found) if self._hard_spaces else found

    def agree(self, text: str) -> str:
        """`{{ terms.answer_days }} Days` with the unit in the singular where the setting is 1."""
        for plural, singular in self._units.items():
            text = re.sub(rf"\{{\{{ ([a-z_.]+) \}}\}} {plural}\b", _counted(singular, plural), text)
        return text if self._units else _COUNTED.sub(_agreed, text)

    def _find(self, name: str, condition: str) -> str:
        if name not in self._words:
            raise AuthoringError(f"no section or annex “{name}”")
        target = self._sections.get(name)
        if target and target.may_vanish and target.when != condition:
            raise AuthoringError(f"“{name}” may be absent where the text refers to it")
        return self._words[name]


def _counted(singular: str, plural: str) -> str:
    """The replacement for a number with its unit, in a language that only knows two forms."""
    return rf"{{{{ \1 }}}} {{% if \1 == 1 %}}{singular}{{% else %}}{plural}{{% endif %}}"


def _agreed(found: re.Match[str]) -> str:
    name, gap, unit, apostrophe = found.groups()
    singular, plural = ("’s", "s’") if apostrophe else ("", "s")
    return f"{{{{ {name} }}}}{gap}{unit}{{% if {name} == 1 %}}{singular}{{% else %}}{plural}{{% endif %}}"


def _number(sections: Sequence[Section], index: int) -> str:
    """The number of a section; an expression of the context where one section before it may be absent."""
    optional = [section.when for section in sections[:index] if section.may_vanish]
    if not optional:
        return str(index + 1)
    if len(optional) > 1:
        raise AuthoringError("more than one section before this one may be absent")
    return f"{{{{ {index + 1} if {optional[0]} else {index} }}}}"


def checked(sections: Sequence[Section]) -> Mapping[str, Section]:
    """The sections by id. Raises AuthoringError for an id used twice or a heading without text."""
    found = {section.id: section for section in sections}
    if len(found) != len(sections):
        raise AuthoringError("an id is used twice")
    if empty := [section.id for section in sections if not section.blocks]:
        raise AuthoringError(f"heading without text: {empty}")
    return found
