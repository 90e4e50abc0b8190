"""Files that are out for signature or in force, and what a browser sends when somebody signs."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import agreements as make
from tests.factories.people import sign_in
from webapp.agreements import signing
from webapp.models.people import Person
from webapp.transaction import writing
from webapp.transfer import storage


def out_for_signature(**given: Any) -> make.File:
    """Issued, nobody has signed; `given` as for an approved file."""
    with writing():
        made = make.approved(**given)
        make.issued(made, storage())
    return made


def in_force() -> make.File:
    """Everybody has signed, nothing is sealed yet."""
    made = out_for_signature()
    for who in made.signatories():
        with writing():
            make.signed_by(made, who, storage())
    return made


def sha256(file: make.File) -> str:
    """Of the document that is out for signature."""
    document = file.agreement.issued_document
    assert document is not None and document.file is not None
    return document.file.sha256


def form(file: make.File, who: Person, **changes: str | None) -> dict[str, str]:
    """What the page sends back when this person signs; a value of None leaves the field out."""
    now = signing.turn(file.agreement)
    signer = now.of(who.id) if now else None
    stamp = signing.consent_stamp(sha256(file), signer, "en") if signer else ""
    fields = {"sha256": sha256(file), "language": "en", "consent": stamp, "agree": "y", "password": make.PASSWORD}
    return {name: value for name, value in (fields | changes).items() if value is not None}


def post(client: FlaskClient, file: make.File, who: Person, **changes: str | None) -> TestResponse:
    """This person signs in the browser."""
    data = form(file, who, **changes)
    sign_in(client, who)
    return client.post(f"/applications/{file.application.id}/agreement/sign", data=data)
