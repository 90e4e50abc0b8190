"""Every template, filled with a realistic case, read line by line as a reviewer would."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.table import Table

from contract_templates.authoring.__main__ import BUILDERS, TARGET
from tests.documents import reading
from webapp.documents import samples
from webapp.documents.catalogue import CATALOGUE, TEMPLATES, DocumentKind, languages
from webapp.documents.package import unpack
from webapp.documents.records import InconsistentError
from webapp.documents.renderer import prepare, render

MAKERS = samples.MAKERS
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI")
every_kind = pytest.mark.parametrize("kind", list(DocumentKind), ids=str)


def written(kind: DocumentKind, **changes: object) -> bytes:
    return render(kind, MAKERS[kind](**changes))


@every_kind
def test_the_template_fits_its_context(kind: DocumentKind) -> None:
    entry = CATALOGUE[kind]
    prepare(entry.template().read_bytes(), entry.context)


@every_kind
def test_nothing_is_left_open(kind: DocumentKind) -> None:
    text = reading.text(written(kind))
    assert not re.search(r"\{\{|\{%|\[\[|\*\*|None\b(?!$)|undefined|\bnan\b|Decimal", text, re.MULTILINE)
    assert len(text) > 600


@every_kind
def test_headings_have_text_and_paragraphs_have_words(kind: DocumentKind) -> None:
    content = written(kind)
    previous = ""
    for block in reading.blocks(content):
        if isinstance(block, Table):
            previous = ""
            continue
        assert block.text.strip(), "an empty paragraph used as space"
        style = (block.style.name if block.style else "") or ""
        same_level = style == previous and "eading" in style
        assert not same_level, f"heading without text before “{block.text}”"
        previous = style


@every_kind
def test_what_a_screen_reader_needs(kind: DocumentKind) -> None:
    content = written(kind)
    parts = unpack(content)
    assert b'w:lang w:val="en-GB"' in parts["word/styles.xml"]
    document = Document(io.BytesIO(content))
    assert document.core_properties.title == MAKERS[kind]().title
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
    assert not re.search(rb"<w:(gridSpan|vMerge|hMerge)", parts["word/document.xml"])
    footer = next(part for name, part in parts.items() if name.startswith("word/footer"))
    assert b"PAGE" in footer and b"NUMPAGES" in footer


@every_kind
@pytest.mark.parametrize("demonstration", [True, False])
def test_a_demonstration_says_so_on_every_page(kind: DocumentKind, demonstration: bool) -> None:
    content = written(kind, demonstration=demonstration)
    page = Document(io.BytesIO(content)).sections[0]
    assert ("Fictional demonstration" in page.header.paragraphs[0].text) is demonstration
    assert ("Fictional demonstration" in reading.text(content)) is demonstration


@every_kind
def test_every_amount_has_its_currency_and_two_decimals(kind: DocumentKind) -> None:
    text = reading.text(written(kind))
    for amount in re.findall(r"\S+ \d{1,3}(?:,\d{3})+\S*", text):
        assert re.match(r"\(?EUR \d{1,3}(,\d{3})*\.\d\d\b", amount), amount
    assert not re.search(r"EUR \d[\d,]*(?!\d|[.,]\d)\b(?!\.\d\d)", text)


def test_the_sums_of_the_contract() -> None:
    text = reading.text(written(DocumentKind.INVESTMENT_CONTRACT))
    for figure in ("EUR 80,000.00", "EUR 64,000.00", "EUR 18,000.00", "EUR 180,000.00", "EUR 200,000.00",
                   "one hundred and eighty thousand euro", "90%"):
        assert figure in text
    tables = [block for block in reading.blocks(written(DocumentKind.INVESTMENT_CONTRACT)) if isinstance(block, Table)]
    tranches = next(table for table in tables if table.rows[0].cells[-1].text == "Amount")
    amounts = [Decimal(row.cells[-1].text[4:].replace(",", "")) for row in tranches.rows[1:]]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal("180000")


def test_tranches_that_do_not_add_up_make_no_document() -> None:
    tranches = samples.contract().tranches
    with pytest.raises(InconsistentError, match="do not add up"):
        samples.contract(tranches=(*tranches[:-1], replace(tranches[-1], amount=Decimal("20000"))))


@pytest.mark.parametrize(("reduction", "reduced"), [("unused", "EUR 32,000.00"), ("gap", "EUR 56,000.00")])
def test_the_worked_example_recomputes(reduction: str, reduced: str) -> None:
    terms = replace(samples.contract().terms, reduction=reduction)
    text = reading.text(written(DocumentKind.INVESTMENT_CONTRACT, terms=terms))
    assert f"Tranche 2 of EUR 64,000.00 becomes {reduced}." in text


def test_a_memorandum_speaks_of_no_investment() -> None:
    assert "invest" not in reading.text(written(DocumentKind.MEMORANDUM)).lower()
    line = replace(samples.memorandum().lines[0], category="Investment")
    with pytest.raises(InconsistentError, match="no investment line"):
        samples.memorandum(lines=(line, *samples.memorandum().lines[1:]))


@pytest.mark.parametrize(("kind", "changes"), [
    (DocumentKind.MEMORANDUM, {}), (DocumentKind.MEMORANDUM, {"obligations": ()}),
    (DocumentKind.INVESTMENT_CONTRACT, {}), (DocumentKind.INVESTMENT_CONTRACT, {"works": False, "obligations": ()})])
def test_every_reference_hits_its_article(kind: DocumentKind, changes: dict[str, object]) -> None:
    content = written(kind, **changes)
    sections = {section.number: section.heading for section in reading.numbered(content)}
    annexes = dict(zip(ROMAN, (section.heading for section in reading.numbered(content, "annex")), strict=False))
    text = reading.text(content)
    references = re.findall(r"(?:article|section) (\d+) \(([^)]+)\)", text)
    assert len(references) > 5
    for number, heading in references:
        assert sections[int(number)] == heading
    for number, heading in re.findall(r"Annex ([IVX]+) \(([^)]+)\)", text):
        assert annexes[number] == heading
    assert not re.search(r"\b[Aa]rticle \d+\b(?! \(| {2})", text), "a reference without its heading"


def test_contract_articles_keep_their_number() -> None:
    full = reading.numbered(written(DocumentKind.INVESTMENT_CONTRACT))
    bare = reading.numbered(written(DocumentKind.INVESTMENT_CONTRACT, works=False, obligations=()))
    assert [section.heading for section in full] == [section.heading for section in bare]
    assert len(full) == 25
    unused = [section.heading for section in bare if section.texts == ["Not applicable."]]
    assert unused == ["Works", "Knowledge sharing"]


def test_annexes_listed_are_attached() -> None:
    content = written(DocumentKind.INVESTMENT_CONTRACT)
    annexes = reading.numbered(content, "annex")
    assert [annex.heading for annex in annexes][:2] == ["Description of the Action", "Budget"]
    assert len(annexes) == 11 and "I to XI, all attached" in reading.text(content)
    assert all(annex.texts for annex in annexes)


@pytest.mark.parametrize(("field", "value", "phrase"), [
    ("works", False, "Works: construction"), ("outside_eea", (), "Personal data may go to"),
    ("conditions", (), "carries these conditions"), ("peers", (), "Supporting Municipality"),
    ("committee", False, "keeps minutes, reviews reports")])
def test_conditional_parts_match_the_data(field: str, value: object, phrase: str) -> None:
    assert phrase in reading.text(written(DocumentKind.INVESTMENT_CONTRACT))
    assert phrase not in reading.text(written(DocumentKind.INVESTMENT_CONTRACT, **{field: value}))


def test_defined_terms_are_used() -> None:
    content = written(DocumentKind.INVESTMENT_CONTRACT)
    definitions = next(section for section in reading.numbered(content) if section.heading == "Definitions")
    terms = [line.split(":")[0] for line in definitions.texts if ": " in line]
    rest = "\n".join(line for section in reading.numbered(content) if section.heading != "Definitions"
                     for line in section.texts)
    assert len(terms) == 14
    assert [term for term in terms if not re.search(rf"\b{term}", rest)] == []


def test_settings_are_no_constants() -> None:
    """Every figure of the settings can be changed and shows: none stands in the text itself."""
    terms = samples.contract().terms
    odd = {name: 1000 + index for index, name in enumerate(terms.__dataclass_fields__)
           if isinstance(getattr(terms, name), int) and not isinstance(getattr(terms, name), bool)}
    text = reading.text(written(DocumentKind.INVESTMENT_CONTRACT, terms=replace(terms, **odd)))
    missing = [name for name, figure in odd.items() if str(figure) not in text]
    assert missing == []
    articles = "\n".join(line for section in reading.numbered(written(DocumentKind.INVESTMENT_CONTRACT,
                         terms=replace(terms, **odd))) for line in section.texts)
    assert not re.findall(r"\b\d{1,3} (?:Days|months|years|weeks|hours)", articles)


def test_a_setting_of_one_reads_in_the_singular() -> None:
    terms = replace(samples.memorandum().terms, notice_days=1)
    text = reading.text(written(DocumentKind.MEMORANDUM, terms=terms))
    assert "with 1 day’s written notice" in text and "within 1 day if" in text


def test_party_names_are_identical_everywhere() -> None:
    text = reading.text(written(DocumentKind.INVESTMENT_CONTRACT))
    assert text.count("Municipality of Kamuli") >= 5
    assert "Gemeente" not in text and "Kamuli Municipality" not in text


def test_the_signature_block_is_never_alone() -> None:
    for kind in (DocumentKind.MEMORANDUM, DocumentKind.INVESTMENT_CONTRACT):
        found = list(reading.blocks(written(kind)))
        index = next(i for i, block in enumerate(found) if isinstance(block, Table)
                     and block.rows[0].cells[-1].text == "Signature")
        for block in found[index - 3:index]:
            assert not isinstance(block, Table)
            assert block.paragraph_format.keep_with_next or block.style.paragraph_format.keep_with_next
        for row in found[index].rows:
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None


def test_signing_order_and_mandates() -> None:
    text = reading.text(written(DocumentKind.INVESTMENT_CONTRACT))
    block = text[text.index("Party, signatory and mandate"):]
    assert block.index("Kamuli") < block.index("Goes") < block.index("Programme office")
    assert "Under: Resolution of the council KMC/3/2026, 27 January 2026" in block


@pytest.mark.parametrize("kind", [DocumentKind.RESERVE, DocumentKind.REJECTION, DocumentKind.INELIGIBLE], ids=str)
def test_an_adverse_letter_names_the_remedy(kind: DocumentKind) -> None:
    text = reading.text(written(kind))
    for phrase in ("You may appeal in writing to the appeal panel", "42 days", "Day 1 is 18 February 2026",
                   "31 March 2026", "Africa/Kampala"):
        assert phrase in text
    public = replace(samples.APPEAL, public_authority=True)
    assert "You may object in writing" in reading.text(written(kind, remedies=(public,)))


def test_the_rejection_gives_score_and_comment_per_criterion() -> None:
    text = reading.text(written(DocumentKind.REJECTION))
    assert "scored 52.0 of 100; the threshold is 60. It ranks 9 of 11." in text
    assert "No finance officer is named." in text


def test_an_appeal_is_accepted_or_dismissed_never_both() -> None:
    accepted = reading.text(written(DocumentKind.APPEAL_OUTCOME))
    dismissed = reading.text(written(DocumentKind.APPEAL_OUTCOME, accepted=False, returns_to=""))
    assert "is accepted." in accepted and "dismissed" not in accepted
    assert "is dismissed." in dismissed and "is accepted." not in dismissed


@pytest.mark.parametrize(("paid", "phrase"), [
    ("162000", "We owe you a balance of EUR 14,220.00"), ("180000", "You must repay EUR 3,780.00"),
    ("176220", "Nothing is left to pay or to repay.")])
def test_the_closing_letter_settles_the_balance(paid: str, phrase: str) -> None:
    text = reading.text(written(DocumentKind.CLOSING, paid=Decimal(paid)))
    assert phrase in text and "EUR 195,800.00" in text


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_the_shipped_template_is_what_the_authoring_text_gives(name: str) -> None:
    assert unpack(BUILDERS[name]()) == unpack((TARGET / name).read_bytes())


def test_every_shipped_template_is_in_the_catalogue() -> None:
    shipped = set(TEMPLATES.rglob("*.docx"))
    assert shipped == {entry.template(code) for kind, entry in CATALOGUE.items() for code in languages(kind)}
