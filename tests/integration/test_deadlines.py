"""Due dates on both databases: rows that open and end, reminders once each, more time, suspensions, a silent worker."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.factories import assessing as make
from tests.factories import monitoring as m
from tests.factories import people
from webapp import clock, jobs
from webapp.applications import use_cases as applying
from webapp.casefile import use_cases
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, Tranche
from webapp.models.application import Application, Section
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.people import Organisation, Person
from webapp.models.programme import Programme
from webapp.models.record import AuditEntry, AuditEvent, Deadline, DeadlineEnd, OutboxRow, Reminder, ReminderOutcome
from webapp.services import audit, deadlines, outbox, reminders
from webapp.services.advance import advance
from webapp.services.versions import CASES
from webapp.transaction import writing
from workflows.vocabulary import DeadlineKind, Machine, ReminderStep, Role, State, Trigger

K, S, T = DeadlineKind, ReminderStep, Trigger
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
THURSDAY = date(2026, 3, 12)  # ten days later: a working day in both countries


def on(day: date, hour: int = 10) -> AbstractContextManager[None]:
    return clock.at(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def late(days: int) -> AbstractContextManager[None]:
    """So many days after the last one; before it when negative."""
    return on(THURSDAY + timedelta(days=days))


@pytest.fixture
def follow(app: Flask) -> Iterator[m.Follow]:
    """A project in monitoring since Monday, with one action of the lead municipality due on Thursday week."""
    with clock.at(MONDAY), app.app_context():
        followed = m.monitored(app)
        m.action(followed)
        with writing():
            db.session.query(OutboxRow).delete()
        yield followed
        db.session.remove()


def row(kind: K = K.ACTION) -> Deadline:
    """The one that runs now, read anew: what others committed meanwhile counts."""
    _anew()
    query = select(Deadline).where(Deadline.kind == kind, Deadline.closed_at.is_(None)).order_by(Deadline.id)
    return db.session.scalars(query.limit(1)).one()


def _anew() -> None:
    db.session.rollback()
    db.session.expire_all()


def mails(kind: str = "Corrective action") -> list[tuple[str, str]]:
    """(to, subject) of the mails about this kind, in order."""
    _anew()
    rows = db.session.scalars(select(OutboxRow.payload).order_by(OutboxRow.id))
    return [(mail["to"], mail["subject"]) for mail in rows if kind in mail["subject"]]


def names(found: list[tuple[str, str]], follow: m.Follow) -> set[str]:
    emails = {db.session.get_one(Person, number).email: name for name, number in follow.who.items()}
    return {emails.get(to, to) for to, _subject in found}


# --- opened and closed ------------------------------------------------------------------------------


def test_a_part_has_one_row_that_ends_with_its_reason(follow: m.Follow) -> None:
    opened = row()
    assert (opened.due_on, opened.last_on, opened.time_zone) == (THURSDAY, THURSDAY, "UTC")
    assert opened.due_at == datetime(2026, 3, 13, tzinfo=UTC)
    assert (opened.application_id, opened.trigger, opened.rule) == (follow.file, None, "")
    m.prove(follow, CorrectiveAction, opened.case_id)
    m.move(follow, "editor", CorrectiveAction, opened.case_id, T.MARK_DONE)
    _anew()
    assert (opened.ended, opened.closed_at is not None) == (DeadlineEnd.DONE, True)
    assert {r.outcome for r in opened.reminders} == {ReminderOutcome.DROPPED}
    m.move(follow, "manager", CorrectiveAction, opened.case_id, T.REOPEN, "Not calibrated yet")
    assert row().id != opened.id


def test_the_database_allows_one_open_row_of_a_kind(follow: m.Follow) -> None:
    case = db.session.get_one(CorrectiveAction, row().case_id)
    with pytest.raises(IntegrityError), writing():
        deadlines.open_for(case)


def test_reports_and_obligations_are_followed_from_the_start(follow: m.Follow) -> None:
    kinds = list(db.session.scalars(select(Deadline.kind).where(Deadline.closed_at.is_(None)).order_by(Deadline.kind)))
    reports, obligations = len(m.reports(follow)), len(m.obligations(follow))
    assert kinds == [K.ACTION, *[K.OBLIGATION] * obligations, *[K.REPORT] * reports]
    for kind, model in ((K.REPORT, Report), (K.OBLIGATION, Obligation)):
        opened = row(kind)
        assert opened.due_on == db.session.get_one(model, opened.case_id).due_on


def test_a_returned_report_gets_time_again(follow: m.Follow) -> None:
    report = m.reports(follow)[0]
    with on(db.session.get_one(Report, report).due_on + timedelta(days=5)):
        m.write(follow, report)
        m.move(follow, "editor", Report, report, T.SUBMIT_REPORT)
        m.move(follow, "manager", Report, report, T.RETURN_REPORT, "Where is the training?")
        _anew()
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
    assert {r.outcome for r in row().reminders} == {ReminderOutcome.SENT}


@pytest.mark.parametrize(("days", "step"), [(1, S.DUE), (6, S.DUE), (13, S.AFTER), (60, S.ESCALATED_AGAIN)])
def test_a_worker_that_was_away_sends_the_one_that_matters_now(follow: m.Follow, days: int, step: S) -> None:
    """Everything earlier is overtaken, and a second run sends nothing."""
    with late(days):
        jobs.send_reminders()
        found = mails()
        assert names(found, follow) == dict(STEPS.values())[step]
        settled = {r.step: r.outcome for r in row().reminders if r.outcome is not None}
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
    paths = {mail["path"] for mail in db.session.scalars(select(OutboxRow.payload)) if "action" in mail["path"]}
    assert paths == {f"/actions/{row().case_id}"}


def test_only_the_municipality_that_owes_it_is_told(follow: m.Follow) -> None:
    """The partner's editor hears of reports, not of an action of the lead."""
    with late(0):
        jobs.send_reminders()
    assert "partner editor" not in names(mails(), follow)
    owed = row(K.OBLIGATION)
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
    real = outbox.enqueue
    monkeypatch.setattr(outbox, "enqueue", lambda job, key, payload: real(job, f"{key}-{next(numbers)}", payload))
    found = run_killed_then_again(monkeypatch)
    assert len(found) > len(set(found))


