"""From sections and blocks to a Word file: the one place that touches python-docx."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm
from lxml import etree

from contract_templates.authoring.blocks import Block, Items, Para, References, Section, Table, checked
from contract_templates.authoring.styles import BODY, numbering_xml, settings_xml, styles_xml, twips
from contract_templates.authoring.texts import ENGLISH_FRAME, Frame
from webapp.documents import qr
from webapp.documents.package import pack, unpack

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_DROPPED = ("customXml/", "docProps/thumbnail.jpeg", "word/stylesWithEffects.xml", "word/webSettings.xml")
CORE = (b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
        b'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{{ title }}</dc:title>'
        b"<dc:subject>{{ reference }}, %(version)s {{ version }}</dc:subject><dc:creator>Jumelage</dc:creator>"
        b'<dc:language>%(tag)s</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">2026-01-01T00:00:00Z'
        b'</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">2026-01-01T00:00:00Z</dcterms:modified>'
        b"</cp:coreProperties>")
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_ANCHOR = (f'<wp:anchor xmlns:wp="{_WP}" distT="0" distB="0" distL="114300" distR="0" simplePos="0" relativeHeight="2" '
           'behindDoc="0" locked="0" layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/>'
           '<wp:positionH relativeFrom="margin"><wp:align>right</wp:align></wp:positionH>'
           '<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV></wp:anchor>')
APP = (b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
       b'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
       b"<Application>Jumelage</Application></Properties>")


class Word:
    """A document being written. Every text goes through `references`, so that no `[[id]]` survives."""

    def __init__(self, references: References, section_format: str = "%1.", hanging: float = 1.1,
                 body: float = BODY, air: float = 1, frame: Frame = ENGLISH_FRAME) -> None:
        self.document = Document()
        self.references = references
        self.frame = frame
        self._bookmarks = 0
        part: Any = self.document.part
        _replace(part.part_related_by(RT.STYLES), styles_xml(body, air, frame.tag))
        _replace(part.numbering_part, numbering_xml(section_format, hanging))
        _replace(part.part_related_by(RT.SETTINGS), settings_xml(frame.tag))
        page = self.document.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2.2)
        page.top_margin, page.bottom_margin = Cm(2.2 if body == BODY else 1.9), Cm(1.9 if body == BODY else 1.7)
        page.header_distance = page.footer_distance = Cm(1.0)

    def running(self, name: str) -> None:
        """Header and footer: what it is, reference, version, "Fictional demonstration", page x of y."""
        page = self.document.sections[0]
        header, footer = page.header.paragraphs[0], page.footer.paragraphs[0]
        header.style, footer.style = self.document.styles["header"], self.document.styles["footer"]
        header.add_run(f"{name} {{{{ reference }}}}, {self.frame.version} {{{{ version }}}}\t")
        header.add_run(f"{{% if demonstration %}}{self.frame.demonstration}{{% endif %}}").bold = True
        footer.add_run(f"{{{{ reference }}}}\t{self.frame.page} ")
        _field(footer, "PAGE", "1")
        footer.add_run(f" {self.frame.of} ")
        _field(footer, "NUMPAGES", "1")

    def para(self, text: str, style: str = "Body", when: str = "") -> Any:
        """One paragraph; under a condition, between two control paragraphs that rendering removes."""
        self.control(f"if {when}" if when else "")
        made = self.document.add_paragraph(style=style)
        self._runs(made, text, when)
        self.control("endif" if when else "")
        return made

    def qr(self, paragraph: Any, name: str, alternative: str) -> None:
        """At the right margin, beside the text: a picture that rendering replaces by the QR code of the address."""
        paragraph.add_run(f"{{% if {name} %}}")
        drawing = paragraph.add_run().add_picture(io.BytesIO(qr.png(name)), width=Cm(2.3))._inline
        drawing.docPr.set("id", "1001")  # as docxtpl numbers the first drawing
        drawing.docPr.set("name", qr.PLACE)
        drawing.docPr.set("descr", alternative)
        drawing.getparent().replace(drawing, _beside(drawing))
        paragraph.add_run("{% endif %}")

    def link(self, paragraph: Any, name: str) -> None:
        """An address of the context, to click on."""
        _field(paragraph, f'HYPERLINK "{{{{ {name} }}}}"', f"{{{{ {name} }}}}")

    def sections(self, sections: Sequence[Section], style: str = "heading 1") -> None:
        for section in checked(sections).values():
            self.control(f"if {section.when}" if section.may_vanish else "")
            self._bookmarks += 1
            heading = self.para(section.heading, style)
            heading.paragraph_format.page_break_before = True if section.new_page else None
            bookmark(heading, section.id, self._bookmarks)
            self.control(f"if {section.when}" if section.unused else "")
            self.blocks(section.blocks, section.when)
            if section.unused:
                self.control("else")
                self.para(section.unused, "Clause")
            self.control("endif" if section.when else "")

    def blocks(self, blocks: Sequence[Block], condition: str = "") -> None:
        for block, following in zip(blocks, (*blocks[1:], None), strict=True):
            self.control(f"if {block.when}" if block.when else "")
            known = block.when or condition
            if isinstance(block, Para):
                made = self.document.add_paragraph(style=block.style)
                made.paragraph_format.keep_with_next = True if isinstance(following, Items | Table) else None
                self._runs(made, block.text, known)
            elif isinstance(block, Items):
                self._items(block, known)
            else:
                self.table(block, known)
            self.control("endif" if block.when else "")

    def hold(self, count: int) -> None:
        """The last `count` paragraphs stay with what follows, so that a signature block is never alone on a page."""
        texts = [made for made in self.document.paragraphs if not made.text.startswith("{%p")]
        for made in texts[-count:]:
            made.paragraph_format.keep_with_next = True

    def contents(self, sections: Sequence[Section], prefix: Callable[[int], str]) -> None:
        """A line per section, linked to its heading, with a page field that Word and LibreOffice fill in."""
        for number, section in enumerate(sections, 1):
            line = self.document.add_paragraph(style="Contents")
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), f"s_{section.id}")
            line._p.append(link)
            link.append(line.add_run(f"{prefix(number)}  {section.heading}")._r)
            line.add_run("\t")
            _field(line, f"PAGEREF s_{section.id} \\h", "")

    def table(self, table: Table, condition: str = "") -> Any:
        """A table with fixed widths, a repeated header row, rows that do not break."""
        made = self.document.add_table(rows=0, cols=len(table.head))
        made.style = self.document.styles["Jumelage Table"]
        made.autofit = False
        describe(made, table)
        self._row(made, table, table.head, "Table Head", condition, header=True)
        if table.each:
            collection, name = table.each.split(" as ")
            self.control_row(made, f"for {name} in {collection}")
        for row in table.rows:
            self._row(made, table, row, "Table Text", condition)
        if table.each:
            self.control_row(made, "endfor")
        if table.total:
            self._row(made, table, table.total, "Table Total", condition)
        return made

    def save(self) -> bytes:
        """The file with only the parts it needs, in constant order and with constant dates."""
        target = io.BytesIO()
        self.document.save(target)
        parts = {name: part for name, part in unpack(target.getvalue()).items() if not name.startswith(_DROPPED)}
        for name in ("[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"):
            parts[name] = _without_dropped(parts[name])
        core = CORE % {b"tag": self.frame.tag.encode(), b"version": self.frame.version.encode()}
        parts |= {"docProps/core.xml": core, "docProps/app.xml": APP}
        return pack(parts)

    def _items(self, items: Items, condition: str) -> None:
        if items.each:
            collection, name = items.each.split(" as ")
            self.control(f"for {name} in {collection}")
        for text in items.texts:
            self._runs(self.document.add_paragraph(style=items.style), text, condition)
        self.control("endfor" if items.each else "")

    def _runs(self, paragraph: Any, text: str, condition: str) -> None:
        self.write(paragraph, self.references.resolve(text, condition))

    def write(self, paragraph: Any, text: str, tag: str = "") -> None:
        """Runs of a resolved text, bold where marked; with `tag`, in that language."""
        for index, piece in enumerate(_BOLD.split(text)):
            if piece:
                run = paragraph.add_run(piece)
                run.bold = True if index % 2 else None
                if tag:
                    _speak(run, tag)

    def control(self, statement: str) -> None:
        if statement:
            self.document.add_paragraph(f"{{%p {statement} %}}", style="Body")

    def control_row(self, made: Any, statement: str) -> None:
        row = made.add_row()
        row.cells[0].paragraphs[0].add_run(f"{{%tr {statement} %}}")

    def _row(self, made: Any, table: Table, texts: Sequence[str], style: str, condition: str,
             header: bool = False) -> None:
        row = new_row(made, header)
        for index, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = Cm(table.widths[index])
            named = "Table Total" if table.row_heads and index == 0 and not header else style
            right = " Number" if index in table.numbers else ""
            self._cell(cell, text, ("Table Number" if named == "Table Text" and right else named + right),
                       condition, table.together)

    def _cell(self, cell: Any, text: str, style: str, condition: str, together: bool) -> None:
        """The paragraphs of a cell, one per line; a line may name its own style: "Sign|Place:"."""
        for index, line in enumerate(text.split("\n")):
            own, mark, rest = line.partition("|")
            own, rest = (own, rest) if mark else ("", line)
            paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
            paragraph.style = self.document.styles[own or style]
            paragraph.paragraph_format.keep_with_next = True if together else None
            self._runs(paragraph, rest, condition)


def new_row(made: Any, header: bool = False) -> Any:
    """A row that does not break over two pages; a header row is repeated on each."""
    row = made.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if header:
        properties.append(OxmlElement("w:tblHeader"))
    return row


def _speak(run: Any, tag: str) -> None:
    """The language of a run, which a screen reader and a spelling check follow."""
    node = OxmlElement("w:lang")
    node.set(qn("w:val"), tag)
    run._r.get_or_add_rPr().append(node)


def _replace(part: Any, xml: str) -> None:
    part._element = parse_xml(xml)


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    for kind in ("begin", "instruction", "separate", "shown", "end"):
        run = paragraph.add_run()
        if kind == "instruction":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {instruction} "
            run._r.append(text)
        elif kind == "shown":
            run.text = shown
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _beside(inline: Any) -> Any:
    """The drawing anchored at the right margin, with the text flowing beside it."""
    anchor = parse_xml(_ANCHOR)
    for node in list(inline):
        anchor.append(node)
        if node.tag == qn("wp:extent"):
            anchor.append(parse_xml(f'<wp:wrapSquare xmlns:wp="{_WP}" wrapText="left"/>'))
    return anchor


def bookmark(paragraph: Any, name: str, number: int) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), f"s_{name}")
    paragraph._p.insert(1, start)
    paragraph._p.append(end)


def describe(made: Any, table: Table) -> None:
    properties = made._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    for tag, value in (("w:tblCaption", table.caption), ("w:tblDescription", f"Columns: {', '.join(table.head)}")):
        node = OxmlElement(tag)
        node.set(qn("w:val"), value)
        look.addnext(node) if tag == "w:tblCaption" else properties.append(node)
    grid = made._tbl.tblGrid
    for column, width in zip(grid.findall(qn("w:gridCol")), table.widths, strict=True):
        column.set(qn("w:w"), str(twips(width)))


def _without_dropped(xml: bytes) -> bytes:
    root = parse_xml(xml)
    for node in list(root):
        target = (node.get("PartName") or node.get("Target") or "").lstrip("/").removeprefix("../")
        full = target if target.startswith(("word/", "docProps/", "customXml/")) else f"word/{target}"
        if full.startswith(_DROPPED) or node.get("Extension") == "jpeg":
            root.remove(node)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

