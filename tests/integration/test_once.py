"""A form that is sent twice is done once, whatever it makes; one that is opened anew is done anew."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import func, select

from tests.factories import agreements as make
from tests.factories import applications as a
from tests.factories.people import sign_in
from webapp import clock, jobs, once
from webapp.applications import use_cases
from webapp.auth import access
from webapp.extensions import db
from webapp.models.application import Application, Attachment
from webapp.models.monitoring import Obligation
from webapp.models.negotiation import ArticleComment
from webapp.models.people import Person
from webapp.models.record import SentForm
from webapp.transaction import writing
from webapp.transfer import storage

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FORM = re.compile(r"<form\b(?=[^>]*method=\"post\")[^>]*>(.*?)</form>", re.DOTALL)
WEBAPP = Path(__file__).parents[2] / "webapp"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
TWICE = "This form reached us twice. It was kept once"


@pytest.fixture(autouse=True)
def room(app: Flask, inside: None) -> Iterator[None]:
    """Forms carry their token, as outside of tests; each page is made in a second of its own, so that no test waits."""
    seconds = count(1_800_000_000)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        with patch.object(TimestampSigner, "get_timestamp", lambda _signer: next(seconds)):
            yield
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def rooms() -> a.Setting:
    return a.setting()


def entered(client: FlaskClient, rooms: a.Setting, name: str) -> FlaskClient:
    return sign_in(client, db.session.get_one(Person, getattr(rooms, name)))


def token_of(client: FlaskClient, address: str) -> str:
    found = TOKEN.search(client.get(address).text)
    assert found is not None, address
    return found[1]


def kept(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def start_form(client: FlaskClient, rooms: a.Setting, **typed: str) -> tuple[str, dict[str, Any]]:
    address = f"/applications/start?call={rooms.call}"
    values = {"lead_id": rooms.lead, "partner_1": rooms.partner, "title": "Tourism that stays", **typed}
    return address, {**values, "csrf_token": token_of(client, address)}


def test_a_double_click_starts_one_application(client: FlaskClient, rooms: a.Setting) -> None:
    entered(client, rooms, "editor")
    address, values = start_form(client, rooms)
    first, second = client.post(address, data=values), client.post(address, data=values)
    assert (first.status_code, second.status_code, second.location) == (303, 303, first.location)
    assert kept(Application) == 1
    assert TWICE in client.get(second.location).text


def test_opened_anew_or_filled_in_differently_after_back_it_is_another(client: FlaskClient, rooms: a.Setting) -> None:
    entered(client, rooms, "editor")
    address, values = start_form(client, rooms)
    anew = start_form(client, rooms)[1]
    told = [client.post(address, data=sent) for sent in (values, {**values, "title": "Second"}, anew)]
    assert [answer.status_code for answer in told] == [303] * 3
    assert kept(Application) == 3
    assert TWICE not in client.get(told[-1].location).text


def test_what_was_refused_can_be_sent_again(client: FlaskClient, rooms: a.Setting) -> None:
    entered(client, rooms, "editor")
    address, values = start_form(client, rooms, title="")
    assert [client.post(address, data=values).status_code for _twice in range(2)] == [422, 422]
    assert client.post(address, data={**values, "title": "Now it has one"}).status_code == 303
    assert kept(Application) == 1 and kept(SentForm) == 1


def test_two_at_the_same_moment_lead_to_one_result(app: Flask, client: FlaskClient, rooms: a.Setting) -> None:
    """The second waits for the first, and then goes where that led; on PostgreSQL they would run side by side."""
    entered(client, rooms, "editor")
    address, values = start_form(client, rooms)
    cookie = client.get_cookie("jumelage")
    assert cookie is not None
    start: Callable[..., Application] = use_cases.start

    def slowly(*given: Any) -> Application:
        time.sleep(0.4)
        return start(*given)

    def send(_number: int) -> tuple[int, str]:
        browser = app.test_client()
        browser.set_cookie("jumelage", cookie.value)
        answer = browser.post(address, data=values)
        return answer.status_code, answer.location

    with patch.object(use_cases, "start", slowly), ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(send, range(2)))
    assert len(answers) == 1 and answers.pop()[0] == 303
    assert kept(Application) == 1


def test_a_file_sent_twice_is_added_once_and_another_file_is_another(client: FlaskClient, rooms: a.Setting) -> None:
    with writing():
        number = a.draft(rooms)
    entered(client, rooms, "editor")
    address = f"/applications/{number}/form/budget/files"
    token = token_of(client, address)

    def send(content: bytes) -> int:
        values = {"csrf_token": token, "title": "Offer", "file": (BytesIO(content), "offer.pdf")}
        return client.post(address, data=values, content_type="multipart/form-data").status_code

    assert [send(PDF), send(PDF)] == [303, 303]
    assert kept(Attachment) == 1
    assert send(PDF + b"\n") == 303
    assert kept(Attachment) == 2


def test_an_obligation_and_a_comment_once_each(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        make.written(file, storage())
        path = f"/applications/{file.application.id}/agreement"
        trainee = {"trainee": "Guide", "training": "Internship", "activity": "Workshop", "due_on": "2027-03-01"}
        obligation = {"organisation_id": file.partner.id, **trainee}
        manager, editor = file.manager, file.editors[file.lead.id]
    before = kept(Obligation)
    sign_in(client, manager)
    obligation["csrf_token"] = token_of(client, f"{path}/obligations")
    assert [client.post(f"{path}/obligations", data=obligation).status_code for _twice in range(2)] == [303, 303]
    assert kept(Obligation) == before + 1
    sign_in(client, editor)
    page = f"{path}/article?article=costs"
    comment = {"text": "Why?", "csrf_token": token_of(client, page)}
    assert [client.post(page, data=comment).status_code for _twice in range(2)] == [303, 303]
    assert kept(ArticleComment) == 1


def test_a_page_that_only_shows_more_may_be_asked_for_again(client: FlaskClient, rooms: a.Setting) -> None:
    """Adding an empty row changes nothing, and so is no second time."""
    with writing():
        number = a.draft(rooms)
    entered(client, rooms, "editor")
    address = f"/applications/{number}/form/budget"
    values = {"csrf_token": token_of(client, address), "revision": "1", "add": "1"}
    assert [client.post(address, data=values).status_code for _twice in range(2)] == [200, 200]
    assert kept(SentForm) == 0


def test_what_htmx_sends_twice_is_led_on_as_htmx_expects(client: FlaskClient, rooms: a.Setting) -> None:
    entered(client, rooms, "editor")
    address, values = start_form(client, rooms)
    first = client.post(address, data=values)
    second = client.post(address, data=values, headers={"HX-Request": "true"})
    assert (second.status_code, second.headers["HX-Redirect"]) == (204, first.location)


def test_old_forms_are_forgotten(app: Flask, client: FlaskClient, rooms: a.Setting) -> None:
    entered(client, rooms, "editor")
    address, values = start_form(client, rooms)
    client.post(address, data=values)
    for beyond, left in ((-1, 1), (1, 0)):
        with clock.at(clock.now() + once.KEPT + timedelta(minutes=beyond)):
            jobs.forget_forms()
        assert kept(SentForm) == left


def test_every_form_carries_the_token_that_makes_it_one() -> None:
    """Whatever a form makes, it is covered by this; a form without a token would be refused besides."""
    forms = [(path, body) for path in WEBAPP.rglob("*.html") for body in FORM.findall(path.read_text("utf-8"))]
    assert len(forms) > 60
    known = ("csrf()", ".hidden_tag()", "csrf_token()", "caller()")
    assert [str(path) for path, body in forms if not any(word in body for word in known)] == []


def test_what_is_not_covered_makes_nothing(app: Flask) -> None:
    """Signing in and its like give a cookie, which the second answer must give as well."""
    rules = access.declared(app)
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert {endpoint for endpoint in posts if rules[endpoint] == "public"} == {
        "language", "auth.sign_in_post", "auth.reset_post", "auth.choose_password_post", "verification.show_post",
    }  # fmt: skip
