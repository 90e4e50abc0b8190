"""Signing in and out, the throttle, one-time links, CSRF, and the headers of every answer."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import people
from tests.support import passwords as costs
from webapp import clock
from webapp.auth import passwords, sessions
from webapp.extensions import db
from webapp.models.record import OutboxRow
from webapp.transaction import writing
from workflows.vocabulary import Role

SECRET = "paper lantern over water"


@pytest.fixture
def officer(app: Flask) -> int:
    """Somebody with a password; no context stays open, so that each request is a stranger to the last."""
    with app.app_context():
        with writing():
            place = people.organisation("Goes")
            row = people.grant(
                people.person("Officer & <Co>", email="officer@goes.example"), Role.SIGNATORY, organisation=place
            )
            passwords.set_password(row, SECRET)
        return row.id


def sign_in(client: FlaskClient, password: str = SECRET, email: str = "officer@goes.example", **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def test_signing_in_leads_to_the_desk_and_out_again(client: FlaskClient, officer: int) -> None:
    assert sign_in(client).location == "/desk" or "desk" in sign_in(client).location
    assert client.get("/account", follow_redirects=True).status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert "/sign-in" in client.get("/desk", follow_redirects=False).location


def test_a_hash_of_the_product_costs_a_thief_what_rfc_9106_asks() -> None:
    """Outside the tests, which pay the least; 64 MiB and three passes, or more."""
    hashed = costs.PRODUCT.hash(SECRET)
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", hashed)
    assert found is not None
    assert int(found[1]) >= 64 * 1024
    assert int(found[2]) >= 3
    assert costs.PRODUCT.verify(hashed, SECRET)


def test_an_address_in_capitals_is_the_same_address(client: FlaskClient, officer: int) -> None:
    assert sign_in(client, email=" OFFICER@goes.example ").status_code == 303


@pytest.mark.parametrize(("email", "password"), [("officer@goes.example", "wrong"), ("nobody@goes.example", SECRET)])
def test_a_wrong_address_and_a_wrong_password_read_the_same(
    client: FlaskClient, officer: int, email: str, password: str
) -> None:
    response = sign_in(client, password, email)
    assert response.status_code == 422
    assert "do not belong together" in response.text
    assert f'value="{email}"' in response.text


def test_the_throttle_counts_across_workers_and_ends(app: Flask, client: FlaskClient, officer: int) -> None:
    for _attempt in range(app.config["SETTINGS"].throttle_attempts):
        sign_in(client, "wrong")
    assert sign_in(app.test_client()).status_code == 429
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert sign_in(app.test_client()).status_code == 303


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_only_our_own_pages_are_returned_to(client: FlaskClient, officer: int, target: str) -> None:
    assert "evil" not in sign_in(client, next=target).location
    client.post("/sign-out")
    assert "javascript" not in sign_in(client, next=target).location


def test_a_session_that_is_ended_elsewhere_is_over_here(app: Flask, client: FlaskClient, officer: int) -> None:
    sign_in(client)
    with app.app_context(), writing():
        sessions.end_all(officer)
    assert "/sign-in" in client.get("/desk").location


def test_a_session_ends_when_idle_and_at_its_absolute_end(app: Flask, client: FlaskClient, officer: int) -> None:
    sign_in(client)
    start = clock.now()
    for minutes, status in ((50, 200), (100, 200), (161, 302)):
        with clock.at(start + timedelta(minutes=minutes)):
            answer = client.get("/account").status_code
            assert answer == status or (status == 302 and answer == 303), minutes


def test_a_reset_link_serves_once_and_ends_every_session(app: Flask, client: FlaskClient, officer: int) -> None:
    sign_in(client)
    assert client.post("/password/reset", data={"email": "officer@goes.example"}).status_code == 303
    with app.app_context():
        link = db.session.scalars(sa.select(OutboxRow)).one().payload["path"]
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": "a new long sentence"}).status_code == 303
    assert client.post(link, data={"password": "another long sentence"}).status_code == 404
    assert "/sign-in" in client.get("/desk").location
    assert sign_in(client, "a new long sentence").status_code == 303


def test_asking_for_a_link_does_not_tell_who_has_an_account(client: FlaskClient, officer: int) -> None:
    known = client.post("/password/reset", data={"email": "officer@goes.example"}, follow_redirects=True)
    unknown = client.post("/password/reset", data={"email": "nobody@goes.example"}, follow_redirects=True)
    assert re.sub(r"\s+", "", known.text) == re.sub(r"\s+", "", unknown.text)


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient, officer: int) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        response = sign_in(client)
        assert response.status_code == 400
        assert "Nothing was saved" in response.text
        page = client.get("/sign-in").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        assert sign_in(client, csrf_token=token[1]).status_code == 303
        assert sign_in(app.test_client(), csrf_token=token[1]).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    headers = client.get("/sign-in").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_names_are_escaped(client: FlaskClient, officer: int) -> None:
    sign_in(client)
    assert "Officer &amp; &lt;Co&gt;" in client.get("/account").text


def test_the_cookie_is_kept_from_scripts_and_foreign_sites(client: FlaskClient, officer: int) -> None:
    cookie = sign_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
