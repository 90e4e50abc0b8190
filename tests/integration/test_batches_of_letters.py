"""Letters by the hundred: written with progress, stopped, resumed, tried again, and taken away as one file."""

import io
import zipfile
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.applications import statements
from tests.factories.assessing import Visitor
from tests.factories.many import Heap, heap
from tests.integration.test_batches import LAPSE, items, on_sqlite, ordered, states
from webapp import clock
from webapp.batches.letters import packed
from webapp.documents.confined import Limits
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.jobs import courier
from webapp.models.agreement import Document, DocumentKind
from webapp.models.application import Application
from webapp.models.batch import Batch, ItemState
from webapp.models.people import RoleGrant
from webapp.models.record import AuditEntry, AuditEvent, OutboxRow
from webapp.services import documents, templates
from webapp.services.batches import orders, run
from webapp.transaction import writing
from workflows.vocabulary import State

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def storage(app: Flask) -> LocalStorage:
    found: LocalStorage = app.extensions["jumelage.storage"]
    return found


def lapsed(storage: LocalStorage, count: int) -> tuple[Heap, int]:
    """Files whose reserve period was over, closed in one go; their letters wait to be written."""
    files = heap(count, State.RESERVE, state_since=clock.now().replace(year=clock.now().year - 1))
    batch_id = ordered(files, LAPSE)
    run.rounds(storage)
    assert set(states(batch_id)) == {ItemState.DONE}
    return files, batch_id


def collected(files: Heap, kind: DocumentKind = DocumentKind.CLOSING) -> int:
    with writing():
        who = files.who("manager")
        role = who.grants[0].role
        return orders.write_letters(files.the_call, kind, role, who).id


def written_entries() -> int:
    wrote = AuditEntry.event == AuditEvent.DOCUMENT_WRITTEN
    return db.session.scalar(sa.select(sa.func.count(AuditEntry.id)).where(wrote)) or 0


