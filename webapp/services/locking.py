"""One writer at a time per case: every use case and the one door take the same lock."""

from functools import cache
from typing import Any

from sqlalchemy import Integer, Table, bindparam, inspect, select

from webapp.extensions import db
from webapp.models.types import Case
from webapp.services.scope import ROOM, with_room


def lock(case: Case) -> None:
    """Wait for whoever is changing this case, and have its row as it is now; what hangs on it is read when asked for.

    What the policy and the figures always ask for (parties, call, plan, programme) comes with the row, after the lock
    and in a statement of its own: one that waited would see what hung on the row before it waited. On SQLite there is
    nothing to wait for: a transaction for writing has been the only one since its first statement, and what was read
    in it holds.
    """
    db.session.flush()
    kind: Any = type(case)
    if db.engine.dialect.name == "sqlite":
        if not inspect(case).unloaded.isdisjoint(ROOM):
            db.session.execute(_read(kind), {"case": case.id}).unique().one()
        return
    db.session.execute(_hold(kind), {"case": case.id}).one()
    db.session.execute(_read(kind), {"case": case.id}).unique().one()


# Both are built once for good: building a statement costs more than asking it.
@cache
def _hold(kind: type[Case]) -> Any:
    table: Table = inspect(kind).local_table
    return select(table.c.id).where(table.c.id == bindparam("case", type_=Integer)).with_for_update()


@cache
def _read(kind: type[Case]) -> Any:
    query = select(kind).where(kind.id == bindparam("case", type_=Integer)).options(*with_room(kind))
    return query.execution_options(populate_existing=True)
