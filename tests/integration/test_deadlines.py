"""Due dates as rows on both databases: they open and end with a reason, and remind once each, also after a silence."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.factories import assessing as make
from tests.factories import monitoring as m
from tests.factories.deadlines import MONDAY, THURSDAY, anew, late, mails, monitored_since_monday, names, on, running
from tests.support import mailbox
from webapp import clock, jobs
from webapp.applications import use_cases as applying
from webapp.extensions import db
from webapp.models.application import Application, Section
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.record import Deadline, DeadlineEnd, Job, Reminder, ReminderOutcome
from webapp.reviews import candidates
from webapp.reviews import use_cases as reviewing
from webapp.services import by_itself, deadlines, outbox, reminders
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows.vocabulary import DeadlineKind, ReminderStep, Trigger

K, S, T = DeadlineKind, ReminderStep, Trigger


@pytest.fixture
def follow(app: Flask) -> Iterator[m.Follow]:
    with monitored_since_monday(app) as followed:
        yield followed


# --- opened and closed ------------------------------------------------------------------------------


def test_a_part_has_one_row_that_ends_with_its_reason(follow: m.Follow) -> None:
    opened = running()
    assert (opened.due_on, opened.last_on, opened.time_zone) == (THURSDAY, THURSDAY, "UTC")
    assert opened.due_at == datetime(2026, 3, 13, tzinfo=UTC)
    assert (opened.application_id, opened.trigger, opened.rule) == (follow.file, None, "")
    m.prove(follow, CorrectiveAction, opened.case_id)
    m.move(follow, "editor", CorrectiveAction, opened.case_id, T.MARK_DONE)
    anew()
    assert (opened.ended, opened.closed_at is not None) == (DeadlineEnd.DONE, True)
    assert {r.outcome for r in opened.reminders} == {ReminderOutcome.DROPPED}
    m.move(follow, "manager", CorrectiveAction, opened.case_id, T.REOPEN, "Not calibrated yet")
    assert running().id != opened.id


def test_the_database_allows_one_open_row_of_a_kind(follow: m.Follow) -> None:
    case = db.session.get_one(CorrectiveAction, running().case_id)
    with pytest.raises(IntegrityError), writing():
        deadlines.open_for(case)


def test_reports_and_obligations_are_followed_from_the_start(follow: m.Follow) -> None:
    kinds = list(db.session.scalars(select(Deadline.kind).where(Deadline.closed_at.is_(None)).order_by(Deadline.kind)))
    reports, obligations = len(m.reports(follow)), len(m.obligations(follow))
    assert kinds == [K.ACTION, *[K.OBLIGATION] * obligations, *[K.REPORT] * reports]
    for kind, model in ((K.REPORT, Report), (K.OBLIGATION, Obligation)):
        opened = running(kind)
        assert opened.due_on == db.session.get_one(model, opened.case_id).due_on


def test_a_returned_report_gets_time_again(follow: m.Follow) -> None:
    report = m.reports(follow)[0]
    with on(db.session.get_one(Report, report).due_on + timedelta(days=5)):
        m.write(follow, report)
        m.move(follow, "editor", Report, report, T.SUBMIT_REPORT)
        m.move(follow, "manager", Report, report, T.RETURN_REPORT, "Where is the training?")
        anew()
        returned = deadlines.running(db.session.get_one(Report, report))
        assert returned is not None
        assert (returned.rule, returned.due_on) == ("cure_days", clock.today() + timedelta(days=30))


def test_the_end_of_a_file_ends_what_ran_in_it(follow: m.Follow) -> None:
    def notice(f: m.Follow, who: Any) -> None:
        from webapp.monitoring import use_cases as monitoring

        monitoring.give_notice(f.application(), "Nothing happens", who)

    follow.run("director", notice)
    with on(THURSDAY + timedelta(days=100)):
        m.move(follow, "director", Application, follow.file, T.TERMINATE, "Nothing happened")
        assert db.session.scalars(select(Deadline).where(Deadline.closed_at.is_(None))).all() == []
        assert jobs.send_reminders() == 0


def test_a_review_that_is_left_over_is_due_no_more(app: Flask) -> None:
    """A third one was asked for, and the file went on without it: nobody is reminded of what nobody can do."""
    with app.app_context(), clock.at(MONDAY):
        file = make.reviewed()
        with writing():
            reviewing.assign(file.application, file.id("ralga2"), file.who("manager"), extra=True)
        left = running(K.REVIEW)
        number = left.case_id
        assert busy(file, "ralga2") == 1
        file.go(T.SEND_TO_DECISION, "lead")
        anew()
        assert (busy(file, "ralga2"), left.ended) == (0, DeadlineEnd.LEFT)
        assert {reminder.outcome for reminder in left.reminders} == {ReminderOutcome.DROPPED}
        assert jobs.follow_what_is_due() == 0, "and nobody takes it up again"
        manager = make.Visitor(app.test_client(), file.person("manager"))
        assert "The file went on without this review." in manager.get(f"/reviews/{number}").text
        for day in (15, 21, 22, 29, 36, 50):
            with on(MONDAY.date() + timedelta(days=day)):
                assert jobs.send_reminders() == 0


def busy(file: make.File, name: str) -> int:
    """What counts when the next reviewer is chosen."""
    return next(o.open_reviews for o in candidates.officers(file.application) if o.person.id == file.id(name))


def test_a_review_waits_while_a_question_is_answered_and_ends_with_the_file(app: Flask) -> None:
    with app.app_context(), clock.at(MONDAY):
        file = make.in_review()
        with writing():
            case = db.session.get_one(Application, file.number)
            applying.ask_clarification(case, "Whose land?", [Section.BUDGET], date(2026, 3, 30), file.who("ralga"))
        asked = running(K.REVIEW)
        file.go(T.WITHDRAW, "signatory", "We do it ourselves")
        anew()
        assert asked.ended is DeadlineEnd.CANCELLED
        assert db.session.scalars(select(Deadline).where(Deadline.closed_at.is_(None))).all() == []


def test_what_nobody_follows_is_taken_up_once(follow: m.Follow) -> None:
    """Files that were under way before dates were kept as rows."""
    with writing():
        db.session.query(Reminder).delete()
        before = db.session.query(Deadline).delete()
    assert jobs.follow_what_is_due() == before
    assert jobs.follow_what_is_due() == 0


# --- reminders --------------------------------------------------------------------------------------


OWNERS = {"editor", "signatory"}
MANAGERS = {"manager", "second manager"}
STEPS = {
    -7: (S.BEFORE, OWNERS),
    0: (S.DUE, OWNERS),
    7: (S.AFTER, OWNERS),
    14: (S.ESCALATED, OWNERS | MANAGERS),
    28: (S.ESCALATED_AGAIN, OWNERS | MANAGERS | {"director"}),
}


def test_day_by_day_each_step_happens_once_and_on_its_day(follow: m.Follow) -> None:
    """Every day from eight before to thirty after, the job twice a day: −1, 0 and +1 day around each step."""
    told: dict[int, set[str]] = {}
    before: list[tuple[str, str]] = []
    for day in range(-8, 31):
        with late(day):
            jobs.send_reminders()
            jobs.send_reminders()
        found = mails()
        new = found[len(before) :]
        assert len(new) == len(set(new))
        if new:
            told[day] = names(new, follow)
        before = found
    assert told == {day: people_ for day, (_step, people_) in STEPS.items()}
    assert {r.outcome for r in running().reminders} == {ReminderOutcome.SENT}


@pytest.mark.parametrize(("days", "step"), [(1, S.DUE), (6, S.DUE), (13, S.AFTER), (60, S.ESCALATED_AGAIN)])
def test_a_worker_that_was_away_sends_the_one_that_matters_now(follow: m.Follow, days: int, step: S) -> None:
    """Everything earlier is overtaken, and a second run sends nothing."""
    with late(days):
        jobs.send_reminders()
        found = mails()
        assert names(found, follow) == dict(STEPS.values())[step]
        settled = {r.step: r.outcome for r in running().reminders if r.outcome is not None}
        assert [s for s, outcome in settled.items() if outcome is ReminderOutcome.SENT] == [step]
        assert set(settled.values()) <= {ReminderOutcome.SENT, ReminderOutcome.OVERTAKEN}
        jobs.send_reminders()
        assert mails() == found


def test_the_mail_says_what_is_true_today_and_leads_to_the_work(follow: m.Follow) -> None:
    with late(-2):
        jobs.send_reminders()
    with late(3):
        jobs.send_reminders()
    first, *_between, second = (subject for _to, subject in mails())
    assert first.endswith("Corrective action, due in 2 days, Thursday 12 March")
    assert second.endswith("Corrective action, overdue by 3 days, Thursday 12 March")
    paths = {mail["path"] for mail in mailbox.mails() if "action" in mail["path"]}
    assert paths == {f"/actions/{running().case_id}"}


def test_only_the_municipality_that_owes_it_is_told(follow: m.Follow) -> None:
    """The partner's editor hears of reports, not of an action of the lead."""
    with late(0):
        jobs.send_reminders()
    assert "partner editor" not in names(mails(), follow)
    owed = running(K.OBLIGATION)
    assert {p.id for p in reminders.owners(owed, db.session.get_one(Obligation, owed.case_id))} == {
        follow.who["partner editor"]
    }


