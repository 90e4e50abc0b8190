"""From the last signature to a sealed file that anybody can check, on both databases [S2.13]."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from html5lib import HTMLParser
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests.factories import agreements as make
from tests.factories.ceremony import in_force
from tests.factories.people import sign_in
from tests.support import office
from webapp.agreements import use_cases
from webapp.documents import checkup, pdf
from webapp.documents.sealing import Field
from webapp.extensions import db
from webapp.jobs import courier
from webapp.models.agreement import Document
from webapp.models.document_file import DocumentFile, DocumentSeal, FileRole
from webapp.models.record import Job, OutboxRow
from webapp.services import outbox, pdfs, seals, verification
from webapp.services.advance import advance
from webapp.services.verification import Answer, Verdict
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import State, Trigger

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def file() -> make.File:
    return in_force()


def document(file: make.File) -> Document:
    found = file.agreement.issued_document
    assert found is not None and found.file is not None
    return found


def stored(document_id: int, role: FileRole) -> bytes:
    found = pdfs.file_of(document_id, role)
    assert found is not None
    return storage().read(found.sha256)


def check(client: FlaskClient, content: bytes, name: str = "file.pdf") -> str:
    """What the public page says."""
    page = client.post("/verify", data={"file": (BytesIO(content), name)}, content_type="multipart/form-data")
    assert page.status_code == 200
    HTMLParser(strict=True).parse(page.text)
    return page.text


def on_disk(own: Path) -> set[Path]:
    """Everything in the storage, and in the folder where this process puts what is temporary."""
    return {*storage().folder.rglob("*"), *own.rglob("*")}


def test_the_last_signature_is_followed_by_evidence_and_seal(app: Flask, client: FlaskClient, file: make.File) -> None:
    row, path = document(file), f"/applications/{file.application.id}/agreement"
    number, word = row.id, row.file.sha256  # type: ignore[union-attr]
    sign_in(client, file.manager)
    assert "Being sealed" in client.get(path).text
    with writing():
        pdfs.keep(number, office.pdf(archival=False), storage())  # as if LibreOffice had made it
    courier(app).drain()
    with writing():
        first = [(kept.role, kept.file_id) for kept in db.session.scalars(select(DocumentFile))]
        outbox.again(f"seal-of-document-{number}")
    courier(app).drain()  # once more: the same rows
    assert [(kept.role, kept.file_id) for kept in db.session.scalars(select(DocumentFile))] == first
    assert {role for role, _file in first} == {FileRole.PDF, FileRole.SEALED, FileRole.EVIDENCE}
    page = client.get(path).text
    assert "Being sealed" not in page
    for role in (FileRole.SEALED, FileRole.EVIDENCE):
        content = client.get(f"{path}/documents/{number}/{role.value}").data
        assert content == stored(number, role) and hashlib.sha256(content).hexdigest()[:12] in page
        found = checkup.read(content, verification._certificates())
        assert [(seal.field, seal.ours, seal.holds) for seal in found.seals] == [(Field.PROGRAMME.value, True, True)]
    assert storage().read(word) == client.get(f"{path}/documents/{number}").data
    with pytest.raises(DBAPIError), writing():
        db.session.delete(db.session.scalars(select(DocumentSeal)).one())


def test_the_public_page_tells_every_file_apart_and_keeps_nothing(
    app: Flask, client: FlaskClient, file: make.File, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    courier(app).drain()
    row = document(file)
    evidence, word = stored(row.id, FileRole.EVIDENCE), storage().read(row.file.sha256)  # type: ignore[union-attr]
    assert pdfs.file_of(row.id, FileRole.SEALED) is None  # no LibreOffice: the evidence is the sealed file
    before = on_disk(tmp_path)
    for content in (evidence, word):
        page = check(client, content)
        assert "Genuine: this is the file we keep" in page and row.reference in page
        assert all(person.name not in page for person in file.signatories())
    middle = len(evidence) // 2
    flipped = evidence[:middle] + bytes([evidence[middle] ^ 1]) + evidence[middle + 1 :]
    for content in (flipped, evidence + b"\n%more", word + b"\0"):
        assert "Altered: this is not the file we keep" in check(client, content)
    assert "something was added to the file after it was sealed" in check(client, evidence + b"\n%more")
    assert "Unknown: we know nothing about this file" in check(client, office.pdf())
    for content in (b"", b"plain text"):
        answer = client.post("/verify", data={"file": (BytesIO(content), "x.pdf")}, content_type="multipart/form-data")
        assert answer.status_code == 422
    assert on_disk(tmp_path) - before == set()
    assert row.token is not None
    page = client.get(f"/verify/{row.token}").text
    HTMLParser(strict=True).parse(page)
    assert row.reference in page and row.file.sha256[:12] in page and "In force" in page  # type: ignore[union-attr]
    assert client.get("/verify/aaaaaaaaaaaaaaaaaaaaaa").status_code == 404


def refuses_appended(check: Callable[[bytes], Answer], evidence: bytes) -> bool:
    """Whether this way of checking notices bytes that were appended to a sealed file."""
    return check(evidence).verdict is Verdict.GENUINE and check(evidence + b"\n%more").verdict is not Verdict.GENUINE


def test_a_check_that_trusts_the_seal_alone_is_caught(app: Flask, file: make.File) -> None:
    """The planted mutant skips the stored hash."""
    courier(app).drain()
    evidence = stored(document(file).id, FileRole.EVIDENCE)

    def trusting(content: bytes) -> Answer:
        answer = verification.check(content)
        holds = all(seal.holds for seal in answer.findings.seals if seal.ours)
        return replace(answer, verdict=Verdict.GENUINE if holds else Verdict.ALTERED)

    assert refuses_appended(verification.check, evidence)
    assert not refuses_appended(trusting, evidence)


def test_a_version_that_no_longer_counts_is_said_to_be_so() -> None:
    with writing():
        file = make.approved()
        make.written(file, storage())
    first = file.agreement.documents[-1]
    content, number = storage().read(first.file.sha256), first.id  # type: ignore[union-attr]
    assert verification.check(content).verdict is Verdict.UNISSUED
    with writing():
        make.checked(file, storage())
        use_cases.issue(file.agreement, file.as_manager())
    assert verification.check(content).verdict is Verdict.GENUINE
    with writing():
        advance(file.agreement, Trigger.REDRAFT, file.as_manager(), reason="A name was wrong")
        use_cases.generate(file.agreement, file.as_manager(), storage(), demonstration=False)
        make.checked(file, storage())
        use_cases.issue(file.agreement, file.as_manager())
    answer = verification.check(content)
    assert answer.verdict is Verdict.SUPERSEDED
    assert answer.shown is not None and answer.shown.replaced_by.endswith("-v2")
    second = document(file)
    assert second.id != number and second.token != db.session.get_one(Document, number).token
    with writing():
        file.agreement.state = State.VOIDED  # how it gets there is another test's matter
    assert verification.check(content).verdict is Verdict.VOIDED


def test_a_contract_waits_for_its_pdf_a_few_times_only(
    app: Flask, file: make.File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "available", lambda: True)
    number = document(file).id
    with pytest.raises(seals.PdfNotReady):
        seals.make(number, storage())
    with writing():
        job = db.session.scalars(select(OutboxRow).where(OutboxRow.job == Job.CONVERT_DOCUMENT)).one()
        job.attempts = seals.PATIENCE
    made = seals.make(number, storage())
    assert made is not None and set(made.files) == {FileRole.EVIDENCE}


def test_scripts_list_export_and_verify(app: Flask, file: make.File, tmp_path: Path) -> None:
    courier(app).drain()
    reference, command = document(file).reference, app.test_cli_runner().invoke
    rows = {row["number"]: row for row in json.loads(command(args=["document", "list", "--json"]).output)}
    listed = rows[reference]
    assert (listed["kind"], listed["language"], listed["state"]) == ("memorandum", "en", "in_force")
    assert [kept["role"] for kept in listed["files"]] == ["word", "evidence"]
    assert command(args=["document", "export", reference, str(tmp_path)]).exit_code == 0
    for kept in listed["files"]:
        assert hashlib.sha256((tmp_path / kept["name"]).read_bytes()).hexdigest() == kept["sha256"]
    target = tmp_path / listed["files"][1]["name"]
    assert command(args=["document", "verify", str(target)]).exit_code == 0
    assert command(args=["document", "export", file.agreement.number, str(tmp_path)]).exit_code == 0  # the same again
    target.write_bytes(target.read_bytes() + b"\n")
    answer = command(args=["document", "verify", str(target), "--json"])
    assert answer.exit_code == 1 and json.loads(answer.output)["verdict"] == "altered"
    refused = command(args=["document", "export", reference, str(tmp_path)])
    assert refused.exit_code == 1 and "is another file" in refused.output
    assert command(args=["document", "export", "NO-1", str(tmp_path)]).exit_code == 1


def test_the_public_form_needs_its_token(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        sent = {"file": (BytesIO(office.pdf()), "x.pdf")}
        assert client.post("/verify", data=sent, content_type="multipart/form-data").status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
