"""The list, and the parts of one file; each in a number of statements that does not grow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from webapp import policy
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, ApplicationParty
from webapp.models.negotiation import SpecialClause
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.types import Instant
from webapp.policy import FileScope, Principal
from webapp.services import scope
from webapp.services.versions import CASES
from workflows.vocabulary import Machine, State

PARTS = (Machine.REVIEW, Machine.AGREEMENT, Machine.REPORT, Machine.ACTION, Machine.OBLIGATION, Machine.CLAUSE)


def listed(
    who: Principal, state: State | None, call_id: int | None, after: int, limit: int
) -> tuple[Sequence[Application], bool]:
    """The next rows by number and whether more follow; two statements."""
    call = joinedload(Application.call).load_only(Call.title, Call.plan_id)
    plan = call.joinedload(Call.plan).load_only(CountryPlan.country, CountryPlan.programme_id)
    query = (
        sa.select(Application)
        .where(scope.visible_files(who), Application.id > after)
        .order_by(Application.id)
        .limit(limit + 1)
        .options(
            plan.joinedload(CountryPlan.programme).load_only(Programme.currency),
            selectinload(Application.parties).joinedload(ApplicationParty.organisation),
        )
    )
    if state is not None:
        query = query.where(Application.state == state)
    if call_id is not None:
        query = query.where(Application.call_id == call_id)
    rows = db.session.scalars(query).all()
    return rows[:limit], len(rows) > limit


class Part(NamedTuple):
    """A case of its own that belongs to a file."""

    machine: Machine
    id: int
    state: State
    since: datetime


def parts(application: Application, who: Principal, room: FileScope) -> list[Part]:
    """Those that this person may look at, by machine and number; one statement, none when there is nothing to see."""
    seen = [machine for machine in PARTS if policy.may(who, policy.LOOK[machine], room)]
    if not seen:
        return []
    found = sa.union_all(*[_of(machine, application.id) for machine in seen])
    rows = db.session.execute(found).all()
    order = {machine.value: place for place, machine in enumerate(PARTS)}
    ordered = sorted(rows, key=lambda row: (order[row.machine], row.id))
    return [Part(Machine(row.machine), row.id, State(row.state), row.since) for row in ordered]


def _of(machine: Machine, application_id: int) -> sa.Select[Any, Any, Any, Any]:
    kind = CASES[machine]
    found = sa.select(
        sa.literal(machine.value).label("machine"),
        kind.id.label("id"),
        sa.cast(kind.state, sa.String(40)).label("state"),
        sa.type_coerce(kind.state_since, Instant).label("since"),
    )
    if kind is SpecialClause:  # it hangs on the agreement
        return found.join(SpecialClause.agreement).where(Agreement.application_id == application_id)
    column: sa.ColumnElement[int] = sa.inspect(kind).columns["application_id"]
    return found.where(column == application_id)
