"""From a template and a context to the bytes of a Word file.

docxtpl prepares a template (`patch_xml`) and Jinja compiles it once; a document then only renders, parses strictly and
zips in constant order with a constant date. The same context gives the same bytes, in any process. Values are escaped;
an unknown name, a character that XML cannot carry, or a part that does not parse stops the rendering: text is never
lost silently, as it would be with docxtpl's own recovering parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from webapp.documents import qr
from webapp.documents.catalogue import CATALOGUE, DocumentKind, Problem, problems, shipped
from webapp.documents.package import pack, unpack
from webapp.documents.plain import SECOND, TwoColumns, as_context, check_plain

TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml|docProps/core\.xml")
_PARAGRAPH = re.compile(r"<w:p(?=[ />])")
_WHOLE_PARAGRAPH = re.compile(r"<w:p(?: [^>]*)?>.*?</w:p>", re.DOTALL)
_BREAK = re.compile(r"[\t\n\a\f]")
_ROW = re.compile(r"<w:tr[ >](?:(?!<w:tr[ >]).)*?</w:tr>", re.DOTALL)
_ROW_TAG = re.compile(r"\{[%{#](?:<[^>]*>|\s)*t(?:<[^>]*>)*r\b")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")


class TemplateError(ValueError):
    """The template does not fit its context, or a part of the result is not well-formed."""

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template, ready to render: its fixed parts, and its text parts (core properties included) compiled."""

    fixed: Mapping[str, bytes]
    texts: Mapping[str, Template]
    docx: DocxTemplate
    picture: str  # the part that holds the QR code; empty: none


def render(kind: DocumentKind | str, context: object, template: bytes | None = None) -> bytes:
    """The Word file for a context: one of the dataclasses of `catalogue`, or the plain mapping stored with a document.

    `template` is the content of the Word file to fill; without it, the English one that the product ships. Raises
    UnprintableTextError or NotPlainError for a value that cannot be printed, TemplateError for a template or mapping
    that does not fit.
    """
    entry = CATALOGUE[DocumentKind(kind)]
    content = shipped(entry.kind) if template is None else template
    if isinstance(context, Mapping):
        check_plain(context)
        return fill(prepared(content, entry.context, SECOND in context), context)
    case = context.first if isinstance(context, TwoColumns) else context
    if not isinstance(case, entry.context):
        raise TemplateError(f"{entry.kind} needs a {entry.context.__name__}, not a {type(case).__name__}")
    return fill(prepared(content, entry.context, case is not context), as_context(context))


@lru_cache(maxsize=64)
def prepared(content: bytes, context: type, columns: bool = False) -> Prepared:
    """A template checked against its context and compiled, once for each version of it."""
    return prepare(content, context, columns)


def prepare(content: bytes, context: type, columns: bool = False) -> Prepared:
    """Compile a template; one in two `columns` may also print `second`.

    Raises TemplateError with every placeholder that `context` does not have.
    """
    parts, texts, environment = unpack(content), sources(content), _environment()
    if found := problems(trees(sources(content, numbered=True)), context, columns):
        raise TemplateError("; ".join(map(str, found)))
    return Prepared(
        fixed={name: part for name, part in parts.items() if name not in texts},
        texts={name: _compiled(environment, name, source) for name, source in texts.items()},
        docx=DocxTemplate(BytesIO(content)),
        picture=qr.place(parts),
    )


def _compiled(environment: Environment, name: str, source: str) -> Template:
    try:
        return environment.from_string(source)
    except (SyntaxError, RecursionError) as error:  # of the Python that Jinja makes: too many loops in each other
        raise TemplateError(f"{name}: {error}") from error


def sources(content: bytes, *, numbered: bool = False) -> dict[str, str]:
    """The Jinja source of every part that carries text, core properties included.

    `numbered`: with one line for each paragraph of the Word file, so that a line of the source is a place in the file.
    """
    docx, found = DocxTemplate(BytesIO(content)), {}
    for name, part in unpack(content).items():
        if TEXT_PARTS.fullmatch(name):
            xml = _DECLARATION.sub("", _utf8(name, part))
            found[name] = docx.patch_xml(_numbered(xml) if numbered else xml)
    return found


def _utf8(name: str, part: bytes) -> str:
    try:
        return part.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TemplateError(f"{name} is not UTF-8") from error


def _numbered(xml: str) -> str:
    """A line feed before every paragraph. A row that is only a tag will be gone with all it holds: before the row."""
    lines = _PARAGRAPH.sub("\n<w:p", xml.replace("\n", " "))
    return _ROW.sub(_feeds_first, lines)


def _feeds_first(row: re.Match[str]) -> str:
    text = row.group()
    return "\n" * text.count("\n") + text.replace("\n", "") if _ROW_TAG.search(text) else text


def trees(texts: Mapping[str, str]) -> dict[str, nodes.Template]:
    """The syntax tree of every part. Raises TemplateError with part and paragraph where the template code is broken."""
    environment, parsed = _environment(), {}
    for name, source in texts.items():
        try:
            parsed[name] = environment.parse(source)
        except TemplateSyntaxError as error:
            problem = Problem("syntax", str(error.message), name, error.lineno)
            raise TemplateError(str(problem), problem) from error
    return parsed


def fill(template: Prepared, context: Mapping[str, Any]) -> bytes:
    """Render every part with plain values and pack the file."""
    try:
        parts = {name: _xml(name, _lines(template.docx, text.render(context))) for name, text in template.texts.items()}
    except UndefinedError as error:
        raise TemplateError(f"the context lacks a value: {error.message}") from error
    picture = qr.drawn(template.picture, str(context.get("verification_url", "")))
    return pack({**template.fixed, **picture, **parts})


def _environment() -> Environment:
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _lines(docx: DocxTemplate, xml: str) -> str:
    """Line feeds and tabs of a value become line breaks and tabs; only paragraphs that hold one are worked on."""
    return _WHOLE_PARAGRAPH.sub(lambda m: docx.resolve_listing(m[0]) if _BREAK.search(m[0]) else m[0], xml)


def _xml(name: str, text: str) -> bytes:
    try:
        root = etree.fromstring(text.encode("utf-8"), strict_parser())
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise TemplateError(f"{name} is not well-formed: {error}") from error
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def strict_parser() -> etree.XMLParser:
    """Never recovers, never resolves, never reads anything else."""
    return etree.XMLParser(recover=False, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
