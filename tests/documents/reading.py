"""How the tests read a Word file: paragraphs in order, tables, headings with the number that Word would print."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph


@dataclass
class Section:
    """A numbered heading with everything that stands under it."""

    number: int
    heading: str
    texts: list[str] = field(default_factory=list)


def blocks(content: bytes) -> Iterator[Paragraph | Table]:
    document = Document(io.BytesIO(content))
    for child in document.element.body.iterchildren():
        if child.tag == qn("w:p"):
            yield Paragraph(child, document)
        elif child.tag == qn("w:tbl"):
            yield Table(child, document)


def text(content: bytes) -> str:
    """Everything a reader sees: body, tables, header and footer."""
    document = Document(io.BytesIO(content))
    page = document.sections[0]
    around = [paragraph.text for part in (page.header, page.footer) for paragraph in part.paragraphs]
    return "\n".join([*around, *(line for block in blocks(content) for line in lines(block))])


def lines(block: Paragraph | Table) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text]
    return [cell.text for row in block.rows for cell in row.cells]


def numbered(content: bytes, style: str = "heading 1") -> list[Section]:
    """The sections of one heading style, counted as Word counts them."""
    found: list[Section] = []
    reading = False
    for block in blocks(content):
        name = (block.style.name if block.style else "").lower() if isinstance(block, Paragraph) else ""
        if name in ("plain heading", "annex", "heading 1"):
            reading = name == style
            if reading:
                found.append(Section(len(found) + 1, lines(block)[0]))
        elif reading:
            found[-1].texts.extend(lines(block))
    return found
