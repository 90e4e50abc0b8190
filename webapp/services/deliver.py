"""After the commit: take rows from the outbox and do them. Repeatable: doing it twice does no harm."""

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models.record import Job, OutboxRow
from webapp.notifications.mailer import Mailer, compose
from webapp.services import announce, by_itself, documents, outbox, pdfs, seals, templates, troubles
from webapp.services.patience import at_most
from webapp.transaction import writing

log = structlog.get_logger()
PATIENCE = 110.0  # seconds for one job: less than its lease, so that nobody else has begun it


def _do(again: Callable[[dict[str, Any]], object], row: OutboxRow) -> None:
    """What failed in a round of the worker, once more."""
    again(row.payload)


class Courier:
    """What delivery needs from its surroundings: a mailer, the sender's address, the address of the site."""

    def __init__(self, mailer: Mailer, sender: str, base_url: str, storage: LocalStorage) -> None:
        self.mailer = mailer
        self.sender = sender
        self.base_url = base_url
        self.storage = storage
        self.jobs: dict[Job, Callable[[OutboxRow], None]] = {
            Job.TELL: lambda row: announce.tell_move(row.payload["entry_id"]),
            Job.SEND_MAIL: self._send_mail,
            **{job: partial(_do, do) for job, do in by_itself.DOING.items()},
        }
        # What takes seconds happens before the transaction that keeps its result: on SQLite an open write transaction
        # would stop every page meanwhile.
        self.ahead: dict[Job, Callable[[dict[str, Any]], Callable[[OutboxRow], None]]] = {
            Job.WRITE_DOCUMENT: self._write_document,
            Job.CONVERT_DOCUMENT: self._convert_document,
            Job.SEAL_DOCUMENT: self._seal_document,
            Job.PREVIEW_TEMPLATE: self._preview_template,
        }

    def drain(self, limit: int = 1000, stop: Callable[[], bool] = lambda: False) -> int:
        """Do everything that is open now, one row per transaction; returns how many rows were handled."""
        handled = 0
        while handled < limit and not stop() and self._one():
            handled += 1
        return handled

    def _one(self) -> bool:
        with writing():
            row = outbox.claim()
            claimed = (row.id, row.job, row.payload) if row else None
        if claimed is None:
            return False
        row_id, job, payload = claimed
        try:
            do = self.ahead[job](payload) if job in self.ahead else self.jobs[job]
            with at_most(PATIENCE), writing():
                row = db.session.get_one(OutboxRow, row_id)
                do(row)
                outbox.acknowledge(row)
        except Exception as error:  # noqa: BLE001 - any failure of one job must not stop the others; it is kept on the row
            log.error("outbox job failed", row=row_id, error=repr(error))
            with writing():
                outbox.postpone(db.session.get_one(OutboxRow, row_id), troubles.kept(error))
        return True

    def _send_mail(self, row: OutboxRow) -> None:
        payload: dict[str, Any] = row.payload
        with force_locale(payload["language"]):
            closing = [
                _("Open it here: %(link)s", link=self.base_url + payload["path"]),
                _("This message was sent by Jumelage. Please do not reply to it."),
            ]
        body = "\n\n".join([*payload["lines"], *closing]) + "\n"
        message = compose({"to": payload["to"], "subject": payload["subject"], "body": body}, self.sender, row.key)
        self.mailer.deliver(message, row.key)

    def _write_document(self, payload: dict[str, Any]) -> Callable[[OutboxRow], None]:
        """Fill the pinned template now, which may be one that somebody uploaded; what is given back keeps the file."""
        document_id = payload["document_id"]
        made = documents.make(document_id, self.storage)
        return lambda _row: documents.keep(document_id, made, self.storage)

    def _convert_document(self, payload: dict[str, Any]) -> Callable[[OutboxRow], None]:
        """Convert now; what is given back keeps the result."""
        document_id = payload["document_id"]
        made = pdfs.make(document_id, self.storage)
        return lambda _row: pdfs.keep(document_id, made, self.storage)

    def _seal_document(self, payload: dict[str, Any]) -> Callable[[OutboxRow], None]:
        """Write the evidence and seal now; what is given back keeps the files."""
        document_id = payload["document_id"]
        made = seals.make(document_id, self.storage)
        return lambda _row: seals.keep(document_id, made, self.storage)

    def _preview_template(self, payload: dict[str, Any]) -> Callable[[OutboxRow], None]:
        """One that cannot be filled says so on its page; the job itself is done."""
        template_id = payload["template_id"]
        made = templates.make_preview(template_id, self.storage)
        return lambda _row: templates.keep_preview(template_id, made, self.storage)
