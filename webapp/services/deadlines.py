"""The one home of due dates: opened, closed, extended and moved here alone (docs/decisions/0010).

A part keeps the day that was agreed in a column of its own (`due_on`); whether somebody is in time, who is reminded and
who is told is asked of the row. Both change together.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, Table, bindparam, insert, or_, select, update

from webapp import clock, wording
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.record import Deadline, DeadlineEnd, Reminder, ReminderOutcome
from webapp.models.types import Case
from webapp.policy import SYSTEM, Principal
from webapp.services.calendars import Place, is_free, place_of
from webapp.services.due import MODELS, Due, due_of, due_under, runs_in
from webapp.services.facts import open_clarification, rules_of
from webapp.services.scope import application_of
from workflows.deadlines import KINDS, end_of, last_zone, morning_of, reminders, still_in, working_day
from workflows.definition import Definition, Move
from workflows.definitions import BY_VERSION
from workflows.stages import over
from workflows.vocabulary import Machine, Outcome, State, Trigger

Which = Callable[[], ColumnElement[bool]]  # whose rows: `_own`, `_of_file` or `_one_row`
# Moves that do what was due; any other way out of a state has made the date pointless.
DOES_IT = frozenset(
    {
        Trigger.FILE_APPEAL,
        Trigger.RECONSIDER,
        Trigger.ANSWER_CLARIFICATION,
        Trigger.SUBMIT_REVIEW,
        Trigger.ENTER_INTO_FORCE,
        Trigger.SUBMIT_REPORT,
        Trigger.MARK_DONE,
        Trigger.DELIVER,
    }
)


# --- opened and closed ----------------------------------------------------------------------------


def follow(case: Case, move: Move, actor: Principal) -> None:
    """After a move: what ran in the state that was left ends, and what is due in the new one begins. For `advance`.

    With the file its parts go on: what is due of them ends where nothing can be done about it any more.
    """
    definition = BY_VERSION[(case.__machine__, case.definition_version)]
    dest = definition.spec(move.dest)
    if actor.person_id == SYSTEM.person_id and definition.spec(move.source).on_deadline is move.trigger:
        ended = DeadlineEnd.FIRED
    elif move.trigger in DOES_IT:
        ended = DeadlineEnd.DONE
    else:
        ended = DeadlineEnd.CANCELLED if dest.outcome is Outcome.STOPPED else DeadlineEnd.LEFT
    ending = [case.__machine__] if runs_in(definition, move.source) else []
    if isinstance(case, Application):
        ending += set(over(move.dest)) - set(over(move.source))
    if ending:
        _close(_of_file if isinstance(case, Application) else _own, case.id, ended, *ending)
    if move.source is State.CLARIFICATION and isinstance(case, Application) and not dest.is_final:
        _give_back(case)
    open_for(case)


def _give_back(case: Application) -> None:
    """Reviewers could not go on while a question was open: they get the days back that the answer took."""
    if (question := open_clarification(case)) is not None:
        give_back(case, State.CLARIFICATION, question.asked_at)


def open_for(case: Case) -> Deadline | None:
    """Open the row of what is due now, with its reminders; nothing where nothing is due. The database allows one."""
    due = due_of(case)
    return _open(case, due) if due else None


def _open(case: Case, due: Due) -> Deadline:
    application = application_of(case)
    row = Deadline(
        machine=case.__machine__,
        case_id=case.id,
        application_id=application.id if application else None,
        kind=due.kind,
        trigger=due.trigger,
        rule=due.rule,
    )
    return _begin(row, due.day, case)


def _own() -> ColumnElement[bool]:
    """The rows of one case, which `_close` is told."""
    return Deadline.machine.in_(bindparam("machines", expanding=True)) & (Deadline.case_id == bindparam("number"))


def _of_file() -> ColumnElement[bool]:
    """The rows of a file, of the machines that `_close` is told: one index finds them."""
    machines = Deadline.machine.in_(bindparam("machines", expanding=True))
    return (Deadline.application_id == bindparam("number")) & machines


def _one_row() -> ColumnElement[bool]:
    return Deadline.id == bindparam("number")


def _close(which: Which, number: int, ended: DeadlineEnd, *machines: Machine) -> None:
    """One statement where nothing runs, which is the usual case; a second one drops the reminders to come."""
    told = {"machines": machines, "number": number, "now": clock.now(), "how": ended}
    done = cast(CursorResult[Any], db.session.execute(_ending(which), told))
    if done.rowcount:
        db.session.execute(_dropping(which), told)


# Built once for good, on the tables: a row that is over is read anew by whoever asks for it.
@cache
def _ending(which: Which) -> Any:
    change: dict[str, Any] = {"closed_at": bindparam("now"), "ended": bindparam("how")}
    return update(cast(Table, Deadline.__table__)).where(which(), Deadline.closed_at.is_(None)).values(change)


@cache
def _dropping(which: Which) -> Any:
    over = select(Deadline.id).where(which(), Deadline.closed_at.is_not(None))
    waiting = update(cast(Table, Reminder.__table__)).where(
        Reminder.deadline_id.in_(over), Reminder.settled_at.is_(None)
    )
    return waiting.values({"settled_at": bindparam("now"), "outcome": ReminderOutcome.DROPPED})


def _begin(row: Deadline, day: date, case: Case) -> Deadline:
    """Fill in the day, the last day in time and its instant, and plan the reminders; those of the past are left out."""
    place, spec = place_of(case), KINDS[row.kind]
    row.due_on = day
    row.last_on = _last_on(day, place) if spec.on_working_days else day
    row.time_zone = _zone(row, place)
    row.due_at = end_of(row.last_on, row.time_zone)
    row.created_at = clock.now()
    db.session.add(row)
    db.session.flush()
    planned = ((step, morning_of(on, row.time_zone)) for step, on in reminders(row.kind, row.last_on, rules_of(case)))
    rows = [{"deadline_id": row.id, "step": step, "due_at": at} for step, at in planned if at > clock.now()]
    if rows:
        db.session.execute(insert(Reminder), rows)
    return row


def _last_on(day: date, place: Place) -> date:
    """A due date on which one of the partners does not work is met on the next day on which both do."""
    return working_day(day, lambda tried: is_free(tried, place.countries))


def _zone(row: Deadline, place: Place) -> str:
    """The law counts where the applicant is; everybody else is in time while it is still that day for one of them."""
    return place.lead_zone if KINDS[row.kind].fixed_by_law else last_zone(row.last_on, place.zones)


# --- another day ----------------------------------------------------------------------------------


def running(case: Case) -> Deadline | None:
    """The row that runs for this case now."""
    return db.session.scalar(
        select(Deadline).where(
            Deadline.machine == case.__machine__, Deadline.case_id == case.id, Deadline.closed_at.is_(None)
        )
    )


def last_on(case: Case, agreed: date) -> date:
    """The last day in time of a part, from the day agreed for it; what was returned has a day of its own."""
    if isinstance(case, Report) and case.state is State.RETURNED and (row := running(case)) is not None:
        return row.last_on
    return _last_on(agreed, place_of(case))


def of_file(application: Application) -> list[Deadline]:
    """Everything that runs in a file, the most urgent first; one statement."""
    query = select(Deadline).where(Deadline.application_id == application.id, Deadline.closed_at.is_(None))
    return list(db.session.scalars(query.order_by(Deadline.due_at, Deadline.id)))


def named(application: Application) -> list[tuple[Deadline, str]]:
    """As `of_file`, each with what it is about where a file has several of a kind; still one statement."""
    query = (
        select(Deadline, Report.kind, Report.number, CorrectiveAction.description, Obligation.activity)
        .outerjoin(Report, (Deadline.machine == Machine.REPORT) & (Report.id == Deadline.case_id))
        .outerjoin(CorrectiveAction, (Deadline.machine == Machine.ACTION) & (CorrectiveAction.id == Deadline.case_id))
        .outerjoin(Obligation, (Deadline.machine == Machine.OBLIGATION) & (Obligation.id == Deadline.case_id))
        .where(Deadline.application_id == application.id, Deadline.closed_at.is_(None))
        .order_by(Deadline.due_at, Deadline.id)
    )
    rows = db.session.execute(query)
    return [(r[0], f"{wording.label(r[1])} {r[2]}" if r[1] else r[3] or r[4] or "") for r in rows]


def name_of(row: Deadline, case: Case) -> str:
    """What a due date is about, as `named` says it in a list."""
    match case:
        case Report():
            return f"{wording.label(case.kind)} {case.number}"
        case CorrectiveAction():
            return case.description
        case Obligation():
            return case.activity
    return wording.label(row.kind)


def another_day(row: Deadline, day: date, case: Case, ended: DeadlineEnd) -> Deadline:
    """The same thing due on another day: the row ends with its reason, a new one begins with its own reminders.

    The part's own column says the same day from now on.
    """
    _close(_one_row, row.id, ended)
    db.session.flush()
    keep_day(case, day)
    again = Deadline(
        machine=row.machine,
        case_id=row.case_id,
        application_id=row.application_id,
        kind=row.kind,
        trigger=row.trigger,
        rule=row.rule,
    )
    return _begin(again, day, case)


def give_back(application: Application, state: State, since: datetime) -> list[tuple[Deadline, Deadline]]:
    """After a standstill: what waited in `state` since then gets its days back; returns the rows before and after.

    A date that was set meanwhile waited only since it was set. More time given meanwhile takes nothing away: the date
    before it counts too, and the later one holds.
    """
    zone = place_of(application).lead_zone
    waited = or_(Deadline.closed_at.is_(None), (Deadline.ended == DeadlineEnd.EXTENDED) & (Deadline.closed_at >= since))
    mine = (Deadline.application_id == application.id, Deadline.kind.in_(still_in(state)))
    rows = db.session.scalars(select(Deadline).where(*mine, waited).order_by(Deadline.due_at, Deadline.id)).all()
    days: dict[tuple[Machine, int], date] = {}
    for row in rows:
        begun = max(since, row.created_at).astimezone(ZoneInfo(zone)).date()
        day, part = row.due_on + (clock.today(zone) - begun), (row.machine, row.case_id)
        days[part] = max(day, days.get(part, day))
    late = [(row, days[row.machine, row.case_id]) for row in rows if row.closed_at is None]
    return [
        (row, another_day(row, day, db.session.get_one(MODELS[row.machine], row.case_id), DeadlineEnd.MOVED))
        for row, day in late
        if day > row.due_on
    ]


def keep_day(case: Case, day: date) -> None:
    """Write the day into the part that carries it: the question, the report, the action or the obligation."""
    if isinstance(case, Report | CorrectiveAction | Obligation):
        case.due_on = day
    elif isinstance(case, Application) and (question := open_clarification(case)) is not None:
        question.due_on = day


def settle(case: Case, new: Definition) -> None:
    """Under other rules: a date the new version also has keeps its day, another ends; what is new begins now."""
    due, row = due_under(case, new, clock.now()), running(case)
    if due is not None and row is not None and (row.kind, row.trigger) == (due.kind, due.trigger):
        return
    _close(_own, case.id, DeadlineEnd.LEFT, case.__machine__)
    if due is not None:
        _open(case, due)
