"""The PDF beside a Word file: made by the worker, kept once, offered to those who may see the file; how it fails."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from tests.factories import assessing as make
from tests.factories.assessing import enter
from tests.support.office import Program, pdf
from webapp.documents import fonts
from webapp.documents import pdf as converting
from webapp.extensions import db
from webapp.jobs import courier
from webapp.models.agreement import Document
from webapp.models.document_file import DocumentFile
from webapp.models.record import AuditEntry, AuditEvent, Job, OutboxRow
from webapp.services import pdfs
from webapp.transaction import for_writing, writing
from webapp.transfer import storage

pytestmark = pytest.mark.usefixtures("inside")
WHOLE = pdf()
PREPARED = "PDF is being prepared"
FAILED = "PDF could not be made"
ABSENT = "there is no LibreOffice"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """This installation has a converter: a script that a test tells what to do."""
    made = Program(tmp_path / "program")
    made.leaves(WHOLE)
    pool = converting.Pool(tmp_path / "converters", deadline=20, program=str(made.path))
    monkeypatch.setattr(converting, "_pool", pool)
    yield made
    pool.close()


@pytest.fixture
def file() -> make.File:
    """Rejected, so that a letter waits to be written."""
    return make.rejected()


def letter() -> int:
    return db.session.scalars(select(Document.id)).one()


def kept() -> list[DocumentFile]:
    db.session.rollback()
    return list(db.session.scalars(select(DocumentFile)))


def job() -> OutboxRow:
    db.session.rollback()
    return db.session.scalars(select(OutboxRow).where(OutboxRow.job == Job.CONVERT_DOCUMENT)).one()


def test_the_worker_makes_it_and_who_may_see_the_file_downloads_it(
    app: Flask, client: FlaskClient, file: make.File, program: Program
) -> None:
    page, url = f"/applications/{file.number}/letters", f"/applications/{file.number}/letters/{letter()}/pdf"
    assert courier(app).drain(limit=len(outstanding()) - 1) > 0  # all but the conversion: what is quick goes first
    partner = enter(client, file, "partner_signatory")
    assert PREPARED in partner.get(page).text
    assert partner.get(url).status_code == 404
    courier(app).drain()
    partner = enter(client, file, "partner_signatory")
    assert PREPARED not in partner.get(page).text
    assert url in partner.get(page).text
    answer = partner.get(url)
    assert (answer.status_code, answer.data, answer.content_type) == (200, WHOLE, "application/pdf")
    assert answer.headers["Content-Disposition"].endswith(".pdf")
    assert enter(client, file, "stranger").get(url).status_code == 404
    events = db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)).all()
    assert events[-1] is AuditEvent.DOCUMENT_CONVERTED


def test_fonts_that_are_not_checked_are_said_where_the_pdf_is(
    app: Flask, client: FlaskClient, file: make.File, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier(app).drain()
    visitor, page = enter(client, file, "manager"), f"/applications/{file.number}/letters"
    monkeypatch.setattr(fonts, "checkable", lambda: True)
    assert "The fonts of the PDF are not checked" not in visitor.get(page).text
    monkeypatch.setattr(fonts, "checkable", lambda: False)
    assert "The fonts of the PDF are not checked" in visitor.get(page).text
    monkeypatch.setattr(converting, "_pool", None)
    told = visitor.get(page).text  # no converter, no PDF: one thing at a time
    assert ABSENT not in told and "The fonts of the PDF are not checked" not in told


def outstanding() -> list[OutboxRow]:
    """The open jobs, and the conversion that writing the letter will add."""
    rows = list(db.session.scalars(select(OutboxRow).where(OutboxRow.done_at.is_(None))))
    db.session.rollback()
    return [*rows, OutboxRow()]


def test_converting_twice_changes_nothing(app: Flask, file: make.File, program: Program) -> None:
    courier(app).drain()
    number, before = letter(), [(row.id, row.file_id) for row in kept()]
    with writing():
        pdfs.make_now(db.session.get_one(Document, number))
    program.leaves(pdf(pages=2))
    assert courier(app).drain() == 1
    with writing():
        pdfs.keep(number, pdf(pages=2), storage())  # as a second worker, who was slower
    assert [(row.id, row.file_id) for row in kept()] == before
    assert len(program.orders()) == 1


def test_a_row_is_never_changed_or_removed(app: Flask, file: make.File, program: Program) -> None:
    courier(app).drain()
    for change in (update(DocumentFile).values(role="sealed"), DocumentFile.__table__.delete()):
        with pytest.raises(DBAPIError, match="append-only"), writing():
            db.session.execute(change)
    assert [row.role for row in kept()] == ["pdf"]


def test_what_failed_is_said_in_words_and_the_manager_tries_again(
    app: Flask, client: FlaskClient, file: make.File, program: Program
) -> None:
    program.leaves(b"%PDF-1.7 and then nothing")
    courier(app).drain()
    page, url = f"/applications/{file.number}/letters", f"/applications/{file.number}/letters/{letter()}/pdf"
    for name, button in (("signatory", False), ("manager", True)):
        text = enter(client, file, name).get(page).text
        assert FAILED in text
        assert "LibreOffice left a file that is not a whole PDF." in text
        assert ("Try again<span" in text) is button
    assert job().done_at is None and job().attempts == 1
    program.leaves(WHOLE)
    assert courier(app).drain() == 0, "it waits before it tries again by itself"
    assert enter(client, file, "signatory").post(url).status_code == 403
    assert enter(client, file, "stranger").post(url).status_code == 404
    assert enter(client, file, "manager").post(url).status_code == 303
    assert courier(app).drain() == 1
    assert len(kept()) == 1


def test_without_libreoffice_the_word_file_is_the_document_and_the_page_says_so(
    app: Flask, client: FlaskClient, file: make.File
) -> None:
    courier(app).drain()
    assert job().done_at is not None
    number = letter()
    page = f"/applications/{file.number}/letters"
    visitor = enter(client, file, "manager")
    assert ABSENT in visitor.get(page).text
    assert "Make the PDF" not in visitor.get(page).text
    assert visitor.get(f"{page}/{number}").status_code == 200


def test_once_libreoffice_is_there_the_manager_has_it_made(
    app: Flask, client: FlaskClient, file: make.File, request: pytest.FixtureRequest
) -> None:
    courier(app).drain()
    request.getfixturevalue("program")
    page = f"/applications/{file.number}/letters"
    assert "Make the PDF" not in enter(client, file, "signatory").get(page).text
    visitor = enter(client, file, "manager")
    assert "Make the PDF" in visitor.get(page).text
    assert visitor.post(f"{page}/{letter()}/pdf").status_code == 303
    courier(app).drain()
    assert len(kept()) == 1


def page_while_frozen(app: Flask, client: FlaskClient, file: make.File, program: Program) -> bool:
    """Whether somebody signs in (which writes a row) and reads the letters before the frozen converter is ended."""
    program.freezes()
    worker = threading.Thread(target=_work, args=(app,))
    worker.start()
    while not (program.folder / "child").exists():
        time.sleep(0.02)
    manager = enter(client, file, "manager")
    assert PREPARED in manager.get(f"/applications/{file.number}/letters").text or not worker.is_alive()
    quick = worker.is_alive()
    worker.join(30)
    return quick


def test_a_frozen_converter_fails_one_job_and_no_page(
    app: Flask, client: FlaskClient, file: make.File, program: Program
) -> None:
    converting.pool().deadline = 3
    assert page_while_frozen(app, client, file, program)
    assert job().error == "deadline: 3"
    left = [row.job for row in db.session.scalars(select(OutboxRow).where(OutboxRow.done_at.is_(None)))]
    assert left == [Job.CONVERT_DOCUMENT]
    program.leaves(WHOLE)
    converting.pool().deadline = 20
    assert enter(client, file, "manager").post(f"/applications/{file.number}/letters/{letter()}/pdf").status_code == 303
    assert courier(app).drain() == 1
    assert len(kept()) == 1


def test_a_worker_that_converts_inside_its_transaction_is_noticed(
    app: Flask, client: FlaskClient, file: make.File, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted mutant. On SQLite nobody else writes meanwhile; PostgreSQL would forgive it."""
    if db.engine.dialect.name != "sqlite":
        return
    number, word = letter(), (Path(__file__).parents[2] / "contract_templates" / "memorandum.docx").read_bytes()
    db.session.rollback()

    def inside(_number: int, _storage: object) -> bytes:
        for_writing()
        db.session.get_one(Document, number)
        return converting.pool().convert(word)

    monkeypatch.setattr(pdfs, "make", inside)
    converting.pool().deadline = 1
    assert not page_while_frozen(app, client, file, program)


def _work(app: Flask) -> None:
    with app.app_context():
        courier(app).drain()
        db.session.remove()
