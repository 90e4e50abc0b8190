"""One writer at a time per case: every use case and the one door take the same lock."""

from sqlalchemy import select

from webapp.extensions import db
from webapp.models.types import Case


def lock(case: Case) -> None:
    """Wait for whoever is changing this case, then read its row anew; what hangs on it is read anew when asked for."""
    db.session.flush()
    kind = type(case)
    query = select(kind).where(kind.id == case.id).with_for_update(of=kind)
    db.session.execute(query.execution_options(populate_existing=True)).one()
