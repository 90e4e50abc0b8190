"""Documents for scripts: what is kept, a copy of it, and whether a file is one of ours."""

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from webapp.documents.storage import ChangedContentError, LocalStorage, UnknownKeyError
from webapp.extensions import db
from webapp.models.agreement import Agreement, Document
from webapp.models.application import StoredFile
from webapp.models.document_file import DocumentFile
from webapp.services import verification
from webapp.services.verification import Verdict
from webapp.wording.verification import VERDICTS

group = AppGroup("document", help="Contracts and letters: what is stored, and whether a file is genuine.")
LETTER = "letter"  # the state of a document that no agreement governs
MEGABYTE = 1024 * 1024


@group.command("list", help="Every document with its number, kind, language, state and stored files.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, with the whole hashes.")
def list_documents(as_json: bool) -> None:
    rows = [_row(document) for document in _documents()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        roles = ", ".join(f"{file['role']} {file['sha256'][:12]}" for file in row["files"]) or "being written"
        click.echo(f"{row['number']}  {row['kind']}  {row['language']}  {row['state']}  {roles}")


@group.command("export", help="Write all stored files of a document (or of an agreement, all versions) to a folder.")
@click.argument("number")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(number: str, folder: Path) -> None:
    documents = _documents(number)
    if not documents:
        raise click.ClickException(f"There is no document or agreement {number}.")
    storage: LocalStorage = current_app.extensions["jumelage.storage"]
    folder.mkdir(parents=True, exist_ok=True)
    kept = [(role, stored, _read(storage, stored)) for document in documents for role, stored in _files(document)]
    for role, stored, content in kept:  # nothing is written before everything was read and found whole
        target = folder / stored.name
        _write(target, content)
        click.echo(f"{role}  {stored.sha256}  {target}")


@group.command("verify", help="Is this file one of ours, unchanged and valid? Exit code 0 when it is, else 1.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def verify(file: Path, as_json: bool) -> None:
    limit = current_app.config["SETTINGS"].max_upload_bytes
    if file.stat().st_size > limit:
        raise click.ClickException(f"The file is larger than {limit // MEGABYTE} MB. No document of ours is.")
    answer = verification.check(file.read_bytes())
    reference = answer.shown.reference if answer.shown else answer.carried
    if as_json:
        found = {"verdict": answer.verdict.value, "sha256": answer.sha256, "reference": reference}
        seals = [{"field": seal.field, "ours": seal.ours, "holds": seal.holds} for seal in answer.findings.seals]
        click.echo(json.dumps(found | {"seals": seals}))
    else:
        said = VERDICTS[answer.verdict.value]
        click.echo("\n".join(filter(None, (str(said.title), reference, str(said.text)))))
    sys.exit(0 if answer.verdict is Verdict.GENUINE else 1)


def _documents(number: str = "") -> Sequence[Document]:
    query = select(Document).order_by(Document.id).options(
        joinedload(Document.file),
        joinedload(Document.agreement),
        joinedload(Document.files).joinedload(DocumentFile.file),
    )  # fmt: skip
    if number:
        of_agreement = select(Agreement.id).where(Agreement.number == number)
        query = query.where(or_(Document.reference == number, Document.agreement_id.in_(of_agreement)))
    return db.session.scalars(query).unique().all()


def _row(document: Document) -> dict[str, Any]:
    files = [
        {"role": role, "name": stored.name, "sha256": stored.sha256, "size": stored.size}
        for role, stored in _files(document)
    ]
    return {
        "number": document.reference,
        "kind": document.kind.value,
        "language": document.language,
        "state": document.agreement.state.value if document.agreement else LETTER,
        "standing": verification.standing(document).value,
        "files": files,
    }


def _files(document: Document) -> Iterator[tuple[str, StoredFile]]:
    if document.file is not None:
        yield "word", document.file
    for row in document.files:
        yield row.role.value, row.file


def _read(storage: LocalStorage, stored: StoredFile) -> bytes:
    try:
        return storage.read(stored.sha256)
    except (UnknownKeyError, ChangedContentError) as error:
        raise click.ClickException(f"{stored.name}: the stored file is gone or was changed.") from error


def _write(target: Path, content: bytes) -> None:
    """A new file, or the very same one once more; never over another."""
    try:
        with target.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        if hashlib.sha256(target.read_bytes()).digest() != hashlib.sha256(content).digest():
            raise click.ClickException(f"{target} is there already and is another file. It stays.") from error
