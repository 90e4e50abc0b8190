"""Who is told of a due date, and when: drained from rows, each settled once, and after a silence the one that matters.

Every due date is looked at in a transaction of its own: a run that is killed goes on where it stopped. The outbox's key
makes a mail happen once, even if two workers look at the same moment.
"""

from collections.abc import Callable
from datetime import date
from functools import partial

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from webapp import clock, policy, wording
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation
from webapp.models.people import Person
from webapp.models.record import Deadline, Reminder, ReminderOutcome
from webapp.models.types import Case
from webapp.services import announce, explain
from webapp.services.scope import principal, scope_of
from webapp.services.versions import CASES
from workflows.deadlines import KINDS, STANDSTILLS, still_in, told
from workflows.engine import NOT_YOURS
from workflows.vocabulary import DeadlineKind, Machine, ReminderStep

PAGES: dict[Machine, str] = {
    Machine.REVIEW: "/reviews/{}",
    Machine.REPORT: "/reports/{}",
    Machine.ACTION: "/actions/{}",
    Machine.OBLIGATION: "/obligations/{}",
}


def awake() -> ColumnElement[bool]:
    """A date whose time runs now, not one of a suspended project; for a statement that joins the application."""
    still = [and_(Application.state == state, Deadline.kind.in_(still_in(state))) for state in STANDSTILLS]
    return or_(Deadline.application_id.is_(None), ~or_(*still))


def due() -> list[int]:
    """The due dates of which somebody is to be told now, in order."""
    query = (
        select(Reminder.deadline_id)
        .join(Deadline, Deadline.id == Reminder.deadline_id)
        .outerjoin(Application, Application.id == Deadline.application_id)
        .where(Reminder.settled_at.is_(None), Reminder.due_at <= clock.now(), Deadline.closed_at.is_(None), awake())
    )
    return list(db.session.scalars(query.distinct().order_by(Reminder.deadline_id)))


def send(deadline_id: int) -> bool:
    """Tell people of one due date, once: of several reminders that have come up meanwhile only the last is sent."""
    row = db.session.scalar(select(Deadline).where(Deadline.id == deadline_id).with_for_update())
    waiting = [r for r in row.reminders if r.settled_at is None and r.due_at <= clock.now()] if row else []
    if row is None or row.closed_at is not None or not waiting:
        return False
    case = db.session.get_one(CASES[row.machine], row.case_id)
    *earlier, last = sorted(waiting, key=lambda reminder: reminder.due_at)
    for reminder in earlier:
        _settle(reminder, ReminderOutcome.OVERTAKEN)
    _settle(last, ReminderOutcome.SENT)
    for person in audience(row, last.step, case):
        key = f"deadline-{row.id}-{last.step}-{person.id}"
        mail(person, row, case, key, partial(_lines, row, last.step, case, person))
    return True


def _settle(reminder: Reminder, outcome: ReminderOutcome) -> None:
    reminder.settled_at, reminder.outcome = clock.now(), outcome


# --- who ------------------------------------------------------------------------------------------


def audience(row: Deadline, step: ReminderStep, case: Case) -> list[Person]:
    """Who has the next move; when it stays late also those above, so that everybody reads the same."""
    above = announce.people_with(frozenset(told(row.kind, step)), case) if told(row.kind, step) else []
    return list({person.id: person for person in (*owners(row, case), *above)}.values())


def owners(row: Deadline, case: Case) -> list[Person]:
    """The people with the next move: of the municipality that owes it, where one of them does; a review's reviewer."""
    if isinstance(case, Review):
        return [case.reviewer]
    people = announce.people_with(frozenset(KINDS[row.kind].owners), case)
    if isinstance(case, CorrectiveAction):
        organisation = case.owner_organisation_id
    elif isinstance(case, Obligation):
        organisation = case.organisation_id
    else:
        return people
    return [p for p in people if any(g.organisation_id == organisation for g in principal(p).grants)]


# --- in words -------------------------------------------------------------------------------------


def mail(person: Person, row: Deadline, case: Case, key: str, lines: Callable[[], list[str]]) -> None:
    """One message about a due date, in the person's language; the subject says what is due and when."""
    with force_locale(person.language):
        what = wording.label(row.kind)
        announce.mail(
            person,
            key=key,
            subject=_("%(title)s: %(what)s, %(due)s", title=announce.title(case), what=what, due=_when(row)),
            lines=[_("Dear %(name)s,", name=person.name), *lines()],
            path=page_of(row, case),
        )


def _lines(row: Deadline, step: ReminderStep, case: Case, reader: Person) -> list[str]:
    """What is due and how far away it is today, which need not be the day for which the reminder was planned."""
    what = wording.label(row.kind)
    day = wording.day(row.last_on)
    left = (row.last_on - today_of(row)).days
    if left > 0:
        lines = [_("This is a reminder. %(what)s is due on %(day)s.", what=what, day=day)]
    elif left == 0:
        lines = [_("Today is the last day: %(what)s, %(day)s.", what=what, day=day)]
    else:
        lines = [_("%(what)s was due on %(day)s. We have not received it.", what=what, day=day)]
    if row.kind is DeadlineKind.APPEAL:
        lines = [_("You can appeal against the decision until the end of %(day)s.", day=day)]
    if roles := told(row.kind, step):
        names = [wording.role(role) for role in roles]
        lines.append(_("Because it is late, this mail also goes to: %(names)s.", names=", ".join(names)))
    return [*lines, *missing(row, case, reader)]


def missing(row: Deadline, case: Case, reader: Person) -> list[str]:
    """What still stands in the way of what is due, and who can clear it; nothing for who may not look at the case.

    It is the explanation that the pages show, without whose move it is: the mail itself goes to those who are asked.
    """
    who, move = principal(reader), KINDS[row.kind].move
    if move is None or not policy.may(who, policy.LOOK[row.machine], scope_of(case)):
        return []
    reasons = [r for r in explain.explain(case, move, who).reasons if r.blocker.code != NOT_YOURS]
    if not reasons:
        return [
            _("Nothing is missing any more. What is left to do: %(move)s.", move=wording.trigger(row.machine, move))
        ]
    return [_("Still missing:"), *(f"{reason.text} {reason.who}".rstrip() for reason in reasons)]


def _when(row: Deadline) -> str:
    return wording.due(row.last_on, today_of(row))


def today_of(row: Deadline) -> date:
    """The day it is where this due date ends."""
    return clock.today(row.time_zone)


def page_of(row: Deadline, case: Case) -> str:
    """Where the work is done."""
    return PAGES[row.machine].format(row.case_id) if row.machine in PAGES else announce.path(case)
