"""Who clears what stands in the way of real files, and what is left when nobody can."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import get_locale
from html5lib import HTMLParser

from tests.factories import agreements as ag
from tests.factories import applications as ap
from tests.factories import assessing as s
from tests.factories import deadlines as d
from tests.factories import monitoring as m
from tests.factories import people
from webapp import clock, jobs, wording
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.monitoring import Audit, CorrectiveAction, Report
from webapp.models.people import Person, RoleGrant
from webapp.models.record import OutboxRow
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services import explain, reminders
from webapp.services.advance import advance, definition_of
from webapp.services.facts import cases
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import Machine, Role, State, Trigger

NOBODY = "Nobody can change this any more."


def who_clears(case: Case, trigger: Trigger, who: Principal) -> dict[str, str]:
    return {reason.blocker.code: reason.who for reason in explain.explain(case, trigger, who).reasons}


def test_a_closed_call_opens_for_nobody(app: Flask) -> None:
    with app.app_context():
        rooms = ap.setting()
        number = ap.signed_off(rooms)
        with writing():
            advance(db.session.get_one(Application, number).call, Trigger.CLOSE_CALL, rooms.who("manager"))
        application = db.session.get_one(Application, number)
        assert who_clears(application, Trigger.SUBMIT, rooms.who("signatory")) == {"call_not_open": NOBODY}


def test_a_low_score_is_cleared_by_nobody_and_a_tie_by_another_director(app: Flask) -> None:
    with app.app_context():
        file = s.in_decision(2, 2)
        found = who_clears(file.application, Trigger.APPROVE, file.who("director"))
        assert found["score_too_low"] == NOBODY
        assert found["not_recommended"] == "The programme manager can clear this."


def test_without_an_auditor_the_administrator_names_one(app: Flask) -> None:
    file = m.closing(app, days=250)
    with app.app_context():
        director = file.principal("director")
        named = bool(db.session.scalar(db.select(Audit.auditor_id)))
        expected = "The auditor can clear this." if named else "The system administrator can clear this."
        assert who_clears(file.application(), Trigger.CLOSE, director)["audit_open"] == expected
        with writing():
            db.session.execute(db.delete(RoleGrant).where(RoleGrant.role == Role.AUDITOR))
        told = who_clears(file.application(), Trigger.CLOSE, director)["audit_open"]
        assert told == "The system administrator can clear this."
        assert file.application().state is State.CLOSING


# --- ways --------------------------------------------------------------------------------------------------------


def triggers(way: explain.Way | None) -> list[Trigger]:
    """The moves in their order, those of the parts before the move that waits for them."""
    assert way is not None
    return [t for step in way.steps for t in (*(t for part in step.parts for t in triggers(part)), step.move.trigger)]


def sound(case: Case, who: Principal) -> explain.Outlook:
    """Every state that is offered as a target has a way, and no other has one."""
    look = explain.Outlook(case, who)
    states = {spec.name for spec in definition_of(case).states} - {case.state}
    assert {state for state in states if look.way_to(state) is not None} == set(look.targets)
    return look


def test_after_the_time_to_appeal_nothing_leads_back(app: Flask) -> None:
    with app.app_context():
        file = s.rejected()
        assert State.SIGNED in sound(file.application, file.who("manager")).targets
        with clock.at(clock.now() + timedelta(days=60)):
            assert sound(file.application, file.who("manager")).targets == (State.CLOSED,)


def test_who_has_appealed_once_does_not_appeal_again(app: Flask) -> None:
    with app.app_context():
        file = s.appealed(s.rejected())
        assert State.REJECTED in sound(file.application, file.who("manager")).targets
        s.voted(file, "judge", True)
        s.voted(file, "judge2", True)
        assert file.application.state is State.REVIEW
        look = sound(file.application, file.who("manager"))
        assert State.REJECTED in look.targets
        assert State.APPEAL not in look.targets


def test_a_step_that_the_programme_does_without_is_on_no_way(app: Flask) -> None:
    with app.app_context():
        file = s.in_baseline()
        assert State.CAPACITY_HOLD in sound(file.application, file.who("manager")).targets
        with writing():
            programme = file.application.call.plan.programme
            programme.rules = {**programme.rules, "capacity_hold": False}
        assert State.CAPACITY_HOLD not in sound(file.application, file.who("manager")).targets


def test_a_low_score_leads_to_the_agreement_over_an_appeal_alone(app: Flask) -> None:
    with app.app_context():
        file = s.in_decision(2, 2)
        way = sound(file.application, file.who("manager")).way_to(State.APPROVED)
        assert triggers(way)[:3] == [Trigger.REJECT, Trigger.FILE_APPEAL, Trigger.UPHOLD_APPEAL]


def test_a_part_that_cannot_get_there_shuts_the_way(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that nobody could submit any more would leave a file in closing without a way to its end."""
    file = m.closing(app, days=250)
    with app.app_context():
        director = file.principal("director")
        assert State.CLOSED in sound(file.application(), director).targets
        with writing():
            report = db.session.scalars(db.select(Report)).first()
            assert report is not None
            report.state, report.accepted_by_id = State.DUE, None
        assert State.CLOSED in sound(file.application(), director).targets
        monkeypatch.setattr(cases, "_at_stage", lambda _case: False)
        assert sound(file.application(), director).targets == ()


