"""What a template may not say is found before it is used: by its full path and place, in every part."""

from __future__ import annotations

import re

import pytest

from tests.documents.planting import ANCHOR, MAIN, planted, run, with_part
from webapp.documents.catalogue import CATALOGUE, FAULTS, DocumentKind, Problem, languages, problems, shipped
from webapp.documents.language import in_columns
from webapp.documents.lint import lint, paragraphs
from webapp.documents.package import unpack
from webapp.documents.renderer import sources, trees

MEMORANDUM = DocumentKind.MEMORANDUM
HEADER, FOOTER, CORE = "word/header1.xml", "word/footer1.xml", "docProps/core.xml"


def found(content: bytes) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.name, problem.part) for problem in lint(MEMORANDUM, content)]


@pytest.mark.parametrize("kind", list(DocumentKind), ids=str)
def test_what_the_product_ships_has_no_problem(kind: DocumentKind) -> None:
    for language in languages(kind):
        assert lint(kind, shipped(kind, language), in_columns(language)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (ANCHOR, "{{ operator.nmae }}", ("unknown", "operator.nmae", MAIN)),
        ("{{ duty.person }}", "{{ duty.persn }}", ("unknown", "duty.persn", MAIN)),
        ("{{ reference }}", "{{ referenz }}", ("unknown", "referenz", HEADER)),
        ("{{ reference }}", "{{ terms.payment.days }}", ("unknown", "terms.payment.days", FOOTER)),
        ("{{ title }}", "{{ titel }}", ("unknown", "titel", CORE)),
        ("{%tr for duty in obligations %}", "{%tr for duty in grant %}", ("not_a_list", "grant", MAIN)),
        (ANCHOR, "{{ ''.__class__ }}", ("unknown", "….__class__", MAIN)),
        (ANCHOR, "{{ operator.__class__ }}", ("unknown", "operator.__class__", MAIN)),
        (ANCHOR, "{{ project|attr('x') }}", ("construct", "Filter", MAIN)),
        (ANCHOR, "{{ project|safe }}", ("construct", "Filter", MAIN)),
        (ANCHOR, "{{ 'x' * 10**9 }}", ("construct", "Mul", MAIN)),
        (ANCHOR, "{{ project.upper() }}", ("construct", "Call", MAIN)),
        (ANCHOR, "{% include 'x' %}", ("construct", "Include", MAIN)),
        (ANCHOR, "{% set x = 1 %}", ("construct", "Assign", MAIN)),
        (ANCHOR, "{{ project[0] }}", ("construct", "Getitem", MAIN)),
        (ANCHOR, "{% for a, b in lines %}{% endfor %}", ("loop", "", MAIN)),
        (ANCHOR, "{{ operator. }}", ("syntax", "expected name or number", MAIN)),
        (ANCHOR, "{{r project }}", ("raw", "{{r project }}", MAIN)),
        (ANCHOR, "{% colspan version %}x", ("merged", "{% colspan version %}", MAIN)),
        (ANCHOR, "{%p if demonstration %}", ("syntax", "Unexpected end of template", MAIN)),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_path_and_part(old: str, new: str, problem: tuple[str, str, str]) -> None:
    seen = found(planted(new, old, part=problem[2]))
    assert any(code == problem[0] and name.startswith(problem[1]) and part == problem[2] for code, name, part in seen)


def test_a_fault_is_named_by_its_paragraph() -> None:
    """Counted as a reader counts: also where tags that vanish stand before it."""
    content = planted("{{ operator.nmae }}")
    (problem,) = lint(MEMORANDUM, content)
    before = unpack(content)[MAIN].decode().partition("nmae")[0]
    assert problem.paragraph == len(re.findall(r"<w:p[ />]", before)) > 20
    assert len(re.findall(r"\{%p", before)) > 3, "no paragraph that vanishes stands before it: choose another anchor"
    assert str(problem).startswith("unknown placeholder operator.nmae in word/document.xml, paragraph ")


@pytest.mark.parametrize(
    "split", ["{{ operator</w:t></w:r><w:r><w:t>.nmae }}", "{</w:t></w:r><w:r><w:t>{ operator.nmae }}"])
def test_word_may_cut_a_placeholder_into_runs(split: str) -> None:
    assert found(planted(split)) == [("unknown", "operator.nmae", MAIN)]


def test_text_beside_a_tag_that_takes_its_paragraph_or_row_is_named() -> None:
    lost = planted("{%p if demonstration %}Keep this</w:t></w:r></w:p><w:p><w:r><w:t>{%p endif %}")
    assert ("text_lost", MAIN) in {(code, part) for code, _name, part in found(lost)}
    row = planted("Keep {%tr for duty in obligations %}", "{%tr for duty in obligations %}")
    assert [(p.code, p.name) for p in lint(MEMORANDUM, row)] == [("text_lost", "Keep")]


@pytest.mark.parametrize(
    ("markup", "problem"),
    [
        ('<w:fldSimple w:instr=" INCLUDEPICTURE &quot;http://x/a.png&quot; "/>', ("field", "INCLUDEPICTURE")),
        (
            "<w:r><w:instrText>DDEA</w:instrText></w:r><w:r><w:instrText>UTO c:\\x</w:instrText></w:r>",
            ("field", "DDEAUTO"),
        ),
        ('<w:fldSimple w:instr=" DATE "/>', ("field", "DATE")),
        ("<w:ins><w:r><w:t>new</w:t></w:r></w:ins>", ("tracked", "")),
        ('<w:r><w:commentReference w:id="0"/></w:r>', ("comment", "")),
    ],
)  # fmt: skip
def test_what_fetches_or_changes_by_itself_is_named(markup: str, problem: tuple[str, str]) -> None:
    assert [(p.code, p.name) for p in lint(MEMORANDUM, planted(run(markup)))] == [problem]
    assert lint(MEMORANDUM, planted(run('<w:fldSimple w:instr=" PAGE "/>'))) == []


def test_a_placeholder_where_nothing_is_filled_is_named() -> None:
    note = b"<w:comments xmlns:w='w'><w:t>{</w:t><w:t>{ project }}</w:t></w:comments>"
    assert found(with_part("word/comments.xml", note)) == [("not_filled", "", "word/comments.xml")]


def test_every_problem_is_told_at_once() -> None:
    content = planted("{{ operator.nmae }} {{ project|safe }} {{r aim }}")
    assert [code for code, _name, _part in found(content)] == ["construct", "raw", "unknown"]
    assert all(str(problem) for problem in lint(MEMORANDUM, content))


def test_every_code_reads_as_a_sentence_part() -> None:
    assert all(str(Problem(code, "x", MAIN, 3)).endswith(f"in {MAIN}, paragraph 2") for code in FAULTS)


def test_the_paragraphs_of_a_template_are_read_in_their_order() -> None:
    texts = paragraphs(shipped(MEMORANDUM))
    assert "{{ reference }}" in texts[0] and "Page" in texts[-1]
    assert any("{%p if has_training %}" in text for text in texts)
    assert CATALOGUE[MEMORANDUM].title == "Memorandum"


LOST = "{%p if demonstration %}lost</w:t></w:r></w:p><w:p><w:r><w:t>{%p endif %}"


@pytest.mark.parametrize("code", ["{{r project }}", "{% colspan version %}x", LOST])
def test_the_walk_over_the_template_code_alone_would_let_it_in(code: str) -> None:
    """The planted mutant: only the lint of the Word file itself sees what would be lost or hidden."""
    content = planted(code)
    assert problems(trees(sources(content)), CATALOGUE[MEMORANDUM].context) == []
    assert {problem.code for problem in lint(MEMORANDUM, content)} & {"raw", "merged", "text_lost"}
