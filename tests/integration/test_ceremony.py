"""Around a signature: declining, the end of time, paper, a colleague, the order, a provider, and what is refused."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import agreements as make
from tests.factories.ceremony import form, out_for_signature, post, sha256
from tests.factories.outside import Outside
from tests.factories.people import acting, grant, sign_in
from tests.support import mailbox
from webapp import clock, jobs
from webapp.agreements import delegating, ordering, paper, refusals, signing, trusting, use_cases
from webapp.documents.trust import TestProvider
from webapp.errors import Forbidden, Invalid, Refused
from webapp.extensions import db
from webapp.models.agreement import Agreement, DocumentEnd, Signature, SignatureLevel, SigningOrder
from webapp.models.application import Application, StoredFile
from webapp.models.people import Person
from webapp.models.record import AuditEntry, AuditEvent, OutboxRow
from webapp.models.signing import SignatureScan, SigningView
from webapp.services.advance import advance
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def file() -> make.File:
    return out_for_signature()


def events(event: AuditEvent) -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.event == event).order_by(AuditEntry.id)))


def signatures() -> list[Signature]:
    db.session.rollback()
    return list(db.session.scalars(select(Signature).order_by(Signature.id)))


def colleague(file: make.File, name: str = "Deputy mayor") -> Person:
    return grant(make._officer(name), Role.SIGNATORY, organisation=file.partner)


# --- declining, and the end of the time to sign -----------------------------------------------------------------------


def test_a_signatory_declines_with_a_reason_and_everybody_hears_it(client: FlaskClient, file: make.File) -> None:
    partner, lead, _director = file.signatories()
    sign_in(client, partner)
    address = f"/move/agreement/{file.agreement.id}/decline"
    assert "Decline to sign" in client.get(address).text
    empty = client.post(address, data={"revision": str(file.agreement.revision), "reason": ""})
    assert empty.status_code == 422
    answer = client.post(address, data={"revision": str(file.agreement.revision), "reason": "The council said no"})
    assert answer.status_code == 303
    db.session.rollback()
    agreement = db.session.get_one(Agreement, file.agreement.id)
    document = agreement.documents[-1]
    assert (agreement.state, document.ended_as, document.ended_reason) == (
        State.DRAFT, DocumentEnd.DECLINED, "The council said no",
    )  # fmt: skip
    told = {mail["to"] for mail in mailbox.mails() if "council said no" in str(mail)}
    assert lead.email in told and partner.email not in told
    sign_in(client, file.manager)
    assert "The council said no" in client.get(f"/applications/{file.application.id}/agreement").text
    with writing(), pytest.raises(Refused):
        use_cases.issue(agreement, file.as_manager())  # frozen once, a change is a new document


def test_who_signs_nothing_here_or_has_signed_cannot_decline(file: make.File) -> None:
    partner, _lead, _director = file.signatories()
    with writing():
        other = colleague(file)
    with writing(), pytest.raises(Refused, match="signs_nothing_here"):
        advance(file.agreement, Trigger.DECLINE, acting(other), reason="No")
    with writing():
        make.signed_by(file, partner, storage())
    with writing(), pytest.raises(Refused, match="signs_nothing_here"):
        advance(file.agreement, Trigger.DECLINE, acting(partner), reason="No")


def test_the_time_to_sign_runs_out_by_itself(file: make.File) -> None:
    with writing():
        make.signed_by(file, file.signatories()[0], storage())
    with clock.at(clock.now() + timedelta(days=58)):
        jobs.fire_deadlines()
        db.session.rollback()
        assert file.agreement.state is State.ISSUED
    with clock.at(clock.now() + timedelta(days=70)):
        jobs.fire_deadlines()
        jobs.fire_deadlines()
    db.session.rollback()
    agreement = db.session.get_one(Agreement, file.agreement.id)
    assert (agreement.state, agreement.documents[-1].ended_as) == (State.DRAFT, DocumentEnd.EXPIRED)
    expired = [entry for entry in events(AuditEvent.MOVED) if entry.trigger is Trigger.EXPIRE]
    assert [(entry.role, entry.actor_id) for entry in expired] == [(Role.SYSTEM, None)]


# --- what is refused, and recorded ------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"consent": "0" * 64}, {"language": "nl"}, {"consent": ""}])
def test_a_consent_that_is_not_the_one_on_the_page_is_refused_and_recorded(
    client: FlaskClient, file: make.File, change: dict[str, str]
) -> None:
    answer = post(client, file, file.signatories()[0], **change)
    assert answer.status_code == 409 and "Nothing was signed" in answer.text
    assert signatures() == []
    assert [entry.data["refused"] for entry in events(AuditEvent.SIGNATURE_REFUSED)] == [refusals.Replayed.why]


def test_a_consent_to_one_document_does_not_serve_for_the_next(client: FlaskClient, file: make.File) -> None:
    """Replayed word for word, after the agreement was taken back and issued anew."""
    partner = file.signatories()[0]
    old = form(file, partner)
    with writing():
        advance(file.agreement, Trigger.REDRAFT, file.as_manager(), reason="A name was wrong")
        use_cases.generate(file.agreement, file.as_manager(), storage(), demonstration=False)
        make.checked(file, storage())
        use_cases.issue(file.agreement, file.as_manager())
    sign_in(client, partner)
    address = f"/applications/{file.application.id}/agreement/sign"
    assert client.post(address, data=old).status_code == 409
    assert client.post(address, data=old | {"sha256": sha256(file)}).status_code == 409
    assert signatures() == []
    assert len(events(AuditEvent.SIGNATURE_REFUSED)) == 2


def test_who_left_the_organisation_is_refused_and_recorded(client: FlaskClient, file: make.File) -> None:
    partner = file.signatories()[0]
    data = form(file, partner)
    sign_in(client, partner)
    with writing():
        for row in partner.grants:
            row.ends_on = clock.today() - timedelta(days=1)
    answer = client.post(f"/applications/{file.application.id}/agreement/sign", data=data)
    assert answer.status_code in (403, 404)
    assert signatures() == []
    refused = events(AuditEvent.SIGNATURE_REFUSED)
    assert [(entry.actor_id, entry.data["refused"]) for entry in refused] == [
        (partner.id, refusals.NoLongerSignatory.why)
    ]


def test_signing_while_the_file_is_withdrawn_leaves_one_of_the_two(app: Flask, file: make.File) -> None:
    """The last signature and the withdrawal at once: in force and withdrawn at the same time it never is."""
    partner, lead, director = file.signatories()
    with writing():
        make.signed_by(file, partner, storage())
        make.signed_by(file, lead, storage())
    data, application_id = form(file, director), file.application.id
    agreement_id, lead_actor = file.agreement.id, acting(lead)
    one = Outside(app, app.response_class)
    sign_in(one, db.session.get_one(Person, director.id))
    db.session.remove()

    def last_signature() -> int:
        with app.app_context():
            return one.post(f"/applications/{application_id}/agreement/sign", data=data).status_code

    def withdrawal() -> int:
        with app.app_context():
            try:
                with writing():
                    case = db.session.get_one(Application, application_id)
                    advance(case, Trigger.WITHDRAW, lead_actor, reason="We stop")
            except Refused:
                return 409
            return 303

    with ThreadPoolExecutor(2) as pool:
        answers = [future.result() for future in [pool.submit(last_signature), pool.submit(withdrawal)]]
    db.session.rollback()
    states = (
        db.session.get_one(Agreement, agreement_id).state, db.session.get_one(Application, application_id).state,
    )  # fmt: skip
    assert states in ((State.IN_FORCE, State.SIGNED), (State.VOIDED, State.WITHDRAWN))
    assert answers[0] == (303 if states[0] is State.IN_FORCE else answers[0]) and answers[0] < 500
    assert answers[1] == (303 if states[1] is State.WITHDRAWN else 409)


# --- paper ------------------------------------------------------------------------------------------------------------


def scanned(file: make.File, content: bytes = PIXEL, kind: str = "image/png") -> StoredFile:
    row = StoredFile(
        sha256=storage().put(content, kind), size=len(content), content_type=kind, name="scan.png",
        created_at=clock.now(), created_by_id=file.manager.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def hand_in(file: make.File, stored: StoredFile | None = None, **changes: Any) -> SignatureScan:
    document = file.agreement.issued_document
    assert document is not None
    given: dict[str, Any] = {
        "reference": document.reference, "prefix": sha256(file)[:12], "signed_on": clock.today(),
        "actor": file.as_manager(), "party_id": file.agreement.parties[0].id,
    }  # fmt: skip
    return paper.hand_in(file.agreement, file=stored or scanned(file), **(given | changes))


def test_paper_counts_once_a_second_officer_has_attested_it(file: make.File) -> None:
    with writing():
        scan = hand_in(file)
    assert signatures() == []
    document = file.agreement.issued_document
    assert document is not None
    given = (document.reference, sha256(file)[:12])
    with writing(), pytest.raises(Forbidden):
        paper.attest(scan, *given, file.as_manager(), storage())  # who handed it in
    with writing(), pytest.raises(Invalid):
        paper.attest(scan, document.reference, "0" * 12, acting(file.director), storage())
    with writing():
        paper.attest(scan, *given, acting(file.director), storage())
    (kept,) = signatures()
    assert (kept.level, kept.person_id, kept.attested_by_id) == (
        SignatureLevel.WET_INK, file.signatories()[0].id, file.director.id,
    )  # fmt: skip
    assert storage().read(kept.hash_after) == PIXEL  # untouched
    with writing(), pytest.raises(refusals.Unsigned):
        paper.attest(scan, *given, acting(file.director), storage())
    assert len(signatures()) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": "LGP-1/M1-v9"}, "reference"), ({"prefix": "abc"}, "prefix"),
        ({"signed_on": date(2020, 1, 1)}, "signed_on"),
    ],
)  # fmt: skip
def test_paper_of_something_else_is_not_taken(file: make.File, change: dict[str, Any], field: str) -> None:
    with writing(), pytest.raises(Invalid) as refused:
        hand_in(file, **change)
    assert refused.value.field == field


def test_a_text_is_no_scan_and_a_refused_scan_makes_room_for_a_better_one(file: make.File) -> None:
    with writing(), pytest.raises(Invalid) as refused:
        hand_in(file, scanned(file, b"I sign", "text/plain"))
    assert refused.value.field == "file"
    with writing():
        scan = hand_in(file)
    with writing(), pytest.raises(Invalid):
        hand_in(file)  # one waits
    with writing():
        paper.reject(scan, "The page is cut off", acting(file.director))
    with writing():
        hand_in(file)
    assert [entry.reason or entry.data["reason"] for entry in events(AuditEvent.SCAN_REJECTED)] == [
        "The page is cut off"
    ]


def test_the_scan_is_sent_and_attested_on_its_pages(client: FlaskClient, file: make.File) -> None:
    partner = file.signatories()[0]
    sign_in(client, partner)
    document = file.agreement.issued_document
    assert document is not None
    address = f"/applications/{file.application.id}/agreement/parties/{file.agreement.parties[0].id}/scan"
    assert client.get(address).status_code == 200
    data = {"reference": document.reference, "prefix": sha256(file)[:12], "signed_on": clock.today().isoformat()}
    garbage = client.post(address, data=data | {"file": (BytesIO(b"\x00\x01garbage"), "scan.pdf")})
    assert garbage.status_code == 422
    sent = client.post(address, data=data | {"file": (BytesIO(PIXEL), "scan.png")})
    assert sent.status_code == 303, sent.text
    db.session.rollback()
    scan = db.session.scalars(select(SignatureScan)).one()
    page = f"/applications/{file.application.id}/agreement/scans/{scan.id}"
    assert client.get(page).status_code in (403, 404)  # the signer does not attest
    sign_in(client, file.director)
    assert client.get(page).status_code == 200
    attested = client.post(page, data=data | {"seen": "y"})
    assert attested.status_code == 303, attested.text
    assert [row.level for row in signatures()] == [SignatureLevel.WET_INK]


# --- a colleague, and the order ---------------------------------------------------------------------------------------


MANDATE = delegating.Mandate("acting legal representative", "Decision of the mayor", "7", date(2026, 1, 5))


def test_a_colleague_signs_in_somebodys_place_and_nobody_signs_for_two(client: FlaskClient, file: make.File) -> None:
    partner, lead, _director = file.signatories()
    with writing():
        deputy = colleague(file)
    with writing(), pytest.raises(Invalid):
        delegating.delegate(file.agreement, lead.id, MANDATE, acting(partner))  # signs for another party
    with writing():
        delegating.delegate(file.agreement, deputy.id, MANDATE, acting(partner))
    assert post(client, file, partner).status_code in (403, 409)
    assert post(client, file, deputy).status_code == 303
    (kept,) = signatures()
    assert (kept.person_id, kept.delegated_by_id, kept.capacity) == (
        deputy.id, partner.id, "acting legal representative",
    )  # fmt: skip
    assert "Decision of the mayor 7" in kept.mandate
    with writing(), pytest.raises((Forbidden, Invalid)):
        delegating.delegate(file.agreement, deputy.id, MANDATE, acting(lead))
    assert [entry.actor_id for entry in events(AuditEvent.SIGNATURE_DELEGATED)] == [partner.id]


def test_the_municipalities_may_sign_in_any_order_and_the_programme_last() -> None:
    with writing():
        file = make.approved()
        agreement = make.prepared(file)
        parties = [party.id for party in agreement.parties]
        with pytest.raises(Invalid):
            ordering.set_order(agreement, SigningOrder.TOGETHER, parties[::-1], file.as_manager())
        ordering.set_order(agreement, SigningOrder.TOGETHER, parties, file.as_manager())
        use_cases.generate(agreement, file.as_manager(), storage(), demonstration=False)
        make.checked(file, storage())
        use_cases.issue(agreement, file.as_manager())
    partner, lead, director = file.signatories()
    with writing(), pytest.raises(Invalid, match="not your turn"):
        make.signed_by(file, director, storage())
    with writing():
        make.signed_by(file, lead, storage())
        make.signed_by(file, partner, storage())
        make.signed_by(file, director, storage())
    assert file.agreement.state is State.IN_FORCE


def test_a_mandate_must_cover_the_grant(client: FlaskClient, file: make.File) -> None:
    partner = file.signatories()[0]
    with writing():
        file.agreement.parties[0].mandate_limit = file.agreement.grant - 1
    answer = post(client, file, partner)
    assert answer.status_code == 422 and "does not cover the grant" in answer.text
    assert signatures() == []


def test_the_first_look_is_recorded_once_and_a_reminder_goes_once_a_day(client: FlaskClient, file: make.File) -> None:
    partner = file.signatories()[0]
    sign_in(client, partner)
    for _time in range(2):
        assert client.get(f"/applications/{file.application.id}/agreement/sign").status_code == 200
    db.session.rollback()
    assert [row.person_id for row in db.session.scalars(select(SigningView))] == [partner.id]
    sign_in(client, file.manager)
    for _time in range(2):
        client.post(f"/applications/{file.application.id}/agreement/remind")
    db.session.rollback()
    reminded = [row for row in db.session.scalars(select(OutboxRow)) if row.key.startswith("remind-")]
    assert [row.payload["to"] for row in reminded] == [partner.email]


# --- a trust provider -------------------------------------------------------------------------------------------------


def test_a_provider_really_signs_and_what_it_signed_is_checked(app: Flask, file: make.File) -> None:
    partner = file.signatories()[0]
    provider = TestProvider(app.config["SETTINGS"].var)
    agreed = {"consent": "I sign.", "consent_version": signing.CONSENT_VERSION, "language": "en"}
    with writing():
        row, _redirect = trusting.begin(
            file.agreement, acting(partner), provider, document_sha256=sha256(file), **agreed
        )  # fmt: skip
        signature = trusting.finish(
            file.agreement, row, acting(partner), provider, storage(), address="", user_agent="tests"
        )  # fmt: skip
    assert (signature.level, len(signature.certificate_sha256)) == (SignatureLevel.TEST, 64)
    assert trusting.still_verifies(signature, provider, storage())
    assert signature.signature_file is not None
    other = storage().put(b"another document", "text/plain")
    forged = Signature(document_sha256=other, certificate_sha256=signature.certificate_sha256)
    forged.signature_file = signature.signature_file
    assert not trusting.still_verifies(forged, provider, storage())
    db.session.rollback()


def test_where_a_click_is_not_enough_it_is_refused_in_words(client: FlaskClient) -> None:
    file = out_for_signature(investment=True)
    with writing():
        programme = file.application.call.plan.programme
        programme.rules = {**programme.rules, "investment_signature": "wet_or_qualified"}
    answer = post(client, file, file.signatories()[0])
    assert answer.status_code in (409, 422) and "paper" in answer.text
    assert signatures() == []


# --- one way of signing at a time -------------------------------------------------------------------------------------


def begun(client: FlaskClient, file: make.File) -> str:
    """The provider's page, where the first signatory was sent."""
    partner = file.signatories()[0]
    data = form(file, partner)
    sign_in(client, partner)
    address = f"/applications/{file.application.id}/agreement/sign/provider"
    return str(client.post(address, data=data).headers["Location"])


