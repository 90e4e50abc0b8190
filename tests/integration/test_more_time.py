"""Other dates on both databases: more time with a reason, suspensions, standstills; and what people see of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import assessing as make
from tests.factories import monitoring as m
from tests.factories import people
from tests.factories.deadlines import MONDAY, THURSDAY, anew, late, mails, monitored_since_monday, names, on, running
from tests.factories.outside import Outside
from webapp import clock, jobs
from webapp.casefile import use_cases
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, Tranche
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.people import Organisation, Person
from webapp.models.programme import Programme
from webapp.models.record import AuditEntry, AuditEvent, Deadline, DeadlineEnd
from webapp.services import audit, deadlines, reminders
from webapp.services.versions import CASES
from webapp.transaction import writing
from workflows.vocabulary import DeadlineKind, Machine, ReminderStep, Role, State, Trigger

K, S, T = DeadlineKind, ReminderStep, Trigger


@pytest.fixture
def follow(app: Flask) -> Iterator[m.Follow]:
    with monitored_since_monday(app) as followed:
        yield followed


# --- more time --------------------------------------------------------------------------------------


def extend(
    follow: m.Follow, day: date, name: str = "manager", reason: str = "The technician is ill", **found: Any
) -> int:
    chosen = found.get("kind", K.ACTION)

    def act(f: m.Follow, who: Any) -> int:
        due = running(chosen)
        return use_cases.extend_deadline(due, db.session.get_one(CASES[due.machine], due.case_id), day, reason, who).id

    return follow.run(name, act)


def test_the_manager_gives_more_time_with_a_reason(follow: m.Follow) -> None:
    before = running()
    again = extend(follow, date(2026, 3, 28))  # a Saturday
    anew()
    assert before.ended is DeadlineEnd.EXTENDED
    now = running()
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
    assert running().last_on == THURSDAY


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
    stale = running().id
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
        appeal = running(K.APPEAL)
        assert (appeal.due_on, appeal.last_on, appeal.rule) == (date(2026, 4, 12), date(2026, 4, 12), "appeal_days")
        assert appeal.last_on.weekday() == 6, "a Sunday stays a Sunday"
        with pytest.raises(Forbidden, match="fixed_by_law"), writing():
            use_cases.extend_deadline(appeal, file.application, date(2026, 5, 1), "Please", file.who("manager"))
        number, client = appeal.id, make.Visitor(Outside(app, app.response_class), file.person("manager"))
        assert client.get(f"/deadlines/{number}/extend").status_code == 403
        assert client.post(f"/deadlines/{number}/extend", data={"day": "2026-05-01"}).status_code == 403


def test_a_place_on_the_reserve_list_lasts_until_the_extended_day(app: Flask) -> None:
    with app.app_context(), clock.at(MONDAY):
        file = make.in_decision()
        make.recommended(file, State.RESERVE)
        make.confirmed(file, Role.PROGRAMME_MANAGER, "second")
        first = running(K.RESERVE)
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
    anew()
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
    open_rows = {
        f"{r.machine}": r.due_on for r in db.session.scalars(select(Deadline).where(Deadline.closed_at.is_(None)))
    }
    assert open_rows["action"] == THURSDAY + timedelta(days=days)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.event == AuditEvent.DATES_MOVED)).all()
    assert [entry.data["days"] for entry in entries] == ([days] if days else [])
    for entry in entries:
        assert ["action " + str(running().case_id), "2026-03-12", str(THURSDAY + timedelta(days=days))] in entry.data[
            "moved"
        ]
    assert audit.broken_links() == []


def suspended(follow: m.Follow) -> None:
    m.move(follow, "manager", Application, follow.file, T.SUSPEND, "No access to the site")


def resumed(follow: m.Follow) -> None:
    m.move(follow, "manager", Application, follow.file, T.RESUME, "The road is open")


def test_a_date_set_while_a_project_stood_still_waited_only_since_then(follow: m.Follow) -> None:
    """Opened on day 90 of a suspension that ends on day 91: it waited for a day."""
    suspended(follow)
    with on(MONDAY.date() + timedelta(days=90)):
        _finding, opened = m.action(follow, due_in=10)
    with on(MONDAY.date() + timedelta(days=91)):
        resumed(follow)
        assert dates(follow)[f"CorrectiveAction {opened}"] == MONDAY.date() + timedelta(days=101)
        assert running().due_on == THURSDAY + timedelta(days=91), "the one that waited all the time"


@pytest.mark.parametrize(
    ("given", "expected"),
    [(date(2026, 7, 1), date(2026, 7, 2)), (date(2026, 6, 1), THURSDAY + timedelta(days=91))],
)
def test_more_time_given_while_a_project_stood_still_is_what_was_said(
    follow: m.Follow, given: date, expected: date
) -> None:
    """It moves by the days since it was given, and never takes away what standing still gives back."""
    suspended(follow)
    with on(MONDAY.date() + timedelta(days=90)):
        extend(follow, given)
    with on(MONDAY.date() + timedelta(days=91)):
        resumed(follow)
        assert running().due_on == expected


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
    due, number = running().id, follow.file
    manager = make.Visitor(Outside(app, app.response_class), db.session.get_one(Person, follow.who["manager"]))
    page = manager.get(f"/applications/{number}").text
    assert "What is due, and when" in page
    assert "due in 10 days, Thursday 12 March" in page
    assert f"/deadlines/{due}/extend" in page
    assert "Late" not in page
    with late(2):
        manager = make.Visitor(Outside(app, app.response_class), db.session.get_one(Person, follow.who["manager"]))
        page = manager.get(f"/applications/{number}").text
        assert "2 days late, was due Thursday 12 March" in page
        assert "Late" in page
        desk = manager.get("/desk").text
        assert "Somebody is late" in desk
        assert "Corrective action" in desk
    editor = make.Visitor(Outside(app, app.response_class), db.session.get_one(Person, follow.who["editor"]))
    page = editor.get(f"/applications/{number}").text
    assert "due in 10 days, Thursday 12 March" in page
    assert "/extend" not in page


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(app: Flask, follow: m.Follow) -> None:
    address, number = f"/deadlines/{running().id}/extend", follow.file
    manager = make.Visitor(Outside(app, app.response_class), db.session.get_one(Person, follow.who["manager"]))
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
    shown = manager.get(f"/applications/{number}").text
    assert "Gave more time: Corrective action, Thursday 12 March 2026 → Wednesday 1 April 2026" in shown
    stranger = make.Visitor(Outside(app, app.response_class), db.session.get_one(Person, follow.who["stranger"]))
    assert (stranger.get(address).status_code, stranger.get("/deadlines/999/extend").status_code) == (404, 404)


def test_a_review_has_a_date_that_the_applicants_do_not_see(app: Flask) -> None:
    with app.app_context(), clock.at(MONDAY):
        file = make.in_review()
        review = running(K.REVIEW)
        assert (review.rule, review.due_on) == ("review_days", date(2026, 3, 23))
        assert [p.id for p in reminders.owners(review, db.session.get_one(Review, review.case_id))] == [
            db.session.get_one(Review, review.case_id).reviewer_id
        ]
        visitor = make.Visitor(Outside(app, app.response_class), file.person("signatory"))
        assert "What is due" not in visitor.get(f"/applications/{file.number}").text
        manager = make.Visitor(Outside(app, app.response_class), file.person("manager"))
        assert "Review" in manager.get(f"/applications/{file.number}").text.partition("What is due")[2][:600]


def test_a_figure_changed_later_leaves_running_dates_alone(follow: m.Follow) -> None:
    planned = [r.due_at for r in running().reminders]
    with writing():
        programme = db.session.scalars(select(Programme)).one()
        programme.rules = {"remind_before_days": 2, "escalation_days": 60}
    assert [r.due_at for r in running().reminders] == planned
    extend(follow, date(2026, 4, 1))
    assert running().reminders[0].due_at == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_everything_of_a_file_is_one_statement(follow: m.Follow) -> None:
    from tests.factories.applications import statements

    application = db.session.get_one(Application, follow.file)
    with statements() as seen:
        named = deadlines.named(application)
    assert len(seen) == 1
    assert {name for _row, name in named} >= {"Calibrate the weighbridge", "Workshop for colleagues", "Final report 2"}
    assert Machine.REPORT in {found.machine for found, _name in named}
