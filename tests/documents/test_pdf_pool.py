"""The pool of converters with a script in LibreOffice's place: what it leaves, when it freezes, who holds a profile."""

from __future__ import annotations

import io
import os
import re
import threading
import time
import zipfile
from pathlib import Path

import pytest
import structlog

from tests.support.office import Program, pdf
from webapp.documents import fonts, samples
from webapp.documents.office import Office, take_slot
from webapp.documents.pdf import REASONS, ConversionFailed, ConverterMissing, Pool, pages, reason
from webapp.documents.renderer import render

WORD = render("award", samples.award())
WHOLE = pdf()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "program")


@pytest.fixture
def pool(tmp_path: Path, program: Program):  # type: ignore[no-untyped-def]
    made = Pool(tmp_path / "converters", deadline=20, program=str(program.path))
    yield made
    made.close()


def test_without_the_program_it_is_missing_and_says_so(tmp_path: Path) -> None:
    for name in ("", str(tmp_path / "soffice")):
        nowhere = Pool(tmp_path, program=name)
        assert not nowhere.available()
        with pytest.raises(ConverterMissing):
            nowhere.convert(WORD)


def test_a_whole_pdf_is_handed_on_as_it_is(pool: Pool, program: Program) -> None:
    three = pdf(pages=3)
    program.leaves(three)
    assert pool.available() and pool.convert(WORD) == three and pages(three) == 3


@pytest.mark.parametrize(("left", "code"), [
    (b"", "not_whole"), (b"%PDF-1.7 and no end", "not_whole"), (b"PK\x03\x04" + bytes(4000), "not_whole"),
    (pdf()[:-200] + b"%%EOF", "no_pages"), (pdf(archival=False), "not_archival")])
def test_what_is_not_a_whole_pdf_for_archives_is_not_believed(pool: Pool, program: Program, left: bytes,
                                                              code: str) -> None:
    program.leaves(left)
    with pytest.raises(ConversionFailed) as failed:
        pool.convert(WORD)
    assert failed.value.code == code


def test_a_program_that_leaves_nothing_and_says_all_is_well(pool: Pool, program: Program) -> None:
    program.leaves_nothing()
    with pytest.raises(ConversionFailed, match="unread"):
        pool.convert(WORD)
    program.leaves(pdf())
    assert pool.convert(WORD)


def frozen(pool: Pool, patience: float) -> float | None:
    """How long the pool takes to give up; None when it has not after so many seconds."""
    begun, told = time.monotonic(), []

    def ask() -> None:
        with pytest.raises(ConversionFailed) as failed:
            pool.convert(WORD)
        told.append((failed.value.code, time.monotonic() - begun))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(patience)
    return told[0][1] if told and told[0][0] == "deadline" else None


def is_running(pid: int) -> bool:
    """Whether the process is there, and more than a line in the table of the dead."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_a_frozen_converter_is_ended_at_its_deadline_and_the_next_succeeds(pool: Pool, program: Program) -> None:
    pool.deadline = 0.5
    program.freezes()
    took = frozen(pool, patience=15)
    assert took is not None and took > 0.4
    child = int((program.folder / "child").read_text())
    assert not is_running(child), "what the frozen program had started still runs"
    program.leaves(WHOLE)
    pool.deadline = 20
    assert pool.convert(WORD) == WHOLE


def test_a_converter_without_a_deadline_is_noticed(pool: Pool, program: Program,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutant: wait for ever."""
    started = []
    monkeypatch.setattr(Office, "_run", lambda _self, process, _until: (started.append(process), process.wait()))
    pool.deadline = 0.5
    program.freezes()
    assert frozen(pool, patience=2) is None
    os.killpg(started[-1].pid, 9)