def test_the_page_of_a_move_shows_its_letters_being_written(
    app: Flask, client: FlaskClient, storage: LocalStorage
) -> None:
    files, batch_id = lapsed(storage, 3)
    visitor = Visitor(client, files.person("manager"))
    page = visitor.get(f"/batches/{batch_id}").text
    assert "0 of 3 letters written" in page and "every 2s" in page and page.count("Being written") == 3
    courier(app).drain()
    page = visitor.get(f"/batches/{batch_id}").text
    assert "3 of 3 letters written" in page and "every 2s" not in page
    with statements() as seen:
        fragment = visitor.client.get(f"/batches/{batch_id}", headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="progress"') and len(seen) <= 10


def test_letters_are_collected_with_progress_and_taken_away_together(
    app: Flask, client: FlaskClient, storage: LocalStorage
) -> None:
    files, _batch = lapsed(storage, 3)
    visitor = Visitor(client, files.person("director"))
    assert "0 of 3" in visitor.get(f"/calls/{files.call}/letters").text
    address = visitor.post(f"/calls/{files.call}/letters", {"kind": "closing"}).headers["Location"]
    assert visitor.get(f"{address}/letters.zip").status_code == 404
    run.rounds(storage, limit=2)
    assert "2 of 3 letters written" in visitor.get(address).text
    run.rounds(storage)
    courier(app).drain()  # the outbox has its own order for each: it finds them written
    assert written_entries() == 3
    answer = visitor.get(f"{address}/letters.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    references = db.session.scalars(sa.select(Document.reference).order_by(Document.reference)).all()
    assert archive.testzip() is None
    assert archive.namelist() == [f"{reference.replace('/', '-')}.docx" for reference in references]
    assert (
        answer.headers["Content-Type"] == "application/zip" and "sandbox" in answer.headers["Content-Security-Policy"]
    )


@on_sqlite
def test_the_zip_comes_letter_by_letter(storage: LocalStorage) -> None:
    """A letter is read when its turn comes; a missing one stops there, and those before have gone out."""
    key = storage.put(b"one letter", "text/plain")
    pieces = packed([("a.docx", key), ("b.docx", "f" * 64)], storage)
    assert b"one letter" in next(pieces)
    with pytest.raises(LookupError):
        next(pieces)


def test_a_batch_of_letters_is_stopped_and_resumed(storage: LocalStorage) -> None:
    files, _batch = lapsed(storage, 3)
    batch_id = collected(files)
    run.rounds(storage, limit=1)
    with writing():
        orders.stop(db.session.get_one(Batch, batch_id))
    assert run.rounds(storage) == 0 and written_entries() == 1
    with writing():
        orders.resume(db.session.get_one(Batch, batch_id), files.who("manager"))
    run.rounds(storage)
    assert set(states(batch_id)) == {ItemState.DONE} and written_entries() == 3


@on_sqlite
def test_a_letter_that_cannot_be_written_fails_alone(client: FlaskClient, storage: LocalStorage) -> None:
    files, _batch = lapsed(storage, 3)
    batch_id = collected(files)
    bad = items(batch_id)[1].document_id
    make = documents.make

    def broken(document_id: int, known: LocalStorage) -> object:
        if document_id == bad:
            raise templates.Unfilled("too_large")
        return make(document_id, known)

    with patch.object(documents, "make", broken):
        run.rounds(storage)
    assert states(batch_id) == [ItemState.DONE, ItemState.FAILED, ItemState.DONE]
    visitor = Visitor(client, files.person("manager"))
    page = visitor.get(f"/batches/{batch_id}").text
    assert "The letter could not be written: The filled template becomes too large." in page
    assert "Not written" in page and "every 2s" not in page and "unfilled" not in page
    visitor.post(f"/batches/{batch_id}/again", {"row": items(batch_id)[1].id})
    run.rounds(storage)
    assert set(states(batch_id)) == {ItemState.DONE} and written_entries() == 3


def test_a_letter_of_a_move_that_failed_is_tried_again_by_hand(
    app: Flask, client: FlaskClient, storage: LocalStorage
) -> None:
    files, batch_id = lapsed(storage, 2)
    with patch.object(documents, "make", side_effect=RuntimeError("no such template")):
        courier(app).drain()
    visitor = Visitor(client, files.person("manager"))
    page = visitor.get(f"/batches/{batch_id}").text
    assert page.count("The letter could not be written: It is a fault of the system") == 2
    assert "every 2s" not in page and "no such template" not in page
    assert visitor.post(f"/batches/{batch_id}/again").status_code == 303
    open_rows = sa.select(sa.func.count(OutboxRow.id)).where(OutboxRow.error != "")
    assert db.session.scalar(open_rows) == 0
    courier(app).drain()
    assert "2 of 2 letters written" in visitor.get(f"/batches/{batch_id}").text


def test_a_letter_is_filled_while_nothing_is_locked(storage: LocalStorage) -> None:
    files, _batch = lapsed(storage, 2)
    collected(files)
    open_meanwhile, fill = [], templates.Order.fill

    def watched(order: templates.Order, limits: Limits) -> bytes:
        open_meanwhile.append(db.session().in_transaction())
        return fill(order, limits)

    with patch.object(templates.Order, "fill", watched):
        run.rounds(storage)
    assert open_meanwhile == [False, False] and written_entries() == 2


@on_sqlite
def test_who_may_not_read_the_letters_any_more_writes_none(storage: LocalStorage) -> None:
    files, _batch = lapsed(storage, 1)
    batch_id = collected(files)
    with writing():
        db.session.execute(sa.delete(RoleGrant).where(RoleGrant.person_id == files.people["manager"]))
    run.rounds(storage)
    assert states(batch_id) == [ItemState.REFUSED] and written_entries() == 0
    assert items(batch_id)[0].blockers[0].code == "not_your_role"


@on_sqlite
@pytest.mark.parametrize(("kind", "status"), [("rejection", 409), ("memorandum", 404), ("", 404), ("x", 404)])
def test_kinds_that_are_not_there(client: FlaskClient, kind: str, status: int) -> None:
    files = heap(1)
    answer = Visitor(client, files.person("manager")).post(f"/calls/{files.call}/letters", {"kind": kind})
    assert answer.status_code == status


@on_sqlite
def test_a_reserve_period_that_still_runs_is_said_row_by_row(client: FlaskClient) -> None:
    files = heap(1, State.RESERVE)
    visitor = Visitor(client, files.person("manager"))
    address = visitor.post(f"/calls/{files.call}/batches", {"work": LAPSE}).headers["Location"]
    assert "The place on the reserve list is valid until" in visitor.get(address).text
    assert db.session.get_one(Application, files.files[0]).state is State.RESERVE
