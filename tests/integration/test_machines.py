"""The workflows as pages: the picture with its cases, and what it would take to get somewhere."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from html5lib import HTMLParser

from tests.factories import applications as a
from webapp import clock, create_app, wording
from webapp.applications import use_cases
from webapp.cli import workflow
from webapp.extensions import db
from webapp.machines import examination, queries
from webapp.models.application import Application, Section
from webapp.models.people import Person
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.policy import OFFICE, SYSTEM, Principal
from webapp.services import explain
from webapp.services.advance import offers
from webapp.transaction import writing
from webapp.wording import requirements
from workflows import engine, guards
from workflows.definition import BrokenDefinition, Definition, Guard
from workflows.definitions import ALL, APPLICATION, BY_VERSION, KNOWN
from workflows.vocabulary import Machine, Role, State, Trigger


@pytest.fixture
def rooms(app: Flask) -> a.Setting:
    with app.app_context():
        return a.setting()


def calls(plan_id: int, ages: list[int]) -> None:
    """Open calls that have been open for so many days."""
    today = clock.today()
    for age in ages:
        db.session.add(
            Call(
                plan_id=plan_id,
                title="A call",
                opens_on=today,
                closes_on=today + timedelta(days=9),
                floor=Decimal(1),
                ceiling=Decimal(2),
                state=State.OPEN,
                state_since=clock.now() - timedelta(days=age),
            )
        )
    db.session.flush()


def foreign_plan(rooms: a.Setting) -> int:
    """A plan of a programme in which the manager has no role."""
    plan = db.session.get_one(CountryPlan, rooms.plan)
    day = date(2026, 1, 1)
    other = Programme(
        code="OTHER", title="Other", starts_on=day, ends_on=date(2029, 1, 1), budget=Decimal(1), currency="EUR",
        funder="Somebody", operator_id=plan.programme.operator_id,
    )  # fmt: skip
    db.session.add(other)
    db.session.flush()
    found = CountryPlan(
        programme=other, title="P", country="RW", envelope=Decimal(1), lga_id=plan.lga_id,
        drafted_by_id=rooms.manager, starts_on=day, ends_on=date(2029, 1, 1),
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    return found.id


# --- where cases stand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ages", "median", "longest"),
    [([], 0, 0), ([4], 2, 4), ([40, 4], 4, 40), ([9, 1, 30], 5, 30), ([1, 2, 60, 9], 2, 60)],
)
def test_how_many_stand_where_and_how_long(
    app: Flask, rooms: a.Setting, ages: list[int], median: int, longest: int
) -> None:
    """One call of the setting is new; those of another programme are not counted."""
    with app.app_context():
        with writing():
            calls(rooms.plan, ages)
            calls(foreign_plan(rooms), [500])
        with a.statements() as seen:
            found = queries.standing(rooms.who("manager"), Machine.CALL, 1)
        assert found == {State.OPEN: queries.Standing(len(ages) + 1, median, longest)}
        assert len([text for text in seen if "row_number" in text]) == 1
        assert queries.standing(rooms.who("editor"), Machine.CALL, 1) == {}
        assert queries.standing(rooms.who("manager"), Machine.CALL, 2) == {}


def test_only_files_that_the_reader_may_see_are_counted(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        a.draft(rooms)
        a.submitted(rooms)
        manager, editor = rooms.who("manager"), rooms.who("editor")
        assert queries.standing(manager, Machine.APPLICATION, 1).keys() == {State.SUBMITTED}
        assert queries.standing(editor, Machine.APPLICATION, 1).keys() == {State.DRAFT, State.SUBMITTED}
        assert queries.standing(rooms.who("stranger"), Machine.APPLICATION, 1) == {}
        assert queries.running(manager)[Machine.APPLICATION] == 1
        assert queries.versions_in_use(manager, Machine.APPLICATION) == {1: 1}


def test_a_count_leads_to_the_files_that_stand_there(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        number = a.submitted(rooms)
        reference = db.session.get_one(Application, number).reference
    manager = a.enter(app, rooms, "manager")
    (address,) = re.findall(r'<a href="([^"]*state=[^"]*)" aria-label="Submitted: 1">1</a>', manager.get(MACHINE).text)
    assert reference in manager.get(address).text
    assert reference not in manager.get(address.replace("submitted", "closed")).text
    assert "?state=" not in manager.get("/workflows/call").text, "calls have no list by state"


def test_every_page_is_strict_html_and_needs_ten_statements_at_most(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        number = a.submitted(rooms)
    client = a.enter(app, rooms, "manager")
    pages = ["/workflows", f"/applications/{number}/path", f"/applications/{number}/path?to=closed"]
    pages += [f"/workflows/{machine.value}" for machine in Machine]
    for address in pages:
        with a.statements() as seen:
            page = client.get(address)
        assert page.status_code == 200, address
        HTMLParser(strict=True).parse(page.text)
        assert len(seen) <= 10, (address, len(seen), "\n".join(seen))
        assert "style=" not in page.text


def test_the_page_of_a_machine_says_the_table_in_words(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        a.submitted(rooms)
    page = a.enter(app, rooms, "manager").get("/workflows/application").text
    with app.app_context():
        for spec in APPLICATION.states:
            assert wording.state(Machine.APPLICATION, spec.name) in page
        for move in APPLICATION.moves:
            assert wording.trigger(Machine.APPLICATION, move.trigger) in page
    assert "Every partner has signed off this text." in page
    assert "180 days unless the programme sets another number" in page
    assert re.search(r"<svg [^>]*role=\"img\"", page)


def test_workflows_are_for_the_office(app: Flask, rooms: a.Setting) -> None:
    for name in ("editor", "signatory", "stranger"):
        client = a.enter(app, rooms, name)
        assert {client.get(address).status_code for address in ("/workflows", "/workflows/call")} == {404}
        assert "/workflows" not in client.get("/desk", follow_redirects=True).text
    manager = a.enter(app, rooms, "manager")
    assert 'href="/workflows"' in manager.get("/workflows").text
    assert Role.PROGRAMME_MANAGER in OFFICE


@pytest.mark.parametrize(
    "address",
    ["/workflows/x", "/workflows/application?version=9", "/workflows/call?version=x", "/workflows/call?version=²",
     "/workflows/call?version=-1", "/workflows/🏛", "/workflows/call?version=" + "9" * 400],
)  # fmt: skip
def test_an_unknown_machine_or_version_is_not_found(app: Flask, rooms: a.Setting, address: str) -> None:
    assert a.enter(app, rooms, "manager").get(address).status_code == 404


def test_cases_of_another_version_are_pointed_at(app: Flask, rooms: a.Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        a.submitted(rooms)
    monkeypatch.setitem(BY_VERSION, (Machine.APPLICATION, 2), replace(APPLICATION, version=2))
    page = a.enter(app, rooms, "manager").get("/workflows/application?version=2").text
    assert "1 file follows version 1" in page
    assert "/workflows/application?version=1" in page


# --- why not, and what would it take ---------------------------------------------------------------------------------


def test_every_reason_at_once_with_who_can_clear_it(app: Flask, rooms: a.Setting) -> None:
    """`decide` stops at a foreign role; the explanation goes on, with the very blockers of the engine."""
    with app.app_context():
        number = a.draft(rooms)
        application = db.session.get_one(Application, number)
        found = explain.explain(application, Trigger.SUBMIT, rooms.who("editor"))
        codes = [reason.blocker.code for reason in found.reasons]
        assert codes[0] == engine.NOT_YOURS
        assert {"incomplete", "sign_off_missing"} <= set(codes)
        assert all(reason.text and (reason.who or not reason.blocker.cleared_by) for reason in found.reasons)
        assert not found.ready
        offer = next(o for o in offers(application, rooms.who("editor")) if o.move.trigger is Trigger.SUBMIT)
        assert tuple(reason.blocker for reason in found.reasons) == offer.reasons
        assert "not_lead_signatory" not in codes  # the editor's own standing has no part in somebody else's move
        nowhere = explain.explain(application, Trigger.APPROVE, rooms.who("editor"))
        assert (nowhere.move, [r.blocker.code for r in nowhere.reasons]) == (None, [engine.NO_SUCH_MOVE])


def test_what_is_explained_is_what_can_be_done(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        application = db.session.get_one(Application, a.signed_off(rooms))
        assert explain.explain(application, Trigger.SUBMIT, rooms.who("signatory")).ready
        assert not explain.explain(application, Trigger.SUBMIT, rooms.who("partner_signatory")).ready
        assert not explain.explain(application, Trigger.SUBMIT, SYSTEM).ready


def steps(application: Application, target: State, who: Principal) -> list[str]:
    found = explain.way_to(application, target, who)
    assert found is not None
    return [step.label for step in found.steps]


def test_the_way_to_signed(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        application = db.session.get_one(Application, a.submitted(rooms))
        manager = rooms.who("manager")
        found = explain.way_to(application, State.SIGNED, manager)
        assert found is not None
        assert [step.label for step in found.steps] == [
            "Start eligibility check", "Send to baseline assessment", "Send to LGA review", "Send to decision",
            "Approve application", "Start contracting", "Conclude contracting",
        ]  # fmt: skip
        first, *later = found.steps
        assert (first.now, first.mine, first.missing, first.owners) == (True, True, (), "Programme manager")
        assert all(not step.now and step.needed and not step.missing for step in later)
        assert (later[-1].by_itself, later[-1].needed) == (True, ("All the parties have signed the agreement.",))
        assert steps(application, State.SUBMITTED, manager) == []
        assert explain.way_to(application, State.DRAFT, manager) is None


def test_a_clarification_leads_back_to_where_it_came_from(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        application = db.session.get_one(Application, a.clarifying(rooms, Section.BUDGET))
        assert steps(application, State.BASELINE, rooms.who("editor")) == [
            "Send the answer", "Send to baseline assessment",
        ]  # fmt: skip


def test_a_foreign_step_says_nothing_about_the_reader(app: Flask, rooms: a.Setting) -> None:
    """The partner's signatory belongs to a municipality of the file; that does not hold up the manager's move."""
    with app.app_context():
        application = db.session.get_one(Application, a.submitted(rooms))
        found = explain.way_to(application, State.ELIGIBILITY, rooms.who("partner_signatory"))
        assert found is not None
        assert [(step.mine, step.missing) for step in found.steps] == [(False, ())]
        own = explain.explain(application, Trigger.START_ELIGIBILITY, rooms.who("partner_signatory"))
        assert [r.blocker.code for r in own.reasons] == [engine.NOT_YOURS]


def test_the_page_of_the_way_names_what_is_missing_now(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        number = a.draft(rooms)
    client = a.enter(app, rooms, "editor")
    assert f'href="/applications/{number}/path"' in client.get(f"/applications/{number}").text
    page = client.get(f"/applications/{number}/path?to=signed").text
    assert "11 steps from “Draft” to “Signed”" in page
    assert "Missing now:" in page
    assert "Not every partner has signed off this text. Still missing: Rheden, Rubavu." in page
    assert "The signatory of the municipality can clear this." in page
    assert "Enough reviews are submitted." in page
    assert '<option value="signed" selected>' in page
    assert "It is there already" in client.get(f"/applications/{number}/path?to=draft").text


@pytest.mark.parametrize("asked", ["x", "due", "🏛", "SIGNED", "9" * 3000, "%00"])
def test_a_state_that_is_none_of_this_file_is_not_found(app: Flask, rooms: a.Setting, asked: str) -> None:
    with app.app_context():
        number = a.submitted(rooms)
    client = a.enter(app, rooms, "manager")
    assert client.get(f"/applications/{number}/path?to={asked}").status_code == 404
    assert client.get(f"/applications/{number}/path?to=draft").status_code == 404


def test_the_way_of_a_foreign_file_is_not_found(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        number = a.submitted(rooms)
    stranger = a.enter(app, rooms, "stranger")
    assert stranger.get(f"/applications/{number}/path?to=signed").status_code == 404
    assert stranger.get("/applications/999999/path?to=signed").status_code == 404


# --- commands --------------------------------------------------------------------------------------------------------


def test_the_commands_examine_and_list(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    said = run(args=["workflow", "verify"])
    assert (said.exit_code, said.output.count("version 1:")) == (0, len(ALL)), said.output
    found = json.loads(run(args=["workflow", "verify", "--json"]).output)
    assert {m["machine"] for m in found["machines"]} == set(Machine)
    assert (found["unknown_in_database"], found["unused_guards"]) == ([], [])
    tables = json.loads(run(args=["workflow", "list", "--json"]).output)
    application = next(t for t in tables if t["machine"] == "application")
    assert (len(application["states"]), len(application["moves"])) == (len(APPLICATION.states), len(APPLICATION.moves))
    assert run(args=["workflow", "list"]).output.count("\n") == len(ALL)


def test_a_broken_machine_ends_the_examination_with_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(APPLICATION, moves=APPLICATION.moves[1:])
    monkeypatch.setattr(examination, "KNOWN", (broken, *KNOWN))
    said = app.test_cli_runner().invoke(args=["workflow", "verify"])
    assert said.exit_code == 1
    assert "FAULT application: state submitted is unreachable" in said.output
    assert "FAULT application: version 1 stands there twice" in said.output


MACHINE = "/workflows/application"


def _asking(guard: Guard, trigger: Trigger) -> Definition:
    """The application's machine with one more guard on a move."""
    found = APPLICATION.moves
    return replace(APPLICATION, moves=tuple(
        replace(m, guards=(*m.guards, guard)) if m.trigger is trigger else m for m in found
    ))  # fmt: skip