def test_the_way_to_signed_leads_through_the_agreement(app: Flask) -> None:
    """What separates a draft that nobody has checked from *signed*: the agreement's own moves, each with its people."""
    with app.app_context():
        with writing():
            file = ag.approved()
            manager = file.as_manager()
        assert triggers(sound(file.application, manager).way_to(State.SIGNED)) == [
            Trigger.START_CONTRACTING, Trigger.ISSUE, Trigger.ENTER_INTO_FORCE, Trigger.CONCLUDE,
        ]  # fmt: skip
        with writing():
            ag.written(file, storage())
        way = sound(file.application, manager).way_to(State.SIGNED)
        assert triggers(way) == [Trigger.ISSUE, Trigger.ENTER_INTO_FORCE, Trigger.CONCLUDE]
        assert way is not None and way.length == 3
        (step,) = way.steps
        (agreement,) = step.parts
        issue, force = agreement.steps
        assert (issue.now, issue.mine, [r.blocker.code for r in issue.missing]) == (True, True, ["version_unchecked"])
        assert "The programme manager, a finance officer or the director" in issue.missing[0].who
        (signatures,) = force.missing
        named = "Rubavu (legal representative), Rheden (legal representative), Programme office (legal representative)"
        assert named in signatures.text
        assert "The agreement is not in force yet. It stands in the state “Draft”." in step.missing[0].text
        with writing():
            ag.checked(file, storage())
            ag.use_cases.issue(file.agreement, manager)
        with writing():
            ag.signed_by(file, file.signatories()[0], storage())
        way = sound(file.application, manager).way_to(State.SIGNED)
        assert triggers(way) == [Trigger.ENTER_INTO_FORCE, Trigger.CONCLUDE]
        assert way is not None
        (left,) = way.steps[0].parts[0].steps[0].missing
        assert "Rubavu" not in left.text and "Rheden" in left.text


def test_the_way_to_the_end_names_reports_and_obligations_once(app: Flask) -> None:
    file = m.monitored(app)
    m.action(file)
    with app.app_context():
        manager = file.principal("manager")
        way = sound(file.application(), manager).way_to(State.CLOSED)
        assert way is not None
        start, close = way.steps
        assert [part.of for part in start.parts] == ["Final report", "Interim report 1"]
        assert [part.of for part in close.parts if part.machine is Machine.REPORT] == []
        assert [part.of for part in close.parts if part.machine is Machine.OBLIGATION] == [
            "Knowledge sharing: Planner", "Knowledge sharing: Guide trainer",
        ]  # fmt: skip
        assert [part.of for part in close.parts if part.machine is Machine.ACTION] == [
            "Corrective action: Calibrate the weighbridge"
        ]
        stranger = explain.Outlook(file.application(), file.principal("reviewer")).way_to(State.CLOSED)
        assert stranger is not None
        assert not any(step.parts for step in stranger.steps)  # who may not look at the reports is not told of them


def test_an_applicant_is_not_told_who_reviews(app: Flask) -> None:
    with app.app_context():
        file = s.in_review()
        of_manager = sound(file.application, file.who("manager")).way_to(State.DECISION)
        of_applicant = sound(file.application, file.who("signatory")).way_to(State.DECISION)
        assert of_manager is not None and of_applicant is not None
        assert {part.of for part in of_manager.steps[0].parts} == {"Review: RALGA", "Review: VNG"}
        assert of_applicant.steps[0].parts == ()


def test_the_command_line_says_the_same(app: Flask) -> None:
    with app.app_context():
        with writing():
            file = ag.approved()
            ag.written(file, storage())
        ask = ["workflow", "explain", "--machine", "application", "--move", "conclude"]
        ask += ["--case", str(file.application.id), "--as", file.manager.email]
        found = explain.explain(file.application, Trigger.CONCLUDE, file.as_manager())
    run = app.test_cli_runner().invoke
    said = run(args=ask).output
    assert "Nobody but its author has checked this version yet." in said
    (part,) = json.loads(run(args=[*ask, "--json"]).output)["parts"]
    assert [step["move"] for step in part["steps"]] == triggers(found.parts[0])


def test_the_pages_of_ways_need_few_statements(app: Flask) -> None:
    """One for each kind of part that is asked about; decision 23 says why that may come to more than ten."""
    follow = m.monitored(app)
    with app.app_context():
        client = people.sign_in(app.test_client(), db.session.get_one(Person, follow.who["manager"]))
    for address, most in ((follow.address("path?to=closed"), 11), (follow.address("")[:-1], 10)):
        client.get(address)
        with ap.statements() as seen:
            assert client.get(address).status_code in (200, 308)
        assert len(seen) <= most, "\n".join(seen)


