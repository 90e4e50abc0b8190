"""The renderer: strict, escaped, reproducible; and checks that can fail, shown with planted mutants."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from tests.documents import reading
from webapp.documents import samples
from webapp.documents.catalogue import CATALOGUE, DocumentKind, shipped
from webapp.documents.contexts import ContractContext, MemorandumContext
from webapp.documents.package import pack, unpack
from webapp.documents.plain import NotPlainError, UnprintableTextError, as_context, canonical, fingerprint
from webapp.documents.renderer import TemplateError, fill, prepare, prepared, render, sources, trees

ROOT = Path(__file__).resolve().parents[2]
MEMORANDUM = CATALOGUE[DocumentKind.MEMORANDUM]
MEMORANDUM_IN_USE = (shipped(DocumentKind.MEMORANDUM), MEMORANDUM.context)
SPECIAL = "Gemeente O’Neill & <Söhne> 🏛 ß ﬁ Ŝ"


def mutant(old: str, new: str, part: str = "word/document.xml") -> bytes:
    """The shipped memorandum with one planted fault."""
    parts = unpack(MEMORANDUM.template().read_bytes())
    assert old.encode() in parts[part]
    return pack(parts | {part: parts[part].replace(old.encode(), new.encode(), 1)})


@pytest.mark.parametrize(("old", "new", "path", "part"), [
    ("{{ operator.name }}", "{{ operator.nmae }}", "operator.nmae", "word/document.xml"),
    ("{{ duty.person }}", "{{ duty.persn }}", "duty.persn", "word/document.xml"),
    ("{{ reference }}", "{{ referenz }}", "referenz", "word/header1.xml"),
    ("{{ reference }}", "{{ terms.payment.days }}", "terms.payment.days", "word/footer1.xml"),
    ("{{ title }}", "{{ titel }}", "titel", "docProps/core.xml"),
    ("{%tr for duty in obligations %}", "{%tr for duty in obligation %}", "obligation", "word/document.xml"),
    ("{%p if has_training %}", "{%p if has_trainings %}", "has_trainings", "word/document.xml"),
])
def test_an_unknown_placeholder_is_refused_by_its_path_and_place(old: str, new: str, path: str, part: str) -> None:
    with pytest.raises(TemplateError) as refused:
        prepare(mutant(old, new, part), MemorandumContext)
    assert f"unknown placeholder {path} in {part}, paragraph " in str(refused.value)


@pytest.mark.parametrize("code", [
    "{{ ''.__class__ }}", "{{ project|attr('x') }}", "{{ project|safe }}", "{{ 'x' * 10**9 }}", "{{ project.upper() }}",
    "{% include 'x' %}", "{% set x = 1 %}", "{{ project[0] }}", "{% for x in range(9) %}{% endfor %}",
    "{% macro m() %}{% endmacro %}"])
def test_template_code_beyond_names_loops_and_conditions_is_refused(code: str) -> None:
    with pytest.raises(TemplateError, match=r"in word/document\.xml, paragraph \d+"):
        prepare(mutant("{{ operator.name }}", code.replace("<", "&lt;")), MemorandumContext)


def test_broken_template_code_is_refused_with_its_place() -> None:
    with pytest.raises(TemplateError, match=r"in word/document\.xml, paragraph \d+"):
        prepare(mutant("{{ operator.name }}", "{{ operator. }}"), MemorandumContext)


def test_special_characters_survive_in_body_header_and_title() -> None:
    content = render(DocumentKind.MEMORANDUM, samples.memorandum(project=SPECIAL, reference="A&B <1>"))
    text = reading.text(content)
    assert text.count(SPECIAL) >= 2 and "A&B <1>, version 1" in text
    assert SPECIAL in Document(io.BytesIO(content)).core_properties.title


@pytest.mark.parametrize("value", ["{{ 7*7 }}", "{% if %}", "{_{ x }_}", "{{ operator.nmae }}", "{%p endif %}"])
def test_template_code_in_a_value_is_only_text(value: str) -> None:
    assert value in reading.text(render(DocumentKind.MEMORANDUM, samples.memorandum(project=value)))


@pytest.mark.parametrize("character", ["\x0b", "\x00", "\ud800", "\ufffe", "\x07", "\x85", "\u202e"])
def test_a_character_that_cannot_be_shown_is_refused_by_field(character: str) -> None:
    goals = samples.memorandum().goals
    broken = samples.memorandum(goals=(goals[0], replace(goals[1], goal=f"to{character}learn")))
    with pytest.raises(UnprintableTextError) as refused:
        render(DocumentKind.MEMORANDUM, broken)
    assert refused.value.path == "goals[1].goal" and refused.value.codepoint == ord(character)
    snapshot = as_context(samples.memorandum()) | {"project": f"a{character}b"}
    with pytest.raises(UnprintableTextError):
        render(DocumentKind.MEMORANDUM, snapshot)


def test_lines_of_a_text_stay_lines() -> None:
    content = render(DocumentKind.INVESTMENT_CONTRACT, samples.contract(description="One\r\nTwo\tthree"))
    assert "One\nTwo\tthree" in reading.text(content)


def test_only_plain_values_reach_a_template() -> None:
    with pytest.raises(NotPlainError, match="project"):
        render(DocumentKind.MEMORANDUM, samples.memorandum(project=object()))
    with pytest.raises(NotPlainError):
        render(DocumentKind.MEMORANDUM, samples.memorandum(application_date=datetime(2026, 1, 1, tzinfo=UTC)))
    with pytest.raises(NotPlainError):
        render(DocumentKind.MEMORANDUM, as_context(samples.memorandum()) | {"grant": 1.5})


def test_a_context_of_another_kind_is_refused() -> None:
    with pytest.raises(TemplateError, match="MemorandumContext"):
        render(DocumentKind.MEMORANDUM, samples.contract())


def test_a_snapshot_without_a_value_makes_no_document() -> None:
    snapshot = as_context(samples.memorandum())
    del snapshot["aim"]
    with pytest.raises(TemplateError, match="aim"):
        render(DocumentKind.MEMORANDUM, snapshot)


def test_the_stored_snapshot_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    context = samples.contract()
    snapshot = tmp_path / "context.json"
    snapshot.write_bytes(canonical(context))
    program = ("import json, pathlib, sys; from webapp.documents.renderer import render; "
               "sys.stdout.buffer.write(render('investment_contract', "
               "json.loads(pathlib.Path(sys.argv[1]).read_bytes())))")
    again = subprocess.run([sys.executable, "-c", program, str(snapshot)], cwd=ROOT, capture_output=True, check=True,
                           env={"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "PATH": "/usr/bin:/bin"}).stdout
    assert hashlib.sha256(again).digest() == hashlib.sha256(render("investment_contract", context)).digest()


def test_the_fingerprint_belongs_to_the_values() -> None:
    one, same = samples.memorandum(), samples.memorandum()
    assert fingerprint(one) == fingerprint(same) == fingerprint(json.loads(canonical(one)))
    assert fingerprint(one) != fingerprint(samples.memorandum(version=2))


def test_one_changed_value_changes_the_bytes() -> None:
    assert render("memorandum", samples.memorandum()) != render("memorandum", samples.memorandum(version=2))


@pytest.mark.parametrize(("kind", "context"), [
    (DocumentKind.MEMORANDUM, samples.memorandum()), (DocumentKind.INVESTMENT_CONTRACT, samples.contract())], ids=str)
def test_every_part_is_what_plain_docxtpl_writes(kind: DocumentKind, context: ContractContext) -> None:
    """The compiled path is only quicker: part for part the same XML, compared in canonical form."""
    ours = unpack(render(kind, context))
    plain = DocxTemplate(CATALOGUE[kind].template())
    plain.render(as_context(context), ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined))
    target = io.BytesIO()
    plain.save(target)
    theirs = unpack(target.getvalue())
    for name in ("word/document.xml", "word/header1.xml", "word/footer1.xml"):
        assert etree.tostring(etree.fromstring(ours[name]), method="c14n") == etree.tostring(
            etree.fromstring(theirs[name]), method="c14n"), name


def test_a_part_that_does_not_parse_is_never_repaired() -> None:
    broken = prepare(mutant("{{ operator.name }}", "{{ operator.name }}"), MemorandumContext)
    damaged = trees(sources(MEMORANDUM.template().read_bytes()))
    assert set(damaged) >= {"word/document.xml", "docProps/core.xml"}
    text = ImmutableSandboxedEnvironment(autoescape=False).from_string("<a>{{ project }}</a>")
    with pytest.raises(TemplateError, match="not well-formed"):
        fill(replace(broken, texts={"word/document.xml": text}), {"project": "Co <b>"})


def test_a_compiled_template_is_used_again() -> None:
    assert prepared(*MEMORANDUM_IN_USE) is prepared(*MEMORANDUM_IN_USE)
