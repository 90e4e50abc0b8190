"""What changed between two versions of a contract: article by article, paragraph by paragraph, word by word.

Both sides of the comparison are what the stored Word files say (`webapp.documents.wordtext`), so a change that did not
reach the file is not shown, and one that did cannot hide. Articles are matched by their key, not by their number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from webapp.documents.wordtext import Article, Grid, Para
from webapp.services.difference import Column, RowChange, Run, TableChange, row_changes, runs

ALIKE = 0.5  # two paragraphs with fewer words in common are not the same one, reworded


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that was added, removed or changed, with its number: in the newer text where it stands there."""

    kind: str
    number: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """One article that differs; `before` is its label in the older text where that was another."""

    kind: str
    key: str
    label: str
    before: str
    parts: tuple[Passage | TableChange, ...]


Block = Para | Grid


def between(old: Sequence[Article], new: Sequence[Article]) -> tuple[ArticleChange, ...]:
    """The articles that differ, in the order of the newer text; those that went stand last."""
    before = {article.key: article for article in old}
    found = [_article(before.pop(article.key, None), article) for article in new]
    found += [_article(article, None) for article in before.values()]
    return tuple(change for change in found if change is not None)


def _article(old: Article | None, new: Article | None) -> ArticleChange | None:
    known = new or old
    if known is None:
        return None
    parts = tuple(_parts(old.blocks if old else (), new.blocks if new else ()))
    kind = "removed" if new is None else "added" if old is None else "changed"
    renamed = old is not None and new is not None and old.heading != new.heading
    if not parts and not renamed and kind == "changed":
        return None
    label = old.label if old is not None else known.label
    return ArticleChange(kind, known.key, known.label, label if label != known.label else "", parts)


def _parts(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Passage | TableChange]:
    told, tnew = [_said(block) for block in old], [_said(block) for block in new]
    for tag, a, b, c, d in SequenceMatcher(None, told, tnew, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _replaced(list(old[a:b]), new[c:d])


def _said(block: Block) -> tuple[object, ...]:
    """A block without its number: that a paragraph moved from 7.2 to 7.3 is no change of what it says."""
    return (block.text,) if isinstance(block, Para) else (block.caption, block.head, block.rows)


def _replaced(old: list[Block], new: Sequence[Block]) -> Iterator[Passage | TableChange]:
    """Each block with the one it came from; what is left of the old ones went."""
    for block in new:
        origin = _origin(block, old)
        if origin is not None:
            for gone in old[: old.index(origin)]:
                yield from _shown(gone, None)
            del old[: old.index(origin) + 1]
        yield from _shown(origin, block)
    for gone in old:
        yield from _shown(gone, None)


def _origin(block: Block, old: Sequence[Block]) -> Block | None:
    for other in old:
        if isinstance(block, Grid) and isinstance(other, Grid) and block.head == other.head:
            return other
        if isinstance(block, Para) and isinstance(other, Para) and _alike(block.text, other.text):
            return other
    return None


def _alike(one: str, other: str) -> bool:
    words = SequenceMatcher(None, one.split(), other.split(), autojunk=False)
    return words.quick_ratio() >= ALIKE and words.ratio() >= ALIKE


def _shown(old: Block | None, new: Block | None) -> Iterator[Passage | TableChange]:
    if isinstance(new, Grid) or isinstance(old, Grid):
        yield _table(old if isinstance(old, Grid) else None, new if isinstance(new, Grid) else None)
    elif isinstance(new, Para) and isinstance(old, Para):
        yield Passage("changed", new.number, runs(old.text, new.text))
    elif isinstance(new, Para):
        yield Passage("added", new.number, (Run("added", new.text),))
    elif isinstance(old, Para):
        yield Passage("removed", old.number, (Run("removed", old.text),))


def _table(old: Grid | None, new: Grid | None) -> TableChange:
    known = new or old
    if known is None:
        raise ValueError("a table that stands in neither text")
    width = max(len(row) for grid in (old, new) if grid for row in grid.rows)
    head = known.head + ("",) * (width - len(known.head))
    rows = row_changes(_even(old, width), _even(new, width))
    return TableChange(known.caption, tuple(Column(label) for label in head), tuple(_bare(row) for row in rows))


def _even(grid: Grid | None, width: int) -> list[tuple[str, ...]]:
    """Rows of one length, whatever cells a row joins."""
    return [row + ("",) * (width - len(row)) for row in grid.rows] if grid is not None else []


def _bare(row: RowChange) -> RowChange:
    """Without the runs of empty cells, which mark nothing."""
    return RowChange(row.kind, tuple(tuple(run for run in cell if run.text) for cell in row.cells))
