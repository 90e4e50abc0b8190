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

from webapp.documents.catalogue import CATALOGUE, DocumentKind, problems, shipped
from webapp.documents.package import pack, unpack
from webapp.documents.plain import SECOND, TwoColumns, as_context, check_plain

_TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml|docProps/core\.xml")
_PARAGRAPH = re.compile(r"<w:p(?=[ >])")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")


class TemplateError(ValueError):
    """The template does not fit its context, or a part of the result is not well-formed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template, ready to render: its fixed parts, and its text parts (core properties included) compiled."""

    fixed: Mapping[str, bytes]
    texts: Mapping[str, Template]
    docx: DocxTemplate


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
    if found := problems(trees(texts), context, columns):
        raise TemplateError("; ".join(map(str, found)))
    return Prepared(
        fixed={name: part for name, part in parts.items() if name not in texts},
        texts={name: environment.from_string(source) for name, source in texts.items()},
        docx=DocxTemplate(BytesIO(content)),
    )


def sources(content: bytes) -> dict[str, str]:
    """The Jinja source of every part that carries text, core properties included."""
    docx = DocxTemplate(BytesIO(content))
    return {
        name: docx.patch_xml(_DECLARATION.sub("", part.decode("utf-8")))
        for name, part in unpack(content).items()
        if _TEXT_PARTS.fullmatch(name)
    }


def trees(texts: Mapping[str, str]) -> dict[str, nodes.Template]:
    """The syntax tree of every part. Raises TemplateError with part and paragraph where the template code is broken."""
    environment, parsed = _environment(), {}
    for name, source in texts.items():
        try:
            parsed[name] = environment.parse(_PARAGRAPH.sub("\n<w:p", source))  # a line per paragraph: the place
        except TemplateSyntaxError as error:
            raise TemplateError(f"{error.message} in {name}, paragraph {error.lineno - 1}") from error
    return parsed


def fill(template: Prepared, context: Mapping[str, Any]) -> bytes:
    """Render every part with plain values and pack the file."""
    try:
        parts = {name: _xml(name, _lines(template.docx, text.render(context))) for name, text in template.texts.items()}
    except UndefinedError as error:
        raise TemplateError(f"the context lacks a value: {error.message}") from error
    return pack({**template.fixed, **parts})


def _environment() -> Environment:
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _lines(docx: DocxTemplate, xml: str) -> str:
    """Line feeds and tabs of a value become Word's line breaks and tabs."""
    return str(docx.resolve_listing(xml)) if "\n" in xml or "\t" in xml else xml


def _xml(name: str, text: str) -> bytes:
    try:
        root = etree.fromstring(text.encode("utf-8"), strict_parser())
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise TemplateError(f"{name} is not well-formed: {error}") from error
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def strict_parser() -> etree.XMLParser:
    """Never recovers, never resolves, never reads anything else."""
    return etree.XMLParser(recover=False, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
