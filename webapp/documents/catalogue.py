"""Which template and which context make which document, and the check that they fit each other.

The check walks the template's syntax tree in every part (body, headers, footers, core properties). Only names, fields,
loops and conditions are allowed; a name that the context does not have is reported with its full path
(`partner.nmae`) and its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

from jinja2 import nodes

from webapp.documents.contexts import ContractContext, MemorandumContext
from webapp.documents.language import ENGLISH, LANGUAGES, joined
from webapp.documents.letters import (
    AppealOutcomeContext,
    AwardContext,
    ClosingContext,
    IneligibleContext,
    RejectionContext,
    ReserveContext,
)
from webapp.documents.plain import SECOND, members

TEMPLATES = Path(__file__).resolve().parents[2] / "contract_templates"


class DocumentKind(StrEnum):
    """Every document the product writes. The value is also the name of the template file."""

    MEMORANDUM = "memorandum"
    INVESTMENT_CONTRACT = "investment_contract"
    AWARD = "award"
    RESERVE = "reserve"
    REJECTION = "rejection"
    INELIGIBLE = "ineligible"
    APPEAL_OUTCOME = "appeal_outcome"
    CLOSING = "closing"


class MissingTranslationError(LookupError):
    """There is no template of this kind in this language: the document must not be made in another one instead."""

    def __init__(self, kind: DocumentKind, language: str) -> None:
        super().__init__(f"{kind} in {language}")
        self.kind = kind
        self.language = language


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the catalogue. `title` names the kind in English, for file names and lists of templates."""

    kind: DocumentKind
    context: type
    title: str

    def template(self, language: str = ENGLISH) -> Path:
        """The Word file that the product ships for a language. Raises MissingTranslationError."""
        folder = TEMPLATES if issubclass(self.context, MemorandumContext | ContractContext) else TEMPLATES / "letters"
        suffix = "" if language == ENGLISH else f".{language}"
        path = folder / f"{self.kind.value}{suffix}.docx"
        if not path.exists():
            raise MissingTranslationError(self.kind, language)
        return path


CATALOGUE: Mapping[DocumentKind, Entry] = {
    entry.kind: entry
    for entry in (
        Entry(DocumentKind.MEMORANDUM, MemorandumContext, "Memorandum"),
        Entry(DocumentKind.INVESTMENT_CONTRACT, ContractContext, "Investment contract"),
        Entry(DocumentKind.AWARD, AwardContext, "Award letter"),
        Entry(DocumentKind.RESERVE, ReserveContext, "Reserve list letter"),
        Entry(DocumentKind.REJECTION, RejectionContext, "Rejection letter"),
        Entry(DocumentKind.INELIGIBLE, IneligibleContext, "Letter of ineligibility"),
        Entry(DocumentKind.APPEAL_OUTCOME, AppealOutcomeContext, "Outcome of the appeal"),
        Entry(DocumentKind.CLOSING, ClosingContext, "Closing letter"),
    )
}


@cache
def shipped(kind: DocumentKind, language: str = ENGLISH) -> bytes:
    """The template that the product brings. Raises MissingTranslationError."""
    return CATALOGUE[kind].template(language).read_bytes()


def languages(kind: DocumentKind) -> list[str]:
    """The languages in which the product brings this kind: one, or two in columns, of which the first prevails."""
    known = list(LANGUAGES)
    codes = [*known, *(joined(first, second) for first in known for second in known if first != second)]
    return [code for code in codes if is_shipped(kind, code)]


def is_shipped(kind: DocumentKind, language: str) -> bool:
    try:
        CATALOGUE[kind].template(language)
    except MissingTranslationError:
        return False
    return True


# What can be wrong with a template: code -> how a developer reads it. People read webapp.wording.templates.
FAULTS: Mapping[str, str] = {
    "unknown": "unknown placeholder {name}",
    "construct": "{name} is not allowed",
    "not_a_list": "{name} is not a list",
    "loop": "only plain loops are allowed",
    "syntax": "{name}",
    "raw": "{name} inserts its value as raw markup, where it is not seen",
    "merged": "{name} changes columns or cells",
    "text_lost": "the text “{name}” is lost beside its tag",
    "not_filled": "a placeholder here is never filled",
    "tracked": "a tracked change",
    "comment": "a comment",
    "field": "the field {name}",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a template may not say: the path or construct, and the part and paragraph where it stands."""

    code: str
    name: str
    part: str
    line: int  # parts are parsed with one paragraph a line, the first after line 1

    @property
    def paragraph(self) -> int:
        return max(self.line - 1, 1)

    def __str__(self) -> str:
        return f"{FAULTS[self.code].format(name=self.name)} in {self.part}, paragraph {self.paragraph}"


LOOP = {"index": int, "first": bool, "last": bool, "length": int}
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.CondExpr,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
)


def problems(sources: Mapping[str, nodes.Template], context: type, columns: bool = False) -> list[Problem]:
    """Everything in the parsed parts that `context` cannot fill. Empty means: the template fits.

    Only a template in two columns knows `second`: the values of the document and of each record in the second language.
    """
    scope = members(context) | ({SECOND: _values(context)} if columns else {})
    return [problem for part, tree in sources.items() for problem in _walk(tree, scope, part)]


def _walk(node: nodes.Node, scope: Mapping[str, Any], part: str) -> Iterator[Problem]:
    if isinstance(node, nodes.For):
        yield from _loop(node, scope, part)
    elif isinstance(node, nodes.Name | nodes.Getattr):
        found = _resolve(node, scope)
        if isinstance(found, str):
            yield Problem("unknown", found, part, node.lineno)
    elif isinstance(node, _ALLOWED):
        for child in node.iter_child_nodes():
            yield from _walk(child, scope, part)
    else:
        yield Problem("construct", type(node).__name__, part, node.lineno)


def _loop(node: nodes.For, scope: Mapping[str, Any], part: str) -> Iterator[Problem]:
    if not isinstance(node.target, nodes.Name) or node.test or node.recursive:
        yield Problem("loop", "", part, node.lineno)
        return
    yield from _walk(node.iter, scope, part)
    found = _resolve(node.iter, scope)
    if isinstance(found, str):
        return
    if get_origin(found) is not tuple:
        yield Problem("not_a_list", _path(node.iter), part, node.lineno)
        return
    inner = {**scope, node.target.name: get_args(found)[0], "loop": LOOP}
    for child in (*node.body, *node.else_):
        yield from _walk(child, inner, part)


def _resolve(node: nodes.Node, scope: Mapping[str, Any]) -> Any:
    """The type that a name or path stands for, or the unknown path as text."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, node.name)
    if isinstance(node, nodes.Getattr):
        owner = _resolve(node.node, scope)
        if isinstance(owner, str):
            return _path(node)
        named = owner if isinstance(owner, dict) else members(owner) if is_dataclass(owner) else {}
        if node.attr == SECOND and SECOND in scope and is_dataclass(owner):
            return _values(owner)
        return named.get(node.attr, _path(node))
    return "an expression that is not a path"


def _values(record: Any) -> dict[str, Any]:
    """What `second` holds beside a record: its values that are no records themselves."""
    return {name: kind for name, kind in members(record).items() if not _is_record(kind)}


def _is_record(kind: Any) -> bool:
    inner = get_args(kind)[0] if get_origin(kind) is tuple else kind
    return is_dataclass(inner)


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"
