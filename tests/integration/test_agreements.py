"""Agreements: instrument, parties, schedule, terms, the written contract and its versions."""

from flask import Flask
from flask.testing import FlaskClient

from tests.factories import agreements as make
from tests.factories.people import sign_in
from webapp.extensions import db
from webapp.transaction import writing
from webapp.transfer import storage


def test_smoke(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        with writing():
            file = make.approved()
        with writing():
            make.written(file, storage())
        application_id = file.application.id
        manager = file.manager
        sign_in(client, manager)
        page = client.get(f"/applications/{application_id}/agreement")
        assert page.status_code == 200
        db.session.remove()