def test_two_workers_tell_once(follow: m.Follow) -> None:
    with late(0):
        with writing():
            both = reminders.due()
        assert [jobs._remind(number) for number in both * 2].count(True) == len(both)
        assert len(mails()) == len(set(mails())) == 2


# --- more time --------------------------------------------------------------------------------------


def extend(
    follow: m.Follow, day: date, name: str = "manager", reason: str = "The technician is ill", **found: Any
) -> int:
    chosen = found.get("kind", K.ACTION)

    def act(f: m.Follow, who: Any) -> int:
        due = row(chosen)
        return use_cases.extend_deadline(due, db.session.get_one(CASES[due.machine], due.case_id), day, reason, who).id

    return follow.run(name, act)


def test_the_manager_gives_more_time_with_a_reason(follow: m.Follow) -> None:
    before = row()
    again = extend(follow, date(2026, 3, 28))  # a Saturday
    _anew()
    assert before.ended is DeadlineEnd.EXTENDED
    now = row()
    assert (now.id, now.due_on, now.last_on) == (again, date(2026, 3, 28), date(2026, 3, 30))
    assert db.session.get_one(CorrectiveAction, now.case_id).due_on == date(2026, 3, 28)
    assert [r.step for r in now.reminders] == [S.BEFORE, S.DUE, S.AFTER, S.ESCALATED, S.ESCALATED_AGAIN]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == AuditEvent.DEADLINE_EXTENDED)).one()
    assert (entry.reason, entry.actor_id) == ("The technician is ill", follow.who["manager"])
    assert entry.data == {"kind": "action", "from": "2026-03-12", "to": "2026-03-30"}
    assert names(mails(), follow) == {"editor", "signatory"}
    with late(0):
        jobs.send_reminders()
    assert {subject.rpartition(", ")[0].rpartition(", ")[2] for _to, subject in mails()} == {"due in 28 days"}
    assert audit.broken_links() == []


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        (THURSDAY, "Because", "day"),
        (date(2026, 3, 3), "Because", "day"),
        (date(2029, 1, 1), "Because", "day"),
        (date(2026, 4, 1), " \x00 ", "reason"),
    ],
)
def test_more_time_that_does_not_hold_is_refused(follow: m.Follow, day: date, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        extend(follow, day, reason=reason)
    assert wrong.value.field == field
    assert row().last_on == THURSDAY


def test_nobody_else_gives_more_time(follow: m.Follow) -> None:
    for name in ("editor", "signatory", "director", "finance"):
        with pytest.raises(Forbidden):
            extend(follow, date(2026, 4, 1), name)
    with writing():
        people.affiliate(
            db.session.get_one(Person, follow.who["manager"]), db.session.get_one(Organisation, follow.lead)
        )
    with pytest.raises(Forbidden, match="belongs_to_party"):
        extend(follow, date(2026, 4, 1))


def test_a_date_that_was_changed_meanwhile_is_a_conflict(follow: m.Follow) -> None:
    stale = row().id
    extend(follow, date(2026, 4, 1))

    def again(f: m.Follow, who: Any) -> None:
        due = f.get(Deadline, stale)
        use_cases.extend_deadline(due, f.get(CorrectiveAction, due.case_id), date(2026, 5, 1), "Once more", who)

    with pytest.raises(Conflict):
        follow.run("manager", again)


def test_the_time_to_appeal_is_fixed_by_law(app: Flask) -> None:
    """No calendar and no manager moves it; it ends where the applicant is."""
    with app.app_context(), clock.at(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)):
        file = make.rejected()
        appeal = row(K.APPEAL)
        assert (appeal.due_on, appeal.last_on, appeal.rule) == (date(2026, 4, 12), date(2026, 4, 12), "appeal_days")
        assert appeal.last_on.weekday() == 6, "a Sunday stays a Sunday"
        with pytest.raises(Forbidden, match="fixed_by_law"), writing():
            use_cases.extend_deadline(appeal, file.application, date(2026, 5, 1), "Please", file.who("manager"))
        number, client = appeal.id, make.Visitor(app.test_client(), file.person("manager"))
        assert client.get(f"/deadlines/{number}/extend").status_code == 403
        assert client.post(f"/deadlines/{number}/extend", data={"day": "2026-05-01"}).status_code == 403


