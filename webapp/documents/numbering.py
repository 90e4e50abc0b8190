"""Which style a Word paragraph has, and which number it bears: counted as Word counts, from the file's own lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%(\d)")
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_KINDS = {"title": "title", "subtitle": "title", "contents": "contents", "note": "note", "item": "item",
          "bullet": "item", "banner": "note"}  # fmt: skip
_PLAIN = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says of its paragraphs: outline level, list and level in it, and how they stand on a page."""

    kind: str = "text"
    outline: int | None = None
    list: str = "0"
    level: int = 0


class Styles:
    """The paragraph styles of a file, what a style takes over from another one included."""

    def __init__(self, xml: bytes) -> None:
        root = etree.fromstring(xml, _PLAIN)
        self._nodes = {node.get(f"{W}styleId", ""): node for node in root.iterfind(f"{W}style")}
        self._known: dict[str, Style] = {"": Style()}

    def of(self, paragraph: etree._Element) -> Style:
        """The style of a paragraph; what the paragraph says of its own list goes first."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        style = self._style(named.get(f"{W}val", "") if named is not None else "")
        return _with_list(style, paragraph.find(f"{W}pPr/{W}numPr"))

    def _style(self, name: str) -> Style:
        if name not in self._known:
            self._known[name] = Style()  # a style that is based on itself ends here
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Style:
        node = self._nodes.get(name)
        if node is None:
            return Style()
        base = node.find(f"{W}basedOn")
        style = self._style(base.get(f"{W}val", "")) if base is not None else Style()
        outline = node.find(f"{W}pPr/{W}outlineLvl")
        level = int(outline.get(f"{W}val", "9")) if outline is not None else style.outline
        title = node.find(f"{W}name")
        called = (title.get(f"{W}val", "") if title is not None else "").lower()
        kind = "heading" if level is not None and 0 < level < 9 else _KINDS.get(called, "text")
        return _with_list(Style(kind, level, style.list, style.level), node.find(f"{W}pPr/{W}numPr"))


def _with_list(style: Style, numbered: etree._Element | None) -> Style:
    if numbered is None:
        return style
    number, level = numbered.find(f"{W}numId"), numbered.find(f"{W}ilvl")
    return Style(
        style.kind,
        style.outline,
        number.get(f"{W}val", "0") if number is not None else style.list,
        int(level.get(f"{W}val", "0")) if level is not None else style.level,
    )


@dataclass(frozen=True, slots=True)
class _Level:
    kind: str
    text: str
    start: int


class Counter:
    """Counts the paragraphs of every list; a paragraph of a higher level starts the lower ones again."""

    def __init__(self, xml: bytes) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if xml:
            self._read(etree.fromstring(xml, _PLAIN))

    def _read(self, root: etree._Element) -> None:
        abstract = {
            node.get(f"{W}abstractNumId"): {
                int(level.get(f"{W}ilvl", "0")): _level(level) for level in node.iterfind(f"{W}lvl")
            }
            for node in root.iterfind(f"{W}abstractNum")
        }
        for node in root.iterfind(f"{W}num"):
            pointer = node.find(f"{W}abstractNumId")
            if pointer is not None:
                self._levels[node.get(f"{W}numId", "")] = abstract.get(pointer.get(f"{W}val"), {})

    def next(self, name: str, level: int) -> str:
        """The number of the next paragraph of this list and level; empty outside of lists."""
        levels = self._levels.get(name, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(name, {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for lower in [known for known in counts if known > level]:
            del counts[lower]

        def shown(found: re.Match[str]) -> str:
            place = int(found.group(1)) - 1
            at = levels.get(place, levels[level])
            return _written(counts.get(place, at.start), at.kind)

        return _PLACE.sub(shown, levels[level].text)


def _level(node: etree._Element) -> _Level:
    def value(tag: str, default: str) -> str:
        found = node.find(f"{W}{tag}")
        return str(found.get(f"{W}val", default)) if found is not None else default

    return _Level(value("numFmt", "decimal"), value("lvlText", ""), int(value("start", "1")))


def _written(number: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman"):
        text = ""
        for value, sign in _ROMAN:
            text += sign * (number // value)
            number %= value
        return text if kind == "upperRoman" else text.lower()
    return str(number)
