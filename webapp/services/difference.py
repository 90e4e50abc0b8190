"""The difference of two texts and of two tables, old to new: words and rows that stayed, went or came.

Used for what changed in an application and for what changed in a contract; `macros/difference.html` shows it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    kind: str = "text"  # as in the table macro: head, text, money


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text: same, removed or added."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TextChange:
    label: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row: same, removed, added or changed; each cell as runs."""

    kind: str
    cells: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class TableChange:
    label: str
    columns: tuple[Column, ...]
    rows: tuple[RowChange, ...]


def row_changes(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> Iterable[RowChange]:
    """Rows are matched by their content, then by their first cell (the name of an objective, line or risk)."""
    for tag, a, b, c, d in SequenceMatcher(None, list(old), list(new), autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (RowChange("same", tuple((Run("same", cell),) for cell in row)) for row in new[c:d])
        else:
            yield from _replaced(old[a:b], list(new[c:d]))


def _replaced(old: Sequence[tuple[str, ...]], new: list[tuple[str, ...]]) -> Iterable[RowChange]:
    pairs: list[tuple[tuple[str, ...], tuple[str, ...] | None]] = []
    for row in old:
        same_name = next((other for other in new if other[0] == row[0]), None)
        if same_name is not None:
            new.remove(same_name)
        pairs.append((row, same_name))
    if len(pairs) == len(new) == 1 and pairs[0][1] is None:
        pairs = [(old[0], new.pop())]  # one row for one row: it was renamed
    for row, other in pairs:
        if other is None:
            yield RowChange("removed", tuple((Run("removed", cell),) for cell in row))
        else:
            yield RowChange("changed", tuple(runs(a, b) for a, b in zip(row, other, strict=True)))
    yield from (RowChange("added", tuple((Run("added", cell),) for cell in row)) for row in new)


_WORDS = re.compile(r"\s+|[^\s]+")


def runs(old: str, new: str, words: re.Pattern[str] = _WORDS) -> tuple[Run, ...]:
    """The difference of two texts by words: what stayed, what went, what came. `words` finds what counts as one."""
    a, b = words.findall(old), words.findall(new)
    found: list[Run] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Run("same", "".join(a[i:j])))
            continue
        if i < j:
            found.append(Run("removed", "".join(a[i:j])))
        if k < m:
            found.append(Run("added", "".join(b[k:m])))
    return tuple(found)