def test_a_place_on_the_reserve_list_lasts_until_the_extended_day(app: Flask) -> None:
    with app.app_context(), clock.at(MONDAY):
        file = make.in_decision()
        make.recommended(file, State.RESERVE)
        make.confirmed(file, Role.PROGRAMME_MANAGER, "second")
        first = row(K.RESERVE)
        with writing():
            case = db.session.get_one(Application, file.number)
            day = first.last_on + timedelta(days=30)
            last = use_cases.extend_deadline(first, case, day, "Money may come free", file.who("manager")).last_on
        for days, moved in ((-30, 0), (0, 0), (1, 1)):
            with on(last + timedelta(days=days)):
                assert jobs.fire_deadlines() == moved
        assert file.application.state is State.CLOSED
        assert db.session.scalars(select(Deadline.ended).order_by(Deadline.id.desc())).first() is DeadlineEnd.FIRED


# --- a suspension -----------------------------------------------------------------------------------


def dates(follow: m.Follow) -> dict[str, date]:
    """Every date to come of the project, by what it belongs to."""
    _anew()
    found: dict[str, date] = {}
    for model in (Report, CorrectiveAction, Obligation):
        for part in db.session.scalars(select(model).where(model.application_id == follow.file)):
            found[f"{model.__name__} {part.id}"] = part.due_on
    for report in db.session.scalars(select(Report)):
        found[f"period {report.id}"] = report.period_end
    for tranche in db.session.scalars(select(Tranche)):
        found[f"tranche {tranche.number}"] = tranche.due_on
    return found


@pytest.mark.parametrize("days", [0, 1, 45])
def test_a_project_that_goes_on_has_lost_no_time(follow: m.Follow, days: int) -> None:
    with writing():
        agreement = db.session.get_one(Agreement, follow.agreement)
        db.session.execute(db.update(Tranche).values(due_on=date(2026, 6, 1)))
        ends_on = agreement.ends_on
    before = dates(follow)
    m.move(follow, "manager", Application, follow.file, T.SUSPEND, "No access to the site")
    with on(MONDAY.date() + timedelta(days=days)):
        assert jobs.send_reminders() == 0, "time that does not run reminds nobody"
        m.move(follow, "manager", Application, follow.file, T.RESUME, "The road is open")
        after = dates(follow)
    moved = {name: (after[name] - day).days for name, day in before.items()}
    assert set(moved.values()) == {days}, moved
    assert db.session.get_one(Agreement, follow.agreement).ends_on == ends_on, "what was signed stays as written"
    running = {
        f"{r.machine}": r.due_on for r in db.session.scalars(select(Deadline).where(Deadline.closed_at.is_(None)))
    }
    assert running["action"] == THURSDAY + timedelta(days=days)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.event == AuditEvent.DATES_MOVED)).all()
    assert [entry.data["days"] for entry in entries] == ([days] if days else [])
    for entry in entries:
        assert ["action " + str(row().case_id), "2026-03-12", str(THURSDAY + timedelta(days=days))] in entry.data[
            "moved"
        ]
    assert audit.broken_links() == []


def test_reminders_follow_the_moved_date(follow: m.Follow) -> None:
    m.move(follow, "manager", Application, follow.file, T.SUSPEND, "No access to the site")
    with late(0):
        assert jobs.send_reminders() == 0
        m.move(follow, "manager", Application, follow.file, T.RESUME, "The road is open")
        jobs.send_reminders()
    assert mails() == []
    with late(11):  # ten days later is a Sunday
        jobs.send_reminders()
        assert {subject.rpartition(", ")[0].rpartition(", ")[2] for _to, subject in mails()} == {"due today"}


