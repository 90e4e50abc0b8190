"""What happens without a person, one case at a time: a case that fails holds up no other.

The first attempt is made in the worker's round. One that raises is rolled back and becomes a row of the outbox: tried
again there after a pause that grows, given up after as many attempts as a mail, and shown where failed mail is shown.
While its row is open, the round leaves the case alone.
"""

from collections.abc import Callable
from typing import Any

import structlog

from webapp.errors import Refused
from webapp.extensions import db, is_away
from webapp.models.application import Application
from webapp.models.record import Deadline, Job
from webapp.models.types import Case
from webapp.policy import SYSTEM
from webapp.services import deadlines, outbox, reminders
from webapp.services.advance import advance
from webapp.services.patience import at_most
from webapp.services.versions import CASES
from webapp.transaction import writing
from workflows.vocabulary import Machine, Trigger

log = structlog.get_logger()
PATIENCE = 60.0  # seconds for one case
Payload = dict[str, Any]


def attempt(job: Job, payload: Payload) -> bool:
    """Do it now, in a transaction of its own; whether something happened. Only a database that is away raises."""
    try:
        with at_most(PATIENCE), writing():
            return DOING[job](payload)
    except Exception as error:  # one case must not stop the others; what failed is kept on its row
        if is_away(error):
            raise
        log.error("did not happen by itself", job=job.value, **payload, error=repr(error))
        with writing():
            outbox.set_back(job, key(job, payload), payload, repr(error))
    return False


def failing() -> frozenset[str]:
    """The keys of what failed and waits for its next attempt, or for a person; one statement."""
    return outbox.waiting(DOING)


def key(job: Job, payload: Payload) -> str:
    """The same thing has the same key, so that it waits once."""
    return "-".join([job.value, *(str(value) for value in payload.values() if value is not None)])


def moving(case: Case | type[Case], case_id: int, trigger: Trigger, deadline_id: int | None = None) -> Payload:
    """A move that the system makes; of a due date, with its number."""
    machine = case.__machine__
    return {"machine": machine.value, "case_id": case_id, "trigger": trigger.value, "deadline_id": deadline_id}


def _move(payload: Payload) -> bool:
    """False where it is due no longer, or the rules say no."""
    number = payload["deadline_id"]
    if number is not None and not _is_running(number):
        return False
    case = db.session.get_one(CASES[Machine(payload["machine"])], payload["case_id"])
    try:
        with db.session.begin_nested():  # an effect that is refused leaves nothing of its move
            advance(case, Trigger(payload["trigger"]), SYSTEM)
    except Refused as refused:
        log.info("deadline not fired", case=case.id, trigger=payload["trigger"], why=str(refused))
        return False
    return True


def _is_running(deadline_id: int) -> bool:
    """Time may have been given since the attempt before: then another row runs, or none while the file stands still."""
    running = db.select(Deadline.id).outerjoin(Application, Application.id == Deadline.application_id)
    running = running.where(Deadline.id == deadline_id, Deadline.closed_at.is_(None), reminders.awake())
    return db.session.scalar(running) is not None


def _remind(payload: Payload) -> bool:
    return reminders.send(payload["deadline_id"])


def _follow(payload: Payload) -> bool:
    case = db.session.get_one(CASES[Machine(payload["machine"])], payload["case_id"])
    return deadlines.running(case) is None and deadlines.open_for(case) is not None


DOING: dict[Job, Callable[[Payload], bool]] = {Job.MOVE: _move, Job.REMIND: _remind, Job.FOLLOW: _follow}
