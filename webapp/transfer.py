"""Files in and out over HTTP: one guard for what comes in, one way for what goes out."""

from typing import BinaryIO, cast

from flask import Response, current_app, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from webapp import clock
from webapp.documents import archives, uploads
from webapp.documents.storage import LocalStorage
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.application import StoredFile
from webapp.policy import Principal


def storage() -> LocalStorage:
    """Where this installation keeps its files."""
    return cast(LocalStorage, current_app.extensions["jumelage.storage"])


def receive(upload: FileStorage | None, actor: Principal, *, field: str = "file") -> StoredFile:
    """Look at an uploaded file by content, keep it under its hash; raises `Invalid` with a sentence for the field."""
    if upload is None or not upload.filename:
        raise Invalid(field, _("Choose a file."))
    limit = current_app.config["SETTINGS"].max_upload_bytes
    try:
        accepted = uploads.inspect(cast(BinaryIO, upload.stream), upload.filename, max_bytes=limit)
    except archives.Refused as refused:
        raise Invalid(field, str(uploads.REFUSALS[refused.code]) % refused.params) from refused
    key = storage().put(accepted.content, accepted.content_type)
    stored = StoredFile(
        sha256=key,
        size=accepted.size,
        content_type=accepted.content_type,
        name=accepted.safe_name,
        created_at=clock.now(),
        created_by_id=actor.person_id,
    )
    db.session.add(stored)
    db.session.flush()
    return stored


def send(stored: StoredFile, *, name: str | None = None) -> Response:
    """A stored file as a download; ask the policy about its record first."""
    response = send_file(
        storage().open(stored.sha256),
        mimetype=stored.content_type,
        as_attachment=True,
        download_name=name or stored.name,
    )
    response.headers["X-Content-SHA256"] = stored.sha256
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
