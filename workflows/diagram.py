"""Where everything stands in the picture of a machine: pure sums, the same for the same table.

The regular way is the backbone: its states stand under each other, one row each, by their distance from the beginning.
What lies beside it stands left or right in the row it is reached from (a tall box where several rows reach it), so that
every line is straight and none crosses a box. A move that no straight line can show is written into the box it leaves;
a move that many states share with one end (withdrawing) is one note. So the picture holds every move of the table.
"""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows import paths
from workflows.definition import Definition, Move
from workflows.vocabulary import State, Trigger

BOX, CHANNEL, MARGIN, TOP = 164, 134, 14, 40
NAME, LINE = 18, 15  # heights of a line of a name and of small text
LETTER = 6.6  # width of a letter of small text, on average
BESIDE = 16  # between two boxes of one row
SHARED_BY = 4  # so many sources of one move to one end become a note
CORNER = 14


@dataclass(frozen=True)
class Words:
    """What the picture says, in the reader's language; `counts` are shown where they are given."""

    states: Mapping[State, str]
    moves: Mapping[Trigger, str]
    owners: Mapping[tuple[Trigger, State], str]
    shared: str  # "%(move)s, from %(number)s states: %(states)s"
    counts: Mapping[State, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Box:
    state: State
    x: int
    y: int
    width: int
    height: int
    name: tuple[str, ...]
    exits: tuple[str, ...]
    is_final: bool
    is_regular: bool
    count: int | None = None


@dataclass(frozen=True)
class Text:
    x: int
    y: int
    anchor: str  # start, middle, end
    lines: tuple[str, ...]
    owner: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrow:
    """One edge, or several merged; from (x1, y1) to (x2, y2)."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_regular: bool
    label: Text
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    notes: tuple[Text, ...]
    told: tuple[Move, ...]  # the moves that are written instead of drawn


@dataclass(frozen=True)
class _Cell:
    """Lane (0 the backbone, negative to the left) and the slots it covers, both ends included."""

    lane: int
    first: int
    last: int

    @property
    def slots(self) -> range:
        return range(self.first, self.last + 1)


Edges = dict[tuple[State, State], tuple[Move, ...]]


@dataclass
class _Grid:
    """Which state stands where; `loose` are those that found no place beside the backbone."""

    cells: dict[State, _Cell]
    loose: list[State]
    rows: int

    def free(self, lane: int, slot: int) -> bool:
        return not any(cell.lane == lane and slot in cell.slots for cell in self.cells.values())

    def level(self, a: State, b: State) -> int | None:
        """The slot in which a straight line from one to the other meets no box; None when there is none."""
        one, other = self.cells.get(a), self.cells.get(b)
        if one is None or other is None or one.lane == other.lane:
            return None
        between = range(min(one.lane, other.lane) + 1, max(one.lane, other.lane))
        shared = [slot for slot in one.slots if slot in other.slots]
        return next((slot for slot in shared if all(self.free(lane, slot) for lane in between)), None)


def layout(definition: Definition, words: Words) -> Picture:
    """The whole picture, in pixels."""
    spine = paths.regular(definition)
    shared = _shared(definition, spine)
    edges = _merged(move for move in definition.moves if (move.trigger, move.dest) not in shared)
    noted = {dest for _trigger, dest in shared if not any(d is dest for _s, d in edges)}
    asides = [s.name for s in definition.states if s.name not in spine and s.name not in noted]
    grid = _place(spine, asides, edges)
    grid.loose += [state for state in noted if state not in grid.loose]
    return _Drawing(definition, words, spine, edges, grid, shared).picture()


def _shared(definition: Definition, spine: tuple[State, ...]) -> dict[tuple[Trigger, State], tuple[Move, ...]]:
    """Moves that many states share with one end beside the backbone."""
    groups: dict[tuple[Trigger, State], tuple[Move, ...]] = {}
    for move in definition.moves:
        if definition.spec(move.dest).is_final and move.dest not in spine:
            groups[move.trigger, move.dest] = (*groups.get((move.trigger, move.dest), ()), move)
    return {key: moves for key, moves in groups.items() if len(moves) >= SHARED_BY}


def _merged(moves: Iterable[Move]) -> Edges:
    edges: Edges = {}
    for move in moves:
        edges[move.source, move.dest] = (*edges.get((move.source, move.dest), ()), move)
    return edges


def _place(spine: tuple[State, ...], asides: list[State], edges: Edges) -> _Grid:
    """Rows for the backbone, and a side for everything else."""
    reached = {a: [row for row, s in enumerate(spine) if (s, a) in edges] for a in asides}
    near = [a for a in asides if reached[a]]
    far = [a for a in asides if not reached[a]]
    before_far = {source for source, dest in edges if dest in far}
    tall: dict[int, dict[int, State]] = {-1: {}, 1: {}}
    single: dict[int, dict[int, list[State]]] = {-1: {}, 1: {}}
    loose: list[State] = []
    for state in sorted(near, key=lambda a: reached[a][0] - reached[a][-1]):  # the tallest first, else as in the table
        rows = range(reached[state][0], reached[state][-1] + 1)
        comes_back = any((state, spine[row]) in edges for row in rows)
        wish = -1 if comes_back and state not in before_far else 1
        side = next((s for s in (wish, -wish) if _fits(rows, tall[s], single[s])), None)
        if side is None:
            loose.append(state)
        elif len(rows) > 1:
            tall[side].update(dict.fromkeys(rows, state))
        else:
            single[side].setdefault(rows[0], []).append(state)
    grid = _slots(spine, tall, single, loose)
    _place_far(grid, far, edges)
    return grid


def _fits(rows: range, tall: dict[int, State], single: dict[int, list[State]]) -> bool:
    return not any(row in tall or (len(rows) > 1 and row in single) for row in rows)


def _slots(
    spine: tuple[State, ...],
    tall: dict[int, dict[int, State]],
    single: dict[int, dict[int, list[State]]],
    loose: list[State],
) -> _Grid:
    """A row has as many slots as its fuller side has boxes."""
    grid = _Grid({}, loose, 0)
    for row, state in enumerate(spine):
        start = grid.rows
        height = max(1, *(len(single[side].get(row, ())) for side in (-1, 1)))
        grid.cells[state] = _Cell(0, start, start + height - 1)
        for side in (-1, 1):
            for place, aside in enumerate(single[side].get(row, ())):
                grid.cells[aside] = _Cell(side, start + place, start + place)
            if aside_tall := tall[side].get(row):
                known = grid.cells.get(aside_tall)
                grid.cells[aside_tall] = _Cell(side, known.first if known else start, start + height - 1)
        grid.rows += height
    return grid


def _place_far(grid: _Grid, far: list[State], edges: Edges) -> None:
    """What is reached only from the right side stands further right, as tall as what leads to it."""
    for state in far:
        sources = [grid.cells[s] for s, d in edges if d is state and s in grid.cells and grid.cells[s].lane == 1]
        if sources:
            cell = _Cell(2, min(c.first for c in sources), max(c.first for c in sources))
            if all(grid.free(2, slot) for slot in cell.slots):
                grid.cells[state] = cell
                continue
        grid.loose.append(state)


class _Drawing:
    """From slots to pixels."""

    def __init__(
        self,
        definition: Definition,
        words: Words,
        spine: tuple[State, ...],
        edges: Edges,
        grid: _Grid,
        shared: dict[tuple[Trigger, State], tuple[Move, ...]],
    ) -> None:
        self.definition, self.words, self.spine, self.edges, self.grid = definition, words, spine, edges, grid
        self.shared = shared
        self.row_of = {state: row for row, state in enumerate(spine)}
        levels = {pair: grid.level(*pair) for pair in edges if not self._is_vertical(*pair)}
        self.level = {pair: slot for pair, slot in levels.items() if slot is not None}
        self.written = [pair for pair, slot in levels.items() if slot is None]
        self.exits = self._exits()
        lanes = {cell.lane for cell in grid.cells.values()}
        self.left, self.right = -min(lanes), max(lanes)
        self.before, after = self._beside()
        columns = 1 + self.left + self.right
        self.width = 2 * MARGIN + self.before + columns * BOX + (columns - 1) * CHANNEL + after
        self.tops, self.heights = self._rows()

    def picture(self) -> Picture:
        boxes = [self._box(state, cell) for state, cell in self.grid.cells.items()]
        arrows = [self._arrow(pair) for pair in self.edges if pair not in self.written]
        below = self.tops[-1] + self.heights[-1] + 34
        notes: list[Text] = []
        for state in self.grid.loose:
            box, beside = self._loose(state, below)
            boxes.append(box)
            notes += beside
            below += box.height + BESIDE
        told = [move for pair in self.written for move in self.edges[pair]]
        told += [move for moves in self.shared.values() for move in moves]
        bottom = below if self.grid.loose else below - 20
        return Picture(self.width, bottom, tuple(boxes), tuple(arrows), tuple(notes), tuple(told))

    def _is_vertical(self, a: State, b: State) -> bool:
        rows = self.row_of
        return a in rows and b in rows and abs(rows[a] - rows[b]) == 1

    def _exits(self) -> dict[State, tuple[str, ...]]:
        found: dict[State, tuple[str, ...]] = {}
        for source, dest in self.written:
            label = f"↳\u00a0{self._label(self.edges[source, dest])} →\u00a0{self.words.states[dest]}"
            found[source] = (*found.get(source, ()), *_wrapped(label, 24))
        return found

    def _label(self, moves: tuple[Move, ...]) -> str:
        return " / ".join(dict.fromkeys(self.words.moves[move.trigger] for move in moves))

    def _rows(self) -> tuple[list[int], list[int]]:
        """Top and height of each slot: high enough for its boxes and for the labels of its lines."""
        heights = [54] * self.grid.rows
        for state, cell in self.grid.cells.items():
            if cell.first == cell.last:
                heights[cell.first] = max(heights[cell.first], self._needs(state))
        for pair, slot in self.level.items():
            lines = len(_wrapped(self._label(self.edges[pair]), 20))
            both = (pair[1], pair[0]) in self.level
            heights[slot] = max(heights[slot], 2 * (lines * LINE + 20) if both else lines * LINE + 40)
        tops, y = [], TOP
        starts = {self.grid.cells[state].first for state in self.spine}
        for slot, height in enumerate(heights):
            if slot:
                y += self._gap(slot) if slot in starts else BESIDE
            tops.append(y)
            y += height
        return tops, heights

    def _beside(self) -> tuple[int, int]:
        """Room for the labels of the backbone's own lines where no boxes stand at that side."""
        wide = {True: 0, False: 0}
        for a, b in self.edges:
            if self._is_vertical(a, b):
                label, owner = self._said(a, b)
                down = self.row_of[b] > self.row_of[a]
                wide[down] = max(wide[down], *(int(len(line) * LETTER) + 30 - BOX // 2 for line in (*label, *owner)))
        return 0 if self.left else max(0, wide[False]), 0 if self.right else max(0, wide[True])

    def _said(self, a: State, b: State) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The label of a line of the backbone, and whose move it is."""
        moves = self.edges[a, b]
        return _wrapped(self._label(moves), 26), _wrapped(self.words.owners[moves[0].trigger, a], 34)

    def _gap(self, slot: int) -> int:
        """Between two rows: room for the label of the line that joins them."""
        below = next(s for s in self.spine if self.grid.cells[s].first == slot)
        above = self.spine[self.row_of[below] - 1]
        said = [self._said(*pair) for pair in ((above, below), (below, above)) if pair in self.edges]
        return 26 + max(len(label) + len(owner) for label, owner in said) * LINE

    def _needs(self, state: State) -> int:
        name = _wrapped(self.words.states[state], 19)
        return 18 + len(name) * NAME + len(self.exits.get(state, ())) * LINE + (4 if state in self.exits else 0)

    def _x(self, lane: int) -> int:
        return MARGIN + self.before + (lane + self.left) * (BOX + CHANNEL)

    def _box(self, state: State, cell: _Cell) -> Box:
        top, bottom = self.tops[cell.first], self.tops[cell.last] + self.heights[cell.last]
        return self._boxed(state, self._x(cell.lane), top, bottom - top)

    def _boxed(self, state: State, x: int, y: int, height: int) -> Box:
        return Box(
            state=state,
            x=x,
            y=y,
            width=BOX,
            height=height,
            name=_wrapped(self.words.states[state], 19),
            exits=self.exits.get(state, ()),
            is_final=self.definition.spec(state).is_final,
            is_regular=state in self.row_of,
            count=self.words.counts.get(state),
        )

    def _loose(self, state: State, y: int) -> tuple[Box, list[Text]]:
        """A box under the picture, with the note that says from where it is reached."""
        groups = [(t, moves) for (t, dest), moves in self.shared.items() if dest is state]
        said = [
            self.words.shared
            % {
                "move": self.words.moves[trigger],
                "number": len(moves),
                "states": ", ".join(self.words.states[m.source] for m in moves),
            }
            for trigger, moves in groups
        ]
        x = self._x(-self.left)
        lines = tuple(line for text in said for line in _wrapped(text, (self.width - BOX - 60) // 7))
        height = max(self._needs(state), 16 + len(lines) * LINE)
        start = y + height // 2 - (len(lines) - 1) * LINE // 2 + 4
        return self._boxed(state, x, y, height), [Text(x + BOX + 16, start, "start", lines)] if lines else []

    def _arrow(self, pair: tuple[State, State]) -> Arrow:
        if self._is_vertical(*pair):
            return self._vertical(*pair)
        source, dest = (self.grid.cells[state] for state in pair)
        slot = self.level[pair]
        middle = self.tops[slot] + self.heights[slot] // 2
        rightwards = dest.lane > source.lane
        x1 = self._x(source.lane) + (BOX if rightwards else 0)
        x2 = self._x(dest.lane) + (0 if rightwards else BOX)
        lines = _wrapped(self._label(self.edges[pair]), 20)
        both = (pair[1], pair[0]) in self.level
        under = both and pair[0] not in self.row_of
        y = middle + (8 if under else -8 if both else 6)
        text_y = y + LINE + 1 if under else y - 6 - (len(lines) - 1) * LINE
        channel = self._x(source.lane) + (BOX if rightwards else -CHANNEL)
        label = Text(channel + CHANNEL // 2, text_y, "middle", lines)
        return Arrow(x1, y, x2, y, False, label, self.edges[pair])

    def _vertical(self, a: State, b: State) -> Arrow:
        down = self.row_of[b] > self.row_of[a]
        upper, lower = (a, b) if down else (b, a)
        top = self.tops[self.grid.cells[upper].last] + self.heights[self.grid.cells[upper].last]
        bottom = self.tops[self.grid.cells[lower].first]
        both = (b, a) in self.edges
        x = self._x(0) + BOX // 2 + (0 if not both else 14 if down else -14)
        lines, owner = self._said(a, b)
        y = (top + bottom) // 2 - (len(lines) + len(owner)) * LINE // 2 + 11
        label = Text(x + (10 if down else -10), y, "start" if down else "end", lines, owner)
        return Arrow(x, top if down else bottom, x, bottom if down else top, down, label, self.edges[a, b])


def _wrapped(text: str, width: int) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, width, break_long_words=True)) or ("",)
