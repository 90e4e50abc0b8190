"""Every placeholder of a kind of document, read from its context: path, type, and an example from the sample case.

What each one means, people read in `webapp.wording.placeholders`, by the record that declares it and its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin

from webapp.documents import samples
from webapp.documents.catalogue import CATALOGUE, LOOP, DocumentKind
from webapp.documents.plain import Plain, as_context, members

TYPES: Mapping[Any, str] = {str: "text", bool: "yes_no", int: "number", Decimal: "amount", date: "day"}
# What one element of a list is called in a loop; any other name will do as well.
ELEMENTS: Mapping[str, str] = {
    "activities": "activity", "assets": "asset", "baseline": "score", "criteria": "criterion", "duties": "duty",
    "facts": "fact", "goals": "goal", "grounds": "ground", "lines": "line", "log_frame": "row",
    "municipalities": "party", "next_steps": "step", "obligations": "duty", "outside_eea": "country",
    "parties": "party", "peers": "peer", "procurement": "step", "reasons": "reason", "remedies": "remedy",
    "reports": "report", "risks": "risk", "rules": "rule", "sdgs": "goal", "signatories": "party",
    "special_terms": "text", "tranches": "tranche", "upkeep": "task", "disposal": "step", "conditions": "condition",
}  # fmt: skip
# Where the sample case leaves a field out, because most documents do.
RARE: Mapping[str, str] = {
    "cosignatory": "Municipal secretary", "second_language": "French", "special_terms": "A term that both agreed on.",
    "answer_weighed": "You sent a letter of intent. It does not change the result.", "report": "Final report",
    "no_remedy": "This is the second rejection, which is final.", "reason": "Reason: …", "returns_to": "LGA review",
    "focal_point": "Municipal secretary, Rubavu", "committee_reason": "The works need an independent eye.",
    "council_approval": "Municipality of Rubavu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One value that a template may print or ask about. `owner` and `field` lead to its meaning."""

    path: str
    owner: str
    field: str
    type: str  # text, number, amount, day, yes_no
    example: str


@dataclass(frozen=True, slots=True)
class Group:
    """Values that belong together: those of the document itself, of one record, or of each element of a list."""

    path: str  # empty for the document itself
    owner: str
    field: str
    element: str  # the name in the loop; empty where nothing repeats
    placeholders: tuple[Placeholder, ...]


@cache
def groups(kind: DocumentKind) -> tuple[Group, ...]:
    """The document's own values first, then each record and each list, in the order of the context."""
    context = CATALOGUE[kind].context
    return tuple(_groups(context, "", as_context(samples.MAKERS[kind]()), ("", "", "")))


def loop() -> tuple[str, ...]:
    """What every loop knows about itself."""
    return tuple(f"loop.{name}" for name in LOOP)


def _groups(record: type, path: str, value: Any, head: tuple[str, str, str]) -> Iterator[Group]:
    """`head`: owner, field and element name of what leads here."""
    inside = members(record)
    plain = [name for name, made in inside.items() if _type(made)]
    yield Group(
        path if not head[2] else head[0] and path, head[0], head[1], head[2],
        tuple(_placeholder(record, name, inside[name], head[2] or path, value) for name in plain),
    )  # fmt: skip
    for name, made in inside.items():
        if name not in plain:
            base = head[2] or path
            yield from _nested(record, name, made, f"{base}.{name}" if base else name, _part(value, name))


def _nested(record: type, name: str, made: Any, path: str, value: Any) -> Iterator[Group]:
    owner = declared_by(record, name)
    if isinstance(made, type) and is_dataclass(made):
        yield from _groups(made, path, value, (owner, name, ""))
        return
    (element, *_rest) = get_args(made)
    called = ELEMENTS.get(name, "item")
    first = value[0] if isinstance(value, Sequence) and value else None
    if isinstance(element, type) and is_dataclass(element):
        yield from _groups(element, path, first, (owner, name, called))
    else:
        one = Placeholder(called, owner, name, _type(element), _shown(first, name))
        yield Group(path, owner, name, called, (one,))


def _placeholder(record: type, name: str, made: Any, base: str, value: Any) -> Placeholder:
    path = f"{base}.{name}" if base else name
    return Placeholder(path, declared_by(record, name), name, _type(made), _shown(_part(value, name), name))


def declared_by(record: type, name: str) -> str:
    """The record that a field or derived value stands in: what is shared has its meaning once."""
    owners = [base for base in record.__mro__ if name in vars(base).get("__annotations__", {}) or name in vars(base)]
    return owners[-1].__name__


def _type(made: Any) -> str:
    """The type as people call it; empty for a record or a list."""
    if get_origin(made) is tuple or is_dataclass(made):
        return ""
    return TYPES.get(made, "text")


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _shown(value: Plain | None, name: str) -> str:
    if isinstance(value, bool):
        return str(value)
    return str(value) if value not in (None, "", []) else RARE.get(name, "")