def test_a_signature_that_no_longer_counts_is_not_taken_for_one(client: FlaskClient, file: make.File) -> None:
    """Who signed a version that was taken back sends the form again: refused and recorded, not "you have signed"."""
    partner = file.signatories()[0]
    sent = form(file, partner)
    assert post(client, file, partner).status_code == 303
    with writing():
        advance(file.agreement, Trigger.REDRAFT, file.as_manager(), reason="A name was wrong")
    address = f"/applications/{file.application.id}/agreement/sign"
    assert client.get(address).status_code == 409
    again = client.post(address, data=sent)
    assert again.status_code == 409 and "no document to sign now" in again.text
    assert [entry.data["refused"] for entry in events(AuditEvent.SIGNATURE_REFUSED)] == ["not out for signature"]


def test_while_a_scan_waits_the_party_signs_in_no_other_way(client: FlaskClient, file: make.File) -> None:
    with writing():
        scan = hand_in(file)
    answer = post(client, file, file.signatories()[0])
    assert answer.status_code == 422 and "You cannot sign yet" in answer.text and 'type="password"' not in answer.text
    assert client.post(begun(client, file)).status_code == 409
    assert signatures() == []
    with writing():
        paper.reject(scan, "The page is cut off", acting(file.director))
    assert post(client, file, file.signatories()[0]).status_code == 303


def test_who_let_a_colleague_sign_does_not_finish_at_the_provider(client: FlaskClient, file: make.File) -> None:
    partner, page = file.signatories()[0], begun(client, file)
    with writing():
        delegating.delegate(file.agreement, colleague(file).id, MANDATE, acting(partner))
    assert client.post(page).status_code == 403
    assert signatures() == []
    assert [entry.data["refused"] for entry in events(AuditEvent.SIGNATURE_REFUSED)] == ["not the signatory"]


def test_the_providers_page_serves_once(client: FlaskClient, file: make.File) -> None:
    page = begun(client, file)
    assert "no legal value" in client.get(page).text
    assert [client.post(page).status_code for _time in range(2)] == [303, 303]
    assert [row.level for row in signatures()] == [SignatureLevel.TEST]
