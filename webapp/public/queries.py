"""Calls that everybody may read: opened by a manager, under an approved plan."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp import clock
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.programme import Call, CountryPlan, Programme
from workflows.vocabulary import State

_UP = joinedload(Call.plan)
_WHOLE = (
    _UP.joinedload(CountryPlan.programme).joinedload(Programme.operator),
    _UP.joinedload(CountryPlan.lga),
    _UP.joinedload(CountryPlan.themes),
)


def open_calls() -> list[Call]:
    """Every open or announced call, the one that closes first on top; one statement."""
    query = select(Call).where(Call.state == State.OPEN).options(*_WHOLE).order_by(Call.closes_on, Call.id)
    return [call for call in db.session.scalars(query).unique() if today(call) <= call.closes_on]


def call(call_id: int) -> Call:
    """A call that is or was public; one statement. Drafts are not found."""
    query = select(Call).where(Call.id == call_id, Call.state != State.DRAFT).options(*_WHOLE)
    found = db.session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotFound(f"call {call_id}")
    return found


def today(call: Call) -> date:
    """The day it is in the plan's country: dates of a call are whole days there."""
    return clock.today(call.plan.lga.time_zone)
