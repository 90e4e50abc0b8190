"""A signed-in browser is a row: it expires when idle, has an absolute end, and can be ended from here."""

import hashlib
import secrets
from datetime import timedelta

from flask_login import UserMixin
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from webapp import clock, transaction
from webapp.extensions import db
from webapp.models.people import Person, RoleGrant, UserSession
from webapp.policy import Principal
from webapp.services import scope

SEEN_EVERY = timedelta(minutes=5)


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """What flask-login calls the current user: the person, their principal, and the session row."""

    def __init__(self, row: UserSession, token: str) -> None:
        self.row = row
        self.token = token
        self.person = row.person
        self.principal: Principal = scope.principal(row.person)

    @property
    def name(self) -> str:
        return self.person.name

    def get_id(self) -> str:
        return self.token


def begin(person: Person) -> SignedIn:
    """A new session for this person; only the token's hash is kept."""
    token = secrets.token_urlsafe(32)
    instant = clock.now()
    row = UserSession(
        token_hash=_hash(token), person_id=person.id, created_at=instant, seen_at=instant, confirmed_at=instant
    )
    row.person = person
    db.session.add(row)
    db.session.flush()
    return SignedIn(row, token)


def load(token: str, idle_minutes: int, session_hours: int) -> SignedIn | None:
    """The session of this token if it still counts; two statements."""
    query = (
        select(UserSession)
        .where(UserSession.token_hash == _hash(token), UserSession.ended_at.is_(None))
        .options(
            joinedload(UserSession.person).selectinload(Person.grants).joinedload(RoleGrant.organisation),
            joinedload(UserSession.person).joinedload(Person.affiliations),
        )
    )
    row = db.session.scalars(query).unique().one_or_none()
    now = clock.now()
    if row is None or row.person.left_at is not None:
        return None
    if now - row.seen_at > timedelta(minutes=idle_minutes) or now - row.created_at > timedelta(hours=session_hours):
        return None
    if now - row.seen_at > SEEN_EVERY:
        transaction.note(update(UserSession).where(UserSession.id == row.id).values(seen_at=now))
    return SignedIn(row, token)


def end(row_id: int) -> None:
    db.session.execute(update(UserSession).where(UserSession.id == row_id).values(ended_at=clock.now()))


def end_all(person_id: int, *, keep: int | None = None) -> None:
    """End every session of a person: after a reset, a change of roles, a leave."""
    query = update(UserSession).where(UserSession.person_id == person_id, UserSession.ended_at.is_(None))
    db.session.execute(query.where(UserSession.id != (keep or 0)).values(ended_at=clock.now()))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
