"""Signing: order, person, hash of the stored file, password; the last signature puts everything in force."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests.factories import agreements as make
from tests.factories.ceremony import form, out_for_signature, post
from tests.factories.outside import Outside
from tests.factories.people import acting, grant, organisation, sign_in
from tests.support import mailbox
from webapp.agreements import signing, use_cases
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Signature
from webapp.models.application import Application
from webapp.models.people import Person
from webapp.models.record import AuditEntry, AuditEvent
from webapp.services.advance import advance
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def file() -> make.File:
    return out_for_signature()


def count() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Signature.id)).all())


def test_everybody_signs_in_order_and_the_last_signature_puts_it_in_force(client: FlaskClient, file: make.File) -> None:
    partner, lead, director = file.signatories()
    plan = file.application.call.plan
    assert (plan.reserved, plan.committed) == (Decimal(18000), Decimal(0))
    assert post(client, file, partner).status_code == 303
    assert post(client, file, lead).status_code == 303
    assert file.agreement.state is State.ISSUED
    assert file.application.state is State.CONTRACTING
    assert post(client, file, director).status_code == 303
    db.session.rollback()
    agreement = file.agreement
    assert (agreement.state, file.application.state) == (State.IN_FORCE, State.SIGNED)
    assert agreement.in_force_on is not None
    db.session.refresh(plan)
    assert (plan.reserved, plan.committed) == (Decimal(0), Decimal(18000))
    assert (file.application.amount_reserved, file.application.amount_committed) == (Decimal(0), Decimal(18000))
    moves = db.session.scalars(select(AuditEntry).where(AuditEntry.event == AuditEvent.MOVED)).all()
    last = [(entry.trigger, entry.role) for entry in moves][-2:]
    assert last == [(Trigger.ENTER_INTO_FORCE, Role.SYSTEM), (Trigger.CONCLUDE, Role.SYSTEM)]
    page = client.get(f"/applications/{file.application.id}/agreement")
    assert len(re.findall(r'data-label="Signature">\s*<span class="badge badge--good">', page.text)) == 3


def test_a_signature_keeps_who_what_and_how(client: FlaskClient, file: make.File) -> None:
    partner = file.signatories()[0]
    sign_in(client, partner)
    page = unescape(client.get(f"/applications/{file.application.id}/agreement/sign").text)
    document = file.agreement.issued_document
    assert document is not None and document.file is not None
    assert document.file.name in page and document.file.sha256[:12] in page
    assert "Municipality of Rubavu" in page and "legal representative" in page and "12 January 2026" in page
    assert post(client, file, partner).status_code == 303
    kept = db.session.scalars(select(Signature)).one()
    content = storage().read(document.file.sha256)
    assert kept.document_sha256 == hashlib.sha256(content).hexdigest()
    assert kept.capacity == "legal representative"
    assert kept.mandate == "Decision of the council B-1, 2026-01-12"
    assert kept.consent == str(signing.CONSENT)
    assert (kept.consent_version, kept.language, kept.address) == (signing.CONSENT_VERSION, "en", "127.0.0.1")
    assert kept.user_agent and kept.level == "click-to-sign"
    mail = [mail["to"] for mail in mailbox.mails() if "your signature is next" in str(mail)]
    assert mail == [file.signatories()[1].email]


def test_it_is_not_the_turn_of_the_others(client: FlaskClient, file: make.File) -> None:
    for early in file.signatories()[1:]:
        sign_in(client, early)
        page = client.get(f"/applications/{file.application.id}/agreement/sign")
        assert "It is not your turn yet: Rubavu signs first." in page.text
        assert 'type="password"' not in page.text
        answer = post(client, file, early)
        assert answer.status_code == 422 and "It is not your turn yet" in answer.text
    assert count() == 0


def test_somebody_else_cannot_sign(client: FlaskClient, file: make.File) -> None:
    with writing():
        second = grant(make._officer("Deputy mayor"), Role.SIGNATORY, organisation=file.partner)
        stranger = grant(make._officer("Mayor", "Elsewhere"), Role.SIGNATORY, organisation=organisation())
    for who, status in (
        (second, 403),
        (stranger, 404),
        (file.manager, 403),
        (file.editors[file.partner.id], 403),
    ):
        assert post(client, file, who).status_code == status, who.name
        with writing(), pytest.raises(LookupError if status == 404 else Forbidden):
            make.signed_by(file, who, storage())
    assert count() == 0


def test_a_signatory_who_lost_the_role_cannot_sign(file: make.File) -> None:
    partner = file.signatories()[0]
    with writing():
        partner.grants[0].ends_on = date(2021, 1, 1)
    with writing(), pytest.raises((Forbidden, LookupError)):
        make.signed_by(file, partner, storage())
    assert count() == 0


def test_the_password_is_asked_again(client: FlaskClient, file: make.File) -> None:
    partner = file.signatories()[0]
    answer = post(client, file, partner, password="something else")
    assert answer.status_code == 422
    assert "This is not your password. Nothing was signed." in answer.text
    assert "something else" not in answer.text
    answer = post(client, file, partner, agree=None, password="")
    assert answer.status_code == 422
    assert "Tick this box to sign." in answer.text and "Enter your password." in answer.text
    for _attempt in range(9):
        post(client, file, partner, password="guess")
    answer = post(client, file, partner)
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.text
    assert count() == 0


def test_a_version_that_was_replaced_is_not_signed(client: FlaskClient, file: make.File) -> None:
    partner = file.signatories()[0]
    old = form(file, partner)
    with writing():
        advance(file.agreement, Trigger.REDRAFT, file.as_manager(), reason="A name was wrong")
    answer = client.post(f"/applications/{file.application.id}/agreement/sign")
    assert answer.status_code in (302, 303)  # nobody is signed in yet
    sign_in(client, partner)
    path = f"/applications/{file.application.id}/agreement/sign"
    answer = client.post(path, data=old)
    assert answer.status_code == 409 and "no document to sign now" in answer.text
    with writing():
        use_cases.generate(file.agreement, file.as_manager(), storage(), demonstration=False)
        make.checked(file, storage())
        use_cases.issue(file.agreement, file.as_manager())
    answer = client.post(path, data=old)
    assert answer.status_code == 409 and "Another version was issued" in answer.text
    with writing(), pytest.raises(signing.Superseded):
        make.signed_by(file, partner, storage(), document_sha256="0" * 64)
    assert count() == 0
    assert post(client, file, partner).status_code == 303


def test_a_changed_file_is_refused_and_recorded(client: FlaskClient, file: make.File) -> None:
    document = file.agreement.issued_document
    assert document is not None and document.file is not None
    stored = storage()._path(document.file.sha256)
    whole = stored.read_bytes()
    stored.chmod(0o640)
    stored.write_bytes(whole + b"\0")
    answer = post(client, file, file.signatories()[0])
    assert answer.status_code == 409 and "The stored file is no longer the one that was issued" in answer.text
    assert count() == 0
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.event == AuditEvent.SIGNATURE_REFUSED)).all()
    noted = [entry.data for entry in entries]
    assert noted == [
        {
            "document": document.reference,
            "refused": "stored file changed",
            "found": hashlib.sha256(whole + b"\0").hexdigest(),
        }
    ]
    stored.unlink()
    assert post(client, file, file.signatories()[0]).status_code == 409
    assert count() == 0


def test_signing_twice_is_done_once(client: FlaskClient, file: make.File) -> None:
    partner = file.signatories()[0]
    for _time in range(2):
        assert post(client, file, partner).status_code == 303
    with writing():
        first = make.signed_by(file, partner, storage())
        assert make.signed_by(file, partner, storage()).id == first.id
    assert count() == 1
    signed = db.session.scalars(select(AuditEntry).where(AuditEntry.event == AuditEvent.SIGNED)).all()
    assert len(signed) == 1


def test_the_database_keeps_one_signature_per_party_and_person_and_changes_none(file: make.File) -> None:
    partner, lead, _director = file.signatories()
    with writing():
        kept = make.signed_by(file, partner, storage())
        values = {
            column.name: getattr(kept, column.name) for column in Signature.__table__.columns if column.name != "id"
        }
    for change in ({"person_id": lead.id}, {"party_id": file.agreement.parties[1].id}):
        with pytest.raises(DBAPIError), writing():
            db.session.add(Signature(**(values | change)))
            db.session.flush()
    with pytest.raises(DBAPIError), writing():
        db.session.get_one(Signature, kept.id).capacity = "King"
        db.session.flush()
    assert count() == 1


def test_two_clicks_at_once_give_one_signature_and_no_error(app: Flask, file: make.File) -> None:
    """The last signature is the dearest: it concludes the case, and a second one must not do so again."""
    partner, lead, director = file.signatories()
    with writing():
        make.signed_by(file, partner, storage())
        make.signed_by(file, lead, storage())
    data, application_id, who = form(file, director), file.application.id, director.id
    db.session.remove()
    clients = [Outside(app, app.response_class) for _ in range(2)]
    for one in clients:
        sign_in(one, db.session.get_one(Person, who))
    db.session.remove()

    def click(one: FlaskClient) -> int:
        with app.app_context():
            return one.post(f"/applications/{application_id}/agreement/sign", data=data).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(click, clients)) == [303, 303]
    assert count() == 3
    assert db.session.get_one(Application, application_id).state is State.SIGNED
    concluded = select(AuditEntry).where(AuditEntry.trigger == Trigger.CONCLUDE)
    assert len(db.session.scalars(concluded).all()) == 1


def test_nothing_is_signed_before_it_is_issued(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        make.written(file, storage())
        partner = file.signatories()[0]
        with pytest.raises(Invalid, match="no document to sign"):
            use_cases.sign(
                file.agreement, acting(partner), storage=storage(), document_sha256="", consent="",
                consent_version=signing.CONSENT_VERSION,
                language="en", address="", user_agent="",
            )  # fmt: skip
    sign_in(client, partner)
    assert client.get(f"/applications/{file.application.id}/agreement/sign").status_code == 409
    assert count() == 0