def killed_after(sent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies in the middle of a date: its mails are written, nothing is committed."""
    real, count = reminders.mail, {"left": sent}

    def mail(*args: Any) -> None:
        if count["left"] == 0:
            raise SystemExit
        count["left"] -= 1
        real(*args)

    monkeypatch.setattr(reminders, "mail", mail)


def run_killed_then_again(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """All mails after a run that was killed at its second mail, and one that went through."""
    with late(0):
        with monkeypatch.context() as patched:
            killed_after(1, patched)
            with pytest.raises(SystemExit):
                jobs.send_reminders()
        jobs.send_reminders()
        jobs.send_reminders()
        return mails()


def test_a_run_that_is_killed_goes_on_and_tells_everybody_once(
    follow: m.Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run_killed_then_again(monkeypatch)
    assert len(found) == len(set(found)) == 2


def test_a_reminder_that_is_not_settled_with_its_mail_is_noticed(
    follow: m.Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted mutant of the test above: nothing is marked as sent, and each run finds a key of its own."""
    monkeypatch.setattr(reminders, "_settle", lambda reminder, outcome: None)
    numbers = iter(range(1000))
    real = outbox.enqueue_all
    monkeypatch.setattr(
        outbox, "enqueue_all", lambda rows: real((job, f"{key}-{next(numbers)}", what) for job, key, what in rows)
    )
    found = run_killed_then_again(monkeypatch)
    assert len(found) > len(set(found))


def test_two_workers_tell_once(follow: m.Follow) -> None:
    with late(0):
        with writing():
            both = reminders.due()
        assert [by_itself.attempt(Job.REMIND, {"deadline_id": number}) for number in both * 2].count(True) == len(both)
        assert len(mails()) == len(set(mails())) == 2


# --- a question stops the reviews ---------------------------------------------------------------------


def test_reviewers_get_the_days_back_that_a_question_took(app: Flask) -> None:
    with app.app_context(), clock.at(MONDAY):
        file = make.in_review()
        with writing():
            case = db.session.get_one(Application, file.number)
            applying.ask_clarification(
                case, "Whose land is it?", [Section.BUDGET], date(2026, 3, 30), file.who("ralga")
            )
        with on(date(2026, 3, 25)):
            assert {row_.kind for row_ in _told()} == {K.ANSWER}, "no reviewer is reminded while they cannot go on"
            _answered(file)
            assert running(K.REVIEW).due_on == date(2026, 3, 23) + timedelta(days=23)


def _told() -> list[Deadline]:
    """Whose reminders have come up; nothing is sent."""
    anew()
    return [db.session.get_one(Deadline, number) for number in reminders.due()]


def _answered(file: make.File) -> None:
    number, rooms = file.number, file.rooms
    with writing():
        case = db.session.get_one(Application, number)
        applying.answer_clarification(case, "It is ours.", rooms.who("editor"))
    with writing():
        case = db.session.get_one(Application, number)
        for name in ("signatory", "partner_signatory"):
            applying.sign_off(case, rooms.who(name))
        advance(case, T.ANSWER_CLARIFICATION, rooms.who("editor"))
