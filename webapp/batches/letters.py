"""The letters of a call by the hundred: written with progress, and taken away as one zip file."""

import io
import zipfile
from collections.abc import Iterator, Sequence

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import transfer
from webapp.auth.access import actor, signed_in
from webapp.batches import queries
from webapp.batches.blueprint import Answer, blueprint
from webapp.documents.storage import LocalStorage
from webapp.errors import Invalid, NotFound
from webapp.models.agreement import DocumentKind
from webapp.models.programme import Call
from webapp.policy import OFFICE, roles_on
from webapp.services import scope
from webapp.services.batches import orders
from webapp.services.letters import KINDS

DAY = (1980, 1, 1, 0, 0, 0)  # the same letters are the same bytes


@blueprint.get("/calls/<int:call_id>/letters")
@signed_in
def letters(call_id: int) -> Answer:
    """How many letters of each kind the call has, and how many are written."""
    return _page(queries.open_call(actor(), call_id))


@blueprint.post("/calls/<int:call_id>/letters")
@signed_in
def write_letters(call_id: int) -> Response | Answer:
    """Write what is not written yet; the page of the batch shows how far it is and has the zip file."""
    who = actor()
    call = queries.open_call(who, call_id)
    kind = {kind.value: kind for kind in KINDS}.get(request.form.get("kind", ""))
    if kind is None:
        raise NotFound("kind of letter")
    role = min(roles_on(who, scope.programme_scope(call)) & OFFICE)
    try:
        batch = orders.write_letters(call, kind, role, who)
    except Invalid as invalid:
        return _page(call, invalid.message), 409
    return redirect(url_for("batches.show", batch_id=batch.id), 303)


def _page(call: Call, problem: str = "") -> str:
    return render_template("batches/letters.html", call=call, piles=queries.piles(call), problem=problem)


@blueprint.get("/batches/<int:batch_id>/letters.zip")
@signed_in
def letters_zip(batch_id: int) -> FlaskResponse:
    """Every letter of the batch that is written, one after the other: none waits in memory for the others."""
    batch = queries.open_batch(actor(), batch_id)
    files = [(stored.name, stored.sha256) for stored in queries.written(batch)]
    if not files:
        raise NotFound("no letter is written yet")
    kind = batch.letters or DocumentKind.REJECTION
    name = f"{_('letters')}-{kind.value if batch.letters else batch.id}-{batch.id}.zip"
    response = FlaskResponse(packed(files, transfer.storage()), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def packed(files: Sequence[tuple[str, str]], storage: LocalStorage) -> Iterator[bytes]:
    """A zip file, piece by piece. Word files are compressed already, so they are only put one behind the other."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, key in files:
            archive.writestr(zipfile.ZipInfo(name, DAY), storage.read(key))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What a zip file is written to: gives away what it got, and cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        content = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(content)
        return len(content)

    def taken(self) -> bytes:
        content, self._pieces = b"".join(self._pieces), []
        return content
