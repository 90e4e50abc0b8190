"""Everything that is wrong with a template, each with its place: what cannot be filled, and what would be lost or live.

`catalogue.problems` walks the template code; here stand the faults that the code alone does not show: a value put in as
raw markup (never seen), text beside a tag that takes its whole paragraph or row with it, placeholders in parts that are
not filled, tracked changes, and fields that fetch or change by themselves. Runs in the confined child alone: patterns
and parser meet whatever somebody made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from webapp.documents.catalogue import CATALOGUE, DocumentKind, Problem, problems
from webapp.documents.package import unpack
from webapp.documents.renderer import TEXT_PARTS, TemplateError, prepare, sources, strict_parser, trees

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_RAW = re.compile(r"\{\{(?:r|p|tr|tc) .*?\}\}")
_MERGED = re.compile(r"\{%[\s-]*(?:tc\s|colspan\b|cellbg\b|vm\b|hm\b).*?%\}|\{[{#]tc .*?[}#]\}")
_PARAGRAPH_TAG = re.compile(r"\{[%#]p\s")
_ROW_TAG = re.compile(r"\{[%#]tr\s")
_CODE = re.compile(rb"\{\{|\{%")
_MARKUP = re.compile(rb"<[^>]*>")  # Word cuts a placeholder into runs
_TRACKED = ("ins", "del", "moveFrom", "moveTo")
# Fields that only number, repeat or point. Others fetch from elsewhere (INCLUDEPICTURE, DDEAUTO) or change a text that
# somebody signed each time it is opened (DATE, FILENAME).
FIELDS = frozenset(
    (
        "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "TOC", "REF", "PAGEREF", "NOTEREF", "HYPERLINK", "SEQ",
        "STYLEREF", "TITLE", "SUBJECT", "LISTNUM",
    )
)  # fmt: skip


def lint(kind: DocumentKind, content: bytes, columns: bool = False) -> list[Problem]:
    """All problems, in the order of parts and paragraphs; empty for a template that fits. Raises TemplateError."""
    parts = {name: part for name, part in unpack(content).items() if name.endswith(".xml")}
    found = [problem for name, part in parts.items() for problem in _of_part(name, part)]
    found += _of_code(sources(content, numbered=True), CATALOGUE[kind].context, columns)
    if not found:
        prepare(content, CATALOGUE[kind].context, columns)  # what only compiling shows: loops too deep in each other
    order = list(parts)
    return sorted(set(found), key=lambda problem: (order.index(problem.part), problem.line, problem.code))


def paragraphs(content: bytes) -> list[str]:
    """What a template says, paragraph by paragraph: headers, body and footers; for the difference of two versions."""
    found = []
    for name, part in sorted(unpack(content).items(), key=lambda item: _reading_order(item[0])):
        if TEXT_PARTS.fullmatch(name) and name.startswith("word/"):
            found += [text for text in map(_text, _parsed(name, part).iter(f"{W}p")) if text.strip()]
    return found


def _reading_order(name: str) -> tuple[int, str]:
    for place, start in enumerate(("word/header", "word/document", "word/footnotes", "word/endnotes", "word/footer")):
        if name.startswith(start):
            return place, name
    return 9, name


def _of_code(texts: dict[str, str], context: type, columns: bool) -> Iterator[Problem]:
    """The template code of each part; a part that cannot be read as code is one problem, the others are still read."""
    for name, source in texts.items():
        try:
            yield from problems(trees({name: source}), context, columns)
        except TemplateError as error:
            if error.problem is None:
                raise
            yield error.problem


def _of_part(name: str, part: bytes) -> Iterator[Problem]:
    if not TEXT_PARTS.fullmatch(name):
        if _CODE.search(_MARKUP.sub(b"", part)):
            yield Problem("not_filled", "", name, 1)
        return
    root = _parsed(name, part)
    for row in root.iter(f"{W}tr"):
        yield from _beside(row, _ROW_TAG, name)
    for number, paragraph in enumerate(root.iter(f"{W}p"), 2):
        yield from _of_paragraph(paragraph, name, number)


def _of_paragraph(paragraph: etree._Element, name: str, line: int) -> Iterator[Problem]:
    text = _text(paragraph)
    yield from (Problem("raw", tag, name, line) for tag in _RAW.findall(text))
    yield from (Problem("merged", tag, name, line) for tag in _MERGED.findall(text))
    if _PARAGRAPH_TAG.search(text) and (lost := _TAG.sub("", text).strip()):
        yield Problem("text_lost", lost[:60], name, line)
    if any(next(paragraph.iter(f"{W}{tag}"), None) is not None for tag in _TRACKED):
        yield Problem("tracked", "", name, line)
    if next(paragraph.iter(f"{W}commentReference"), None) is not None:
        yield Problem("comment", "", name, line)
    for code in _fields(paragraph):
        word = (code.split() or [""])[0].upper()
        if word not in FIELDS:
            yield Problem("field", word[:30], name, line)


def _beside(row: etree._Element, tag: re.Pattern[str], name: str) -> Iterator[Problem]:
    """Text in a row that is only there for its tag: the row goes, and the text with it."""
    text = "".join(map(_text, row.iter(f"{W}p")))
    if tag.search(text) and (lost := _TAG.sub("", text).strip()):
        yield Problem("text_lost", lost[:60], name, 2 + _paragraphs_before(row))


def _paragraphs_before(element: etree._Element) -> int:
    first = next(element.iter(f"{W}p"))
    return next(number for number, paragraph in enumerate(element.getroottree().iter(f"{W}p")) if paragraph is first)


def _fields(paragraph: etree._Element) -> Iterator[str]:
    """The instruction of every field, put together from the runs that Word cuts it into."""
    for simple in paragraph.iter(f"{W}fldSimple"):
        yield str(simple.get(f"{W}instr", ""))
    parts: list[str] = []
    for element in paragraph.iter(f"{W}fldChar", f"{W}instrText"):
        if element.tag == f"{W}instrText":
            parts.append(element.text or "")
        elif parts:
            yield "".join(parts)
            parts = []
    if parts:
        yield "".join(parts)


def _text(paragraph: etree._Element) -> str:
    return "".join(text.text or "" for text in paragraph.iter(f"{W}t"))


def _parsed(name: str, part: bytes) -> etree._Element:
    try:
        return etree.fromstring(part, strict_parser())
    except etree.XMLSyntaxError as error:
        raise TemplateError(f"{name} is not well-formed: {error}") from error