# --- mails -------------------------------------------------------------------------------------------------------


def lines_to(follow: m.Follow, name: str) -> list[str]:
    """The lines of the newest mail about the action to this person."""
    email = db.session.get_one(Person, follow.who[name]).email
    rows = db.session.scalars(db.select(OutboxRow.payload).order_by(OutboxRow.id.desc()))
    lines: list[str] = next(mail["lines"] for mail in rows if mail.get("to") == email and "action" in mail["path"])
    return lines


def test_a_reminder_says_what_is_still_missing_and_who_clears_it(app: Flask) -> None:
    with d.monitored_since_monday(app) as follow:
        action = d.running().case_id
        with d.late(0):
            jobs.send_reminders()
            case = db.session.get_one(CorrectiveAction, action)
            page = explain.explain(case, Trigger.MARK_DONE, follow.principal("editor")).reasons
            assert lines_to(follow, "editor")[-2:] == ["Still missing:", f"{page[0].text} {page[0].who}"]
        m.prove(follow, CorrectiveAction, action)
        with d.late(14):
            jobs.send_reminders()
            assert lines_to(follow, "editor")[-1] == "Nothing is missing any more. What is left to do: Mark as done."
            assert lines_to(follow, "manager")[-1] == lines_to(follow, "editor")[-1]


def test_a_mail_does_not_tell_what_its_reader_may_not_see(app: Flask) -> None:
    with d.monitored_since_monday(app) as follow:
        row = d.running()
        case = db.session.get_one(CorrectiveAction, row.case_id)
        editor, reviewer = (db.session.get_one(Person, follow.who[name]) for name in ("editor", "reviewer"))
        assert reminders.missing(row, case, editor)
        assert reminders.missing(row, case, reviewer) == []


def test_what_is_missing_is_told_in_the_readers_language(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with d.monitored_since_monday(app) as follow:
        with writing():
            db.session.get_one(Person, follow.who["editor"]).language = "nl"
        spoken: list[str] = []
        real = wording.blocker

        def blocker(*args: Any) -> str:
            spoken.append(str(get_locale()))
            return real(*args)

        monkeypatch.setattr(wording, "blocker", blocker)
        with d.late(0):
            jobs.send_reminders()
        assert {"nl", "en"} <= set(spoken)


# --- pages of the other machines -----------------------------------------------------------------------------------


def test_a_plan_and_a_call_answer_too(app: Flask) -> None:
    with app.app_context():
        rooms = ap.setting()
    manager = ap.enter(app, rooms, "manager")
    asked = (("plan", rooms.plan, "superseded", "2 steps from"), ("call", rooms.call, "closed", "One step from"))
    for machine, number, target, length in asked:  # a plan's open call is closed first
        address = f"/cases/{machine}/{number}/path"
        assert f'href="{address}"' in manager.get(f"/{machine}s/{number}").text
        page = manager.get(f"{address}?to={target}")
        HTMLParser(strict=True).parse(page.text)
        assert length in page.text
        assert manager.get(f"{address}?to=signed").status_code == 404
    assert "A call under this plan is still open." in manager.get(f"/cases/plan/{rooms.plan}/path?to=superseded").text
    foreign = ap.enter(app, rooms, "editor")
    assert foreign.get(f"/cases/plan/{rooms.plan}/path").status_code == 404
    assert manager.get(f"/cases/castle/{rooms.plan}/path").status_code == 404
    assert manager.get("/cases/call/999/path").status_code == 404


def test_a_report_and_an_agreement_answer_on_a_page_of_the_file(app: Flask) -> None:
    follow = m.monitored(app)
    report = m.reports(follow)[0]
    with app.app_context():
        client = people.sign_in(app.test_client(), db.session.get_one(Person, follow.who["manager"]))
    assert f'href="/cases/report/{report}/path"' in client.get(f"/reports/{report}").text
    page = client.get(f"/cases/report/{report}/path?to=accepted")
    HTMLParser(strict=True).parse(page.text)
    assert "2 steps from “Due” to “Accepted”" in page.text
    assert "The report is not complete." in page.text
    assert "In force" in client.get(f"/cases/agreement/{follow.agreement}/path?to=ended").text
    file = client.get(f"/cases/application/{follow.file}/path")
    assert (file.status_code, file.headers["Location"]) == (302, f"/applications/{follow.file}/path")


def test_the_page_of_an_agreement_asks_what_it_would_take(app: Flask) -> None:
    with app.app_context():
        with writing():
            file = ag.approved()
            ag.written(file, storage())
        number, agreement = file.application.id, file.agreement.id
        client = people.sign_in(app.test_client(), file.manager)
    assert f'href="/cases/agreement/{agreement}/path"' in client.get(f"/applications/{number}/agreement").text
    page = client.get(f"/cases/agreement/{agreement}/path?to=in_force").text
    assert "Nobody but its author has checked this version yet." in page
    assert "Still missing: Rubavu (legal representative)" in page
    assert "The programme manager, a finance officer or the director can clear this." in page
