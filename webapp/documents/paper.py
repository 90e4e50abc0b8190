"""A plain PDF that people and screen readers can read: A4, PDF/A-3, tagged, its own typeface, files attached.

Each block is one element of the structure tree and never crosses a page. Head and foot are artifacts. A character that
the typeface lacks is printed as its number, so that nothing is lost silently.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

TYPEFACES = Path(__file__).with_name("typefaces")
FACE = "DejaVu"
INK, MUTED, RULE, TINT = (22, 32, 38), (84, 98, 106), (170, 182, 188), (238, 243, 244)
LABEL = 44.0  # millimetres: the column of names beside their values
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table that it subsets


class Paper(FPDF):
    """One document. Write it from top to bottom; `finished` gives its bytes."""

    def __init__(self, *, title: str, language: str, made: datetime, head: str, foot: str, page_words: str) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-3B")
        self.add_font(FACE, "", TYPEFACES / "DejaVuSans.ttf")
        self.add_font(FACE, "B", TYPEFACES / "DejaVuSans-Bold.ttf")
        self.head_text, self.foot_text, self.page_words = self.printable(head), self.printable(foot), page_words
        self.set_title(self.printable(title))
        self.set_lang(language)
        self.set_creator("Jumelage")
        self.set_creation_date(made)
        self.set_margins(20, 22, 20)
        self.set_auto_page_break(True, 20)
        self.alias_nb_pages("{pages}")
        self.add_page()

    # FPDF calls these two on every page.

    def header(self) -> None:
        with self._artifact():
            self.set_xy(self.l_margin, 10)
            self._style(7.5, MUTED)
            self.cell(0, 4, self.head_text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(22)

    def footer(self) -> None:
        with self._artifact():
            self.set_xy(self.l_margin, -14)
            self._style(7.5, MUTED)
            self.cell(120, 4, self.foot_text)
            self.cell(0, 4, self.page_words.format(page=self.page_no(), pages="{pages}"), align="R")

    def heading(self, text: str, level: int = 2, *, follows: float = 28) -> None:
        """A heading that stays with at least `follows` millimetres of what comes after it."""
        size, air = {1: (17.0, 1.0), 2: (11.5, 5.0)}.get(level, (9.5, 3.0))
        self._make_room(air + size * 0.5 + follows)
        self.ln(air)
        self._block(f"/H{level}", text, size, bold=True, leading=1.3)
        self.ln(1.2 if level > 1 else 2.0)

    def text_block(self, text: str, *, size: float = 9.0, muted: bool = False, bold: bool = False) -> None:
        self._block("/P", text, size, bold=bold, colour=MUTED if muted else INK)
        self.ln(1.4)

    def note(self, text: str) -> None:
        """A block that stands out: a tinted ground."""
        self._style(9.0, INK)
        height = self._height(text, 9.0, self.epw - 8) + 5
        self._make_room(height)
        with self._artifact():
            self.set_fill_color(*TINT)
            self.rect(self.l_margin, self.y, self.epw, height, style="F")
        self.set_y(self.y + 2.5)
        self._block("/P", text, 9.0, indent=4, width=self.epw - 8)
        self.ln(4.5)

    def pair(self, label: str, value: str, *, small: bool = False) -> None:
        """A name and its value beside it."""
        size = 7.6 if small else 9.0
        tall = max(self._height(label, 8.0, LABEL - 3), self._height(value or "–", size, self.epw - LABEL))
        self._make_room(tall)
        top = self.y
        self._block("/P", label, 8.0, colour=MUTED, width=LABEL - 3)
        self.set_y(top)
        self._block("/P", value or "–", size, indent=LABEL, width=self.epw - LABEL)
        self.set_y(top + tall + 1.1)

    def rule(self) -> None:
        with self._artifact():
            self.set_draw_color(*RULE)
            self.set_line_width(0.2)
            self.line(self.l_margin, self.y + 0.6, self.w - self.r_margin, self.y + 0.6)
        self.ln(2.2)

    def picture(self, png: bytes, alternative: str, *, size: float = 26) -> None:
        """In the upper right corner of the text; what follows is written beside it."""
        self.image(BytesIO(png), x=self.w - self.r_margin - size, y=20, w=size, h=size, alt_text=alternative)

    def attach(self, name: str, content: bytes, kind: str, description: str) -> None:
        """A file within the file, as it is: whoever opens the PDF can save it."""
        self.embed_file(
            bytes=content, basename=name, mime_type=kind, desc=description, associated_file_relationship="Source",
            compress=True, checksum=True,
        )  # fmt: skip

    def printable(self, text: str) -> str:
        """The text with what the typeface lacks written as a number: "[U+1F3DB]"."""
        known = self.fonts[FACE.lower()].cmap  # type: ignore[union-attr]  # ours is a TrueType font
        return "".join(c if ord(c) in known or c == "\n" else f"[U+{ord(c):04X}]" for c in text)

    def finished(self) -> bytes:
        return bytes(self.output())

    def _block(
        self, kind: str, text: str, size: float, *, bold: bool = False, colour: Sequence[int] = INK,
        indent: float = 0, width: float = 0, leading: float = 1.45,
    ) -> None:  # fmt: skip
        """One element of the structure: text that is wrapped, on one page."""
        self._make_room(self._height(text, size, width, bold=bold, leading=leading))
        self._style(size, colour, bold=bold)
        self.set_x(self.l_margin + indent)
        with self._tagged(kind):
            self.multi_cell(
                width, size * 0.3528 * leading, self.printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L",
                wrapmode=_wrap(text),
            )  # fmt: skip

    def _height(self, text: str, size: float, width: float = 0, *, bold: bool = False, leading: float = 1.45) -> float:
        self._style(size, INK, bold=bold)
        made = self.multi_cell(
            width, size * 0.3528 * leading, self.printable(text), dry_run=True, output="HEIGHT", align="L",
            wrapmode=_wrap(text),
        )  # fmt: skip
        return float(made)  # type: ignore[arg-type]  # with output="HEIGHT" it is one number

    def _make_room(self, height: float) -> None:
        if self.y + height > self.page_break_trigger and self.y > self.t_margin + 1:
            self.add_page()

    def _style(self, size: float, colour: Sequence[int], *, bold: bool = False) -> None:
        self.set_font(FACE, "B" if bold else "", size)
        self.set_text_color(*colour)

    @contextmanager
    def _tagged(self, kind: str) -> Iterator[None]:
        """What is written within belongs to one element of the structure tree."""
        number = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=kind, mcid=number)
        self._out(f"{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def _artifact(self) -> Iterator[None]:
        """What is written within is not content: lines, grounds, head and foot."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")


def _wrap(text: str) -> WrapMode:
    """A text without spaces (a hash, an address) may break anywhere."""
    return WrapMode.CHAR if " " not in text and len(text) > 30 else WrapMode.WORD
