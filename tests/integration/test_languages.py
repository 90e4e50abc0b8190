"""The reader's language: chosen, kept, and spoken by pages, forms and mails, whoever caused them."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from tests.factories import applications as a
from tests.factories import people
from webapp import wording
from webapp.auth import passwords
from webapp.extensions import db
from webapp.models.people import Person
from webapp.models.record import Job, OutboxRow
from webapp.transaction import writing
from workflows.vocabulary import Role

SECRET = "paper lantern over water"
PAGES = {"en": "Sign in", "nl": "Inloggen", "fr": "Se connecter"}


@pytest.fixture
def signatory(app: Flask) -> int:
    """Somebody whose account says Dutch."""
    with app.app_context(), writing():
        row = people.person("Mayor", email="mayor@goes.example")
        row.language = "nl"
        people.grant(row, Role.SIGNATORY, organisation=people.organisation("Goes"))
        passwords.set_password(row, SECRET)
        return row.id


def enter(client: FlaskClient, **headers: str) -> None:
    entry = {"email": "mayor@goes.example", "password": SECRET}
    assert client.post("/sign-in", data=entry, headers=headers).status_code == 303


def language_of(page: str) -> str:
    return page.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize("code", PAGES)
def test_a_stranger_reads_in_the_language_of_the_browser(client: FlaskClient, code: str) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": f"{code}-BE,{code};q=0.9"}).text
    assert language_of(page) == code
    assert PAGES[code] in page
    assert all(name in page for name in ("English", "Nederlands", "Français"))


def test_a_language_we_do_not_speak_is_english(client: FlaskClient) -> None:
    assert language_of(client.get("/sign-in", headers={"Accept-Language": "eo"}).text) == "en"
    client.post("/language", data={"lang": "eo"})
    assert language_of(client.get("/sign-in").text) == "en"


def test_the_account_decides_until_somebody_chooses_otherwise(client: FlaskClient, signatory: int) -> None:
    enter(client)
    assert language_of(client.get("/desk").text) == "nl"
    client.post("/language", data={"lang": "fr"})
    assert language_of(client.get("/desk").text) == "fr"
    values = {"details-name": "Mayor", "details-language": "en", "details-time_zone": "UTC"}
    assert client.post("/account", data=values).status_code == 303
    assert language_of(client.get("/desk").text) == "en"


def test_what_was_chosen_at_the_door_stays_inside_and_outside(client: FlaskClient, signatory: int) -> None:
    client.post("/language", data={"lang": "fr"})
    enter(client)
    assert language_of(client.get("/desk").text) == "fr"
    farewell = client.post("/sign-out", follow_redirects=True).text
    assert language_of(farewell) == "fr"
    assert "Vous êtes déconnecté" in farewell


def test_a_form_complains_in_the_reader_s_language(client: FlaskClient, signatory: int) -> None:
    """Our own sentences and those of WTForms."""
    enter(client)
    values = {"details-name": "", "details-language": "xx", "details-time_zone": "UTC"}
    page = client.post("/account", data=values)
    assert page.status_code == 422
    assert "Ongeldige keuze." in page.text
    assert "Vul dit in" in page.text


def test_a_mail_is_written_for_who_reads_it(app: Flask, client: FlaskClient, signatory: int) -> None:
    """Somebody with a French browser asks for the link; the account says Dutch."""
    client.post("/password/reset", data={"email": "mayor@goes.example"}, headers={"Accept-Language": "fr"})
    (payload,) = mails(app)
    assert payload["language"] == "nl"
    assert payload["lines"][0] == "Beste Mayor,"
    assert payload["subject"] == "Kies een nieuw wachtwoord voor Jumelage"


def test_one_message_goes_to_each_in_their_own_language(app: Flask) -> None:
    """Each signs off, with a Dutch browser; the other is told of it."""
    with app.test_request_context(headers={"Accept-Language": "nl"}):
        rooms = a.setting()
        with writing():
            db.session.get_one(Person, rooms.signatory).language = "fr"
        a.signed_off(rooms)
    said = {payload["language"]: payload["lines"] for payload in mails(app)}
    assert said.keys() == {"fr", "en"}
    assert said["en"][:2] == ["Dear District mayor,", "Mayor signed off the application."]
    assert said["fr"][:2] == ["Bonjour Mayor,", "District mayor a donné son accord sur la demande."]


def mails(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        rows = db.session.scalars(select(OutboxRow).where(OutboxRow.job == Job.SEND_MAIL))
        return [dict(row.payload) for row in rows]


def test_an_instant_is_shown_in_utc_whatever_zone_it_came_in(app: Flask) -> None:
    """PostgreSQL gives instants in the zone of its server."""
    late = datetime(2026, 12, 1, 1, 30, tzinfo=timezone(timedelta(hours=3)))
    with app.test_request_context():
        shown = app.jinja_env.from_string('{% from "macros/ui.html" import when %}{{ when(late, time=True) }}')
        assert "30 November 2026, 22:30" in shown.render(late=late)


@pytest.mark.parametrize(
    ("code", "day", "span", "sum_"),
    [
        ("en", "Tuesday 1 December 2026", "1 December 2026 to 2 January 2027", "EUR 18,000.50"),
        ("nl", "dinsdag 1 december 2026", "1 december 2026 tot en met 2 januari 2027", "EUR 18.000,50"),
        ("fr", "mardi 1er décembre 2026", "du 1er décembre 2026 au 2 janvier 2027", "EUR 18\u202f000,50"),
    ],
)
def test_days_and_sums_are_said_as_the_language_says_them(
    app: Flask, code: str, day: str, span: str, sum_: str
) -> None:
    with app.test_request_context(), force_locale(code):
        assert wording.day(date(2026, 12, 1)) == day
        assert wording.period(date(2026, 12, 1), date(2027, 1, 2)) == span
        assert wording.amount(Decimal("18000.5"), "EUR").replace("\u00a0", " ") == sum_