NOT_GIVEN_OUT = "application: version 1 is not the table that was given out under this number"
PLANTED: list[tuple[tuple[Definition, ...], str]] = [
    ((replace(APPLICATION, moves=APPLICATION.moves[1:]),), "application: state submitted is unreachable"),
    ((replace(APPLICATION, moves=APPLICATION.moves[:-1]),), NOT_GIVEN_OUT),
    ((replace(APPLICATION, version=2),), "application: version 2 is not the table that was given out"),
    ((APPLICATION, APPLICATION), "application: version 1 stands there twice"),
    ((_asking(guards.quorum, Trigger.SUSPEND),),
     "application: guard quorum of suspend asks for valid_reviews, which is not loaded in monitoring"),
]  # fmt: skip


@pytest.mark.parametrize(("planted", "named"), PLANTED, ids=[named for _planted, named in PLANTED])
def test_the_product_does_not_start_on_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, planted: tuple[Definition, ...], named: str
) -> None:
    monkeypatch.setattr(examination, "KNOWN", planted)
    with app.app_context(), pytest.raises(BrokenDefinition) as refused:
        examination.require_sound()
    assert named in str(refused.value)


def test_starting_asks_for_sound_machines(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(requirements.REQUIREMENTS, "quorum")
    with pytest.raises(BrokenDefinition, match="application version 1: guard quorum has no words"):
        create_app(app.config["SETTINGS"])


def test_what_has_no_words_is_named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(requirements.REQUIREMENTS, "quorum")
    said = app.test_cli_runner().invoke(args=["workflow", "verify"])
    assert (said.exit_code, "application version 1: guard quorum" in said.output) == (1, True)


def test_why_somebody_cannot_is_explained_on_the_command_line(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        number = a.complete(rooms)
        emails = [db.session.get_one(Person, person).email for person in (rooms.editor, rooms.signatory)]
    run = app.test_cli_runner().invoke
    ask = ["workflow", "explain", "--machine", "application", "--case", str(number), "--move", "submit", "--as"]
    found = json.loads(run(args=[*ask, emails[0], "--json"]).output)
    assert not found["possible"]
    assert [r["code"] for r in found["reasons"]] == [engine.NOT_YOURS, "sign_off_missing"]
    assert "Not every partner has signed off this text." in run(args=[*ask, emails[1]]).output
    with app.app_context(), writing():
        for name in ("signatory", "partner_signatory"):
            use_cases.sign_off(db.session.get_one(Application, number), rooms.who(name))
    assert run(args=[*ask, emails[1]]).output == "Nothing stands in the way.\n"
    assert "Nobody has this address." in run(args=[*ask, "nobody@example.org"]).output
    assert "There is no such case." in run(args=[*ask[:5], "999", *ask[6:], emails[0]]).output


def test_documenting_writes_once(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(workflow, "DOCS", tmp_path / "docs")
    run = app.test_cli_runner().invoke
    assert run(args=["workflow", "document", "--check"]).exit_code == 1
    assert not (tmp_path / "docs").exists()
    assert "docs/workflows/call.svg written" in run(args=["workflow", "document"]).output
    assert run(args=["workflow", "document"]).output == ""
    assert run(args=["workflow", "document", "--check"]).exit_code == 0
