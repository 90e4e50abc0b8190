"""What a page shows of a contract is what its Word file says: every word, and the numbers that Word prints."""

from __future__ import annotations

import io
import re
from collections import Counter

import pytest
from docx import Document
from lxml import etree

from tests.documents import reading
from webapp.documents import samples
from webapp.documents.catalogue import DocumentKind
from webapp.documents.package import pack, unpack
from webapp.documents.renderer import render
from webapp.documents.wordtext import Article, Grid, Para, articles, find
from webapp.negotiation.routes.text import parts_of
from webapp.services.contract import comparing
from webapp.services.difference import TableChange

STRANGE = "A & B <b> {{ x }} ’ 🏛\nsecond line"
KINDS = {DocumentKind.MEMORANDUM: samples.memorandum, DocumentKind.INVESTMENT_CONTRACT: samples.contract}
both = pytest.mark.parametrize("kind", KINDS, ids=str)


def written(kind: DocumentKind, **changes: object) -> bytes:
    return render(kind, KINDS[kind](**changes))


def said(article: Article) -> str:
    """Every word of an article, numbers of paragraphs left out."""
    pieces = [article.heading]
    for block in article.blocks:
        pieces += [block.text] if isinstance(block, Para) else [*block.head, *(c for row in block.rows for c in row)]
    return " ".join(pieces)


@both
def test_no_word_of_the_file_is_lost_and_none_is_added(kind: DocumentKind) -> None:
    content = written(kind, special_terms=(STRANGE,))
    body = " ".join(line for block in reading.blocks(content) for line in reading.lines(block))
    shown = " ".join(said(article) for article in articles(content))
    assert Counter(shown.split()) == Counter(body.split())
    box = find(articles(content), "key-terms")
    assert box is not None and STRANGE in said(box)


def test_numbers_are_those_that_word_prints() -> None:
    content = written(DocumentKind.INVESTMENT_CONTRACT)
    labels = {article.key: article.label for article in articles(content)}
    headings = [section.heading for section in reading.numbered(content)]
    numbered = [label for label in labels.values() if label.startswith("Article ")]
    assert numbered == [f"Article {number} {heading}" for number, heading in enumerate(headings, 1)]
    assert labels["budget"] == "Annex II Budget" and labels["upkeep"].startswith("Annex X ")
    costs = find(articles(content), "costs")
    assert costs is not None and costs.reference == "article 6 (Eligible costs)"
    numbers = [block.number for block in costs.blocks if isinstance(block, Para)]
    assert numbers[:4] == ["6.1", "6.2", "(a)", "(b)"] and numbers[-1] == "6.3"


def test_an_article_keeps_its_key_when_its_number_moves() -> None:
    """The memorandum renumbers; what is said of an article follows it."""
    full, short = (articles(written(DocumentKind.MEMORANDUM, **c)) for c in ({}, {"obligations": ()}))
    before, after = find(full, "report"), find(short, "report")
    assert before is not None and after is not None
    assert (before.number, after.number) == ("8.", "7.") and before.heading == after.heading
    assert find(full, "sharing") is not None and find(short, "sharing") is None


def test_a_file_without_bookmarks_and_with_two_columns_is_read_by_its_headings() -> None:
    """As a template of somebody else may be: a heading in a row of a table begins an article."""
    document = Document()
    document.add_heading("Fees & dues", level=1)
    document.add_paragraph("One text")
    document.add_heading("Fees & dues", level=1)
    table = document.add_table(rows=0, cols=2)
    for left, right, style in (("Term", "Termijn", "Heading 1"), ("One year", "Een jaar", "Normal")):
        cells = table.add_row().cells
        cells[0].paragraphs[0].style = cells[1].paragraphs[0].style = document.styles[style]
        cells[0].paragraphs[0].add_run(left)
        cells[1].paragraphs[0].add_run(right)
    target = io.BytesIO()
    document.save(target)
    found = articles(target.getvalue())
    assert [article.key for article in found] == ["fees-dues", "fees-dues-2", "term"]
    assert found[2].blocks == (Grid("", (), (("Term", "Termijn"), ("One year", "Een jaar"))),)


def test_an_outside_entity_is_not_read() -> None:
    """Only files that we wrote are read, and even of those nothing is fetched or expanded."""
    document = Document()
    document.add_paragraph("plain")
    target = io.BytesIO()
    document.save(target)
    parts = unpack(target.getvalue())
    bomb = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    parts["word/document.xml"] = re.sub(rb"(<w:document)", bomb + rb"\1", parts["word/document.xml"], count=1)
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"plain", b"a&x;b")
    try:
        shown = " ".join(said(article) for article in articles(pack(parts)))
    except etree.XMLSyntaxError:
        return
    assert "root:" not in shown


# --- what changed ----------------------------------------------------------------------------------------------------


def test_what_changed_is_found_and_nothing_else() -> None:
    old = articles(written(DocumentKind.INVESTMENT_CONTRACT))
    change = {"dispute_forum": "the District Court of Utrecht", "special_terms": (STRANGE,)}
    new = articles(written(DocumentKind.INVESTMENT_CONTRACT, **change))
    assert comparing.between(old, old) == ()
    changes = {change.key: change for change in comparing.between(old, new)}
    assert set(changes) == {"key-terms", "law"}
    (law,) = changes["law"].parts
    assert isinstance(law, comparing.Passage) and (law.kind, law.number) == ("changed", "24.2")
    assert [(run.kind, run.text) for run in law.runs if run.kind != "same"] == [
        ("removed", "Amsterdam"), ("added", "Utrecht"),
    ]  # fmt: skip
    (terms,) = changes["key-terms"].parts
    assert isinstance(terms, TableChange)
    assert [row.cells[0][0].text for row in terms.rows if row.kind != "same"] == ["Law and disputes", "Special terms"]


def test_an_article_that_comes_or_goes_is_named_and_a_new_number_alone_is_no_change() -> None:
    full, short = (articles(written(DocumentKind.MEMORANDUM, **c)) for c in ({}, {"obligations": ()}))
    gone = {change.key: change.kind for change in comparing.between(full, short)}
    came = {change.key: change.kind for change in comparing.between(short, full)}
    assert gone["sharing"] == "removed" and came["sharing"] == "added"
    assert "visibility" not in gone  # it moved from 10 to 9 and says the same


@pytest.mark.parametrize("forget", ["row", "word"])
def test_a_comparison_that_forgets_something_is_noticed(forget: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutants: old and new text must both come out of the runs again."""
    if forget == "word":
        monkeypatch.setattr(comparing, "runs", lambda old, new: ())
    else:
        monkeypatch.setattr(comparing, "row_changes", lambda old, new: ())
    with pytest.raises((AssertionError, ValueError)):
        test_what_changed_is_found_and_nothing_else()


def test_a_long_text_is_read_in_parts_and_no_article_is_left_out() -> None:
    short = articles(written(DocumentKind.MEMORANDUM))
    assert parts_of(short) == [list(short)]
    long = articles(written(DocumentKind.INVESTMENT_CONTRACT, description="Many words. " * 3000))
    parts = parts_of(long)
    assert len(parts) == 3 and all(parts)
    assert [article for part in parts for article in part] == list(long)
