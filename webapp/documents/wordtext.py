"""What a Word file says, article by article: read from its bytes, so that a page shows the file and nothing else.

Numbers ("Article 7", "7.1", "(a)") are not in the text of a Word file but counted from its numbering; they are counted
here the same way. Headers, footers and page numbers belong to the paper and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from webapp.documents.numbering import Counter, Styles
from webapp.documents.package import unpack

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OPENING = "opening"  # what stands before the first heading
_BOOKMARK = re.compile(r"s_([A-Za-z0-9_]+)")
_LONGEST_KEY = 60
_SIGNS = {f"{W}tab": "\t", f"{W}br": "\n"}


@dataclass(frozen=True, slots=True)
class Para:
    """One paragraph; `kind` is how it stands: title, heading (a smaller one), contents, item, note or text."""

    kind: str
    text: str
    number: str = ""
    anchor: str = ""  # of a contents line: the key of the article it leads to


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: every cell as text, a line for each paragraph."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Article:
    """A heading with all that stands under it. `key` is the same in every version, whatever its number."""

    key: str
    number: str
    heading: str
    blocks: tuple[Para | Grid, ...]

    @property
    def label(self) -> str:
        """Number and heading: "Article 7 Procurement"."""
        return f"{self.number} {self.heading}".strip()

    @property
    def length(self) -> int:
        """How many characters stand under the heading."""
        return sum(
            len(b.text) if isinstance(b, Para) else sum(len(cell) for row in b.rows for cell in row)
            for b in self.blocks
        )

    @property
    def reference(self) -> str:
        """As other sentences name it: "article 7 (Procurement)", "section 6 (Costs)", "Annex II (Budget)"."""
        number = self.number.rstrip(".")
        if not number:
            return f"“{self.heading}”"
        name = f"section {number}" if number.isdigit() else number.replace("Article", "article", 1)
        return f"{name} ({self.heading})"


@lru_cache(maxsize=32)
def articles(content: bytes) -> tuple[Article, ...]:
    """Every article of a Word file that we wrote, in order; the opening comes first. Kept for the same bytes."""
    parts = unpack(content)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(parts["word/document.xml"], parser)
    reader = _Reader(Styles(parts["word/styles.xml"]), Counter(parts.get("word/numbering.xml", b"")))
    for node in root.iterfind(f"{W}body/*"):
        reader.read(node)
    return tuple(reader.done())


def find(found: tuple[Article, ...], key: str) -> Article | None:
    return next((article for article in found if article.key == key), None)


@dataclass
class _Open:
    """An article while it is being read."""

    key: str
    number: str
    heading: str
    blocks: list[Para | Grid] = field(default_factory=list)


class _Reader:
    def __init__(self, styles: Styles, counter: Counter) -> None:
        self.styles, self.counter = styles, counter
        self.found = [_Open(OPENING, "", "")]

    def done(self) -> Iterator[Article]:
        for made in self.found:
            if made.blocks or made.heading:
                yield Article(made.key, made.number, made.heading, tuple(made.blocks))

    def read(self, node: etree._Element) -> None:
        if node.tag == f"{W}p":
            self._paragraph(node)
        elif node.tag == f"{W}tbl":
            self._table(node)

    def _paragraph(self, node: etree._Element) -> None:
        style = self.styles.of(node)
        number, text = self.counter.next(style.list, style.level), _text(node)
        if style.outline == 0 and text:
            self._begin(node, number, text)
        elif text:
            anchor = _anchor(node) if style.kind == "contents" else ""
            self.found[-1].blocks.append(Para(style.kind, text, number, anchor))

    def _begin(self, node: etree._Element, number: str, heading: str) -> None:
        known = {made.key for made in self.found}
        key = base = _key(node, heading)
        count = 1
        while key in known:
            count += 1
            key = f"{base}-{count}"
        self.found.append(_Open(key, number, heading))

    def _table(self, node: etree._Element) -> None:
        """In a text of two columns a row that holds a heading begins an article; the rows that follow belong to it."""
        caption = node.find(f"{W}tblPr/{W}tblCaption")
        title = caption.get(f"{W}val", "") if caption is not None else ""
        head: tuple[str, ...] = ()
        rows: list[tuple[str, ...]] = []
        for row in node.iterfind(f"{W}tr"):
            if (heading := self._heading_in(row)) is not None:
                self._keep(Grid(title, head, tuple(rows)))
                rows = []
                texts = self._cells(row)
                self._begin(heading, "", texts[0])
                rows.append(texts)
            elif row.find(f"{W}trPr/{W}tblHeader") is not None and not rows and not head:
                head = self._cells(row)
            else:
                rows.append(self._cells(row))
        self._keep(Grid(title, head, tuple(rows)))

    def _keep(self, grid: Grid) -> None:
        if grid.rows:
            self.found[-1].blocks.append(grid)

    def _heading_in(self, row: etree._Element) -> etree._Element | None:
        for node in row.iter(f"{W}p"):
            if self.styles.of(node).outline == 0 and _text(node):
                return node
        return None

    def _cells(self, row: etree._Element) -> tuple[str, ...]:
        return tuple("\n".join(self._lines(cell)) for cell in row.iterfind(f"{W}tc"))

    def _lines(self, cell: etree._Element) -> Iterator[str]:
        for node in cell.iter(f"{W}p"):
            style = self.styles.of(node)
            yield f"{self.counter.next(style.list, style.level)} {_text(node)}".strip()


def _text(node: etree._Element) -> str:
    """What is printed of a paragraph; instructions of fields and deleted text are not."""
    pieces = []
    for run in node.iter(f"{W}r"):
        for part in run.iterchildren(f"{W}t", f"{W}tab", f"{W}br"):
            pieces.append(_SIGNS.get(str(part.tag), part.text or ""))
    return "".join(pieces).strip()


def _key(node: etree._Element, heading: str) -> str:
    """The bookmark that the template gives the heading; without one, the words of the heading."""
    for mark in node.iter(f"{W}bookmarkStart"):
        if named := _BOOKMARK.fullmatch(mark.get(f"{W}name", "")):
            return named.group(1).lower()[:_LONGEST_KEY]
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")[:_LONGEST_KEY] or "part"


def _anchor(node: etree._Element) -> str:
    link = node.find(f"{W}hyperlink")
    named = _BOOKMARK.fullmatch(link.get(f"{W}anchor", "")) if link is not None else None
    return named.group(1).lower()[:_LONGEST_KEY] if named else ""
