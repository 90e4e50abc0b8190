"""One-time tokens for invitations and password resets: kept as hashes, used once, short-lived."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update

from webapp import clock
from webapp.extensions import db
from webapp.models.people import OneTimeToken, Person, TokenPurpose

LIFE = {TokenPurpose.INVITE: timedelta(days=14), TokenPurpose.RESET: timedelta(hours=2)}


def issue(person: Person, purpose: TokenPurpose) -> str:
    """A new token; the plain text exists only in the mail that carries it."""
    token = secrets.token_urlsafe(32)
    row = OneTimeToken(
        token_hash=_hash(token), person_id=person.id, purpose=purpose, expires_at=clock.now() + LIFE[purpose]
    )
    db.session.add(row)
    return token


def redeem(token: str) -> Person | None:
    """The person this token speaks for, or None when unknown, used or expired."""
    row = db.session.scalar(select(OneTimeToken).where(OneTimeToken.token_hash == _hash(token)))
    if row is None or row.used_at is not None or row.expires_at < clock.now():
        return None
    person = db.session.get(Person, row.person_id)
    return person if person and person.left_at is None else None


def spend_all(person: Person) -> None:
    """No link sent so far works any more: a password was chosen, a newer link is on its way, or somebody left."""
    open_ones = update(OneTimeToken).where(OneTimeToken.person_id == person.id, OneTimeToken.used_at.is_(None))
    db.session.execute(open_ones.values(used_at=clock.now()))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
