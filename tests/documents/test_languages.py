"""Memoranda in Dutch, French and two columns: read line by line, and held to the English one."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from hypothesis import given
from hypothesis import strategies as st

from contract_templates.authoring import memorandum_en, memorandum_fr, memorandum_nl
from contract_templates.authoring.blocks import Block, Items, Para, Section
from contract_templates.authoring.blocks import Table as TableText
from contract_templates.authoring.texts import MemorandumText
from tests.documents import reading, translated
from webapp.documents import countries
from webapp.documents.catalogue import DocumentKind, MissingTranslationError, languages, shipped
from webapp.documents.contexts import MemorandumContext
from webapp.documents.language import LANGUAGES, language
from webapp.documents.package import unpack
from webapp.documents.phrases import PHRASES
from webapp.documents.plain import as_context, fingerprint
from webapp.documents.renderer import TemplateError, prepare, render

KIND = DocumentKind.MEMORANDUM
TEXTS = {"nl": memorandum_nl.TEXT, "fr": memorandum_fr.TEXT}
PREVAILS = {"en": "The text in English prevails", "nl": "gaat de tekst in het Engels voor",
            "fr": "le texte en anglais prévaut"}
MONTH = {name: number for said in LANGUAGES.values() for number, name in enumerate(said.months, 1)}
every_language = pytest.mark.parametrize("code", [*translated.CODES, *translated.COLUMNS])
every_pair = pytest.mark.parametrize("code", translated.COLUMNS)


@cache
def written(code: str) -> bytes:
    return render(KIND, translated.document(code), shipped(KIND, code))


# --- the same text in every language ---------------------------------------------------------------------------------


def marks(text: str) -> Counter[str]:
    """What the context fills and decides, and what is referred to: the same in every language."""
    return Counter(re.findall(r"\{\{ [a-z_.]+|\{% .*? %\}|\[\[[a-z_]+\]\]", text))


def outline(text: MemorandumText) -> Iterator[tuple[str, object]]:
    """The structure of a memorandum without its words: one line for each paragraph and row."""
    yield "key terms", [marks(" ".join(row)) for row in text.key_terms.rows]
    for table in (text.shared.parties, text.shared.signatures):
        yield "table", _table(table)
    yield "frame", [marks(part) for part in (text.shared.model_text, text.shared.banner, text.shared.seal)]
    for section in text.sections:
        yield section.id, (section.when, section.unused)
        for block in section.blocks:
            yield section.id, _block(block)


def _block(block: Block) -> object:
    if isinstance(block, Para):
        return block.style, block.when, marks(block.text)
    if isinstance(block, Items):
        return block.style, block.when, block.each, [marks(text) for text in block.texts]
    return _table(block)


def _table(table: TableText) -> object:
    cells = [[marks(cell) for cell in row] for row in (*table.rows, table.total)]
    return table.each, table.when, table.widths, table.numbers, len(table.head), cells


@pytest.mark.parametrize("code", TEXTS)
def test_the_same_sections_paragraphs_placeholders_and_conditions(code: str) -> None:
    assert list(outline(TEXTS[code])) == list(outline(memorandum_en.TEXT))


def planted(section: Section, **changes: object) -> MemorandumText:
    sections = tuple(replace(found, **changes) if found.id == section.id else found  # type: ignore[arg-type]
                     for found in memorandum_nl.TEXT.sections)
    return replace(memorandum_nl.TEXT, sections=sections)


@pytest.mark.parametrize("fault", ["paragraph", "condition", "placeholder", "section"])
def test_a_missing_part_of_a_translation_is_noticed(fault: str) -> None:
    """The check above fails on each planted fault."""
    section = memorandum_nl.TEXT.sections[-2]
    first, second = section.blocks[0], section.blocks[1]
    assert isinstance(first, Para) and isinstance(second, Para)
    faulty = {
        "paragraph": planted(section, blocks=section.blocks[:-1]),
        "condition": planted(section, blocks=(first, replace(second, when=""), *section.blocks[2:])),
        "placeholder": planted(section, blocks=(replace(first, text=first.text.replace("{{ ends }}", "ooit")),
                                                *section.blocks[1:])),
        "section": replace(memorandum_nl.TEXT, sections=memorandum_nl.TEXT.sections[1:]),
    }[fault]
    assert list(outline(faulty)) != list(outline(memorandum_en.TEXT))


@pytest.mark.parametrize("code", TEXTS)
def test_no_english_is_left_in_the_text(code: str) -> None:
    words = " ".join(_words(TEXTS[code]))
    assert len(words) > 5000
    assert not re.search(r"\b(the|must|within|Party|Parties of|may|days|due|Budget|Draft)\b", words)


def _words(text: MemorandumText) -> Iterator[str]:
    """Everything that a translator wrote, without the placeholders."""
    tables = (text.key_terms, text.shared.parties, text.shared.signatures)
    cells = [cell for table in tables for row in (table.head, *table.rows) for cell in row]
    blocks = [block for section in text.sections for block in section.blocks]
    prose = [block.text for block in blocks if isinstance(block, Para)]
    heads = [cell for block in blocks if isinstance(block, TableText) for cell in (block.caption, *block.head)]
    shared = (text.shared.model_text, text.shared.banner, text.shared.signing, text.shared.seal)
    for piece in (*cells, *prose, *heads, *shared, *(section.heading for section in text.sections)):
        yield re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\[\[.*?\]\]", "", piece)


# --- the reviewer's lines in every language --------------------------------------------------------------------------


@every_language
def test_nothing_is_left_open(code: str) -> None:
    text = reading.text(written(code))
    assert not re.search(r"\{\{|\{%|\[\[|\*\*|\bNone\b(?!$)|undefined|Decimal", text, re.MULTILINE)
    assert "invest" not in text.lower()  # a memorandum carries none, in any language


@every_language
def test_what_a_screen_reader_needs(code: str) -> None:
    parts, first = unpack(written(code)), language(code[:2])
    assert f'w:lang w:val="{first.tag}"'.encode() in parts["word/styles.xml"]
    assert f"<dc:language>{first.tag}</dc:language>".encode() in parts["docProps/core.xml"]
    for table in Document(io.BytesIO(written(code))).tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
    assert not re.search(rb"<w:(gridSpan|vMerge|hMerge)", parts["word/document.xml"])
    for before, block in zip([None, *reading.blocks(written(code))], reading.blocks(written(code)), strict=False):
        assert not (isinstance(before, Table) and isinstance(block, Table)), "two tables that Word would join"
        assert isinstance(block, Table) or block.text.strip(), "an empty paragraph used as space"


@pytest.mark.parametrize(("code", "amounts"), [
    ("nl", r"EUR \d{1,3}(?:\.\d{3})*,\d\d(?!\d)"), ("fr", r"EUR \d{1,3}(?:\u00a0\d{3})*,\d\d(?!\d)")])
def test_every_amount_has_its_currency_two_decimals_and_its_own_separators(code: str, amounts: str) -> None:
    text = reading.text(written(code))
    assert len(re.findall(amounts, text)) == text.count("EUR ") > 10
    assert not re.search(r"\d,\d{3}\.\d\d", text)


@pytest.mark.parametrize(("code", "figures", "words"), [
    ("nl", "EUR 18.000,00", "achttienduizend euro"), ("fr", "EUR 18\u00a0000,00", "dix-huit mille euros")])
def test_words_equal_figures(code: str, figures: str, words: str) -> None:
    assert f"{figures} ({words})" in reading.text(written(code))


@pytest.mark.parametrize(("code", "word"), [("nl", "artikel"), ("fr", "article")])
@pytest.mark.parametrize("duties", [True, False])
def test_every_reference_hits_its_article(code: str, word: str, duties: bool) -> None:
    case = translated.document(code) if duties else translated.document(code, obligations=())
    content = render(KIND, case, shipped(KIND, code))
    sections = {section.number: section.heading for section in reading.numbered(content)}
    references = re.findall(rf"{word} (\d+) \(([^)]+)\)", reading.text(content))
    assert len(references) > 5
    assert [(number, heading) for number, heading in references if sections[int(number)] != heading] == []


@pytest.mark.parametrize(("code", "phrases"), [
    ("nl", ("1 maart 2026", "31 december 2026", "Partnergemeente", "Eindverslag", "Reis en verblijf", "Nederland",
            "naar het recht van Nederland", "SDG 8 Waardig werk", "Elke Partij heeft ondertekend")),
    ("fr", ("1er mars 2026", "31 décembre 2026", "Commune partenaire", "Rapport final", "Déplacements et séjour",
            "selon le droit des Pays-Bas", "ODD 8 Travail décent", "vers le Rwanda que", "Toutes les Parties ont"))])
def test_values_stand_in_the_language_of_the_text(code: str, phrases: tuple[str, ...]) -> None:
    text = reading.text(written(code))
    assert [phrase for phrase in phrases if phrase not in text] == []


@pytest.mark.parametrize("code", translated.CODES)
def test_a_setting_of_one_reads_in_the_singular(code: str) -> None:
    case = translated.document(code)
    case = replace(case, terms=replace(case.terms, notice_days=1))
    text = reading.text(render(KIND, case, shipped(KIND, code)))
    assert {"en": "1 day’s", "nl": "1 dag.", "fr": "1 jour."}[code] in text
    assert not re.search(r"\b1 (days|dagen|jours)", text)


# --- two columns -----------------------------------------------------------------------------------------------------


def rows(code: str) -> list[tuple[str, str]]:
    """The paragraphs side by side, header rows left out."""
    tables = [block for block in reading.blocks(written(code)) if isinstance(block, Table)]
    names = ["English", {"en-nl": "Nederlands", "en-fr": "Français"}[code]]
    paired = [table for table in tables if [cell.text for cell in table.rows[0].cells] == names]
    assert len(paired) == 13  # the key terms and twelve sections
    return [(row.cells[0].text, row.cells[1].text) for table in paired for row in table.rows[1:]]


def figures(text: str) -> list[str]:
    """Every day and sum of a text in one spelling, in order of value: word order differs between languages."""
    days = [f"{y}-{MONTH[m]:02}-{int(d):02}" for d, m, y in re.findall(
        rf"(\d+)(?:er)? ({'|'.join(MONTH)}) (\d{{4}})", text)]
    sums = [re.sub(r"[^\dA-Z]", "", found) for found in re.findall(r"EUR \d[\d.,\u00a0]*\d", text)]
    counts = re.findall(r"(?<![\d.,A-Z-])\b(\d+) (?:days|dagen|jours|hours|uur|heures|years|jaar|ans)", text)
    return sorted([*days, *sums, *counts])


@every_pair
def test_both_columns_have_the_same_paragraphs_numbers_and_dates(code: str) -> None:
    pairs = rows(code)
    assert len(pairs) > 40 and all(left.strip() and right.strip() for left, right in pairs)
    assert [pair for pair in pairs if figures(pair[0]) != figures(pair[1])] == []
    assert sum(len(figures(left)) for left, _right in pairs) > 20


def test_a_differing_figure_is_noticed() -> None:
    assert figures("on 1 March 2026, EUR 1,000.00") == figures("op 1 maart 2026, EUR 1.000,00")
    assert figures("on 1 March 2026, EUR 1,000.00") != figures("op 1 mei 2026, EUR 1.000,00")
    assert figures("within 30 days") == figures("dans les 30 jours") != figures("binnen 3 dagen")


@every_pair
def test_each_column_is_numbered_alike_and_speaks_its_language(code: str) -> None:
    first, second = (language(part).tag for part in code.split("-"))
    document = Document(io.BytesIO(written(code)))
    headings = [block for block in reading.blocks(written(code)) if not isinstance(block, Table)
                and block.style is not None and block.style.name in ("heading 1", "Heading 1", "heading 1 second")]
    assert [block.style.name.lower() for block in headings] == ["heading 1", "heading 1 second"] * 12
    for table in document.tables:
        for row in table.rows:
            styles = [cell.paragraphs[0].style.name for cell in row.cells]
            if styles[0] in ("Clause", "Item"):
                assert styles == [styles[0], f"{styles[0]} Second"]
                tags = [{lang.get(qn("w:val")) for lang in cell._tc.iter(qn("w:lang"))} for cell in row.cells]
                assert tags == [{first}, {second}]


@every_pair
def test_each_column_names_the_prevailing_language(code: str) -> None:
    left, right = next(pair for pair in rows(code) if ", side by side" in pair[0])
    assert PREVAILS["en"].lower() in left.lower()
    assert PREVAILS[code[-2:]] in right


@every_pair
def test_a_table_stands_once_and_says_in_both_languages_what_differs(code: str) -> None:
    text = reading.text(written(code))
    final = language(code[-2:]).phrase("Final report")
    assert text.count("Route of 12 km agreed") == 1
    assert re.search(rf"Final report\n{final}", text)
    assert text.count("Mayor of Rubavu") == 1  # one signature block


@every_pair
def test_only_a_template_in_columns_knows_the_second_language(code: str) -> None:
    prepare(shipped(KIND, code), MemorandumContext, True)
    with pytest.raises(TemplateError, match=r"second\."):
        prepare(shipped(KIND, code), MemorandumContext)


@every_pair
def test_the_snapshot_of_two_columns_gives_the_same_bytes(code: str) -> None:
    case = translated.document(code)
    snapshot = as_context(case)
    assert render(KIND, snapshot, shipped(KIND, code)) == written(code)
    assert fingerprint(snapshot) == fingerprint(case)


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "dutch", "french"), [
    (1, "een euro", "un euro"), (21, "eenentwintig euro", "vingt et un euros"),
    (22, "tweeëntwintig euro", "vingt-deux euros"), (71, "eenenzeventig euro", "soixante et onze euros"),
    (80, "tachtig euro", "quatre-vingts euros"), (91, "eenennegentig euro", "quatre-vingt-onze euros"),
    (100, "honderd euro", "cent euros"), (200, "tweehonderd euro", "deux cents euros"),
    (1000, "duizend euro", "mille euros"), (1834, "duizend achthonderdvierendertig euro",
                                            "mille huit cent trente-quatre euros"),
    (80_000, "tachtigduizend euro", "quatre-vingt mille euros"),
    (200_000, "tweehonderdduizend euro", "deux cent mille euros"),
    (1_000_000, "een miljoen euro", "un million d’euros"),
    (2_300_000, "twee miljoen driehonderdduizend euro", "deux millions trois cent mille euros")])
def test_sums_in_words(number: int, dutch: str, french: str) -> None:
    assert language("nl").in_words(Decimal(number), "EUR") == dutch
    assert language("fr").in_words(Decimal(number), "EUR") == french


@given(st.integers(min_value=0, max_value=2_000_000_000), st.sampled_from(["nl", "fr"]))
def test_different_sums_have_different_words(whole: int, code: str) -> None:
    said = language(code)
    assert said.in_words(Decimal(whole), "EUR") != said.in_words(Decimal(whole + 1), "EUR")
    assert "  " not in said.in_words(Decimal(whole), "EUR")


def test_cents_days_shares_and_lists() -> None:
    dutch, french = language("nl"), language("fr")
    assert dutch.in_words(Decimal("4200.50"), "EUR") == "vierduizend tweehonderd euro en 50 cent"
    assert french.in_words(Decimal("4200.50"), "EUR") == "quatre mille deux cents euros et 50 centimes"
    assert (dutch.day(date(2026, 3, 1)), french.day(date(2026, 8, 2))) == ("1 maart 2026", "2 août 2026")
    assert dutch.percent(Decimal(5), Decimal(6)) == "83,33%"
    assert french.percent(Decimal(180), Decimal(200)) == "90\u00a0%"
    assert (dutch.listed(["a", "b", "c"]), french.listed(["a", "b"])) == ("a, b en c", "a et b")


@pytest.mark.parametrize(("code", "country", "law"), [
    ("NL", "les Pays-Bas", "le droit des Pays-Bas"), ("RW", "le Rwanda", "le droit du Rwanda"),
    ("UG", "l’Ouganda", "le droit de l’Ouganda"), ("FR", "la France", "le droit de la France"),
    ("MG", "Madagascar", "le droit de Madagascar"), ("GB", "le Royaume-Uni", "le droit du Royaume-Uni"),
    ("CI", "la Côte d’Ivoire", "le droit de la Côte d’Ivoire"), ("IL", "Israël", "le droit d’Israël")])
def test_a_country_in_a_french_sentence(code: str, country: str, law: str) -> None:
    assert (language("fr").in_country(code), language("fr").law_of(code)) == (country, law)


def test_every_phrase_stands_in_every_language_with_the_same_values() -> None:
    assert set(countries.LAW) == set(countries.WITH_ARTICLE) == set(LANGUAGES)
    for english, others in PHRASES.items():
        assert set(others) == set(LANGUAGES) - {"en"}
        for text in others.values():
            assert text.strip() and sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english))
    with pytest.raises(KeyError):
        language("en").phrase("A phrase that nobody translated")


def test_a_missing_translation_is_no_document() -> None:
    assert languages(KIND) == ["en", "nl", "fr", "en-nl", "en-fr"]
    assert languages(DocumentKind.INVESTMENT_CONTRACT) == ["en"]
    with pytest.raises(MissingTranslationError):
        shipped(DocumentKind.INVESTMENT_CONTRACT, "nl")
