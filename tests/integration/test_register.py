"""The contract register: who sees which agreement, filters, sums, and the same as a workbook [S2.13]."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.factories import people, register
from tests.factories.applications import statements
from tests.factories.register import World
from webapp import clock
from webapp.extensions import db
from webapp.models.people import Person, SiteSetting
from webapp.policy import Principal
from webapp.register import queries
from webapp.register.queries import Filter
from webapp.transaction import writing
from workflows.vocabulary import Instrument, Role, State

R, S = Role, State
TODAY = clock.today


@dataclass
class Known:
    """Two programmes with agreements, and people who see some of them; rows by their numbers."""

    first: World
    second: World
    people: dict[str, int]


@pytest.fixture
def known(app: Flask) -> Known:
    with app.app_context(), writing():
        first, second = register.world(country="RW"), register.world(country="UG", currency="USD")
        second.partner.name = "Kamuli"
        running = register.application(first, S.MONITORING, title="Waste transfer")
        late = register.agreement(running, number="A-1", grant=Decimal(18000), signed_on=date(2026, 3, 1))
        register.report(late, due_on=TODAY() - timedelta(days=20))
        register.report(late, due_on=TODAY() + timedelta(days=90), number=2)
        works = register.agreement(
            register.application(first, S.MONITORING, title="100% boulevard"), number="A-2", grant=Decimal("240000.50"),
            kind=Instrument.INVESTMENT_CONTRACT, ends_on=TODAY() + timedelta(days=600),
        )  # fmt: skip
        register.report(works, due_on=TODAY())
        register.agreement(register.application(first, S.CONTRACTING), state=S.ISSUED, number="A-3")
        register.agreement(register.application(first, S.CONTRACTING), state=S.DRAFT, number="A-4")
        register.agreement(register.application(second, S.CLOSED), state=S.ENDED, number="B-1", currency="USD")
        both = people.grant(first.of_office(R.PROGRAMME_MANAGER), R.DIRECTOR, programme_id=second.programme.id)
        held = {
            "both": both,
            "manager": first.of_office(R.PROGRAMME_MANAGER),
            "mayor": first.of_lead(R.SIGNATORY),
            "officer": people.holding(R.LGA_OFFICER, organisation=first.partner_lga),
            "auditor": people.holding(R.AUDITOR, application_id=running.id),
            "panel": first.of_office(R.PANEL_MEMBER),
            "nobody": people.person("Newcomer"),
        }
        return Known(first, second, {name: person.id for name, person in held.items()})


def acting(known: Known, name: str) -> Principal:
    return people.acting(db.session.get_one(Person, known.people[name]))


def numbers(known: Known, name: str, **chosen: Any) -> list[str]:
    return [line.number for line in queries.lines(acting(known, name), Filter(**chosen), TODAY(), limit=50)]


@pytest.fixture
def signed_in(client: FlaskClient, known: Known) -> FlaskClient:
    """A client of somebody who sees everything."""
    with client.application.app_context():
        return people.sign_in(client, db.session.get_one(Person, known.people["both"]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("both", ["A-1", "A-2", "A-3", "B-1"]),
        ("manager", ["A-1", "A-2", "A-3"]),
        ("mayor", ["A-1", "A-2", "A-3"]),
        ("officer", ["A-1", "A-2", "A-3"]),
        ("auditor", ["A-1"]),
        ("panel", []),
        ("nobody", []),
    ],
)
def test_everyone_sees_their_own_agreements_and_drafts_nowhere(
    app: Flask, known: Known, name: str, expected: list[str]
) -> None:
    with app.app_context():
        assert numbers(known, name) == expected


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("manager", "agreements.show"),
        ("mayor", "agreements.show"),
        ("auditor", "agreements.show"),
        ("officer", "casefile.show"),
    ],
)
def test_a_line_links_to_what_its_reader_may_open(app: Flask, known: Known, name: str, page: str) -> None:
    with app.app_context():
        lines = queries.lines(acting(known, name), Filter(), TODAY(), limit=1)
        assert lines[0].opens == page


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"instrument": Instrument.INVESTMENT_CONTRACT}, ["A-2"]),
        ({"state": S.ISSUED}, ["A-3"]),
        ({"state": S.ENDED}, ["B-1"]),
        ({"country": "UG"}, ["B-1"]),
        ({"country": "ZZ"}, []),
        ({"overdue": True}, ["A-1"]),
        ({"text": "waste"}, ["A-1"]),
        ({"text": "100%"}, ["A-2"]),
        ({"text": "_"}, []),
        ({"text": "WASTE a-1"}, ["A-1"]),
        ({"text": "waste a-2"}, []),
        ({"sort": "amount"}, ["A-1", "A-3", "B-1", "A-2"]),
        ({"sort": "amount", "descending": True}, ["A-2", "A-1", "A-3", "B-1"]),
        ({"sort": "report"}, ["A-1", "A-2", "A-3", "B-1"]),
        ({"sort": "ends", "descending": True}, ["A-2", "A-1", "A-3", "B-1"]),
        ({"sort": "signed"}, ["A-1", "A-2", "B-1", "A-3"]),
    ],
)
def test_filters_and_order(app: Flask, known: Known, chosen: dict[str, Any], expected: list[str]) -> None:
    with app.app_context():
        assert numbers(known, "both", **chosen) == expected


def test_the_programme_filter_and_a_partners_name(app: Flask, known: Known) -> None:
    with app.app_context():
        assert numbers(known, "both", programme=known.second.programme.id) == ["B-1"]
        assert numbers(known, "both", text="kamu") == ["B-1"]


def test_an_overdue_report_is_one_whose_day_has_passed(app: Flask, known: Known) -> None:
    with app.app_context():
        lines = {line.number: line for line in queries.lines(acting(known, "both"), Filter(), TODAY(), limit=50)}
    assert lines["A-1"].report_due == TODAY() - timedelta(days=20)
    assert lines["A-1"].overdue(TODAY())
    assert lines["A-2"].report_due == TODAY()
    assert not lines["A-2"].overdue(TODAY())
    assert lines["A-3"].report_due is None


def test_the_sums_are_those_of_the_filtered_set_by_currency(app: Flask, known: Known) -> None:
    with app.app_context():
        who = acting(known, "both")
        assert queries.totals(who, Filter(), TODAY()) == [
            ("EUR", 3, Decimal("276000.50")),
            ("USD", 1, Decimal("18000.00")),
        ]
        assert queries.totals(who, Filter(overdue=True), TODAY()) == [("EUR", 1, Decimal("18000.00"))]
        assert queries.totals(acting(known, "nobody"), Filter(), TODAY()) == []


def test_the_page_takes_ten_statements_however_many_rows(
    client: FlaskClient, signed_in: FlaskClient, known: Known
) -> None:
    with statements() as few:
        assert signed_in.get("/register").status_code == 200
    with client.application.app_context(), writing():
        for _ in range(60):
            register.agreement(register.application(known.first, S.MONITORING))
    with statements() as many:
        answer = signed_in.get("/register")
    assert len(many) == len(few) <= 10
    assert "64 results" in answer.text
    assert "Page 1 of 2" in answer.text
    assert "Page 2 of 2" in signed_in.get("/register?page=99").text


def test_a_fragment_is_what_the_page_includes(signed_in: FlaskClient) -> None:
    address = "/register?instrument=memorandum&sort=-amount"
    page = signed_in.get(address)
    fragment = signed_in.get(address, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "<html" not in fragment.text
    assert fragment.text.strip() in page.text
    assert "HX-Request" in fragment.headers["Vary"]


@pytest.mark.parametrize(
    "query",
    [
        "q=%00%1b&state=draft&instrument=loan&programme=-1&country=%F0%9F%8F%9B&sort=--x&page=0",
        "q=%26%3C%3E%E2%80%99%F0%9F%8F%9B&programme=99999999999999999999&page=999999999999999999999",
        "overdue=maybe&sort=constructor&page=NaN&q=" + "x" * 5000,
    ],
)
def test_odd_filters_never_break_the_page(signed_in: FlaskClient, query: str) -> None:
    for path in ("/register", "/register.xlsx"):
        assert signed_in.get(f"{path}?{query}").status_code == 200


def test_no_match_is_said_and_an_empty_register_teaches(
    client: FlaskClient, signed_in: FlaskClient, known: Known
) -> None:
    assert "No agreement matches these filters." in signed_in.get("/register?q=nothing-like-it").text
    newcomer = client.application.test_client()
    with client.application.app_context():
        people.sign_in(newcomer, db.session.get_one(Person, known.people["nobody"]))
    assert "No agreements yet" in newcomer.get("/register").text


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    for path in ("/register", "/register.xlsx"):
        assert client.get(path).headers["Location"].startswith("/sign-in")


# --- the workbook ---------------------------------------------------------------------------------


def sheet(client: FlaskClient, query: str = "") -> list[tuple[Any, ...]]:
    """The cells of the export as a spreadsheet program reads them."""
    answer = client.get(f"/register.xlsx{query}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))


def test_the_workbook_has_the_same_rows_with_real_dates_and_amounts(signed_in: FlaskClient) -> None:
    head, *rows = sheet(signed_in)
    assert [row[0] for row in rows] == ["A-1", "A-2", "A-3", "B-1"]
    late = dict(zip(head, rows[0], strict=True))
    assert late["Grant"] == 18000
    assert late["In force on"].date() == date(2026, 3, 1)
    assert late["Next report due"].date() == TODAY() - timedelta(days=20)
    assert (late["Overdue"], late["Currency"], late["State"]) == ("yes", "EUR", "In force")
    assert [row[0] for row in sheet(signed_in, "?overdue=y")[1:]] == ["A-1"]
    assert sheet(signed_in, "?sort=-amount")[1][0] == "A-2"


def test_the_workbook_keeps_to_the_policy(client: FlaskClient, known: Known) -> None:
    with client.application.app_context():
        people.sign_in(client, db.session.get_one(Person, known.people["auditor"]))
    assert [row[0] for row in sheet(client)[1:]] == ["A-1"]


@pytest.mark.parametrize(
    "typed", ['=HYPERLINK("http://x.example","Click")', "+1+1", "@SUM(A1)", "https://x.example", "&<>’🏛"]
)
def test_no_text_ever_becomes_a_formula_or_a_link(signed_in: FlaskClient, known: Known, typed: str) -> None:
    with signed_in.application.app_context(), writing():
        register.agreement(register.application(known.first, S.MONITORING, title=typed), number="C-1")
    answer = signed_in.get("/register.xlsx?q=C-1")
    page = load_workbook(BytesIO(answer.data)).active
    cell = page.cell(2, 3)
    assert (cell.value, cell.data_type, cell.hyperlink) == (typed, "s", None)


def test_a_workbook_of_the_demonstration_says_so(signed_in: FlaskClient) -> None:
    assert sheet(signed_in)[0][0] == "Number"
    with signed_in.application.app_context(), writing():
        db.session.add(SiteSetting(key="demonstration", value="yes"))
    first, second, *_rows = sheet(signed_in)
    assert "Fictional demonstration" in str(first[0])
    assert second[0] == "Number"
