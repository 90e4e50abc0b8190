"""The picture shows every move of the table, nothing covers anything, and docs/workflows.md is what the tables say."""

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree

from webapp import wording
from webapp.machines import handbook
from webapp.wording import requirements
from workflows import diagram, svg
from workflows.deadlines import OF_PARTS
from workflows.definition import Definition, name_of
from workflows.definitions import ALL, APPLICATION, BY_VERSION
from workflows.diagram import LETTER, LINE, Box, Picture, Text
from workflows.vocabulary import State

pytestmark = pytest.mark.usefixtures("reader")
DOCS = Path(__file__).parents[2] / "docs"
MACHINES = pytest.mark.parametrize("definition", ALL, ids=lambda d: d.machine.value)


def words(definition: Definition) -> diagram.Words:
    return diagram.Words(
        states={s.name: wording.state(definition.machine, s.name) for s in definition.states},
        moves={m.trigger: wording.trigger(definition.machine, m.trigger) for m in definition.moves},
        owners={(m.trigger, m.source): "Programme manager" for m in definition.moves},
        shared="%(move)s, from %(number)s states: %(states)s",
    )


def drawn(definition: Definition) -> Picture:
    return diagram.layout(definition, words(definition))


@MACHINES
def test_every_state_has_one_box_and_every_move_is_drawn_or_told(definition: Definition) -> None:
    picture = drawn(definition)
    assert sorted(box.state for box in picture.boxes) == sorted(spec.name for spec in definition.states)
    shown = [move for arrow in picture.arrows for move in arrow.moves] + list(picture.told)
    assert len(shown) == len(definition.moves)
    assert set(shown) == set(definition.moves)


@MACHINES
def test_what_is_told_stands_in_the_picture_in_words(definition: Definition) -> None:
    picture = drawn(definition)
    said = words(definition)
    in_boxes = {box.state: " ".join(box.exits).replace("\u00a0", " ") for box in picture.boxes}
    notes = " ".join(line for note in picture.notes for line in note.lines)
    for move in picture.told:
        label, place = said.moves[move.trigger], said.states[move.source]
        assert f"{label} → {said.states[move.dest]}" in in_boxes[move.source] or (label in notes and place in notes)


@MACHINES
def test_boxes_do_not_cover_each_other_and_no_line_crosses_one(definition: Definition) -> None:
    picture = drawn(definition)
    assert [pair for pair in combinations(picture.boxes, 2) if overlap(*pair)] == []
    for arrow in picture.arrows:
        line = (min(arrow.x1, arrow.x2), min(arrow.y1, arrow.y2), max(arrow.x1, arrow.x2), max(arrow.y1, arrow.y2))
        assert [box.state for box in picture.boxes if crosses(line, box)] == []


@MACHINES
def test_labels_lie_on_no_box_and_on_no_other_label(definition: Definition) -> None:
    picture = drawn(definition)
    areas = [area(arrow.label) for arrow in picture.arrows]
    for place in areas:
        assert [box.state for box in picture.boxes if crosses(place, box)] == []
    assert [pair for pair in combinations(areas, 2) if meet(*pair)] == []
    assert all(x1 >= 0 and x2 <= picture.width and y2 <= picture.height for x1, _y1, x2, y2 in areas)


def test_a_label_on_a_box_is_noticed() -> None:
    """The planted mutant of the test above."""
    picture = drawn(APPLICATION)
    box, label = picture.boxes[0], picture.arrows[0].label
    assert crosses(area(replace(label, x=box.x + 20, y=box.y + 20)), box)
    assert meet(area(label), area(replace(label, x=label.x + 5)))


def test_the_same_table_gives_the_same_picture() -> None:
    assert drawn(APPLICATION) == drawn(replace(APPLICATION))


def test_many_ways_to_one_end_are_one_note() -> None:
    picture = drawn(APPLICATION)
    assert len([move for move in picture.told if move.dest is State.WITHDRAWN]) == 11
    assert any("from 11 states" in line for note in picture.notes for line in note.lines)


@MACHINES
def test_the_picture_is_accessible_and_keeps_the_content_policy(definition: Definition) -> None:
    text = handbook.picture(definition, {definition.initial: 1234})
    root = etree.fromstring(text)
    ids = {element.get("id"): (element.text or "") for element in root.iter() if element.get("id")}
    assert root.get("role") == "img"
    assert all(ids[name].strip() for name in (root.get("aria-labelledby") or "").split())
    assert "1234" in text
    assert not re.search(r"style=|<style|<script|\bon\w+=|href=", text)


def test_words_are_escaped_in_the_picture() -> None:
    said = words(APPLICATION)
    hostile = replace(said, states={**said.states, State.DRAFT: '<b>&"🏛'})
    text = svg.draw(diagram.layout(APPLICATION, hostile), dict.fromkeys(said.states, "good"), "<t>", "&", "x")
    assert "<b>" not in text
    assert "🏛" in "".join(etree.fromstring(text).itertext())


def test_the_handbook_is_what_the_tables_say() -> None:
    """Stale? `flask --app wsgi workflow document` writes it again."""
    stale = [name for name, text in handbook.pages().items() if (DOCS / name).read_text("utf-8") != text]
    assert stale == []
    assert {path.name for path in (DOCS / "workflows").iterdir()} == {f"{d.machine}.svg" for d in ALL}


def test_a_changed_table_makes_the_handbook_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = replace(APPLICATION, moves=APPLICATION.moves[:-1])
    monkeypatch.setattr(handbook, "ALL", (fewer,))
    pages = handbook.pages()
    assert pages["workflows.md"] != (DOCS / "workflows.md").read_text("utf-8")
    assert pages["workflows/application.svg"] != (DOCS / "workflows/application.svg").read_text("utf-8")


def test_every_guard_selector_and_deadline_has_words() -> None:
    rules = {r for d in BY_VERSION.values() for m in d.moves for r in m.rules}
    assert {name_of(rule) for rule in rules} | {requirements.REASON} == set(requirements.REQUIREMENTS)
    figures = {spec.deadline for d in BY_VERSION.values() for spec in d.states if spec.deadline}
    assert figures | OF_PARTS == set(requirements.DEADLINES)


def overlap(a: Box, b: Box) -> bool:
    return crosses((a.x, a.y, a.x + a.width, a.y + a.height), b)


def crosses(line: tuple[int, int, int, int], box: Box) -> bool:
    return meet(line, (box.x, box.y, box.x + box.width, box.y + box.height))


def meet(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    """Whether two areas share more than an edge."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def area(text: Text) -> tuple[int, int, int, int]:
    lines = (*text.lines, *text.owner)
    width = int(max(len(line) for line in lines) * LETTER)
    left = text.x - {"start": 0, "middle": width // 2, "end": width}[text.anchor]
    return left, text.y - 10, left + width, text.y - 10 + (len(lines) - 1) * LINE + 12
