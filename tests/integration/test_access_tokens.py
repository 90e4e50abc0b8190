"""Access tokens: made with the password, shown once, kept as a hash, and worth nothing once they ended."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.factories import applications as a
from tests.factories import people
from tests.factories.reading import bearer, token_of
from webapp import clock
from webapp.admin import use_cases
from webapp.auth import access_tokens, passwords, tokens
from webapp.extensions import db
from webapp.models.people import AccessToken, Person, RoleGrant, TokenPurpose
from webapp.transaction import writing
from workflows.vocabulary import Role

PASSWORD = "paper lantern over water"
LIST = "/api/v1/applications"


@pytest.fixture
def rooms(app: Flask) -> a.Setting:
    with app.app_context():
        rooms = a.setting()
        with writing():
            passwords.set_password(db.session.get_one(Person, rooms.editor), PASSWORD)
        return rooms


def enter(app: Flask, person_id: int) -> FlaskClient:
    with app.app_context():
        return people.sign_in(app.test_client(), db.session.get_one(Person, person_id))


def make(client: FlaskClient, **changed: str) -> str:
    answer = client.post("/account/tokens/new", data={"name": "Report", "days": "90", "password": PASSWORD} | changed)
    assert answer.status_code == 200, answer.text
    found = re.search(r"<code>(jum_[\w-]{43})</code>", answer.text)
    assert found
    return found[1]


def kept_in(app: Flask, token: str) -> list[str]:
    """The tables in which this text stands."""
    with app.app_context():
        tables = db.metadata.sorted_tables
        return [table.name for table in tables if token in repr(db.session.execute(select(table)).all())]


# --- on the account page --------------------------------------------------------------------------------------------


def test_made_shown_once_used_and_revoked(app: Flask, rooms: a.Setting) -> None:
    editor = enter(app, rooms.editor)
    assert "Make an access token" in editor.get("/account").text
    token = make(editor, name="Monthly <report>")
    program = app.test_client()
    account = editor.get("/account").text
    assert token not in account
    assert "Monthly &lt;report&gt;" in account
    assert ">never<" in account
    assert program.get(LIST, headers=bearer(token)).status_code == 200
    assert ">never<" not in editor.get("/account").text
    link = re.search(r"/account/tokens/\d+/revoke", account)
    assert link
    assert "It cannot be brought back" in editor.get(link[0]).text
    assert program.get(LIST, headers=bearer(token)).status_code == 200  # looking at the page revokes nothing
    assert editor.post(link[0]).status_code == 303
    assert program.get(LIST, headers=bearer(token)).status_code == 401
    assert (editor.get(link[0]).status_code, editor.post(link[0]).status_code) == (404, 404)
    assert "Monthly" not in editor.get("/account").text.partition("</h1>")[2]


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"password": "something else entirely"}, 422, "This is not your password."),
        ({"password": ""}, 422, "Fill this in."),
        ({"name": ""}, 422, "Fill this in."),
        ({"days": "366"}, 422, "Not a valid choice"),
        ({"days": "-1"}, 422, "Not a valid choice"),
        ({"days": "x"}, 422, "Invalid Choice"),
    ],
)
def test_what_does_not_hold_makes_no_token(
    app: Flask, rooms: a.Setting, changed: dict[str, str], status: int, sentence: str
) -> None:
    typed = {"name": "A & B", "days": "90", "password": PASSWORD} | changed
    answer = enter(app, rooms.editor).post("/account/tokens/new", data=typed)
    assert answer.status_code == status
    assert sentence in answer.text
    assert "A &amp; B" in answer.text or not typed["name"]
    with app.app_context():
        assert db.session.scalars(select(AccessToken)).all() == []


def test_wrong_passwords_count_for_the_throttle_of_the_door(app: Flask, rooms: a.Setting) -> None:
    editor = enter(app, rooms.editor)
    wrong = {"name": "Report", "days": "90", "password": "something else entirely"}
    for _try in range(app.config["SETTINGS"].throttle_attempts):
        assert editor.post("/account/tokens/new", data=wrong).status_code == 422
    late = editor.post("/account/tokens/new", data=wrong | {"password": PASSWORD})
    assert late.status_code == 429
    assert "Too many wrong passwords." in late.text


def test_somebody_elses_token_is_not_found(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        token = token_of(rooms.editor)
        number = db.session.scalars(select(AccessToken.id)).one()
    other = enter(app, rooms.manager)
    for call in (other.get, other.post):
        assert call(f"/account/tokens/{number}/revoke").status_code == 404
    assert app.test_client().get(LIST, headers=bearer(token)).status_code == 200


def test_only_its_hash_is_kept(app: Flask, rooms: a.Setting) -> None:
    token = make(enter(app, rooms.editor))
    assert kept_in(app, token) == []
    with app.app_context(), writing():
        db.session.execute(update(AccessToken).values(name=token))  # the planted mutant
    assert kept_in(app, token) == ["access_token"]


def test_there_are_limits(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        for days in (0, -1, 366):
            with pytest.raises(ValueError, match="cannot last"):
                token_of(rooms.editor, days)
        for _number in range(access_tokens.MOST):
            token_of(rooms.editor, 365)
        with pytest.raises(IntegrityError), writing():
            db.session.execute(update(AccessToken).values(expires_at=AccessToken.created_at))
    full = enter(app, rooms.editor).post(
        "/account/tokens/new", data={"name": "One more", "days": "7", "password": PASSWORD}
    )
    assert full.status_code == 422
    assert "Revoke one first." in full.text


# --- at the door of the API -----------------------------------------------------------------------------------------


def revoke(rooms: a.Setting) -> None:
    use_cases.revoke_token(db.session.scalars(select(AccessToken)).one(), rooms.who("editor"))


def leave(rooms: a.Setting) -> None:
    admin = people.acting(people.grant(people.person("Admin"), Role.SYSTEM_ADMIN))
    use_cases.leave(db.session.get_one(Person, rooms.editor), admin)


def change_password(rooms: a.Setting) -> None:
    me = db.session.get_one(Person, rooms.editor)
    use_cases.change_password(me, PASSWORD, "another lantern over water", rooms.who("editor"), session_id=None)


ENDS: dict[str, Callable[[a.Setting], None]] = {"revoked": revoke, "left": leave, "new password": change_password}


@pytest.mark.parametrize("end", ENDS)
def test_it_ends_with(app: Flask, rooms: a.Setting, end: str) -> None:
    with app.app_context():
        header = bearer(token_of(rooms.editor))
    program = app.test_client()
    assert program.get(LIST, headers=header).status_code == 200
    with app.app_context(), writing():
        ENDS[end](rooms)
    refused = program.get(LIST, headers=header)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer realm=Jumelage, error=invalid_token"
    assert refused.mimetype == "application/problem+json"


def test_a_reset_by_mail_ends_it(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        header = bearer(token_of(rooms.editor))
        with writing():
            link = tokens.issue(db.session.get_one(Person, rooms.editor), TokenPurpose.RESET)
    new = "another lantern over water"
    done = app.test_client().post(f"/password/{link}", data={"password": new, "again": new})
    assert done.status_code == 303, done.text
    assert app.test_client().get(LIST, headers=header).status_code == 401


def test_it_ends_on_its_day_and_a_mutant_is_noticed(
    app: Flask, rooms: a.Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        header, start = bearer(token_of(rooms.editor, 7)), clock.now()
    program = app.test_client()

    def answers(after: timedelta) -> int:
        with clock.at(start + after):
            return program.get(LIST, headers=header).status_code

    assert [answers(timedelta(days=days)) for days in (6, 7, 8)] == [200, 401, 401]
    with app.app_context(), writing():
        db.session.execute(update(AccessToken).values(expires_at=start + timedelta(days=3650)))
    assert answers(timedelta(days=8)) == 200


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer jum_wrong", "Basic amVtOg==", "Token {token}", "{token}", "bearer {token}x",
     "Bearer {token} {token}", "Bearer ­{token}", "Bearer " + "x" * 5000],
)  # fmt: skip
def test_what_is_no_token_lets_nobody_in(app: Flask, rooms: a.Setting, header: str | None) -> None:
    with app.app_context():
        token = token_of(rooms.editor)
    given = {} if header is None else {"Authorization": header.format(token=token)}
    answer = app.test_client().get(LIST, headers=given)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=Jumelage")
    assert token not in answer.text


def test_a_cookie_does_not_count(app: Flask, rooms: a.Setting) -> None:
    """Neither instead of a token nor beside one."""
    manager = enter(app, rooms.manager)
    assert manager.get("/applications").status_code == 200
    assert manager.get(LIST).status_code == 401
    with app.app_context():
        a.draft(rooms)
        editor, stranger = bearer(token_of(rooms.editor)), bearer(token_of(rooms.stranger))
    assert len(manager.get(LIST, headers=editor).json["items"]) == 1  # type: ignore[index]
    foreign = enter(app, rooms.editor).get(LIST, headers=stranger)
    assert foreign.json == {"items": [], "next": None}
    assert "Set-Cookie" not in foreign.headers


def test_a_token_reads_with_the_roles_of_today(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        number = a.draft(rooms)
        header = bearer(token_of(rooms.editor))
    program = app.test_client()
    assert program.get(f"{LIST}/{number}", headers=header).status_code == 200
    with app.app_context(), writing():
        yesterday = clock.today() - timedelta(days=1)
        db.session.execute(update(RoleGrant).where(RoleGrant.person_id == rooms.editor).values(ends_on=yesterday))
    assert program.get(f"{LIST}/{number}", headers=header).status_code == 404
    assert program.get(LIST, headers=header).json == {"items": [], "next": None}


def test_its_use_is_noted_once_a_day(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        header = bearer(token_of(rooms.editor))
        program = app.test_client()
        with a.statements() as first:
            program.get(LIST, headers=header)
        with a.statements() as second:
            program.get(LIST, headers=header)
        assert sum(s.startswith("UPDATE access_token") for s in first) == 1
        assert not [s for s in second if not s.startswith("SELECT")]
        assert db.session.scalars(select(AccessToken.last_used_on)).one() == clock.today()
