"""The list of applications: what I may see, filters, order, pages, and the fragment that is the page's own part."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import applications as a
from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application, ApplicationParty, PartyRole
from webapp.transaction import writing
from workflows.vocabulary import State

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def rooms(app: Flask) -> a.Setting:
    with app.app_context():
        return a.setting()


def many(app: Flask, rooms: a.Setting, count: int) -> None:
    """Files of these two municipalities, in bulk."""
    with app.app_context():
        pair = db.session.get_one(Application, a.draft(rooms, "The first & only <draft> 🏛")).partnership_id
        with writing():
            for number in range(count):
                instant = clock.now() - timedelta(hours=number)
                db.session.add(
                    Application(
                        reference=f"OLD-2025-{number:04d}",
                        call_id=rooms.call,
                        partnership_id=pair,
                        title=f"Project {number}",
                        requested=Decimal(number + 1),
                        created_by_id=rooms.editor,
                        submitted_at=instant,
                        state=State.MONITORING if number % 2 else State.SUBMITTED,
                        state_since=instant,
                        parties=[
                            ApplicationParty(organisation_id=rooms.lead, role=PartyRole.LEAD),
                            ApplicationParty(organisation_id=rooms.partner, role=PartyRole.PARTNER),
                        ],
                    )
                )


def titles(client: FlaskClient, query: str = "") -> list[str]:
    page = client.get(f"/applications{query}")
    assert page.status_code == 200
    return re.findall(r'<a href="/applications/\d+">([^<]+)</a>', page.text)


def test_everybody_sees_their_own(app: Flask, rooms: a.Setting) -> None:
    many(app, rooms, 3)
    assert len(titles(a.enter(app, rooms, "partner_signatory"))) == 4
    assert len(titles(a.enter(app, rooms, "manager"))) == 3  # a draft is its parties' alone
    assert titles(a.enter(app, rooms, "stranger")) == []
    assert "No application yet" in a.enter(app, rooms, "stranger").get("/applications").text


def test_filters_narrow_and_stay_in_the_form(app: Flask, rooms: a.Setting) -> None:
    many(app, rooms, 6)
    client = a.enter(app, rooms, "signatory")
    assert len(titles(client, "?state=monitoring")) == 3
    assert titles(client, "?q=project+4") == ["Project 4"]
    assert titles(client, "?q=OLD-2025-0002") == ["Project 2"]
    assert len(titles(client, "?q=rubavu")) == 7
    assert titles(client, "?q=%25") == []
    assert len(titles(client, f"?country=RW&call={rooms.call}")) == 7
    assert titles(client, "?country=UG") == []
    assert titles(client, "?mine=yes") == []
    assert len(titles(a.enter(app, rooms, "editor"), "?mine=yes")) == 7
    assert 'value="A &amp; &lt;b&gt;"' in client.get("/applications?q=A+%26+<b>").text


def test_order(app: Flask, rooms: a.Setting) -> None:
    many(app, rooms, 3)
    client = a.enter(app, rooms, "manager")
    assert titles(client) == ["Project 0", "Project 1", "Project 2"]
    assert titles(client, "?sort=-changed") == ["Project 2", "Project 1", "Project 0"]
    assert titles(client, "?sort=amount") == ["Project 2", "Project 1", "Project 0"]
    assert titles(client, "?sort=-reference") == ["Project 2", "Project 1", "Project 0"]


@pytest.mark.parametrize(
    "query", ["?state=x", "?call=²", "?call=" + "9" * 40, "?country=%00%00", "?page=-1", "?page=99999", "?sort=x",
              "?q=%00%1b", "?_external=1&_scheme=javascript", "?q=" + "x" * 5000],
)  # fmt: skip
def test_strange_filters_are_no_filters(app: Flask, rooms: a.Setting, query: str) -> None:
    many(app, rooms, 1)
    client = a.enter(app, rooms, "manager")
    page = client.get(f"/applications{query}")
    assert page.status_code == 200
    assert "javascript:" not in page.text


def test_pages_of_fifty_and_an_honest_count(app: Flask, rooms: a.Setting) -> None:
    many(app, rooms, 1005)
    client = a.enter(app, rooms, "manager")
    with a.statements() as seen:
        page = client.get("/applications?state=monitoring")
    assert len(seen) <= 10
    assert "502 results" in page.text
    assert page.text.count("<tr") == 51
    assert "More than 1,000 results" in client.get("/applications").text
    assert len(titles(client, "?state=monitoring&page=11")) == 2
    assert len(titles(client, "?page=21")) == 5


def test_the_fragment_is_the_part_of_the_page(app: Flask, rooms: a.Setting) -> None:
    many(app, rooms, 3)
    client = a.enter(app, rooms, "manager")
    page, part = client.get("/applications?q=project"), client.get("/applications?q=project", headers=PARTIAL)
    assert part.text.strip().startswith('<div id="list">')
    assert re.sub(r"\s+", " ", part.text.strip()) in re.sub(r"\s+", " ", page.text)
    assert "HX-Request" in part.headers["Vary"]
