"""A project with something due on a known day, and what a test asks about due dates and their mails."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from tests.factories import monitoring as m
from webapp import clock
from webapp.extensions import db
from webapp.models.people import Person
from webapp.models.record import Deadline, OutboxRow
from webapp.transaction import writing
from workflows.vocabulary import DeadlineKind

K = DeadlineKind
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
THURSDAY = date(2026, 3, 12)  # ten days later: a working day in both countries


def on(day: date, hour: int = 10) -> AbstractContextManager[None]:
    return clock.at(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def late(days: int) -> AbstractContextManager[None]:
    """So many days after the last one; before it when negative."""
    return on(THURSDAY + timedelta(days=days))


@contextmanager
def monitored_since_monday(app: Flask) -> Iterator[m.Follow]:
    """A project in monitoring since Monday, with one action of the lead municipality due on Thursday week."""
    with clock.at(MONDAY), app.app_context():
        followed = m.monitored(app)
        m.action(followed)
        with writing():
            db.session.query(OutboxRow).delete()
        yield followed
        db.session.remove()


def running(kind: K = K.ACTION) -> Deadline:
    """The one that runs now, read anew: what others committed meanwhile counts."""
    anew()
    query = select(Deadline).where(Deadline.kind == kind, Deadline.closed_at.is_(None)).order_by(Deadline.id)
    return db.session.scalars(query.limit(1)).one()


def anew() -> None:
    db.session.rollback()
    db.session.expire_all()


def mails(kind: str = "Corrective action") -> list[tuple[str, str]]:
    """(to, subject) of the mails about this kind, in order."""
    anew()
    rows = db.session.scalars(select(OutboxRow.payload).order_by(OutboxRow.id))
    return [(mail["to"], mail["subject"]) for mail in rows if kind in mail.get("subject", "")]


def names(found: list[tuple[str, str]], follow: m.Follow) -> set[str]:
    emails = {db.session.get_one(Person, number).email: name for name, number in follow.who.items()}
    return {emails.get(to, to) for to, _subject in found}
