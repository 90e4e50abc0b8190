"""The pages without an account: strict HTML, what they say, and the doors they open."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from html5lib import HTMLParser

from tests.factories import people
from tests.factories import programmes as f
from tests.factories.applications import statements
from tests.support.odd import ODD_KEPT, ODD_SHOWN
from webapp import clock
from webapp.extensions import db
from webapp.models.people import Person
from webapp.transaction import writing
from workflows.vocabulary import Role


@pytest.fixture
def rooms(app: Flask) -> f.Rooms:
    with app.app_context():
        return f.rooms()


@pytest.fixture
def call(app: Flask, rooms: f.Rooms) -> int:
    with app.app_context():
        return f.open_call(rooms, title=ODD_KEPT, summary=ODD_KEPT)


def test_every_public_page_is_strict_html_and_quick(client: FlaskClient, call: int) -> None:
    for address in ("/", "/open-calls", f"/open-calls/{call}", "/about", "/accessibility", "/source", "/verify"):
        with statements() as seen:
            page = client.get(address)
        assert page.status_code == 200, address
        HTMLParser(strict=True).parse(page.text)
        assert len(seen) <= 3, (address, seen)


def test_home_shows_the_open_calls_and_leads_the_signed_in_to_their_desk(
    app: Flask, client: FlaskClient, rooms: f.Rooms, call: int
) -> None:
    page = client.get("/").text
    assert ODD_SHOWN in page
    assert "closes in 12 days" in page
    assert "EUR 5,000.00 to EUR 250,000.00" in page
    answer = f.enter(app, rooms, "manager").get("/")
    assert (answer.status_code, answer.location) == (303, "/desk")


def test_without_a_call_the_pages_say_what_will_be_there(client: FlaskClient) -> None:
    assert "No call is open at this moment." in client.get("/").text
    assert "No call is open now" in client.get("/open-calls").text


def test_the_call_page_leads_to_the_application(app: Flask, client: FlaskClient, rooms: f.Rooms, call: int) -> None:
    start = f"/applications/start?call={call}"
    page = client.get(f"/open-calls/{call}").text
    assert "/sign-in?next=/applications/start?call" in page.replace("%3F", "?").replace("%3D", "=")
    assert "You sign in first." in page
    assert "Local economy" in page
    assert "At least one partner is in Rwanda." in page
    with app.app_context(), writing():
        town = people.organisation("Goes")
        editor = people.grant(people.person(), Role.APPLICANT_EDITOR, organisation=town).id
    with app.app_context():
        writer = people.sign_in(app.test_client(), db.session.get_one(Person, editor))
    page = writer.get(f"/open-calls/{call}").text
    assert f'href="{start}"' in page
    assert writer.get(start).status_code == 200
    assert "Ask the account administrator" in f.enter(app, rooms, "manager").get(f"/open-calls/{call}").text


@pytest.mark.parametrize(
    ("opens", "closes", "words", "startable"),
    [
        (-1, 1, "closes tomorrow", True),
        (-1, 0, "closes today", True),
        (0, 12, "closes in 12 days", True),
        (1, 12, "opens tomorrow", False),
        (3, 12, "opens in 3 days", False),
    ],
)
def test_when_a_call_opens_and_closes_is_said_in_words(
    app: Flask, client: FlaskClient, rooms: f.Rooms, opens: int, closes: int, words: str, startable: bool
) -> None:
    with app.app_context():
        today = clock.today("Africa/Kigali")
        days = {"opens_on": today + timedelta(days=opens), "closes_on": today + timedelta(days=closes)}
        number = f.open_call(rooms, **days)
    page = client.get(f"/open-calls/{number}").text
    assert words in page
    assert ("Start an application" in page) is startable


def test_a_call_whose_last_day_is_past_is_not_listed_and_says_so(
    app: Flask, client: FlaskClient, rooms: f.Rooms, call: int
) -> None:
    with app.app_context():
        yesterday = clock.today("Africa/Kigali") - timedelta(days=1)
        f.closing(call, yesterday, opened=yesterday - timedelta(days=9))
    assert "No call is open now" in client.get("/open-calls").text
    page = client.get(f"/open-calls/{call}").text
    assert "closed on" in page
    assert "Start an application" not in page


def test_a_draft_is_as_unknown_as_a_call_that_never_was(app: Flask, client: FlaskClient, rooms: f.Rooms) -> None:
    with app.app_context():
        draft = f.call(rooms, f.approved(rooms), opened=False)
    foreign, unknown = client.get(f"/open-calls/{draft}"), client.get("/open-calls/999999")
    assert foreign.status_code == unknown.status_code == 404
    assert f.main_part(foreign.text) == f.main_part(unknown.text)
    assert client.get("/open-calls/99999999999999999999").status_code == 404


def test_the_licence_is_served_and_robots_stay_in_front_of_the_desk(client: FlaskClient) -> None:
    licence = client.get("/licence")
    assert licence.mimetype == "text/plain"
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in licence.text
    assert "Disallow: /" in client.get("/robots.txt").text
