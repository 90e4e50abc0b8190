"""Where the cases stand that a person may see, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from webapp import clock, policy
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.negotiation import SpecialClause
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services import scope
from webapp.services.versions import CASES
from workflows.definitions import CURRENT
from workflows.vocabulary import Machine, State


@dataclass(frozen=True)
class Standing:
    """How many cases stand in a state, the median and the longest time they have stood there, in whole days."""

    cases: int
    median: int
    longest: int


def standing(who: Principal, machine: Machine, version: int) -> dict[State, Standing]:
    """Every state of this version in which a case stands; one statement, on both databases.

    The one or two middle rows of each state give the median: SQLite has no percentile_cont.
    """
    kind = CASES[machine]
    by_state: dict[str, Any] = {"partition_by": kind.state}
    ranked = (
        sa.select(
            kind.state.label("state"),
            kind.state_since.label("since"),
            sa.func.row_number().over(**by_state, order_by=kind.state_since).label("place"),
            sa.func.count().over(**by_state).label("cases"),
            sa.func.min(kind.state_since).over(**by_state).label("oldest"),
        )
        .where(kind.definition_version == version, _seen(who, machine, kind))
        .subquery()
    )
    row = ranked.c
    distance = 2 * row.place - row.cases  # without a division, which the two databases round in their own ways
    rows = db.session.execute(sa.select(row.state, row.cases, row.oldest, row.since).where(distance.in_((0, 1, 2))))
    found: dict[State, tuple[int, datetime, list[datetime]]] = {}
    for state, cases, oldest, since in rows:
        found.setdefault(state, (cases, oldest, []))[2].append(since)
    return {state: _standing(*figures) for state, figures in found.items()}


def _standing(cases: int, oldest: datetime, middle: list[datetime]) -> Standing:
    now = clock.now()
    ages = [now - since for since in middle]
    return Standing(cases, (sum(ages, timedelta()) / len(ages)).days, (now - oldest).days)


def running(who: Principal) -> dict[Machine, int]:
    """How many cases of each machine have not reached an end; one statement."""
    parts = [
        sa.select(sa.literal(machine.value).label("machine"), sa.func.count().label("cases"))
        .select_from(kind)
        .where(kind.state.not_in([s.name for s in CURRENT[machine].states if s.is_final]), _seen(who, machine, kind))
        for machine, kind in CASES.items()
    ]
    return {Machine(machine): cases for machine, cases in db.session.execute(sa.union_all(*parts))}


def versions_in_use(who: Principal, machine: Machine) -> dict[int, int]:
    """How many cases follow which version; one statement."""
    kind = CASES[machine]
    query = sa.select(kind.definition_version, sa.func.count()).where(_seen(who, machine, kind))
    rows = db.session.execute(query.group_by(kind.definition_version)).all()
    return {row[0]: row[1] for row in rows}


def _seen(who: Principal, machine: Machine, kind: type[Case]) -> sa.ColumnElement[bool]:
    """The files this person may see; everything else of the programmes in whose office they work."""
    if machine is Machine.APPLICATION:
        return scope.visible_files(who)
    programmes = who.programmes(*policy.OFFICE)
    if machine is Machine.PROGRAMME:
        return Programme.id.in_(programmes)
    plans = sa.select(CountryPlan.id).where(CountryPlan.programme_id.in_(programmes))
    if machine is Machine.PLAN:
        return CountryPlan.id.in_(plans)
    if machine is Machine.CALL:
        return Call.plan_id.in_(plans)
    if machine is Machine.TEMPLATE:
        return DocumentTemplate.programme_id.in_(programmes)
    files = sa.select(Application.id).join(Call, Application.call_id == Call.id).where(Call.plan_id.in_(plans))
    if machine is Machine.CLAUSE:
        return SpecialClause.agreement_id.in_(sa.select(Agreement.id).where(Agreement.application_id.in_(files)))
    column: sa.ColumnElement[int] = sa.inspect(kind).columns["application_id"]
    return column.in_(files)
