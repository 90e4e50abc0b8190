"""Through LibreOffice and back: what a reader of the PDF sees. In CI a missing LibreOffice is an error, not a skip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from tests.documents import reading, translated
from webapp.documents import samples
from webapp.documents.catalogue import DocumentKind, shipped
from webapp.documents.renderer import render

pytestmark = pytest.mark.documents
TRANSLATED = ("nl", "fr", *translated.COLUMNS)
SPECIAL = "Gemeente O’Neill & <Söhne> 🏛"


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The memorandum, the contract and a letter as PDF, and the memorandum as Word again."""
    if not (shutil.which("soffice") and shutil.which("pdftotext")):
        if os.environ.get("CI") == "true":
            pytest.fail("LibreOffice and poppler must be installed in CI")
        warnings.warn("LibreOffice or poppler is missing: what the PDF shows was NOT checked", stacklevel=1)
        pytest.skip("LibreOffice or poppler is missing: what the PDF shows was NOT checked")
    folder = tmp_path_factory.mktemp("converted")
    (folder / "memorandum.docx").write_bytes(render("memorandum", samples.memorandum(project=SPECIAL)))
    (folder / "contract.docx").write_bytes(render("investment_contract", samples.contract()))
    (folder / "letter.docx").write_bytes(render("award", samples.award()))
    for code in TRANSLATED:
        content = render("memorandum", translated.document(code), shipped(DocumentKind.MEMORANDUM, code))
        (folder / f"memorandum.{code}.docx").write_bytes(content)
    names = ("memorandum", "contract", "letter", *(f"memorandum.{code}" for code in TRANSLATED))
    _convert(folder, "pdf", *(f"{name}.docx" for name in names))
    (folder / "again").mkdir()
    _convert(folder, "docx", "memorandum.docx", target="again")
    return folder


def _convert(folder: Path, kind: str, *names: str, target: str = ".") -> None:
    subprocess.run(["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
                    kind, "--outdir", str(folder / target), *names], cwd=folder, check=True, capture_output=True,
                   timeout=180)


def pages(folder: Path, name: str) -> list[str]:
    made = subprocess.run(["pdftotext", "-layout", str(folder / name), "-"], check=True, capture_output=True)
    return made.stdout.decode().rstrip("\f").split("\f")


def test_special_characters_survive_word_libreoffice_and_pdf(converted: Path) -> None:
    assert SPECIAL in reading.text((converted / "again" / "memorandum.docx").read_bytes())
    assert SPECIAL in " ".join("\n".join(pages(converted, "memorandum.pdf")).split())


def test_the_memorandum_has_two_or_three_pages(converted: Path) -> None:
    assert len(pages(converted, "memorandum.pdf")) in (2, 3)


@pytest.mark.parametrize(("code", "most", "signs"), [
    ("nl", 3, "Plaats, datum"), ("fr", 3, "Lieu, date"), ("en-nl", 5, "Plaats, datum"), ("en-fr", 5, "Lieu, date")])
def test_a_translation_keeps_its_pages_and_signs_below_an_article(
        converted: Path, code: str, most: int, signs: str) -> None:
    found = pages(converted, f"memorandum.{code}.pdf")
    assert 2 <= len(found) <= most
    assert found[-1].count(signs) == 3 and re.search(r"^\s*12\.1 ", found[-1], re.MULTILINE)


def test_both_columns_print_the_same_number(converted: Path) -> None:
    text = "\n".join(pages(converted, "memorandum.en-nl.pdf"))
    printed = re.findall(r"^\s*(\d+\.\d+)\s+\S.*?\s{2,}(\d+\.\d+)\s", text, re.MULTILINE)
    assert len(printed) > 25 and all(left == right for left, right in printed)


def test_the_contract_has_about_eight_pages_and_annexes(converted: Path) -> None:
    found = pages(converted, "contract.pdf")
    first_annex = next(number for number, page in enumerate(found, 1) if page.lstrip().split("\n")[2:]
                       and re.search(r"^\s*Annex I\s{2,}Description", page, re.MULTILINE) and number > 2)
    assert 8 <= first_annex - 1 <= 10 and len(found) > first_annex + 2


def test_the_signatures_stand_together_below_an_article(converted: Path) -> None:
    page = next(page for page in pages(converted, "contract.pdf") if "Party, signatory and mandate" in page)
    assert page.count("Signature:") == 3 and re.search(r"^\s*25\.\d", page, re.MULTILINE)


def test_every_page_has_reference_version_and_page_x_of_y(converted: Path) -> None:
    found = pages(converted, "contract.pdf")
    for number, page in enumerate(found, 1):
        assert "Investment contract JUM-2026-002, version 1" in page and "Fictional demonstration" in page
        assert f"Page {number} of {len(found)}" in page


def test_the_contents_name_the_right_pages(converted: Path) -> None:
    found = pages(converted, "contract.pdf")
    listed = re.findall(r"^\s*((?:Article|Annex) [\dIVX]+) +(\S.*?) {2,}(\d+)$", found[1], re.MULTILINE)
    assert len(listed) == 36
    for label, heading, number in listed:
        assert re.search(rf"^\s*{label}\s+{re.escape(heading)}\s*$", found[int(number) - 1], re.MULTILINE), label


def test_articles_carry_their_printed_number(converted: Path) -> None:
    text = "\n".join(pages(converted, "contract.pdf"))
    assert re.search(r"^\s*Article 25\s+Final terms$", text, re.MULTILINE)
    assert re.search(r"^\s*5\.3\s+The Programme pays a further advance", text, re.MULTILINE)


def test_a_letter_fits_its_page(converted: Path) -> None:
    assert len(pages(converted, "letter.pdf")) == 1