def test_two_conversions_at_once_never_share_a_profile(tmp_path: Path, program: Program) -> None:
    """In two pools on one folder, as two workers have it: each order names a profile that nobody else holds."""
    program.does(f'sleep 0.4; cp {program.folder}/result "$out/document.pdf"')
    pools = [Pool(tmp_path / "converters", 2, program=str(program.path)) for _worker in range(2)]
    threads = [threading.Thread(target=pool.convert, args=(WORD,)) for pool in pools for _place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    profiles = [re.findall(r"-env:UserInstallation=(\S+)", order)[0] for order in program.orders()]
    assert len(profiles) == 4 == len(set(profiles))
    for pool in pools:
        pool.close()


def test_a_folder_that_is_held_is_not_taken_and_one_given_back_is(tmp_path: Path) -> None:
    first, second = take_slot(tmp_path), take_slot(tmp_path)
    assert first.folder != second.folder
    first.release()
    again = take_slot(tmp_path)
    assert again.folder == first.folder
    for slot in (second, again):
        slot.release()


def test_a_pool_that_is_busy_says_so(pool: Pool, program: Program) -> None:
    pool.deadline = 0.2
    with pool._office(program.path), pytest.raises(ConversionFailed, match="busy"):
        pool.convert(WORD)


def test_the_program_gets_no_secret_and_no_display(pool: Pool, program: Program,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "http_proxy", "DISPLAY", "LD_PRELOAD"):
        monkeypatch.setenv(name, "")
    pool.convert(WORD)
    given = {line.partition("=")[0] for line in (program.folder / "environment").read_text().splitlines()}
    assert given <= {"PATH", "HOME", "TMPDIR", "LANG", "SAL_USE_VCLPLUGIN", "PWD", "SHLVL", "_", "OLDPWD"}


def test_a_word_file_that_loads_something_from_elsewhere_is_not_converted(pool: Pool, program: Program) -> None:
    with pytest.raises(ConversionFailed, match="unsafe: upload_external"):
        pool.convert(linking(WORD, "http://127.0.0.1:9/picture.png"))
    assert not (program.folder / "orders").exists()


def test_a_character_without_a_glyph_is_refused_by_its_number(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_has_glyph", lambda character: character != "’")
    with pytest.raises(ConversionFailed, match=re.escape("unprintable: ’ (U+2019)")):
        pool.convert(render("award", samples.award(project="Ma’at")))


def test_fonts_that_nobody_can_ask_about_are_said_loudly(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts.shutil, "which", lambda _name: None)
    monkeypatch.setattr(fonts, "_has_glyph", lambda _character: False)
    with structlog.testing.capture_logs() as logged:
        assert not fonts.unprintable(render("award", samples.award(project="Ma’at")))
    assert [(entry["log_level"], entry["missing"]) for entry in logged] == [("error", "fc-list")]


def test_what_prints_nothing_needs_no_glyph() -> None:
    assert not fonts.unprintable(render("award", samples.award(project="a\u00a0b\u200d\ufe0f é ß –")))


def test_every_reason_is_a_sentence(pool: Pool) -> None:
    for code in REASONS:
        said = reason(f"{code}: 5")
        assert said.endswith(".") and "%" not in said
    assert reason("KeyError('x')") == "The converter met an error."


def linking(word: bytes, address: str, name: str = "linked") -> bytes:
    """The same Word file with a picture that is loaded from this address."""
    picture = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing"><wp:extent cx="990600" cy="990600"/><wp:docPr id="99" name="picture"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri='
        '"http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic='
        '"http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="0" name="p"/>'
        '<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships" r:link="' + name + '"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="990600" cy="990600"/></a:xfrm><a:prstGeom prst="rect">'
        "<a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>")
    relation = (f'<Relationship Id="{name}" TargetMode="External" Target="' + address + '" Type='
                '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>')
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word)) as before, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.namelist():
            part = before.read(member).decode() if member.endswith((".xml", ".rels")) else before.read(member)
            if member == "word/document.xml":
                part = re.sub(r"(<w:body>)", lambda found: found[0] + picture, part, count=1)
            elif member == "word/_rels/document.xml.rels":
                part = part.replace("</Relationships>", relation + "</Relationships>")
            after.writestr(member, part)
    return written.getvalue()
