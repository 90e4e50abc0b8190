"""The monitoring tab and its pages, over HTTP."""

from flask import Flask
from flask.testing import FlaskClient

from tests.factories import monitoring as m
from tests.factories import people
from webapp.extensions import db
from webapp.models.people import Person


def enter(client: FlaskClient, follow: m.Follow, name: str) -> FlaskClient:
    with follow.app.app_context():
        return people.sign_in(client, db.session.get_one(Person, follow.who[name]))


def test_the_tab_of_a_signed_file(app: Flask, client: FlaskClient) -> None:
    follow = m.signed_file(app)
    enter(client, follow, "manager")
    page = client.get(follow.address())
    assert page.status_code == 200, page.text
