"""One writer at a time per case: every use case and the one door take the same lock."""

from sqlalchemy import select

from webapp.extensions import db
from webapp.models.types import Case
from webapp.services.scope import with_room


def lock(case: Case) -> None:
    """Wait for whoever is changing this case, then read its row anew; what hangs on it is read anew when asked for.

    What the policy and the figures always ask for (parties, call, plan, programme) comes at once, in a statement of its
    own: one that waited for the lock would see what hung on the row before it waited.
    """
    db.session.flush()
    kind = type(case)
    anew = select(kind).where(kind.id == case.id).execution_options(populate_existing=True)
    db.session.execute(anew.with_for_update(of=kind)).one()
    db.session.execute(anew.options(*with_room(kind))).unique().one()
