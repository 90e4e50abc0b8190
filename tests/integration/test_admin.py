"""Organisations, people, scoped roles and one's own account: who may give what to whom, and what it does."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from html5lib import HTMLParser
from sqlalchemy import func, select

from tests.factories import people
from tests.factories import programmes as f
from tests.factories.applications import statements
from tests.support.odd import ODD, ODD_SHOWN
from webapp import clock
from webapp.admin import scopes, use_cases
from webapp.auth import passwords, sessions
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.people import (
    Affiliation,
    AffiliationKind,
    Organisation,
    OrganisationType,
    Person,
    RoleGrant,
    UserSession,
)
from webapp.models.record import AuditEntry, AuditEvent, OutboxRow
from webapp.transaction import writing
from workflows.vocabulary import Machine, Role

PASSWORD = "correct horse battery staple"


@pytest.fixture
def rooms(app: Flask) -> f.Rooms:
    with app.app_context():
        return f.rooms()


def newcomer(rooms: f.Rooms, role: Role | None = Role.APPLICANT_EDITOR) -> int:
    """Somebody of the municipality; their number."""
    with writing():
        somebody = people.person("Newcomer", email="newcomer@example.org")
        if role is not None:
            people.grant(somebody, role, organisation=db.session.get_one(Organisation, rooms.municipality))
        return somebody.id


def get(person_id: int) -> Person:
    return db.session.get_one(Person, person_id, populate_existing=True)


def organisation_values(**changed: Any) -> dict[str, str]:
    plain = {
        "name": "Goes", "legal_name": "Municipality of Goes", "type": "municipality", "country": "NL",
        "time_zone": "Europe/Amsterdam", "population": "39000", "lga_id": "",
    }  # fmt: skip
    return plain | changed


def invitation(**changed: Any) -> dict[str, str]:
    plain = {"email": "New.Person@Example.org", "name": ODD, "language": "en", "time_zone": "Africa/Kigali"}
    return plain | changed


# --- organisations --------------------------------------------------------------------------------


def test_an_organisation_is_added_found_and_changed(app: Flask, rooms: f.Rooms) -> None:
    admin = f.enter(app, rooms, "admin")
    answer = admin.post("/organisations/new", data=organisation_values(name=ODD, lga_id=str(rooms.lga)))
    assert answer.status_code == 303, answer.text
    page = admin.get(answer.location).text
    assert ODD_SHOWN in page
    found = re.search(r"/organisations/(\d+)", page)
    assert found
    changed = organisation_values(population="40 000", type="water_board")
    assert admin.post(found[0], data=changed).status_code == 303
    with app.app_context():
        row = db.session.get_one(Organisation, int(found[1]))
        assert (row.name, row.population, row.type, row.lga_id) == ("Goes", 40_000, OrganisationType.WATER_BOARD, None)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "RHEDEN"}, "Another organisation has this name already."),
        ({"name": ""}, "Fill this in."),
        ({"country": "ZZ"}, "Not a valid choice"),
        ({"time_zone": "Mars/Olympus"}, "Not a valid choice"),
        ({"population": "-1"}, "Enter a whole number in figures"),
        ({"population": "9" * 30}, "Enter a number from 0 to 2,000,000,000."),
        ({"population": "1e5"}, "Enter a whole number in figures"),
        ({"type": "kingdom"}, "Invalid Choice"),
        ({"lga_id": "999999"}, "Not a valid choice"),
        ({"lga_id": "x"}, "Invalid Choice"),
    ],
)
def test_an_organisation_that_does_not_hold_keeps_what_was_typed(
    app: Flask, rooms: f.Rooms, changed: dict[str, str], sentence: str
) -> None:
    admin = f.enter(app, rooms, "admin")
    answer = admin.post("/organisations/new", data=organisation_values(place=ODD, **changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{ODD_SHOWN}"' in answer.text


def test_the_type_is_fixed_while_people_hold_roles_that_belong_to_it(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        town = db.session.get_one(Organisation, rooms.municipality)
        with pytest.raises(Invalid, match="End those roles first"):
            use_cases.save_organisation(town, {"type": OrganisationType.LGA}, rooms.who("admin"))
        use_cases.save_organisation(town, {"type": OrganisationType.PROVINCE}, rooms.who("admin"))
        with pytest.raises(Invalid, match="Choose a local government association"):
            use_cases.save_organisation(town, {"lga_id": rooms.office}, rooms.who("admin"))
        with pytest.raises(Forbidden):
            use_cases.save_organisation(town, {"place": "X"}, rooms.who("local_admin"))


# --- inviting -------------------------------------------------------------------------------------


def test_an_invited_person_chooses_a_password_with_a_link_that_serves_once(
    app: Flask, client: FlaskClient, rooms: f.Rooms
) -> None:
    admin = f.enter(app, rooms, "admin")
    answer = admin.post("/people/invite", data=invitation())
    assert answer.status_code == 303, answer.text
    assert ODD_SHOWN in admin.get(answer.location).text
    with app.app_context():
        person = db.session.scalar(select(Person).where(Person.email == "new.person@example.org"))
        assert person is not None
        assert (person.password_hash, person.time_zone, person.grants) == ("", "Africa/Kigali", [])
        mail = db.session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first()
        assert mail is not None
        link = mail.payload["path"]
        assert mail.payload["to"] == "new.person@example.org"
        with clock.at(clock.now() + timedelta(days=13, hours=23)):
            assert client.get(link).status_code == 200
        with clock.at(clock.now() + timedelta(days=14, minutes=1)):
            assert client.get(link).status_code == 404
    assert client.post(link, data={"password": PASSWORD}).status_code == 303
    assert client.post(link, data={"password": PASSWORD}).status_code == 404


def test_a_second_invitation_ends_the_first_link(app: Flask, client: FlaskClient, rooms: f.Rooms) -> None:
    admin = f.enter(app, rooms, "admin")
    page = admin.post("/people/invite", data=invitation()).location
    assert "Send the invitation again" in admin.get(page).text
    assert admin.post(f"{page}/invite").status_code == 303
    with app.app_context():
        rows = db.session.scalars(select(OutboxRow).where(OutboxRow.key.startswith("invite")).order_by(OutboxRow.id))
        first, second = (row.payload["path"] for row in rows)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": "nobody"}, "This is not an e-mail address."),
        ({"email": "a@b@c.org"}, "This is not an e-mail address."),
        ({"email": "a\r\nBcc: x@example.org"}, "This is not an e-mail address."),
        ({"email": "x" * 300 + "@example.org"}, "254"),
        ({"email": "SAME@example.org"}, "There is an account with this address already."),
        ({"name": " \x00 "}, "Fill this in."),
        ({"language": "xx"}, "Not a valid choice"),
        ({"time_zone": "Nowhere"}, "Not a valid choice"),
    ],
)
def test_an_invitation_that_does_not_hold_keeps_what_was_typed(
    app: Flask, rooms: f.Rooms, changed: dict[str, str], sentence: str
) -> None:
    with app.app_context(), writing():
        people.person(email="same@example.org")
    answer = f.enter(app, rooms, "admin").post("/people/invite", data=invitation(job_title=ODD, **changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{ODD_SHOWN}"' in answer.text


def test_the_administrator_of_a_town_invites_into_that_town_with_a_role(app: Flask, rooms: f.Rooms) -> None:
    local = f.enter(app, rooms, "local_admin")
    role = {"role": "signatory", "organisation_id": str(rooms.municipality)}
    assert local.post("/people/invite", data=invitation()).status_code == 422
    assert local.post("/people/invite", data=invitation(**role | {"role": "director"})).status_code == 422
    assert local.post("/people/invite", data=invitation(**role | {"organisation_id": "1"})).status_code == 422
    answer = local.post("/people/invite", data=invitation(**role))
    assert answer.status_code == 303, answer.text
    assert "Signatory" in local.get(answer.location).text
    with app.app_context(), pytest.raises(Invalid, match="Choose the first role"):
        use_cases.invite_person(invitation(email="x@example.org"), rooms.who("local_admin"))
    with app.app_context(), pytest.raises(Forbidden):
        use_cases.invite_person(invitation(email="x@example.org"), rooms.who("manager"))


# --- roles ----------------------------------------------------------------------------------------


def test_a_role_is_given_in_two_steps_ends_sessions_and_is_told(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms)
        browser = people.sign_in(app.test_client(), get(number))
    assert browser.get("/account").status_code == 200
    admin = f.enter(app, rooms, "admin")
    page = admin.get(f"/people/{number}/roles/new").text
    assert f'value="organisation:{rooms.municipality}"' in page
    address = f"/people/{number}/roles/new?scope=programme:{rooms.programme}"
    page = admin.get(address).text
    assert "Finance officer" in page
    assert "Signatory" not in f.main_part(page), "a role that is not held in a programme is not offered"
    answer = admin.post(address, data={"role": "finance_officer"})
    assert answer.status_code == 303, answer.text
    assert "Finance officer" in admin.get(answer.location).text
    assert browser.get("/account").status_code == 303, "signed out, so that the role counts everywhere at once"
    with app.app_context():
        grant = db.session.scalar(select(RoleGrant).where(RoleGrant.role == Role.FINANCE_OFFICER))
        assert grant is not None
        assert (grant.programme_id, grant.starts_on) == (rooms.programme, clock.today())
        entry = select(AuditEntry).where(
            AuditEntry.machine == Machine.PROGRAMME, AuditEntry.event == AuditEvent.ROLE_GRANTED
        )
        assert {"person": number, "role": "finance_officer"} in [row.data for row in db.session.scalars(entry)]
        keys = db.session.scalars(select(OutboxRow.key)).all()
        assert any(key.startswith(f"role-{number}") for key in keys)


def test_a_role_on_a_file_needs_a_number_that_exists(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms)
    answer = f.enter(app, rooms, "admin").get(f"/people/{number}/roles/new?scope=file&file=X-1")
    assert answer.status_code == 422
    assert "There is no file with this number." in answer.text


@pytest.mark.parametrize("scope", ["", "x", "organisation:x", "organisation:²", "programme:99999999999", "file"])
def test_a_strange_scope_is_no_error_of_ours(app: Flask, rooms: f.Rooms, scope: str) -> None:
    with app.app_context():
        number = newcomer(rooms)
    admin = f.enter(app, rooms, "admin")
    assert admin.get(f"/people/{number}/roles/new", query_string={"scope": scope}).status_code == 422
    assert admin.post(f"/people/{number}/roles/new", query_string={"scope": scope}).status_code == 404


def test_an_ended_role_stops_counting_at_once_and_its_row_stays(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms)
        grant = get(number).grants[0].id
        browser = people.sign_in(app.test_client(), get(number))
    local = f.enter(app, rooms, "local_admin")
    assert local.post(f"/roles/{grant}/end").status_code == 303
    assert browser.get("/account").status_code == 303
    page = local.get(f"/people/{number}").text
    assert "Roles that ended" in page
    with app.app_context():
        assert db.session.get_one(RoleGrant, grant).ends_on == clock.today() - timedelta(days=1)
        assert people.acting(get(number)).grants == ()
    assert local.post(f"/roles/{grant}/end").status_code == 303, "once more does no harm"


def test_a_role_given_and_ended_on_one_day_never_counted_and_the_chain_keeps_both(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms, None)
        with writing():
            admin = rooms.who("admin")
            grant = use_cases.grant_role(get(number), Role.PROGRAMME_MANAGER, admin, programme_id=rooms.programme)
            use_cases.end_role(grant, admin)
        assert people.acting(get(number)).grants == ()
        told = db.session.scalars(select(AuditEntry).where(AuditEntry.machine == Machine.PROGRAMME))
        mine = [row.event for row in told if row.data.get("person") == number]
        assert mine == [AuditEvent.ROLE_GRANTED, AuditEvent.ROLE_ENDED]


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.SIGNATORY, "lga"),
        (Role.LGA_OFFICER, "municipality"),
        (Role.PROGRAMME_MANAGER, "office"),
        (Role.SIGNATORY, "programme"),
        (Role.DIRECTOR, "municipality"),
        (Role.FOCAL_POINT, "municipality"),
        (Role.PROGRAMME_MANAGER, "nowhere"),
        (Role.SYSTEM, "nowhere"),
    ],
)
def test_a_role_is_not_held_where_it_makes_no_sense(app: Flask, rooms: f.Rooms, role: Role, where: str) -> None:
    with app.app_context():
        number = newcomer(rooms, None)
        column = "programme_id" if where == "programme" else "organisation_id"
        scope = {} if where == "nowhere" else {column: getattr(rooms, where)}
        with pytest.raises((Invalid, Forbidden)):
            use_cases.grant_role(get(number), role, rooms.who("admin"), **scope)
        assert db.session.scalar(select(func.count(RoleGrant.id)).where(RoleGrant.person_id == number)) == 0


def test_the_administrator_of_a_town_gives_its_three_roles_and_nothing_else(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number, town = newcomer(rooms, None), rooms.municipality
        local = rooms.who("local_admin")
        for role in Role:
            if role in scopes.GIVES[Role.MUNICIPALITY_ADMIN]:
                assert use_cases.grant_role(get(number), role, local, organisation_id=town).role is role
            else:
                with pytest.raises(Forbidden):
                    use_cases.grant_role(get(number), role, local, organisation_id=town)
        for scope in (
            {"organisation_id": rooms.lga},
            {"organisation_id": town, "programme_id": rooms.programme},
            {"programme_id": rooms.programme},
            {},
        ):
            with pytest.raises(Forbidden):
                use_cases.grant_role(get(number), Role.SIGNATORY, local, **scope)


def test_the_administrator_of_an_association_gives_its_three_roles(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms, None)
        with writing():
            lga = db.session.get_one(Organisation, rooms.lga)
            admin = people.acting(people.grant(people.person(), Role.LGA_ADMIN, organisation=lga))
        given = {role for role in Role if role in scopes.gives(admin, rooms.lga)}
        assert given == {Role.LGA_OFFICER, Role.LEAD_REVIEWER, Role.LGA_ADMIN}
        assert scopes.gives(admin, rooms.municipality) == frozenset()
        with pytest.raises(Forbidden):
            use_cases.grant_role(get(number), Role.SIGNATORY, admin, organisation_id=rooms.municipality)


def test_nobody_gives_a_role_to_themselves(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context(), pytest.raises(Invalid, match="Nobody gives a role to themselves"):
        use_cases.grant_role(get(rooms.admin), Role.DIRECTOR, rooms.who("admin"), programme_id=rooms.programme)
    admin = f.enter(app, rooms, "admin")
    assert admin.get(f"/people/{rooms.admin}/roles/new").status_code == 404
    address = f"/people/{rooms.admin}/roles/new?scope=programme:{rooms.programme}"
    assert admin.post(address, data={"role": "director"}).status_code == 422
    assert "Nobody gives a role to themselves" in admin.get(f"/people/{rooms.admin}").text


def test_the_last_system_administrator_stays(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        own = get(rooms.admin).grants[0]
        with pytest.raises(Invalid, match="last system administrator"):
            use_cases.end_role(own, rooms.who("admin"))
        number = newcomer(rooms, None)
        with writing():
            use_cases.grant_role(get(number), Role.SYSTEM_ADMIN, rooms.who("admin"))
        with writing():
            use_cases.end_role(get(rooms.admin).grants[0], rooms.who("admin"))
        assert not rooms.who("admin").grants


def test_the_same_role_twice_and_an_end_before_the_start_are_refused(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms)
    admin = f.enter(app, rooms, "admin")
    address = f"/people/{number}/roles/new?scope=organisation:{rooms.municipality}"
    answer = admin.post(address, data={"role": "applicant_editor"})
    assert answer.status_code == 422
    assert "This person holds this role here already." in answer.text
    days = {"role": "signatory", "starts_on": "2027-02-01", "ends_on": "2027-01-31"}
    answer = admin.post(address, data=days)
    assert "The last day cannot come before the first day." in answer.text
    assert "2027-01-31" in answer.text
    answer = admin.post(address, data=days | {"ends_on": "2027-02-30"})
    assert "Enter a day that exists" in answer.text


def test_a_role_for_later_does_not_count_yet(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number, first = newcomer(rooms, None), clock.today() + timedelta(days=5)
        with writing():
            where = {"organisation_id": rooms.municipality, "starts_on": first, "ends_on": first}
            use_cases.grant_role(get(number), Role.SIGNATORY, rooms.who("admin"), **where)
        assert people.acting(get(number)).grants == ()
        for days, counts in ((4, False), (5, True), (6, False)):
            with clock.at(clock.now() + timedelta(days=days)):
                assert bool(people.acting(get(number)).grants) is counts, days


# --- affiliations and leaving ---------------------------------------------------------------------


def test_where_somebody_belongs_is_noted_and_removed(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms)
    local = f.enter(app, rooms, "local_admin")
    tie = {"organisation_id": str(rooms.municipality), "kind": "councillor"}
    assert local.post(f"/people/{number}/affiliations", data=tie).status_code == 303
    assert local.post(f"/people/{number}/affiliations", data=tie).status_code == 303, "once more does no harm"
    assert "Council member" in local.get(f"/people/{number}").text
    with app.app_context():
        rows = db.session.scalars(select(Affiliation).where(Affiliation.person_id == number)).all()
        assert [(row.organisation_id, row.kind) for row in rows] == [(rooms.municipality, AffiliationKind.COUNCILLOR)]
        assert rooms.municipality in people.acting(get(number)).belongs_to
    assert local.post(f"/people/{number}/affiliations/{rows[0].id}/end").status_code == 303
    assert local.post(f"/people/{number}/affiliations/{rows[0].id}/end").status_code == 404
    elsewhere = tie | {"organisation_id": str(rooms.lga)}
    assert local.post(f"/people/{number}/affiliations", data=elsewhere).status_code == 422


def test_who_leaves_is_a_tombstone_and_the_record_stays(app: Flask, rooms: f.Rooms) -> None:
    admin = f.enter(app, rooms, "admin")
    with app.app_context():
        browser = people.sign_in(app.test_client(), get(rooms.manager))
        number = f.plan(rooms)
    assert "cannot be brought back" in admin.get(f"/people/{rooms.manager}/leave").text
    assert admin.post(f"/people/{rooms.manager}/leave").status_code == 303
    assert browser.get("/account").status_code == 303
    with app.app_context():
        gone = get(rooms.manager)
        assert (gone.name, gone.email) == (f"Former account {gone.id}", f"left-{gone.id}@jumelage.invalid")
        assert gone.left_at is not None
        assert people.acting(gone).grants == ()
        assert [grant.ends_on for grant in gone.grants] == [clock.today() - timedelta(days=1)]
        assert passwords.find("officer@example.org") is None
    page = f.enter(app, rooms, "director").get(f"/plans/{number}").text
    assert f"Former account {rooms.manager}" in page
    assert admin.get(f"/people/{rooms.manager}/roles/new").status_code == 404
    assert "Has left" in admin.get(f"/people/{rooms.manager}").text


def test_nobody_removes_themselves_and_only_system_administrators_remove(app: Flask, rooms: f.Rooms) -> None:
    admin = f.enter(app, rooms, "admin")
    assert admin.get(f"/people/{rooms.admin}/leave").status_code == 404
    answer = admin.post(f"/people/{rooms.admin}/leave")
    assert answer.status_code == 422
    assert "You cannot remove yourself." in answer.text
    assert f.enter(app, rooms, "local_admin").post(f"/people/{rooms.manager}/leave").status_code == 404


# --- who sees whom --------------------------------------------------------------------------------


def test_the_administrator_of_a_town_sees_its_people_and_their_roles_there(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms)
        with writing():
            people.grant(get(number), Role.AUDITOR, programme_id=rooms.programme)
            hidden = get(number).grants[-1].id
    local = f.enter(app, rooms, "local_admin")
    page = f.main_part(local.get("/people").text)
    assert "Newcomer" in page
    assert "Director" not in page
    page = f.main_part(local.get(f"/people/{number}").text)
    assert "Applicant" in page
    assert "Auditor" not in page
    assert "roles that another administrator manages" in page
    foreign, unknown = local.get(f"/people/{rooms.director}"), local.get("/people/999999")
    assert foreign.status_code == unknown.status_code == 404
    assert f.main_part(foreign.text) == f.main_part(unknown.text)
    assert local.post(f"/roles/{hidden}/end").status_code == 404
    assert local.post("/roles/999999/end").status_code == 404
    assert local.get("/organisations").status_code == 404
    assert f.enter(app, rooms, "manager").get("/people").status_code == 404


def test_the_list_of_people_is_filtered_and_odd_filters_count_as_none(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        newcomer(rooms, Role.SIGNATORY)
    admin = f.enter(app, rooms, "admin")

    def found(**filters: str) -> str:
        return f.main_part(admin.get("/people", query_string=filters).text)

    assert "1 result" in found(q="NEWCOMER@")
    assert "Nobody found" in found(q="100%")
    assert "1 result" in found(role="signatory", organisation=str(rooms.municipality))
    assert "Nobody found" in found(role="signatory", organisation=str(rooms.lga))
    assert "Newcomer" in found(role="king", organisation="²", page="0", q="\x00")


# --- one's own account ----------------------------------------------------------------------------


def test_a_password_is_changed_with_the_old_one_and_ends_other_sessions(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context(), writing():
        passwords.set_password(get(rooms.manager), PASSWORD)
    here, there = f.enter(app, rooms, "manager"), f.enter(app, rooms, "manager")

    def change(old: str, new: str) -> Any:
        return here.post("/account/password", data={"password-old": old, "password-new": new})

    answer = change("wrong", "three other words here")
    assert answer.status_code == 422
    assert "This is not your password." in answer.text
    assert "Use at least 12 characters" in change(PASSWORD, "short").text
    assert "too easy to guess" in change(PASSWORD, "aaaaaaaaaaaaaa").text
    assert change(PASSWORD, "three other words here").status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    with app.app_context():
        assert passwords.matches(get(rooms.manager), "three other words here")


def test_wrong_old_passwords_are_throttled(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context(), writing():
        passwords.set_password(get(rooms.manager), PASSWORD)
    here = f.enter(app, rooms, "manager")
    values = {"password-old": "wrong", "password-new": "three other words here"}
    limit = app.config["SETTINGS"].throttle_attempts
    assert [here.post("/account/password", data=values).status_code for _n in range(limit)] == [422] * limit
    answer = here.post("/account/password", data=values | {"password-old": PASSWORD})
    assert answer.status_code == 429
    assert "Too many wrong passwords." in answer.text


def test_details_are_saved_and_odd_ones_refused(app: Flask, rooms: f.Rooms) -> None:
    here = f.enter(app, rooms, "manager")
    values = {"details-name": ODD, "details-language": "en", "details-time_zone": "Africa/Kampala"}
    assert here.post("/account", data=values).status_code == 303
    page = here.get("/account").text
    assert f'value="{ODD_SHOWN}"' in page
    assert "Programme manager" in f.main_part(page)
    answer = here.post("/account", data=values | {"details-time_zone": "Nowhere"})
    assert answer.status_code == 422
    assert "<title>Error:" in re.sub(r"\s+", " ", answer.text).replace("<title> ", "<title>")
    with app.app_context():
        assert get(rooms.manager).time_zone == "Africa/Kampala"


def test_sign_out_everywhere_else(app: Flask, rooms: f.Rooms) -> None:
    here, there = f.enter(app, rooms, "manager"), f.enter(app, rooms, "manager")
    assert here.post("/account/sessions/end").status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    with app.app_context():
        open_ones = select(func.count(UserSession.id)).where(UserSession.ended_at.is_(None))
        assert db.session.scalar(open_ones.where(UserSession.person_id == rooms.manager)) == 1


# --- pages ----------------------------------------------------------------------------------------


def test_every_page_is_strict_html_and_needs_ten_statements_at_most(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = newcomer(rooms)
        with writing():
            town = db.session.get_one(Organisation, rooms.municipality)
            for _n in range(60):
                people.grant(people.person(), Role.APPLICANT_EDITOR, organisation=town)
            for programme in (rooms.programme,):
                people.grant(get(number), Role.AUDITOR, programme_id=programme, ends_on=date(2026, 1, 1))
            people.affiliate(get(number), town)
    for name, pages in {
        "admin": [
            "/people", "/people?page=2", f"/people?q=e&role=applicant_editor&organisation={rooms.municipality}",
            f"/people/{number}", f"/people/{number}/leave", f"/people/{number}/roles/new",
            f"/people/{number}/roles/new?scope=programme:{rooms.programme}", "/people/invite", "/organisations",
            "/organisations/new", f"/organisations/{rooms.municipality}", "/account", "/failed-work",
        ],
        "local_admin": [
            "/people", f"/people/{number}", "/people/invite", "/account",
            f"/people/{number}/roles/new?scope=organisation:{rooms.municipality}",
        ],
    }.items():  # fmt: skip
        client = f.enter(app, rooms, name)
        for address in pages:
            with statements() as seen:
                page = client.get(address)
            assert page.status_code == 200, address
            HTMLParser(strict=True).parse(page.text)
            assert len(seen) <= 10, (address, len(seen), "\n".join(seen))


def test_a_session_of_somebody_who_left_is_over(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context(), writing():
        token = sessions.begin(get(rooms.manager)).token
        use_cases.leave(get(rooms.manager), rooms.who("admin"))
        assert sessions.load(token, 60, 12) is None
