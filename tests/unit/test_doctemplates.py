"""The words and lists of document templates: each placeholder is explained, each fault is said, paragraphs compare."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.documents.planting import planted
from webapp import wording
from webapp.doctemplates.comparing import Change, changes
from webapp.documents import confined, glossary, samples, template_guard
from webapp.documents.catalogue import CATALOGUE, FAULTS, DocumentKind, shipped
from webapp.documents.lint import lint
from webapp.documents.package import unpack
from webapp.documents.plain import members
from webapp.documents.renderer import render
from webapp.services.difference import Run
from webapp.wording import placeholders
from webapp.wording import templates as words

pytestmark = pytest.mark.usefixtures("reader")


def needed() -> dict[tuple[str, str], str]:
    """Every field of every context that a template may print or repeat, with its example."""
    found: dict[tuple[str, str], str] = {}
    for kind in DocumentKind:
        for group in glossary.groups(kind):
            if group.owner:
                found.setdefault((group.owner, group.field), "a group")
            for placeholder in group.placeholders:
                key = (placeholder.owner, placeholder.field)
                found[key] = found.get(key) or placeholder.example
    return found


def unsaid() -> list[tuple[str, str]]:
    return [key for key in needed() if not wording.placeholder(*key).strip()]


def test_every_placeholder_has_a_meaning_and_an_example() -> None:
    assert unsaid() == []
    assert [key for key, example in needed().items() if not example] == []
    assert len(needed()) > 300


def test_a_placeholder_without_a_meaning_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutant."""
    monkeypatch.delitem(placeholders.MEANINGS["Party"], "seat")
    assert unsaid() == [("Party", "seat")]


def test_no_meaning_for_what_does_not_exist() -> None:
    said = {(owner, field) for owner, table in placeholders.MEANINGS.items() for field in table}
    assert said == set(needed())


@pytest.mark.parametrize("kind", list(DocumentKind), ids=str)
def test_no_field_of_a_context_is_left_out(kind: DocumentKind) -> None:
    first, *others = glossary.groups(kind)
    shown = {placeholder.path for placeholder in first.placeholders} | {group.path for group in others}
    assert set(members(CATALOGUE[kind].context)) <= shown


@pytest.mark.parametrize("kind", list(DocumentKind), ids=str)
def test_what_is_copied_from_the_list_works(kind: DocumentKind) -> None:
    """A template made of nothing but the list: every placeholder, each list in a loop, fits and prints."""
    code = []
    for group in glossary.groups(kind):
        inside = " ".join(f"{{{{ {placeholder.path} }}}}" for placeholder in group.placeholders)
        loop = (f"{{% for {group.element} in {group.path} %}}", "{% endfor %}") if group.element else ("", "")
        code.append(inside.join(loop))
    content = planted("Here: " + " ".join(code), re.findall(r"\{\{ \w[\w.]* \}\}", text_of(kind))[0], kind=kind)
    assert lint(kind, content) == []
    assert render(kind, samples.MAKERS[kind](), content)


def text_of(kind: DocumentKind) -> str:
    return unpack(shipped(kind))["word/document.xml"].decode()


@pytest.mark.parametrize(
    ("codes", "said", "table"),
    [
        (sorted(FAULTS), lambda code: wording.fault(code, "x"), words.FAULTS),
        (["too_slow", "too_large", "broken", "unfit"], wording.failure, words.FAILURES),
        (sorted(set(glossary.TYPES.values())), wording.placeholder_type, placeholders.TYPES),
    ],
    ids=["faults", "failures", "types"],
)
def test_every_code_is_said(codes: list[str], said: Callable[[str], str], table: dict[str, object]) -> None:
    assert set(codes) == set(table)
    for code in codes:
        assert said(code).strip() and "%(" not in said(code)
    with pytest.raises(KeyError):
        said("planted")


def test_failures_are_those_of_the_child() -> None:
    raised = set(re.findall(r'ConfinedError\("(\w+)"', Path(confined.__file__).read_text()))
    assert raised and raised < set(words.FAILURES)
    assert set(template_guard.REFUSALS) > {"template_text", "template_parts", "template_encoding"}


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("word/document.xml", "Text, paragraph 7"), ("word/header2.xml", "Header, paragraph 7"),
        ("docProps/core.xml", "Properties of the file"), ("word/comments.xml", "word/comments.xml"),
    ],
)  # fmt: skip
def test_places_are_said_in_words(part: str, place: str) -> None:
    assert wording.place(part, 7) == place


@pytest.mark.parametrize(
    ("code", "name"),
    [("nl", "Dutch"), ("en-nl", "English and Dutch, in two columns"), ("zz", "zz"), ("not a code", "not a code")],
)
def test_languages_are_said_in_words(code: str, name: str) -> None:
    assert wording.language(code) == name


def test_paragraphs_are_compared_in_their_order() -> None:
    old = ["Title", "We pay in thirty days.", "Gone", "End"]
    new = ["Title", "We pay in sixty days.", "End", "New"]
    found = list(changes(old, new))
    assert [change.kind for change in found] == ["same", "changed", "removed", "same", "added"]
    assert Run("removed", "thirty") in found[1].runs and Run("added", "sixty") in found[1].runs
    assert found[0] == Change("same", same=1) and found[-1].runs == (Run("added", "New"),)
    assert list(changes(old, old)) == [Change("same", same=4)]


def test_a_placeholder_is_one_word_of_a_comparison() -> None:
    (change,) = changes(["For {{ project }}."], ["For “{{ project }}”."])
    assert Run("same", "{{ project }}") in change.runs


def test_a_huge_paragraph_is_not_compared_word_by_word() -> None:
    (change,) = changes(["a " * 5000], ["b " * 5000])
    assert [run.kind for run in change.runs] == ["removed", "added"]
