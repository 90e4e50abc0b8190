"""A case keeps the rules it began with, and can be carried to others: shown first, one by one, on the record."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.factories import applications as a
from tests.factories import people
from webapp.cli import worker
from webapp.errors import Conflict, Refused
from webapp.extensions import db
from webapp.models.application import Application, Section
from webapp.models.people import Person
from webapp.models.record import AuditEntry, AuditEvent, Deadline
from webapp.services import audit, versions
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows import guards
from workflows.definition import Definition
from workflows.definitions import APPLICATION, BY_VERSION, CURRENT
from workflows.verify import faults
from workflows.vocabulary import Machine, Role, State, Trigger

S, T = State, Trigger
KEY = (Machine.APPLICATION, 2)
MIGRATE = ["workflow", "migrate", "--machine", "application", "--from", "1", "--to", "2"]
MAPPED = [*MIGRATE, "--map", "eligibility=baseline", "--map", "ineligible=rejected"]


def _second() -> Definition:
    """Without an eligibility check, and the partners' sign-off no longer stands in the way of submitting."""
    gone = {S.ELIGIBILITY, S.INELIGIBLE}
    moves = [m for m in APPLICATION.moves if not gone & {m.source, m.dest}]
    place = next(i for i, m in enumerate(moves) if m.trigger is T.SUBMIT)
    moves[place] = replace(moves[place], guards=tuple(g for g in moves[place].guards if g is not guards.all_signed_off))
    start = next(m for m in APPLICATION.moves if m.trigger is T.START_ELIGIBILITY)
    states = tuple(spec for spec in APPLICATION.states if spec.name not in gone)
    return replace(APPLICATION, version=2, states=states, moves=(replace(start, dest=S.BASELINE), *moves))


SECOND = _second()


