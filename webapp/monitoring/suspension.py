"""When a suspended project goes on: each date to come moves by the days it really stood still, and the record says so.

What was signed stays as it is written: the agreement's own last day is not touched. The end of the project as it is
followed here is the last day of its final report, and that one moves.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.monitoring import Report
from webapp.models.record import AuditEntry, AuditEvent
from webapp.policy import Principal
from webapp.services import audit, deadlines
from webapp.services.calendars import place_of
from webapp.services.facts import current_agreement
from workflows.vocabulary import Machine, Role, State

Moved = tuple[str, date, date]


def move_dates(application: Application, actor: Principal) -> None:
    """Move every date to come; on the same day nothing moves and nothing is recorded."""
    begun, zone = _suspended_at(application), place_of(application).lead_zone
    since = begun.astimezone(ZoneInfo(zone)).date()
    days = (clock.today(zone) - since).days
    if days < 1:
        return
    by = timedelta(days=days)
    moved = [*_deadlines(application, begun), *_periods(application, since, by), *_tranches(application, since, by)]
    audit.record(
        application, actor, Role.PROGRAMME_MANAGER, AuditEvent.DATES_MOVED, application_id=application.id,
        data={
            "days": days,
            "since": since.isoformat(),
            "moved": [[what, old.isoformat(), new.isoformat()] for what, old, new in moved],
        },
    )  # fmt: skip


def _suspended_at(application: Application) -> datetime:
    """When the last suspension began."""
    begun: datetime = db.session.scalars(_suspensions(), {"case": application.id}).one()
    return begun


@cache
def _suspensions() -> Any:
    """When a file was suspended, the last time first."""
    link = AuditEntry
    moved = (link.machine == Machine.APPLICATION, link.case_id == bindparam("case"), link.to_state == State.SUSPENDED)
    return select(link.at).where(*moved).order_by(link.sequence.desc()).limit(1)


def _deadlines(application: Application, begun: datetime) -> Iterator[Moved]:
    """What the partners still owe: reports, actions, shared knowledge. Its reminders are planned anew."""
    for row, again in deadlines.give_back(application, State.SUSPENDED, begun):
        yield f"{row.kind} {row.case_id}", row.due_on, again.due_on


def _periods(application: Application, since: date, by: timedelta) -> Iterator[Moved]:
    """A period that was not over when it stopped gets longer, those after it later; the last one ends the project."""
    query = select(Report).where(Report.application_id == application.id, Report.period_end >= since)
    for report in db.session.scalars(query.where(Report.state == State.DUE).order_by(Report.number)):
        before = report.period_end
        report.period_end += by
        if report.period_start > since:
            report.period_start += by
        yield f"period {report.id}", before, report.period_end


def _tranches(application: Application, since: date, by: timedelta) -> Iterator[Moved]:
    """Payments that were planned for later."""
    agreement = current_agreement(application)
    for tranche in agreement.tranches if agreement else []:
        if tranche.due_on >= since:
            before = tranche.due_on
            tranche.due_on += by
            yield f"tranche {tranche.number}", before, tranche.due_on
