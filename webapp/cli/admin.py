"""The first administrator of a real installation; everybody else is invited in the browser."""

import click
from flask import current_app, url_for
from flask.cli import AppGroup

from webapp import clock
from webapp.auth import tokens
from webapp.extensions import db
from webapp.models.people import Person, RoleGrant, TokenPurpose
from webapp.transaction import writing
from workflows.vocabulary import Role

group = AppGroup("admin", help="System administrators.")


@group.command("create", help="Make a system administrator and print the link to choose a password.")
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="How colleagues will see this person.")
def create(email: str, name: str) -> None:
    address = email.strip().lower()
    with writing():
        if db.session.query(Person).filter_by(email=address).first():
            raise click.ClickException("Somebody with this address exists already.")
        person = Person(email=address, name=name.strip(), created_at=clock.now())
        db.session.add(person)
        db.session.flush()
        db.session.add(RoleGrant(person_id=person.id, role=Role.SYSTEM_ADMIN, starts_on=clock.today()))
        token = tokens.issue(person, TokenPurpose.INVITE)
    with current_app.test_request_context():
        link = url_for("auth.choose_password", token=token)
    click.echo(f"{current_app.config['SETTINGS'].base_url}{link}")
