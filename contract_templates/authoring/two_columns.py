"""The memorandum in two languages: a row for each paragraph, the first language left, and the first prevails.

Built from the texts of the two languages, which have the same paragraphs and conditions. Both headings of a section are
headings of their own; the paragraphs under them stand side by side and are counted alike. A table stands once, under
its section, with both headings; a cell says a value twice only where the languages write it differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from docx.shared import Cm

from contract_templates.authoring.blocks import Items, Para, Section, Table
from contract_templates.authoring.memorandum import SUBTITLE, references
from contract_templates.authoring.texts import MemorandumText
from contract_templates.authoring.word import Word, bookmark, describe, new_row

PLAIN_LISTS = ("sdgs", "conditions", "special_terms", "outside_eea")  # of texts, not of records
HALF = 8.3  # of the page between its margins
INDENT = 0.9  # of a clause: narrow columns leave no room for more
_PRINTED = re.compile(r"\{\{ ([a-z_]+(?:\.[a-z_]+)*)")
_LOOP = re.compile(r"\{% for ([a-z_]+) in ([a-z_]+) %\}")
_OPENED = re.compile(r"\{% if ([a-z_.]+) %\}$")
BLANK = "Sign Line"
SECOND_STYLE = {"Clause": "Clause Second", "Item": "Item Second"}


def second(text: str, loop: str = "") -> str:
    """A text whose values are those of the second language: `{{ line.cost }}` becomes `{{ line.second.cost }}`.

    `loop` is the name that stands for a text of a plain list around the paragraph ("condition").
    """
    plain = {name for name, of in _LOOP.findall(text) if of in PLAIN_LISTS} | {"loop", loop}
    text = _LOOP.sub(lambda m: f"{{% for {m[1]} in second.{m[2]} %}}" if m[2] in PLAIN_LISTS else m[0], text)
    return _PRINTED.sub(lambda m: m[0] if m[1].split(".")[0] in plain else "{{ " + _twin(m[1]), text)


def _twin(path: str) -> str:
    owner, dot, name = path.rpartition(".")
    return f"{owner}{dot}second.{name}"


@dataclass(frozen=True)
class Pair:
    """The same text in both languages, references resolved, ready to be written."""

    left: str
    right: str

    @property
    def differs(self) -> str:
        """When the right one says anything else than the left: always (""), never ("never"), or a condition."""
        if self.left == self.right:
            return "never"
        paths = _PRINTED.findall(self.left)
        if second(self.left) != self.right or not paths:
            return ""
        return f"({' or '.join(f'{path} != {_twin(path)}' for path in paths)})"


class Columns:
    """The document being written, with the words of both languages."""

    def __init__(self, first: MemorandumText, other: MemorandumText) -> None:
        self.first, self.other = first, other
        self.word = Word(references(first), "%1.", INDENT, body=8.5, air=0.4, frame=first.shared.frame)
        self._right = references(other)
        self._marks = 0

    def pair(self, left: str, right: str, condition: str = "", loop: str = "") -> Pair:
        return Pair(self.word.references.resolve(left, condition), second(self._right.resolve(right, condition), loop))

    def both(self, left: str, right: str, style: str, when: str = "") -> Any:
        """Two paragraphs over the full width, the second in its own language; gives the first."""
        self.word.control(f"if {when}" if when else "")
        found, made = self.pair(left, right), []
        for text, tag in ((found.left, self.first), (found.right, self.other)):
            made.append(self.word.document.add_paragraph(style=style))
            self.word.write(made[-1], text, tag.shared.frame.tag)
        self.word.control("endif" if when else "")
        return made[0]

    def title(self, left: str, right: str, style: str) -> None:
        """One paragraph over the full width: "Key terms / Kernbepalingen"."""
        made = self.word.document.add_paragraph(style=style)
        made.paragraph_format.keep_with_next = True
        found = self.pair(left, right)
        self.word.write(made, found.left, self.first.shared.frame.tag)
        if found.left != found.right:
            self.word.write(made, f" / {found.right}", self.other.shared.frame.tag)

    def paired(self, caption: str) -> Any:
        """An empty table of two columns whose repeated header row names the languages."""
        made = self.word.document.add_table(rows=0, cols=2)
        made.style = self.word.document.styles["Jumelage Table"]
        made.autofit = False
        names = (self.first.shared.name, self.other.shared.name)
        describe(made, Table(caption, names, (), (HALF, HALF)))
        self.side_by_side(made, Pair(*names), "Table Head", header=True)
        return made

    def side_by_side(self, made: Any, texts: Pair, style: str, header: bool = False) -> None:
        row = new_row(made, header)
        sides = ((texts.left, self.first, style), (texts.right, self.other, SECOND_STYLE.get(style, style)))
        for cell, (text, of, name) in zip(row.cells, sides, strict=True):
            cell.width = Cm(HALF)
            cell.paragraphs[0].style = self.word.document.styles[name]
            self.word.write(cell.paragraphs[0], text, of.shared.frame.tag)

    def sections(self) -> None:
        for left, right in zip(self.first.sections, self.other.sections, strict=True):
            self.word.control(f"if {left.when}" if left.when else "")
            self._headings(left, right)
            made = self.paired(f"{left.heading} / {right.heading}")
            for one, twin in zip(left.blocks, right.blocks, strict=True):
                if not isinstance(one, Table):
                    self._rows(made, one, twin, left.when)
            for one, twin in zip(left.blocks, right.blocks, strict=True):
                if isinstance(one, Table) and isinstance(twin, Table):
                    self.title(one.caption, twin.caption, "heading 2")
                    self.table(one, twin)
            self.word.control("endif" if left.when else "")

    def _headings(self, left: Section, right: Section) -> None:
        for text, of, style in ((left.heading, self.first, "heading 1"), (right.heading, self.other,
                                                                          "heading 1 second")):
            made = self.word.document.add_paragraph(style=style)
            self.word.write(made, text, of.shared.frame.tag)
            self._marks += 1
            bookmark(made, left.id if of is self.first else f"{left.id}_second", self._marks)

    def _rows(self, made: Any, one: Any, twin: Any, condition: str) -> None:
        """The rows of a paragraph or list, under the same condition or loop."""
        if one.when:
            self.word.control_row(made, f"if {one.when}")
        if isinstance(one, Para):
            self.side_by_side(made, self.pair(one.text, twin.text, one.when or condition), one.style)
        elif isinstance(one, Items):
            name, _as, of = one.each.partition(" as ")[::-1]
            if of:
                self.word.control_row(made, f"for {name} in {of}")
            for left, right in zip(one.texts, twin.texts, strict=True):
                loop = name if of in PLAIN_LISTS else ""
                self.side_by_side(made, self.pair(left, right, one.when or condition, loop), one.style)
            if of:
                self.word.control_row(made, "endfor")
        if one.when:
            self.word.control_row(made, "endif")

    def terms(self) -> None:
        """The key terms: a row for each, its name before what is agreed."""
        made = self.paired(f"{self.first.key_terms.caption} / {self.other.key_terms.caption}")
        for left, right in zip(self.first.key_terms.rows, self.other.key_terms.rows, strict=True):
            one, twin = (f"**{name}:** {agreed}" for name, agreed in (left, right))
            self.side_by_side(made, self.pair(one, twin), "Table Text")

    def table(self, left: Table, right: Table) -> None:
        """One table over the full width, every cell in both languages where they differ."""
        made = self.word.document.add_table(rows=0, cols=len(left.head))
        made.style = self.word.document.styles["Jumelage Table"]
        made.autofit = False
        heads = tuple(one if one == twin else f"{one} / {twin}" for one, twin in zip(left.head, right.head,
                                                                                     strict=True))
        describe(made, replace(left, caption=f"{left.caption} / {right.caption}", head=heads))
        self._cells(made, left, left.head, right.head, "Table Head", header=True)
        if left.each:
            collection, name = left.each.split(" as ")
            self.word.control_row(made, f"for {name} in {collection}")
        for one, twin in zip(left.rows, right.rows, strict=True):
            self._cells(made, left, one, twin, "Table Text")
        if left.each:
            self.word.control_row(made, "endfor")
        if left.total:
            self._cells(made, left, left.total, right.total, "Table Total")

    def _cells(self, made: Any, table: Table, left: Sequence[str], right: Sequence[str], style: str,
               header: bool = False) -> None:
        row = new_row(made, header)
        for index, (cell, one, twin) in enumerate(zip(row.cells, left, right, strict=True)):
            cell.width = Cm(table.widths[index])
            right_aligned = {"Table Text": "Table Number"}.get(style, f"{style} Number")
            self._cell(cell, one, twin, right_aligned if index in table.numbers else style, table.together)

    def _cell(self, cell: Any, left: str, right: str, style: str, together: bool) -> None:
        """The lines of a cell; below each line the second language, unless it says the same."""
        waiting = [cell.paragraphs[0]]

        def paragraph(name: str) -> Any:
            made = waiting.pop() if waiting else cell.add_paragraph()
            made.style = self.word.document.styles[name]
            made.paragraph_format.keep_with_next = True if together else None
            return made

        for (name, one), (_name, twin), condition in _lines(left, right, style):
            if name == BLANK:  # a line to write on stands once, under both names
                self.word.write(paragraph(name), _blank(one, twin))
                continue
            found = self.pair(one, twin)
            texts = [(found.left, self.first, condition)]
            if found.differs != "never":
                texts.append((found.right, self.other, " and ".join(filter(None, (condition, found.differs)))))
            for text, of, when in texts:
                if when:
                    paragraph(name).add_run(f"{{%p if {when} %}}")
                self.word.write(paragraph(name), text, of.shared.frame.tag)
                if when:
                    paragraph(name).add_run("{%p endif %}")


def _lines(left: str, right: str, style: str) -> Iterator[tuple[tuple[str, str], tuple[str, str], str]]:
    """Style and text of each line in both languages, with the condition that the line before opened."""
    condition = ""
    for one, twin in zip(left.split("\n"), right.split("\n"), strict=True):
        opened = _OPENED.search(one)
        yield _own_style(_bare(one), style), _own_style(_bare(twin), style), condition
        condition = opened[1] if opened else ""


def _blank(left: str, right: str) -> str:
    """A line to write on, named once: "Place, date / Lieu, date:", then the rule."""
    names = dict.fromkeys(text.strip().rstrip(":").strip() for text in (left, right))
    return f"{' / '.join(names)}:\t"


def _bare(line: str) -> str:
    return _OPENED.sub("", line).removesuffix("{% endif %}")


def _own_style(line: str, style: str) -> tuple[str, str]:
    own, mark, rest = line.partition("|")
    return (own, rest) if mark else (style, line)


def build(first: MemorandumText, other: MemorandumText) -> bytes:
    """The template in two languages."""
    columns, left, right = Columns(first, other), first.shared, other.shared
    columns.word.running(first.running if first.running == other.running else f"{first.running} / {other.running}")
    title = columns.both(first.title, other.title, "Title")
    columns.word.qr(title, "verification_url", left.qr)
    columns.word.para(SUBTITLE, "Subtitle")
    columns.both(left.banner, right.banner, "Banner", when="demonstration")
    columns.title(first.key_terms_heading, other.key_terms_heading, "Plain Heading")
    columns.terms()
    columns.title(first.parties_heading, other.parties_heading, "heading 2")
    columns.table(left.parties, right.parties)
    columns.both(left.model_text, right.model_text, "Note")
    columns.sections()
    columns.title(left.signatures_heading, right.signatures_heading, "Plain Heading")
    columns.both(left.signing, right.signing, "Body")
    columns.word.hold(2)
    columns.table(left.signatures, right.signatures)
    columns.both(left.seal, right.seal, "Note")
    return columns.word.save()
