"""References between clauses are resolved when a template is written; what cannot be resolved is not written."""

from __future__ import annotations

import pytest

from contract_templates.authoring.blocks import AuthoringError, Para, References, Section, checked
from contract_templates.authoring.contract_annexes import ANNEXES
from contract_templates.authoring.contract_articles import ARTICLES
from contract_templates.authoring.memorandum_en import SECTIONS

TEXT = (Para("Text."),)
PLAIN, OPTIONAL, LAST = Section("plain", "Plain", TEXT), Section("maybe", "Maybe", TEXT, when="has_it"), Section(
    "last", "Last", TEXT)


def test_the_shipped_texts_have_unique_ids_and_no_empty_heading() -> None:
    assert len(checked((*ARTICLES, *ANNEXES))) == 36
    assert len(checked(SECTIONS)) == 12


def test_a_reference_becomes_number_and_heading() -> None:
    references = References((PLAIN, LAST), (Section("extra", "Extra", TEXT),))
    assert references.resolve("See [[last]] and [[extra]].") == "See article 2 (Last) and Annex I (Extra)."


def test_a_number_after_an_optional_section_depends_on_it() -> None:
    references = References((PLAIN, OPTIONAL, LAST), word="section")
    assert references.resolve("[[last]]") == "section {{ 3 if has_it else 2 }} (Last)"


def test_a_reference_to_a_section_that_may_be_absent_is_not_written() -> None:
    references = References((PLAIN, OPTIONAL, LAST))
    with pytest.raises(AuthoringError, match="may be absent"):
        references.resolve("[[maybe]]")
    assert references.resolve("[[maybe]]", "has_it") == "article 2 (Maybe)"


def test_a_reference_to_nothing_is_not_written() -> None:
    with pytest.raises(AuthoringError, match="no section"):
        References((PLAIN,)).resolve("[[plane]]")


def test_a_heading_without_text_or_an_id_twice_is_not_written() -> None:
    with pytest.raises(AuthoringError, match="without text"):
        checked((Section("empty", "Empty", ()),))
    with pytest.raises(AuthoringError, match="twice"):
        checked((PLAIN, PLAIN))
