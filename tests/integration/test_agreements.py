"""Agreements: instrument, parties, schedule, terms, obligations, the written contract and its versions."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.documents import reading
from tests.factories import agreements as make
from tests.factories.applications import statements as counted
from tests.factories.ceremony import out_for_signature
from tests.factories.people import acting, grant, person, sign_in
from webapp.agreements import effects, use_cases
from webapp.agreements.defaults import schedule
from webapp.documents.plain import in_words, money
from webapp.errors import Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document, Tranche
from webapp.models.application import BudgetCategory
from webapp.models.monitoring import Obligation
from webapp.models.programme import PaymentMode
from webapp.models.record import AuditEntry, AuditEvent
from webapp.services.advance import advance, offers
from webapp.services.contract import parts
from webapp.services.contract.source import approved, load
from webapp.services.effects import Moved
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.facts import Rules
from workflows.vocabulary import Instrument, Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")
STRANGE = ("Rheden & co <x>", "Rubavu’s 🏛")
B_TRANCHES = ("80000", "64000", "18000")


def rows(*amounts: str) -> list[dict[str, Any]]:
    """Tranches with a date each; the last one is the balance."""
    last = len(amounts) - 1
    return [
        {
            "amount": Decimal(amount),
            "condition": f"Step {place}",
            "due_on": date(2026 + place, 5, 1),
            "is_balance": place == last,
        }
        for place, amount in enumerate(amounts)
    ]


def read(document: Document) -> str:
    assert document.file is not None
    return reading.text(storage().read(document.file.sha256))


def blockers(agreement: Agreement, file: make.File, trigger: Trigger = Trigger.ISSUE) -> set[str]:
    offer = next(offer for offer in offers(agreement, file.as_manager()) if offer.move.trigger is trigger)
    return {blocker.code for blocker in offer.blockers}


def test_the_memorandum_says_exactly_what_was_approved() -> None:
    with writing():
        file = make.approved(names=STRANGE)
        document = make.written(file, storage())
    said = read(document)
    for organisation in (file.lead, file.partner):
        assert said.count(organisation.legal_name) >= 4, organisation.legal_name
    assert said.index(f"Municipality of {STRANGE[1]}") < said.index("Programme office")
    assert money(Decimal(18000), "EUR") in said
    assert "eighteen thousand euro" in said
    assert "EUR 14,400.00" in said and "EUR 3,600.00" in said  # 80% and the balance
    for condition in make.CONDITIONS.splitlines():
        assert condition in said
    assert "Tourism officer, Rubavu’s 🏛" in said
    assert "Workshop for the districts" in said
    assert "Decision of the council B-1, 12 January 2026" in said
    assert not re.search(r"\{\{|\bNone\b(?! *$)|&amp;|&lt;", said.replace("Special terms\nNone", ""))


def test_the_contract_says_exactly_what_was_approved() -> None:
    with writing():
        file = make.approved(investment=True, names=STRANGE)
        make.prepared(file)
        use_cases.set_tranches(file.agreement, rows(*B_TRANCHES, "18000"), file.as_manager())
        document = use_cases.generate(file.agreement, file.as_manager(), storage(), demonstration=True)
    said = read(document)
    assert f"At most EUR 180,000.00 ({in_words(Decimal(180000), 'EUR')})" in said
    planned = [Decimal(t["amount"].removeprefix("EUR ").replace(",", "")) for t in document.context["tranches"]]
    assert sum(planned) == file.agreement.grant == Decimal(180000)
    for amount in ("EUR 80,000.00", "EUR 64,000.00", "EUR 18,000.00", "EUR 200,000.00"):
        assert amount in said
    assert "Transfer station, civil works" in said and "Weighbridge & containers" in said
    assert "Tranche 2 of EUR 64,000.00 becomes EUR 32,000.00" in said  # the unused 32 of 80 is taken off
    assert "detailed, with the interim report and at the end" in said
    assert "Interim report 1" in said
    assert "Fictional demonstration" in said
    for organisation in (file.lead, file.partner):
        assert said.count(organisation.legal_name) >= 4


def test_what_the_programme_set_stands_in_the_contract() -> None:
    with writing():
        file = make.approved(investment=True)
        file.application.call.plan.programme.rules = {"payment_days": 17, "record_years": 9, "asset_years": 4}
        document = make.written(file, storage())
    said = read(document)
    assert "within 17 Days" in said
    assert "9 years" in said
    assert [step["percent"] for step in document.context["disposal"]] == [100, 75, 50, 25]


def test_a_grant_below_what_was_asked_lowers_every_line_in_proportion() -> None:
    with writing():
        file = make.approved(amount="12000.01")
        document = make.written(file, storage())
    grants = [Decimal(line["grant"].removeprefix("EUR ").replace(",", "")) for line in document.context["lines"]]
    assert sum(grants) == Decimal("12000.01")
    assert [line["own"] for line in document.context["lines"]] == ["EUR 1,000.00", "EUR 0.00", "EUR 0.00"]
    assert "approved is EUR 12,000.01" in read(document)


def test_a_peer_that_is_paid_is_named_beside_the_article_that_says_otherwise() -> None:
    with writing():
        file = make.approved(investment=True)
        make.prepared(file)
        content = file.application.budget
        version = approved(file.application.id)
        version.content["budget"][2]["payee"] = file.lead.id
        terms = parts.special_terms(replace(load(file.agreement), approved=version))
    assert len(content) == 5
    assert any("Municipality of Rheden receives the budget lines paid to it: EUR 16,000.00" in term for term in terms)


def test_the_computed_instrument_can_only_be_raised(client: FlaskClient) -> None:
    with writing():
        low, high = make.approved(), make.approved(investment=True, suffix=" B")
    with writing(), pytest.raises(Refused) as refused:
        use_cases.choose_instrument(high.application, Instrument.MEMORANDUM, "Cheaper", high.as_manager())
    assert refused.value.refusal.blockers[0].code == "instrument_lowered"
    sign_in(client, high.manager)
    path = f"/applications/{high.application.id}/agreement/instrument"
    answer = client.post(path, data={"instrument": "memorandum", "reason": "Cheaper"})
    assert answer.status_code == 409
    assert 'value="memorandum"' not in client.get(path).text
    sign_in(client, low.manager)
    path = f"/applications/{low.application.id}/agreement/instrument"
    answer = client.post(path, data={"instrument": "investment_contract", "reason": " "})
    assert answer.status_code == 422
    assert "Say why the fuller contract is needed" in answer.text
    answer = client.post(path, data={"instrument": "investment_contract", "reason": "A bridge follows"})
    assert answer.status_code == 303
    page = unescape(client.get(f"/applications/{low.application.id}/agreement").text)
    assert "The grant pays no investment to a partner" in page
    assert "Reason: A bridge follows" in page


def test_the_instrument_of_a_draft_can_still_be_raised_and_its_number_follows() -> None:
    with writing():
        file = make.approved()
        agreement = make.prepared(file)
        assert agreement.number.endswith("/M1")
        use_cases.choose_instrument(file.application, Instrument.INVESTMENT_CONTRACT, "Works", file.as_manager())
        assert (agreement.kind, agreement.number[-3:]) == (Instrument.INVESTMENT_CONTRACT, "/C1")
        document = use_cases.generate(agreement, file.as_manager(), storage(), demonstration=False)
    assert document.kind.value == "investment_contract"
    assert "Not applicable" in read(document)  # nothing is invented where the budget has no asset


def test_a_memorandum_carries_no_investment_line_at_all() -> None:
    with writing():
        file = make.approved()
        file.application.budget[2].category = BudgetCategory.INVESTMENT
        agreement = make.prepared(file)
        with pytest.raises(Invalid, match="a memorandum cannot carry"):
            use_cases.generate(agreement, file.as_manager(), storage(), demonstration=False)


def test_what_contradicts_itself_is_not_written_and_said_on_the_page(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        make.prepared(file)
        file.lead.legal_name = file.partner.legal_name
    sign_in(client, file.manager)
    answer = client.post(f"/applications/{file.application.id}/agreement/write")
    assert answer.status_code == 422
    assert "its data contradict each other: two parties have the same name." in answer.text
    assert "Error:" in answer.text


def test_the_drafted_agreement_has_its_parties_in_signing_order_and_a_schedule_that_adds_up() -> None:
    with writing():
        file = make.approved(investment=True)
        agreement = make.contracting(file)
    order = [party.organisation_id for party in agreement.parties]
    assert order == [file.partner.id, file.lead.id, file.operator.id]
    assert [party.is_operator for party in agreement.parties] == [False, False, True]
    assert all(not party.mandate_act and party.signatory_id is None for party in agreement.parties)
    assert agreement.conditions == make.CONDITIONS
    db.session.refresh(agreement)
    assert agreement.scheduled == agreement.grant == Decimal(180000)
    assert agreement.number == "JUM-2026-001/C1"


@pytest.mark.parametrize(
    ("grant_", "months", "mode", "expected"),
    [
        ("18000", 10, PaymentMode.ADVANCE, ["14400", "3600"]),
        ("95000", 24, PaymentMode.ADVANCE, ["76000", "19000"]),
        ("180000", 24, PaymentMode.ADVANCE, ["81000", "81000", "18000"]),
        ("100000.01", 10, PaymentMode.ADVANCE, ["80000", "20000.01"]),
        ("180000", 24, PaymentMode.ARREARS, ["90000", "90000"]),
        ("0.50", 10, PaymentMode.ADVANCE, ["0.40", "0.10"]),
    ],
)
def test_the_first_schedule_follows_the_rules(grant_: str, months: int, mode: PaymentMode, expected: list[str]) -> None:
    starts = date(2026, 3, 1)
    ends = date(2028, 2, 29) if months == 24 else date(2026, 12, 31)
    planned = schedule(Decimal(grant_), starts, ends, Rules(), mode, date(2026, 11, 21))
    assert [row.amount for row in planned] == [Decimal(amount) for amount in expected]
    assert planned[-1].is_balance
    assert planned[0].due_on >= date(2026, 11, 21)
    assert [row.due_on for row in planned] == sorted(row.due_on for row in planned)


def test_80_64_18_20_is_refused_at_the_field_and_18_is_accepted(client: FlaskClient) -> None:
    with writing():
        file = make.approved(investment=True)
        make.contracting(file)
    application_id = file.application.id
    sign_in(client, file.manager)
    path = f"/applications/{application_id}/agreement/tranches"

    def post(*amounts: str) -> Any:
        data: dict[str, str] = {}
        for place, row in enumerate(rows(*amounts)):
            data |= {f"rows-{place}-{key}": str(value) for key, value in row.items() if key != "is_balance"}
        return client.post(path, data={**data, f"rows-{len(amounts) - 1}-is_balance": "y"})

    answer = post("80000", "64000", "18000", "20000")
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "The tranches add up to EUR 182,000.00, that is EUR 2,000.00 more than the grant of EUR 180,000.00." in page
    assert 'href="#rows"' in answer.text and 'id="rows"' in answer.text
    assert 'value="20000.00"' in answer.text or 'value="20000"' in answer.text
    assert [t.amount for t in file.agreement.tranches] == [Decimal(81000), Decimal(81000), Decimal(18000)]
    assert post("80000", "64000", "18000", "18000").status_code == 303
    db.session.expire_all()
    assert [t.amount for t in file.agreement.tranches] == [Decimal(n) for n in (80000, 64000, 18000, 18000)]
    assert file.agreement.scheduled == Decimal(180000)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"rows-0-amount": "-1"}, "The amount cannot be negative."),
        ({"rows-0-amount": "0.005"}, "at most two decimal places"),
        ({"rows-0-amount": "1e9"}, "Write the amount in figures"),
        ({"rows-0-amount": "NaN"}, "Write the amount in figures"),
        ({"rows-0-amount": "1.234"}, "two ways"),
        ({"rows-0-amount": "99999999999"}, "This amount is too large."),
        ({"rows-0-amount": "0"}, "Enter an amount above zero."),
        ({"rows-0-due_on": "2026-02-30"}, "Enter a day that exists"),
        ({"rows-0-condition": ""}, "Say when this tranche is paid."),
        ({"rows-0-condition": "bell \x07"}, "U+0007"),
        ({"rows-0-amount": "17000", "rows-1-amount": "1000"}, "The advances are 94.44% of the grant; at most 90%"),
        ({"rows-0-due_on": "2030-01-01"}, "The dates of the tranches follow each other."),
        ({"rows-1-is_balance": ""}, "The last tranche is the balance"),
        ({"rows-0-amount": "1000"}, "less than the grant"),
    ],
)  # fmt: skip
def test_odd_schedules_are_refused_in_words_and_nothing_changes(
    client: FlaskClient, typed: dict[str, str], message: str
) -> None:
    with writing():
        file = make.approved()
        make.contracting(file)
    sign_in(client, file.manager)
    data = {
        "rows-0-amount": "14400", "rows-0-condition": "Signed & sealed 🏛", "rows-0-due_on": "2026-05-01",
        "rows-1-amount": "3600", "rows-1-condition": "Report", "rows-1-due_on": "2027-05-01", "rows-1-is_balance": "y",
    } | typed  # fmt: skip
    if not data["rows-1-is_balance"]:
        del data["rows-1-is_balance"]
    answer = client.post(f"/applications/{file.application.id}/agreement/tranches", data=data)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert message in page
    assert data["rows-1-condition"] in page
    db.session.expire_all()
    assert [t.condition for t in file.agreement.tranches] == ["Every party has signed", "The final report is accepted"]


def test_checking_the_sum_saves_nothing(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        make.contracting(file)
    sign_in(client, file.manager)
    data = {"rows-0-amount": "100", "rows-0-condition": "Some", "rows-0-due_on": "2026-05-01", "check": "1"}
    answer = client.post(f"/applications/{file.application.id}/agreement/tranches", data=data)
    assert answer.status_code == 200
    assert "Too little." in answer.text and "EUR 100.00" in unescape(answer.text).replace("\xa0", " ")
    db.session.expire_all()
    assert len(file.agreement.tranches) == 2


def test_the_database_too_refuses_a_schedule_that_does_not_add_up() -> None:
    with writing():
        file = make.approved()
        agreement = make.issued(file, storage())
    changed = text("UPDATE tranche SET amount = amount + 1 WHERE agreement_id = :id AND number = 1")
    with pytest.raises(IntegrityError), writing():
        db.session.execute(changed, {"id": agreement.id})
    extra = {
        "agreement_id": agreement.id,
        "number": 9,
        "amount": Decimal(1),
        "condition": "x",
        "due_on": date(2026, 5, 1),
    }
    with pytest.raises(IntegrityError), writing():
        db.session.add(Tranche(**extra))
        db.session.flush()


def test_a_party_needs_somebody_who_may_sign_and_one_person_signs_once(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        agreement = make.contracting(file)
        partner, lead, _operator = agreement.parties
        stranger = person("Passer-by")
        grant(file.signs[file.lead.id], Role.SIGNATORY, organisation=file.partner)
        given = ("Mayor", "Decision", date(2026, 1, 1), "1", file.as_manager())
        with pytest.raises(Invalid, match="may sign for this party"):
            use_cases.set_party(partner, stranger.id, *given)
        use_cases.set_party(lead, file.signs[file.lead.id].id, *given)
        with pytest.raises(Invalid, match="already signs for another party"):
            use_cases.set_party(partner, file.signs[file.lead.id].id, *given)
        with pytest.raises(Invalid, match="cannot be in the future"):
            use_cases.set_party(
                partner, file.signs[file.partner.id].id, "Mayor", "Decision", date(2999, 1, 1), "", file.as_manager()
            )
    sign_in(client, file.manager)
    path = f"/applications/{file.application.id}/agreement/parties/{partner.id}"
    answer = client.post(path, data={"signatory_id": "9999", "capacity": "Mayor & head <b>", "mandate_date": "soon"})
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "Mayor & head <b>" in page
    assert "Enter a day that exists" in page
    assert "Fill this in." in page


def test_conditions_of_the_decision_stand_word_for_word_and_nothing_else_does() -> None:
    with writing():
        file = make.approved()
        document = make.written(file, storage())
    assert document.context["conditions"] == make.CONDITIONS.splitlines()
    assert document.context["special_terms"] == []  # a deviation is a special clause: see test_negotiation


def test_what_is_missing_is_named_before_anything_is_written(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        agreement = make.contracting(file)
        file.editors[file.partner.id].left_at = agreement.created_at
    sign_in(client, file.manager)
    page = unescape(client.get(f"/applications/{file.application.id}/agreement").text)
    assert "Name the person who signs for Rubavu." in page
    assert "List who is trained" in page
    answer = client.post(f"/applications/{file.application.id}/agreement/write")
    assert answer.status_code == 409
    with writing(), pytest.raises(Refused) as refused:
        use_cases.generate(agreement, file.as_manager(), storage(), demonstration=False)
    gaps = dict(refused.value.refusal.blockers[0].params)["gaps"]
    assert "contact:Rubavu" in gaps and "signatory:Rheden" in gaps and "obligations" in gaps
    assert not agreement.documents


def test_an_outdated_version_cannot_be_issued_and_the_page_says_what_changed(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        first = make.written(file, storage())
        agreement = file.agreement
    assert blockers(agreement, file) == {"version_unchecked"}
    with writing():
        make.checked(file, storage())
    assert not blockers(agreement, file)
    with writing():
        file.partner.legal_name = "City of Rubavu"
    assert blockers(agreement, file) == {"document_outdated"}
    sign_in(client, file.manager)
    page = unescape(client.get(f"/applications/{file.application.id}/agreement").text)
    assert "What changed since version 1" in page
    assert "City of Rubavu" in page and "Municipality of Rubavu" in page
    with writing(), pytest.raises(Refused):
        use_cases.issue(agreement, file.as_manager())
    assert client.post(f"/applications/{file.application.id}/agreement/write").status_code == 303
    db.session.expire_all()
    assert [document.number for document in agreement.documents] == [1, 2]
    assert blockers(agreement, file) == {"version_unchecked"}  # the check was of the first version's bytes
    assert first.file is not None and storage().read(first.file.sha256)  # the earlier version stays


def test_a_changed_figure_of_the_programme_outdates_the_version_too() -> None:
    with writing():
        file = make.approved()
        make.written(file, storage())
        file.application.call.plan.programme.rules = {"payment_days": 45}
    assert blockers(file.agreement, file) == {"document_outdated", "version_unchecked"}


def test_an_issued_agreement_is_frozen_until_it_is_taken_back_and_then_needs_a_new_version() -> None:
    with writing():
        file = make.approved()
        agreement = make.issued(file, storage())
        first = agreement.issued_document_id
        make.signed_by(file, file.signatories()[0], storage())
    manager = file.as_manager()
    with writing():
        for change in (
            lambda: use_cases.set_tranches(agreement, rows("14400", "3600"), manager),
            lambda: use_cases.generate(agreement, manager, storage(), demonstration=False),
            lambda: use_cases.choose_instrument(file.application, Instrument.INVESTMENT_CONTRACT, "Why", manager),
        ):
            with pytest.raises(Refused):
                change()
    with writing():
        advance(agreement, Trigger.REDRAFT, manager, reason="The mandate of Rheden was withdrawn")
    assert blockers(agreement, file) == {"document_outdated"}  # not even unchanged data bring the old one back
    with writing():
        use_cases.generate(agreement, manager, storage(), demonstration=False)
        make.checked(file, storage())
        use_cases.issue(agreement, manager)
    assert agreement.issued_document is not None and agreement.issued_document.id != first
    assert agreement.issued_document.signatures == []
    old = db.session.get_one(Document, first)
    assert len(old.signatures) == 1  # history stays


def test_obligations_stand_in_the_contract_and_can_be_removed_from_a_draft(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        agreement = make.contracting(file)
    sign_in(client, file.manager)
    path = f"/applications/{file.application.id}/agreement/obligations"
    data = {
        "organisation_id": str(file.partner.id), "trainee": "Planner <b> & co", "training": "Internship 🏛",
        "activity": "Workshop", "due_on": "2026-12-01",
    }  # fmt: skip
    assert client.post(path, data={**data, "due_on": "2020-01-01"}).status_code == 422
    assert client.post(path, data={**data, "organisation_id": str(file.operator.id)}).status_code == 422
    assert client.post(path, data=data).status_code == 303
    assert "Planner &lt;b&gt; &amp; co" in client.get(path).text
    duty = db.session.scalars(db.select(Obligation)).one()
    assert duty.agreement_id == agreement.id
    remove = f"{path}/{duty.id}/remove"
    assert client.post(remove).status_code == 303
    assert client.post(remove).status_code == 404


def test_foreign_and_unknown_are_not_found_alike(client: FlaskClient) -> None:
    with writing():
        mine, theirs = make.approved(), make.approved(suffix=" B")
        document = make.written(mine, storage())
        foreign = make.written(theirs, storage())
        values = {"organisation_id": theirs.lead.id, "trainee": "x", "training": "y", "activity": "z"}
        duty = use_cases.add_obligation(theirs.agreement, values | {"due_on": date(2026, 12, 1)}, theirs.as_manager())
    sign_in(client, mine.manager)
    own, other = mine.application.id, theirs.application.id
    party = theirs.agreement.parties[0].id
    for application_id in (other, 999999):
        for page in ("", "/instrument", "/tranches", "/terms", "/obligations", "/sign", f"/documents/{foreign.id}"):
            path = f"/applications/{application_id}/agreement{page}"
            assert client.get(path).status_code == 404, path
        assert client.post(f"/applications/{application_id}/agreement/write").status_code == 404
    assert client.get(f"/applications/{own}/agreement/documents/{foreign.id}").status_code == 404
    assert client.get(f"/applications/{own}/agreement/parties/{party}").status_code == 404
    assert client.post(f"/applications/{own}/agreement/obligations/{duty.id}/remove").status_code == 404
    answer = client.get(f"/applications/{own}/agreement/documents/{document.id}")
    assert answer.status_code == 200
    assert document.file is not None and answer.headers["X-Content-SHA256"] == document.file.sha256


def test_parties_read_the_agreement_and_only_the_manager_prepares_it(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        make.written(file, storage())
    sign_in(client, file.editors[file.partner.id])
    own = f"/applications/{file.application.id}/agreement"
    page = client.get(own)
    assert page.status_code == 200 and "What to prepare" not in page.text
    for path in ("/tranches", "/clauses/new", "/instrument", "/obligations"):
        assert client.get(own + path).status_code == 403
    assert client.post(f"{own}/write").status_code == 403
    with writing(), pytest.raises(Forbidden):
        use_cases.set_tranches(file.agreement, rows("18000"), acting(file.editors[file.partner.id]))


def test_a_changed_file_is_not_handed_out(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        document = make.written(file, storage())
    assert document.file is not None
    stored = storage()._path(document.file.sha256)
    stored.chmod(0o640)
    stored.write_bytes(b"something else")
    sign_in(client, file.manager)
    answer = client.get(f"/applications/{file.application.id}/agreement/documents/{document.id}")
    assert answer.status_code == 409
    assert "no longer the one that was written" in answer.text
    stored.unlink()


def test_a_withdrawn_file_leaves_no_agreement_and_a_closed_one_ends_it() -> None:
    with writing():
        file = make.approved()
        agreement = make.issued(file, storage())
        file.application.state = State.WITHDRAWN
        db.session.flush()
        effects.void_agreement(
            Moved(file.application, offers(agreement, file.as_manager())[0].move, file.as_manager(), "")
        )
        assert agreement.state is State.VOIDED


def test_the_main_pages_take_few_statements(client: FlaskClient) -> None:
    file = out_for_signature(investment=True)
    sign_in(client, file.manager)
    path = f"/applications/{file.application.id}/agreement"
    client.get(path)
    with counted() as statements:
        assert client.get(path).status_code == 200
    assert len(statements) <= 10, "\n".join(f"{n} {s[:150]}" for n, s in enumerate(statements, 1))


@pytest.mark.parametrize("outdated", [False, True])
@pytest.mark.parametrize("investment", [False, True])
def test_a_draft_takes_no_more(client: FlaskClient, investment: bool, outdated: bool) -> None:
    """It asks whether the newest version still says what the data say, and where it does not, what changed."""
    with writing():
        file = make.approved(investment=investment)
        make.written(file, storage())
        make.checked(file, storage())
    if outdated:
        with writing():
            file.agreement.parties[0].capacity = "Steward of the purse"
    sign_in(client, file.manager)
    path = f"/applications/{file.application.id}/agreement"
    client.get(path)
    with counted() as statements:
        page = client.get(path)
    assert page.status_code == 200 and ("Steward of the purse" in page.text) is outdated
    asked = [statement for statement in statements if not statement.startswith(("BEGIN", "COMMIT"))]
    assert len(asked) <= 10, "\n".join(f"{n} {s[:150]}" for n, s in enumerate(asked, 1))


def test_everything_is_on_record() -> None:
    file = out_for_signature()
    entries = db.session.scalars(db.select(AuditEntry).where(AuditEntry.application_id == file.application.id)).all()
    events = [entry.event for entry in entries]
    assert events.count(AuditEvent.EDITED) >= 4
    assert AuditEvent.DOCUMENT_WRITTEN in events
    with pytest.raises(NotFound):
        use_cases.obligation_of(file.agreement, 10**6)
    assert db.session.query(AgreementParty).count() == 3
