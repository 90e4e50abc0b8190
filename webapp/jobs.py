"""What happens by itself: due deadlines fire, the outbox is drained. Idempotent, resumable, one worker or many."""

import time
from collections.abc import Callable

import structlog
from flask import Flask
from sqlalchemy import select

from webapp import clock, once
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.programme import Call
from webapp.models.record import Deadline
from webapp.models.types import Case
from webapp.notifications.mailer import FileMailer, SmtpMailer
from webapp.policy import SYSTEM
from webapp.services import checkpoint, deadlines, due, reminders
from webapp.services.advance import advance
from webapp.services.batches import run as doing
from webapp.services.deliver import Courier
from webapp.services.versions import CASES
from webapp.transaction import writing
from workflows.vocabulary import Machine, State, Trigger

log = structlog.get_logger()


def courier(app: Flask) -> Courier:
    """The courier of this installation: SMTP when a server is set, else files under `var/mail`."""
    settings = app.config["SETTINGS"]
    mailer = SmtpMailer(settings.mail_server) if settings.mail_server else FileMailer(settings.mail)
    return Courier(mailer, settings.mail_sender, settings.base_url, app.extensions["jumelage.storage"])


def fire_deadlines() -> int:
    """Ask for the move of every deadline that is over, one transaction each; returns how many moved."""
    query = (
        select(Deadline.machine, Deadline.case_id, Deadline.trigger)
        .outerjoin(Application, Application.id == Deadline.application_id)
        .where(Deadline.closed_at.is_(None), Deadline.due_at <= clock.now(), reminders.awake())
        .where(Deadline.trigger.is_not(None))
        .order_by(Deadline.id)
    )
    with writing():
        over = db.session.execute(query).all()
    return sum(_fire(CASES[machine], case_id, trigger) for machine, case_id, trigger in over if trigger)


def send_reminders() -> int:
    """Tell people of what is due, one transaction for each date; returns of how many dates somebody was told."""
    with writing():
        waiting = reminders.due()
    return sum(_remind(deadline_id) for deadline_id in waiting)


def _remind(deadline_id: int) -> bool:
    with writing():
        return reminders.send(deadline_id)


def follow_what_is_due() -> int:
    """Open the dates that nobody follows yet: of files that were under way before dates were kept as rows."""
    with writing():
        missing = due.unfollowed()
    return sum(_follow(machine, case_id) for machine, case_id in missing)


def _follow(machine: Machine, case_id: int) -> bool:
    with writing():
        case = db.session.get_one(CASES[machine], case_id)
        return deadlines.running(case) is None and deadlines.open_for(case) is not None


def close_past_calls() -> int:
    """A call closes by itself on the day after its last day, in the plan's country."""
    with writing():
        calls = db.session.scalars(select(Call).where(Call.state == State.OPEN)).all()
        past = [call.id for call in calls if clock.today(call.plan.lga.time_zone) > call.closes_on]
    return sum(_fire(Call, call_id, Trigger.CLOSE_CALL) for call_id in past)


def close_second_refusals() -> int:
    """A second refusal is final at once; nobody has to wait for the appeal's time."""
    refused = [State.REJECTED, State.INELIGIBLE]
    query = select(Application.id).where(Application.state.in_(refused), Application.refusals >= 2)
    with writing():
        ids = db.session.scalars(query).all()
    return sum(_fire(Application, case_id, Trigger.CLOSE_REFUSED) for case_id in ids)


def _fire(kind: type[Case], case_id: int, trigger: Trigger) -> bool:
    try:
        with writing():
            case = db.session.get_one(kind, case_id)
            advance(case, trigger, SYSTEM)
    except Refused as refused:
        log.info("deadline not fired", case=case_id, trigger=trigger.value, why=str(refused))
        return False
    return True


def keep_heads(app: Flask) -> int:
    """Once a day: where every chain stands, into the table and into the file under `var/`; returns 1 when written."""
    with writing():
        if not checkpoint.is_due(clock.now()):
            return 0
        return int(checkpoint.write(checkpoint.file_in(app.config["SETTINGS"].var)) is not None)


def forget_forms() -> int:
    """Nobody sends a form of last week a second time."""
    with writing():
        return once.forget_old()


DAILY: tuple[Callable[[], int], ...] = (
    fire_deadlines,
    close_past_calls,
    close_second_refusals,
    send_reminders,
    forget_forms,
)


def tick(app: Flask, stop: Callable[[], bool] = lambda: False) -> int:
    """One round of everything; returns how much was done."""
    done = sum(job() for job in DAILY)
    return done + keep_heads(app) + batches(app) + courier(app).drain(stop=stop)


def batches(app: Flask) -> int:
    """A share of what was ordered for many files; what these moves announce is done before the next share."""
    return doing.rounds(app.extensions["jumelage.storage"])


def run(app: Flask, stop: Callable[[], bool], pause: float = 1.0) -> None:
    """Tick until told to stop. An error of the database is waited out, not died of."""
    followed = False
    while not stop():
        try:
            if not followed:
                follow_what_is_due()
                followed = True
            tick(app, stop)
        except Exception as error:  # noqa: BLE001 - the database may be away for a while; the next round tries again
            log.error("worker round failed", error=repr(error))
            db.session.remove()
        time.sleep(pause)