# --- what people see --------------------------------------------------------------------------------


def test_the_page_of_the_file_says_what_is_due_and_what_is_late(app: Flask, follow: m.Follow) -> None:
    due, number = row().id, follow.file
    manager = make.Visitor(app.test_client(), db.session.get_one(Person, follow.who["manager"]))
    page = manager.get(f"/applications/{number}").text
    assert "What is due, and when" in page
    assert "due in 10 days, Thursday 12 March" in page
    assert f"/deadlines/{due}/extend" in page
    assert "Late" not in page
    with late(2):
        manager = make.Visitor(app.test_client(), db.session.get_one(Person, follow.who["manager"]))
        page = manager.get(f"/applications/{number}").text
        assert "2 days late, was due Thursday 12 March" in page
        assert "Late" in page
        desk = manager.get("/desk").text
        assert "Somebody is late" in desk
        assert "Corrective action" in desk
    editor = make.Visitor(app.test_client(), db.session.get_one(Person, follow.who["editor"]))
    page = editor.get(f"/applications/{number}").text
    assert "due in 10 days, Thursday 12 March" in page
    assert "/extend" not in page


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(app: Flask, follow: m.Follow) -> None:
    address, number = f"/deadlines/{row().id}/extend", follow.file
    manager = make.Visitor(app.test_client(), db.session.get_one(Person, follow.who["manager"]))
    page = manager.get(address).text
    assert "Mail on the last day" in page
    for data, sentence in (
        ({"day": "2026-02-30", "reason": "Odd & <b>"}, "Enter a day that exists"),
        ({"day": "2026-03-12", "reason": "Odd & <b>"}, "more time means a later date"),
        ({"day": "", "reason": "Odd & <b>"}, "Choose the new date."),
        ({"day": "2026-04-01", "reason": ""}, "Give a reason."),
    ):
        answer = manager.post(address, data=data)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "Odd &amp; &lt;b&gt;" in answer.text or not data["reason"]
    assert manager.post(address, data={"day": "2026-04-01", "reason": "The road"}).status_code == 303
    assert manager.post(address, data={"day": "2026-05-01", "reason": "The road"}).status_code == 409
    assert manager.get(address).status_code == 409
    assert "gave more time" in manager.get(f"/applications/{number}").text.lower()
    stranger = make.Visitor(app.test_client(), db.session.get_one(Person, follow.who["stranger"]))
    assert (stranger.get(address).status_code, stranger.get("/deadlines/999/extend").status_code) == (404, 404)


def test_a_review_has_a_date_that_the_applicants_do_not_see(app: Flask) -> None:
    with app.app_context(), clock.at(MONDAY):
        file = make.in_review()
        review = row(K.REVIEW)
        assert (review.rule, review.due_on) == ("review_days", date(2026, 3, 23))
        assert [p.id for p in reminders.owners(review, db.session.get_one(Review, review.case_id))] == [
            db.session.get_one(Review, review.case_id).reviewer_id
        ]
        visitor = make.Visitor(app.test_client(), file.person("signatory"))
        assert "What is due" not in visitor.get(f"/applications/{file.number}").text
        manager = make.Visitor(app.test_client(), file.person("manager"))
        assert "Review" in manager.get(f"/applications/{file.number}").text.partition("What is due")[2][:600]


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
            assert row(K.REVIEW).due_on == date(2026, 3, 23) + timedelta(days=23)


def _told() -> list[Deadline]:
    """Whose reminders have come up; nothing is sent."""
    _anew()
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


def test_a_figure_changed_later_leaves_running_dates_alone(follow: m.Follow) -> None:
    planned = [r.due_at for r in row().reminders]
    with writing():
        programme = db.session.scalars(select(Programme)).one()
        programme.rules = {"remind_before_days": 2, "escalation_days": 60}
    assert [r.due_at for r in row().reminders] == planned
    extend(follow, date(2026, 4, 1))
    assert row().reminders[0].due_at == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_everything_of_a_file_is_one_statement(follow: m.Follow) -> None:
    from tests.factories.applications import statements

    application = db.session.get_one(Application, follow.file)
    with statements() as seen:
        named = deadlines.named(application)
    assert len(seen) == 1
    assert {name for _row, name in named} >= {"Calibrate the weighbridge", "Workshop for colleagues", "Final report 2"}
    assert Machine.REPORT in {found.machine for found, _name in named}
