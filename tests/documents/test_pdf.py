"""The real LibreOffice in its cage: what the PDF shows and is, and what happens when it is killed, frozen or lured."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.documents import samples
from tests.documents.test_pdf_pool import linking
from tests.support import programs
from webapp.documents import cage, fonts, profile
from webapp.documents.office import Failure, Office, take_slot
from webapp.documents.pdf import ConversionFailed, Pool, pages
from webapp.documents.renderer import render

pytestmark = pytest.mark.documents
SPECIAL = "Gemeente O’Neill & <Söhne> – Ōtaki"
EMOJI = "🏛"
LETTER = render("award", samples.award())
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("converters")


@pytest.fixture(scope="module")
def pool(folder: Path) -> Iterator[Pool]:
    """One warm converter for the whole module."""
    made = Pool(folder, program=programs.path_of("LibreOffice"))
    yield made
    made.close()


def standing(pool: Pool) -> int:
    """The number of the process that waits for work."""
    office = pool._places.get()
    pool._places.put(office)
    assert office is not None and office._standing is not None
    return office._standing.pid


def text_of(content: bytes) -> str:
    made = subprocess.run([programs.path_of("pdftotext"), "-layout", "-", "-"], input=content, check=True,
                          capture_output=True)
    return " ".join(made.stdout.decode().split())


def test_the_pdf_shows_every_character_and_is_made_for_archives(pool: Pool) -> None:
    content = pool.convert(render("memorandum", samples.memorandum(project=SPECIAL)))
    assert SPECIAL in text_of(content)
    assert pages(content) in (2, 3)
    assert re.search(rb"<pdfaid:part>2</pdfaid:part>\s*<pdfaid:conformance>B</", content)
    assert b"/MarkInfo<</Marked true>>" in content.replace(b"\n", b""), "no tags: a screen reader finds no order"
    assert content.count(b"/FontFile2") >= 2, "the fonts are not in the file"


def test_a_character_is_printed_or_refused_and_never_an_empty_box(pool: Pool) -> None:
    word = render("memorandum", samples.memorandum(project=EMOJI))
    if fonts._has_glyph(EMOJI):
        assert EMOJI in text_of(pool.convert(word))
    else:
        with pytest.raises(ConversionFailed, match=f"unprintable: {EMOJI} .U.1F3DB"):
            pool.convert(word)


def test_the_second_conversion_meets_the_same_process(pool: Pool) -> None:
    pool.convert(LETTER)
    first = standing(pool)
    assert pages(pool.convert(LETTER)) == 1
    assert standing(pool) == first


def test_a_killed_converter_is_replaced(pool: Pool) -> None:
    pool.convert(LETTER)
    os.killpg(standing(pool), signal.SIGKILL)
    assert pages(pool.convert(LETTER)) == 1


def test_a_frozen_converter_fails_one_conversion_and_the_next_succeeds(pool: Pool) -> None:
    pool.convert(LETTER)
    frozen = standing(pool)
    os.kill(frozen, signal.SIGSTOP)
    office = pool._places.get()
    assert office is not None
    office.deadline = 1.0
    pool._places.put(office)
    with pytest.raises(ConversionFailed, match="deadline: 1"):
        pool.convert(LETTER)
    assert not Path(f"/proc/{frozen}").exists()
    office.deadline = 60.0
    assert pages(pool.convert(LETTER)) == 1


def test_a_word_file_that_cannot_be_read_fails_though_libreoffice_says_all_is_well(pool: Pool) -> None:
    """The guard before it is passed by."""
    with pool._office(pool.located()) as office, pytest.raises(Failure, match="unread"):
        office.convert(b"PK\x03\x04" + bytes(500))


def test_the_converter_has_no_network_where_the_system_permits_that(pool: Pool) -> None:
    if "unshare" not in cage.around():
        pytest.skip("unshare is missing or not permitted here")
    pool.convert(LETTER)
    ours = Path("/proc/self/ns/net").readlink()
    assert Path(f"/proc/{standing(pool)}/ns/net").readlink() != ours


class Lure(BaseHTTPRequestHandler):
    """Notes who asks for the picture."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815 - the names that the library calls

    def log_message(self, *_words: object) -> None:
        """Quiet."""


def test_a_linked_picture_is_not_fetched_even_without_the_walls(tmp_path: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard before and the network wall are both taken away: the hardened profile alone must hold.

    And the planted mutant: with LibreOffice's own settings the lure is asked and the file is read.
    """
    lure = HTTPServer(("127.0.0.1", 0), Lure)
    threading.Thread(target=lure.serve_forever, daemon=True).start()
    secret = tmp_path / "secret.png"
    secret.write_bytes(PICTURE)
    word = linking(linking(LETTER, f"http://127.0.0.1:{lure.server_port}/picture.png"), secret.as_uri(), "near")
    monkeypatch.setattr(cage, "around", lambda: ())
    program = Pool(tmp_path, program=programs.path_of("LibreOffice")).located()
    try:
        for settings, asked in ((profile.SETTINGS, False), ((), True)):
            monkeypatch.setattr(profile, "SETTINGS", settings)
            office = Office(program, take_slot(tmp_path), 60)
            try:
                content = office.convert(word)
            finally:
                office.close()
            assert bool(Lure.asked) is asked
            assert (b"/Subtype/Image" in content) is asked, "a file of this machine stands in the PDF"
    finally:
        lure.shutdown()
        lure.server_close()
