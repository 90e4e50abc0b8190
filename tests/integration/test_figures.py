"""A programme's figures against what it has: people without ties, holders of roles, files of earlier versions."""

from dataclasses import asdict, replace
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import assessing as make
from tests.factories import people
from tests.factories import programmes as f
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.people import OrganisationType
from webapp.models.programme import Programme
from webapp.models.record import AuditEntry
from webapp.programmes import standing, use_cases
from webapp.reviews import candidates
from webapp.services.facts import rules
from webapp.transaction import writing
from workflows import guards
from workflows.definitions import APPLICATION, BY_VERSION
from workflows.facts import Rules
from workflows.vocabulary import Machine, Role, Trigger


@pytest.fixture
def rooms(app: Flask) -> f.Rooms:
    with app.app_context():
        return f.rooms()


def typed(form: str, **changed: str) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(Rules()).items()} | {"revision": f.revision(form)} | changed


def test_a_quorum_is_held_against_the_people_of_each_plan(app: Flask, rooms: f.Rooms) -> None:
    """One officer in RALGA and one in ULGA: enough for two reviews of a file that has both, not for three."""
    with app.app_context():
        f.plan(rooms, title="Rwanda")
    manager, address = f.enter(app, rooms, "manager"), f"/programmes/{rooms.programme}/figures"
    values = typed(manager.get(address).text, quorum="3")
    answer = manager.post(address, data=values)
    assert answer.status_code == 422
    assert 'id="quorum-error"' in answer.text
    assert "No file of “Rwanda” could be decided now: only 2 people without ties can review" in unescape(answer.text)
    assert 'value="3"' in answer.text
    read = f.ticked(answer.text)
    worse = manager.post(address, data=values | {"quorum": "4", "confirmed": "made up"})
    assert worse.status_code == 422
    assert manager.post(address, data=values | {"confirmed": read}).status_code == 303
    with app.app_context():
        assert rules(db.session.get_one(Programme, rooms.programme)).quorum == 3
        assert db.session.scalars(select(AuditEntry.data).order_by(AuditEntry.id.desc())).first() == {
            "figures": {"quorum": ["2", "3"]}, "confirmed": ["quorum"],
        }  # fmt: skip
    values = typed(manager.get(address).text, quorum="3", appeal_days="50")
    assert manager.post(address, data=values).status_code == 303, "a figure that stays is not asked about again"


def test_ties_and_foreign_associations_do_not_count_for_a_file(app: Flask) -> None:
    with app.app_context():
        file = make.in_review()
        with writing():
            programme = file.application.call.plan.programme
            title = programme.plans[0].title
            one, two = (replace(Rules(), quorum=number) for number in (2, 5))

            def reviewers() -> int:
                return standing.standing(programme, one, two).reviewers[title]

            before = reviewers()
            free = [o for o in candidates.officers(file.application) if o.is_free]
            assert before == len(free)
            far = people.organisation("A far association", type=OrganisationType.LGA, country="KE")
            people.grant(people.person(), Role.LGA_OFFICER, organisation=far)
            assert reviewers() == before
            people.affiliate(free[0].person, file.application.parties[0].organisation)
            assert reviewers() == before - 1 == len([o for o in candidates.officers(file.application) if o.is_free])


def test_a_mandate_needs_people_who_hold_the_role(app: Flask, rooms: f.Rooms) -> None:
    manager, address = f.enter(app, rooms, "manager"), f"/programmes/{rooms.programme}/figures"
    values = typed(manager.get(address).text, mandate_manager="0")
    answer = manager.post(address, data=values)
    assert (answer.status_code, 'id="mandate_manager-error"' in answer.text) == (422, True)
    assert "The programme has 0 of at least 1 people with this role: Finance officer" in answer.text
    with app.app_context(), writing():
        people.grant(people.person(), Role.FINANCE_OFFICER, programme_id=rooms.programme)
        people.grant(people.person(), Role.PROGRAMME_MANAGER, programme_id=rooms.programme)
    assert manager.post(address, data=values).status_code == 303


def test_no_more_municipalities_agree_than_a_file_has(app: Flask, rooms: f.Rooms) -> None:
    manager, address = f.enter(app, rooms, "manager"), f"/programmes/{rooms.programme}/figures"
    answer = manager.post(address, data=typed(manager.get(address).text, text_agreements="10"))
    assert (answer.status_code, 'id="text_agreements-error"' in answer.text) == (422, True)
    assert "Enter a number from 0 to 2." in answer.text
    assert 'value="10"' in answer.text


def test_figures_are_held_against_the_version_that_files_still_stand_in(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier version that needs a step to go on: who stands in it keeps the step; nobody there, nobody asks."""
    needing = tuple(
        replace(m, guards=(*m.guards, guards.capacity_hold_used)) if m.trigger is Trigger.SEND_TO_REVIEW else m
        for m in APPLICATION.moves
    )
    monkeypatch.setitem(BY_VERSION, (Machine.APPLICATION, 7), replace(APPLICATION, version=7, moves=needing))
    with app.app_context():
        file = make.submitted()
        with writing():
            programme = file.application.call.plan.programme
            use_cases.update_rules(programme, {"capacity_hold": False}, file.who("manager"))
            use_cases.update_rules(programme, {"capacity_hold": True}, file.who("manager"))
            file.application.definition_version = 7
            db.session.flush()
            with pytest.raises(Invalid, match="With this no file could ever become"):
                use_cases.update_rules(programme, {"capacity_hold": False}, file.who("manager"))
