"""Access tokens: a program reads as the person who made it, with the roles that person has at that moment.

A token ends on its day, when it is revoked, when its person leaves or gets a new password. It never signs or decides:
the addresses that take a token only read (docs/decisions/0019).
"""

import hashlib
import secrets
from datetime import timedelta

from flask_login import UserMixin
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from webapp import clock, transaction
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.people import AccessToken, Person, RoleGrant
from webapp.policy import Principal
from webapp.services import scope

PREFIX = "jum_"  # so that a token in the wrong place is recognised
LONGEST = 365  # days
MOST = 20  # that count at the same time


class TokenHolder(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """The current user of a request with a token."""

    def __init__(self, row: AccessToken) -> None:
        self.person = row.person
        self.principal: Principal = scope.principal(row.person)


def issue(person: Person, name: str, days: int) -> str:
    """A new token for this person; the plain text exists only in the answer that shows it."""
    if not 0 < days <= LONGEST:
        raise ValueError(f"a token cannot last {days} days")
    token = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    row = AccessToken(
        token_hash=_hash(token), person_id=person.id, name=name, created_at=now, expires_at=now + timedelta(days=days)
    )
    db.session.add(row)
    db.session.flush()
    return token


def load(token: str) -> TokenHolder | None:
    """Whom this token speaks for, if it still counts; three statements, and one more on its first use of a day."""
    person = joinedload(AccessToken.person)
    query = select(AccessToken).where(AccessToken.token_hash == _hash(token), AccessToken.revoked_at.is_(None))
    row = db.session.scalar(
        query.options(
            person.selectinload(Person.grants).joinedload(RoleGrant.organisation),
            person.selectinload(Person.affiliations),
        )
    )
    if row is None or row.expires_at <= clock.now() or row.person.left_at is not None:
        return None
    if row.last_used_on != clock.today():
        used = update(AccessToken).where(AccessToken.id == row.id).values(last_used_on=clock.today())
        transaction.note(used)
    return TokenHolder(row)


def of(person: Person) -> list[AccessToken]:
    """The tokens of a person that still count, the newest first."""
    mine = select(AccessToken).where(AccessToken.person_id == person.id).order_by(AccessToken.id.desc())
    return list(db.session.scalars(mine.where(AccessToken.revoked_at.is_(None), AccessToken.expires_at > clock.now())))


def mine(who: Principal, token_id: int) -> AccessToken:
    """One token of this person that still counts; all others are not found."""
    row = db.session.get(AccessToken, token_id)
    if row is None or row.person_id != who.person_id or row.revoked_at is not None or row.expires_at <= clock.now():
        raise NotFound(f"access token {token_id}")
    return row


def end_all(person_id: int) -> None:
    """No token of this person counts any more: another password was chosen, or the person left."""
    counting = update(AccessToken).where(AccessToken.person_id == person_id, AccessToken.revoked_at.is_(None))
    db.session.execute(counting.values(revoked_at=clock.now()))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
