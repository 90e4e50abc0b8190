"""Passwords: argon2 hashes, and a rule people can follow."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.extensions import db
from webapp.models.people import Person

MIN_LENGTH = 12
_hasher = PasswordHasher()
_DUMMY = _hasher.hash("nobody has this password")


def set_password(person: Person, password: str) -> None:
    person.password_hash = _hasher.hash(password)


def weakness(password: str, person: Person) -> str:
    """Why a password will not do, in words; empty when it will."""
    if len(password) < MIN_LENGTH:
        return str(_("Use at least %(count)s characters. Three or four words work well.", count=MIN_LENGTH))
    if len(set(password)) < 5 or person.email.split("@")[0].lower() in password.lower():
        return str(_("This password is too easy to guess. Choose other words."))
    return ""


def matches(person: Person | None, password: str) -> bool:
    """Check a password; takes as long for an unknown person, so that nobody learns who has an account."""
    stored = person.password_hash if person and person.password_hash else _DUMMY
    try:
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return person is not None


def find(email: str) -> Person | None:
    query = select(Person).where(Person.email == email.strip().lower(), Person.left_at.is_(None))
    return db.session.scalar(query)
