"""The worker's share of a move: those concerned are told after the commit."""

from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.models.record import Job, OutboxRow
from webapp.services import announce, outbox
from webapp.transaction import writing


def told() -> None:
    """Write the mails that moves have announced so far, as the worker would; nothing is sent."""
    with writing():
        waiting = select(OutboxRow).where(OutboxRow.job == Job.TELL, OutboxRow.done_at.is_(None))
        for row in db.session.scalars(waiting.order_by(OutboxRow.id)).all():
            announce.tell_move(row.payload["entry_id"])
            outbox.acknowledge(row)


def mails() -> list[dict[str, Any]]:
    """What is written to people so far, in order, after telling."""
    told()
    rows = select(OutboxRow.payload).where(OutboxRow.job == Job.SEND_MAIL)
    return list(db.session.scalars(rows.order_by(OutboxRow.id)))
