"""How often a wrong password may be tried, counted per address in the database, so that all workers count together.

An address without an account is counted like any other: whoever meets the limit does not learn whether it exists.
"""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, select

from webapp import clock
from webapp.extensions import db
from webapp.models.people import SignInThrottle

KEPT = timedelta(days=1)  # a count without a new failure is forgotten


def is_closed(email: str) -> bool:
    """Whether this address must wait before its next try."""
    row = _row(email)
    return row is not None and row.closed_until is not None and row.closed_until > clock.now()


def note_failure(email: str, limit: int, minutes: int) -> None:
    """Count a wrong password; after `limit` of them the address waits `minutes`. The caller commits at once."""
    now = clock.now()
    db.session.execute(delete(SignInThrottle).where(SignInThrottle.counted_at < now - KEPT))
    row = _row(email)
    if row is None:
        row = SignInThrottle(address_sha256=_key(email), failures=0)
        db.session.add(row)
    row.failures += 1
    row.counted_at = now
    if row.failures >= limit:
        row.failures = 0
        row.closed_until = now + timedelta(minutes=minutes)
    db.session.flush()


def note_success(email: str) -> None:
    """A right password, or a new one, opens the address again."""
    db.session.execute(delete(SignInThrottle).where(SignInThrottle.address_sha256 == _key(email)))


def _row(email: str) -> SignInThrottle | None:
    query = select(SignInThrottle).where(SignInThrottle.address_sha256 == _key(email)).with_for_update()
    return db.session.scalar(query)


def _key(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()
