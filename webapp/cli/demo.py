"""The fictional demonstration: load it once, list its accounts."""

import json
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from webapp import wording
from webapp.extensions import db
from webapp.models.people import Person

group = AppGroup("demo", help="The fictional demonstration data.")


@group.command("load", help="Make the demonstration by running the product's own use cases.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the database already holds something.")
def load(if_empty: bool) -> None:
    from webapp.demo.load import load as play

    done = play(current_app._get_current_object(), if_empty=if_empty)  # type: ignore[attr-defined]
    click.echo("The demonstration is ready." if done else "The database already holds data; it is kept.")


@group.command("accounts", help="List the demonstration's accounts.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON: email, name, roles, organisations, scope.")
def accounts(as_json: bool) -> None:
    people = db.session.scalars(select(Person).where(Person.is_demo).order_by(Person.id)).all()
    rows = [_row(person) for person in people]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"  {row['email']:<44} {', '.join(row['roles']) or 'no role yet: can be named focal point'}")
    if rows:
        click.echo(f"\n  Password of every account: {current_app.config['SETTINGS'].demo_password}")


def _row(person: Person) -> dict[str, Any]:
    grants = person.grants
    scopes = [
        {"role": g.role.value, "organisation": g.organisation.name if g.organisation else None,
         "programme": g.programme_id, "application": g.application_id}
        for g in grants
    ]  # fmt: skip
    return {
        "email": person.email,
        "name": person.name,
        "roles": list(dict.fromkeys(str(wording.role(g.role)) for g in grants)),
        "role": grants[0].role.value if grants else "",
        "organisation": next((g.organisation.name for g in grants if g.organisation), ""),
        "scope": scopes,
    }
