"""Programs that read: the header of a request with a token of somebody."""

from webapp.auth import access_tokens
from webapp.extensions import db
from webapp.models.people import Person
from webapp.transaction import writing


def token_of(person_id: int, days: int = 90) -> str:
    """A new token of this person; call it outside a transaction."""
    with writing():
        return access_tokens.issue(db.session.get_one(Person, person_id), "A program", days)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
