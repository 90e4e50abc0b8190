"""What happens by itself: due deadlines fire, the outbox is drained. Idempotent, resumable, one worker or many."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import structlog
from flask import Flask
from sqlalchemy import select

from webapp import clock, once
from webapp.extensions import db, is_away
from webapp.models.application import Application
from webapp.models.programme import Call
from webapp.models.record import Deadline, Job
from webapp.notifications.mailer import FileMailer, SmtpMailer
from webapp.services import by_itself, checkpoint, due, reminders
from webapp.services.batches import run as doing
from webapp.services.deliver import Courier
from webapp.services.versions import CASES
from webapp.transaction import writing
from workflows.vocabulary import State, Trigger

log = structlog.get_logger()


def courier(app: Flask) -> Courier:
    """The courier of this installation: SMTP when a server is set, else files under `var/mail`."""
    settings = app.config["SETTINGS"]
    mailer = SmtpMailer(settings.mail_server) if settings.mail_server else FileMailer(settings.mail)
    return Courier(mailer, settings.mail_sender, settings.base_url, app.extensions["jumelage.storage"])


def fire_deadlines() -> int:
    """Ask for the move of every deadline that is over, one transaction each; returns how many moved."""
    query = (
        select(Deadline.machine, Deadline.case_id, Deadline.trigger, Deadline.id)
        .outerjoin(Application, Application.id == Deadline.application_id)
        .where(Deadline.closed_at.is_(None), Deadline.due_at <= clock.now(), reminders.awake())
        .where(Deadline.trigger.is_not(None))
        .order_by(Deadline.id)
    )
    with writing():
        over = db.session.execute(query).all()
    return _each(
        Job.MOVE, [by_itself.moving(CASES[m], case, trigger, row) for m, case, trigger, row in over if trigger]
    )


def send_reminders() -> int:
    """Tell people of what is due, one transaction for each date; returns of how many dates somebody was told."""
    with writing():
        waiting = reminders.due()
    return _each(Job.REMIND, [{"deadline_id": number} for number in waiting])


def follow_what_is_due() -> int:
    """Open the dates that nobody follows yet: of files that were under way before dates were kept as rows."""
    with writing():
        missing = due.unfollowed(CASES)
    return _each(Job.FOLLOW, [{"machine": machine.value, "case_id": case_id} for machine, case_id in missing])


def close_past_calls() -> int:
    """A call closes by itself on the day after its last day, in the plan's country."""
    with writing():
        calls = db.session.scalars(select(Call).where(Call.state == State.OPEN)).all()
        past = [call.id for call in calls if clock.today(call.plan.lga.time_zone) > call.closes_on]
    return _each(Job.MOVE, [by_itself.moving(Call, call_id, Trigger.CLOSE_CALL) for call_id in past])


def close_second_refusals() -> int:
    """A second refusal is final at once; nobody has to wait for the appeal's time."""
    refused = [State.REJECTED, State.INELIGIBLE]
    query = select(Application.id).where(Application.state.in_(refused), Application.refusals >= 2)
    with writing():
        ids = db.session.scalars(query).all()
    return _each(Job.MOVE, [by_itself.moving(Application, number, Trigger.CLOSE_REFUSED) for number in ids])


def _each(job: Job, payloads: Sequence[by_itself.Payload]) -> int:
    """Do it case by case; what failed before waits for its turn in the outbox. Returns how often something happened."""
    if not payloads:
        return 0
    with writing():
        failing = by_itself.failing()
    return sum(by_itself.attempt(job, one) for one in payloads if by_itself.key(job, one) not in failing)


def keep_heads(app: Flask) -> int:
    """Once a day: where every chain stands, into the table and into the file under `var/`; returns 1 when written."""
    with writing():
        if not checkpoint.is_due(clock.now()):
            return 0
        return int(checkpoint.write(checkpoint.file_in(app.config["SETTINGS"].var)) is not None)


def batches(app: Flask) -> int:
    """A share of what was ordered for many files; what these moves announce is done before the next share."""
    return doing.rounds(app.extensions["jumelage.storage"])


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
    """One round of everything; returns how much was done. A part that fails stops no other, and never the outbox."""
    parts: list[Callable[[], int]] = [*DAILY, partial(keep_heads, app), partial(batches, app)]
    return sum(_whatever_happens(part) for part in parts) + courier(app).drain(stop=stop)


def begin(app: Flask) -> int:
    """What a worker does that begins now: take up what nobody follows, then one round; returns how much was done."""
    return _whatever_happens(follow_what_is_due) + tick(app)


def _whatever_happens(part: Callable[[], int]) -> int:
    try:
        return part()
    except Exception as error:  # a broken row somewhere must not hold up everybody's mail
        if is_away(error):
            raise
        log.error("part of a round failed", error=repr(error))
        db.session.remove()
        return 0


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