@pytest.fixture
def rooms(app: Flask) -> a.Setting:
    with app.app_context():
        return a.setting()


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Version 2 is published; what begins from now on begins under it."""
    monkeypatch.setitem(BY_VERSION, KEY, SECOND)
    monkeypatch.setitem(CURRENT, Machine.APPLICATION, SECOND)
    return monkeypatch


@pytest.fixture
def run(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def standing(app: Flask, number: int) -> tuple[State, int]:
    with app.app_context():
        case = db.session.get_one(Application, number)
        return case.state, case.definition_version


def submit(app: Flask, rooms: a.Setting, number: int) -> None:
    with app.app_context(), writing():
        advance(db.session.get_one(Application, number), T.SUBMIT, rooms.who("signatory"))


def carried(app: Flask) -> list[AuditEntry]:
    with app.app_context():
        query = sa.select(AuditEntry).where(AuditEntry.event == AuditEvent.MIGRATED).order_by(AuditEntry.id)
        return list(db.session.scalars(query))


def test_the_second_version_is_sound() -> None:
    assert faults(SECOND) == []


def test_each_case_goes_by_the_rules_it_began_with(
    app: Flask, rooms: a.Setting, request: pytest.FixtureRequest
) -> None:
    with app.app_context():
        older = a.complete(rooms)
    request.getfixturevalue("second")
    with app.app_context():
        newer = a.complete(rooms)
    assert (standing(app, older), standing(app, newer)) == ((S.DRAFT, 1), (S.DRAFT, 2))
    with pytest.raises(Refused, match="sign_off_missing"):
        submit(app, rooms, older)
    submit(app, rooms, newer)
    with app.app_context(), writing():
        advance(db.session.get_one(Application, newer), T.START_ELIGIBILITY, rooms.who("manager"))
    assert (standing(app, older), standing(app, newer)) == ((S.DRAFT, 1), (S.BASELINE, 2))


def test_a_carried_case_goes_by_the_new_rules_from_then_on(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch, run: FlaskCliRunner
) -> None:
    second.setitem(CURRENT, Machine.APPLICATION, APPLICATION)
    with app.app_context():
        number = a.complete(rooms)
    said = run.invoke(args=[*MAPPED, "--yes"])
    assert said.exit_code == 0, said.output
    assert standing(app, number) == (S.DRAFT, 2)
    submit(app, rooms, number)
    (entry,) = carried(app)
    assert (entry.role, entry.actor_id, entry.trigger) == (Role.SYSTEM, None, None)
    assert (entry.from_state, entry.to_state, entry.application_id) == (S.DRAFT, S.DRAFT, number)
    assert entry.data == {"from_version": 1, "to_version": 2}
    with app.app_context():
        assert audit.broken_links() == []


def test_the_record_names_the_administrator_who_ordered_it(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch, run: FlaskCliRunner
) -> None:
    second.setitem(CURRENT, Machine.APPLICATION, APPLICATION)
    with app.app_context():
        number = a.complete(rooms)
        with writing():
            admin = people.grant(people.person("Administrator", email="ada@example.org"), Role.SYSTEM_ADMIN).id
        manager = db.session.get_one(Person, rooms.manager).email
    for stranger in ("nobody@example.org", manager):
        said = run.invoke(args=[*MAPPED, "--yes", "--as", stranger])
        assert (said.exit_code, "No system administrator has this address" in said.output) == (1, True)
        assert standing(app, number) == (S.DRAFT, 1)
    assert run.invoke(args=[*MAPPED, "--yes", "--as", " Ada@example.org"]).exit_code == 0
    (entry,) = carried(app)
    assert (entry.role, entry.actor_id) == (Role.SYSTEM_ADMIN, admin)
    with app.app_context():
        assert audit.broken_links() == []
    assert "Administrator" in a.enter(app, rooms, "editor").get(f"/applications/{number}/history").text


def test_a_mapped_state_and_what_is_remembered_go_along(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch, run: FlaskCliRunner
) -> None:
    second.setitem(CURRENT, Machine.APPLICATION, APPLICATION)
    with app.app_context():
        asked, eligible = a.clarifying(rooms, Section.BUDGET), a.submitted(rooms)
        with writing():
            advance(db.session.get_one(Application, eligible), T.START_ELIGIBILITY, rooms.who("manager"))
        before = db.session.get_one(Application, eligible).revision
    assert run.invoke(args=[*MAPPED, "--yes"]).exit_code == 0
    with app.app_context():
        clarifying, moved = db.session.get_one(Application, asked), db.session.get_one(Application, eligible)
        assert (clarifying.state, clarifying.return_state) == (S.CLARIFICATION, S.BASELINE)
        assert (moved.state, moved.definition_version, moved.revision) == (S.BASELINE, 2, before + 1)
    page = a.enter(app, rooms, "manager").get(f"/applications/{eligible}/history").text
    assert "Carried the file over to a newer version of the rules" in page


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "eligibility is not mapped, and version 2 does not have it"),
        (["--map", "eligibility=due", "--map", "ineligible=rejected"], "eligibility would become due"),
        (["--map", "eligibility=nowhere"], "'nowhere' is not a valid State"),
        (["--map", "x"], "x: '' is not a valid State"),
        (["--map", "eligibility=withdrawn", "--map", "ineligible=rejected"], "are not both an end"),
    ],
)
def test_what_is_unmapped_or_lands_nowhere_is_refused(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch, run: FlaskCliRunner, more: list[str], said: str
) -> None:
    second.setitem(CURRENT, Machine.APPLICATION, APPLICATION)
    with app.app_context():
        number = a.draft(rooms)
    answer = run.invoke(args=[*MIGRATE, *more, "--yes"])
    assert answer.exit_code == 1
    assert said in answer.output
    assert "Nothing was changed." in answer.output
    assert standing(app, number) == (S.DRAFT, 1)


def test_it_is_shown_first_and_a_dry_run_changes_nothing(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch, run: FlaskCliRunner
) -> None:
    second.setitem(CURRENT, Machine.APPLICATION, APPLICATION)
    with app.app_context():
        number = a.draft(rooms)
    for args, keys in (([*MAPPED, "--dry-run"], ""), (MAPPED, "n\n")):
        said = run.invoke(args=args, input=keys).output
        assert "1  draft -> draft" in said
        assert "1 of application would go from version 1 to 2." in said
        assert standing(app, number) == (S.DRAFT, 1)
    assert carried(app) == []
    assert "has no version 3" in run.invoke(args=[*MIGRATE[:-1], "3"]).output


def test_a_run_that_was_stopped_is_taken_up_again(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch, run: FlaskCliRunner
) -> None:
    second.setitem(CURRENT, Machine.APPLICATION, APPLICATION)
    with app.app_context():
        numbers = [a.draft(rooms, title) for title in ("One", "Two", "Three")]
    real = versions.carry

    def stops_at_the_second(number: int, *more: object) -> AuditEntry | None:
        entry = real(number, *more)  # type: ignore[arg-type]
        if number == numbers[1]:
            raise RuntimeError("the power is gone")
        return entry

    second.setattr(versions, "carry", stops_at_the_second)
    assert isinstance(run.invoke(args=[*MAPPED, "--yes"]).exception, RuntimeError)
    assert [standing(app, number)[1] for number in numbers] == [2, 1, 1]
    second.setattr(versions, "carry", real)
    assert "2 carried" in run.invoke(args=[*MAPPED, "--yes"]).output
    assert [standing(app, number)[1] for number in numbers] == [2, 2, 2]
    assert len(carried(app)) == 3
    assert "0 of application would go" in run.invoke(args=[*MAPPED, "--yes"]).output


def test_a_case_that_was_carried_meanwhile_is_left_alone(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        number = a.draft(rooms)
        with writing():
            assert versions.carry(number, APPLICATION, SECOND, {S.DRAFT: S.DRAFT}) is None
        with pytest.raises(Conflict), writing():
            versions.carry(number, replace(APPLICATION, version=3), replace(APPLICATION, version=4), {})


def test_a_case_in_a_state_without_rules_is_named_and_the_others_go_on(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch, run: FlaskCliRunner
) -> None:
    """An older release that does not know where the first case stands carries the other one all the same."""
    second.setitem(CURRENT, Machine.APPLICATION, APPLICATION)
    with app.app_context():
        lost, found = a.submitted(rooms), a.draft(rooms)
    fewer = replace(APPLICATION, states=tuple(s for s in APPLICATION.states if s.name is not S.SUBMITTED))
    second.setitem(BY_VERSION, (Machine.APPLICATION, 1), fewer)
    said = run.invoke(args=[*MAPPED, "--yes"])
    assert (said.exit_code, f"{lost}: submitted is no state of version 1" in said.output) == (1, True), said.output
    assert (standing(app, lost), standing(app, found)) == ((S.SUBMITTED, 1), (S.DRAFT, 2))


def test_a_deadline_of_the_new_version_begins_and_one_it_does_not_have_ends(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch
) -> None:
    first = APPLICATION.states[0]
    timed = replace(first, deadline="reserve_days", on_deadline=T.WITHDRAW)
    with_deadline = replace(APPLICATION, version=3, states=(timed, *APPLICATION.states[1:]))
    everything = {spec.name: spec.name for spec in APPLICATION.states}
    second.setitem(CURRENT, Machine.APPLICATION, APPLICATION)
    open_rows = sa.select(Deadline.trigger).where(Deadline.closed_at.is_(None))
    with app.app_context():
        number = a.draft(rooms)
        with writing():
            versions.carry(number, APPLICATION, with_deadline, everything)
        assert list(db.session.scalars(open_rows)) == [T.WITHDRAW]
        with writing():
            versions.carry(number, with_deadline, replace(with_deadline, version=4), everything)
        assert list(db.session.scalars(open_rows)) == [T.WITHDRAW]
        with writing():
            versions.carry(number, replace(with_deadline, version=4), APPLICATION, everything)
        assert list(db.session.scalars(open_rows)) == []


# --- what is stored must be known ------------------------------------------------------------------------------------


def test_cases_without_rules_are_found_and_the_worker_does_not_start(
    app: Flask, rooms: a.Setting, second: pytest.MonkeyPatch, run: FlaskCliRunner
) -> None:
    with app.app_context():
        a.draft(rooms)
    assert run.invoke(args=["workflow", "verify"]).exit_code == 0
    second.delitem(BY_VERSION, KEY)
    said = run.invoke(args=["workflow", "verify", "--json"])
    assert said.exit_code == 1
    assert json.loads(said.output)["unknown_in_database"] == ["application version 2: draft"]
    refused = run.invoke(worker.command, args=["--once"])
    assert refused.exit_code == 1
    assert "No rules for: application version 2: draft" in refused.output


def test_a_database_without_tables_is_not_asked(app: Flask, run: FlaskCliRunner) -> None:
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE review RENAME TO review_away"))
        try:
            assert versions.unknown_stored() is None
            assert "not asked" in run.invoke(args=["workflow", "verify"]).output
        finally:
            with db.engine.begin() as connection:
                connection.execute(sa.text("ALTER TABLE review_away RENAME TO review"))
