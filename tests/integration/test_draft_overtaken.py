"""Two managers with the same form of a draft agreement: who saves second is shown both versions, and decides."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import agreements as make
from tests.factories.outside import Outside
from tests.factories.people import grant, person, sign_in
from webapp.agreements import use_cases
from webapp.extensions import db
from webapp.models.agreement import AgreementParty, SigningOrder
from webapp.transaction import writing
from workflows.vocabulary import Instrument, Role

HIDDEN = re.compile(r'<input (?=[^>]*name="seen")[^>]*value="([^"]*)"')
CHANGED = "Somebody else saved this while you were typing"
ODD = 'Head & "first" <b>'


class Two:
    """A draft agreement, its manager and a second one, each with a browser."""

    def __init__(self, app: Flask) -> None:
        with writing():
            self.file = make.approved()
            make.prepared(self.file)
            programme = self.file.application.call.plan.programme_id
            second = grant(person("Second manager"), Role.PROGRAMME_MANAGER, programme_id=programme)
        browsers = [Outside(app, app.response_class) for _manager in range(2)]
        self.first, self.second = (
            sign_in(browser, who) for browser, who in zip(browsers, (self.file.manager, second), strict=True)
        )
        self.path = f"/applications/{self.file.application.id}/agreement"
        self.party = self.file.agreement.parties[0].id

    def party_values(self, capacity: str) -> dict[str, Any]:
        row = db.session.get_one(AgreementParty, self.party)
        mandate = {"mandate_act": row.mandate_act, "mandate_number": "B-1", "mandate_date": row.mandate_date}
        return {"signatory_id": row.signatory_id, "capacity": capacity, **mandate}


@pytest.fixture
def two(app: Flask) -> Iterator[Two]:
    with app.app_context():
        yield Two(app)
        db.session.remove()


def seen(client: FlaskClient, address: str) -> str:
    found = HIDDEN.search(client.get(address).text)
    assert found is not None and len(found[1]) == 64, address
    return found[1]


def schedule(*amounts: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for place, amount in enumerate(amounts):
        row = {"amount": amount, "condition": f"Step {place}", "due_on": f"2027-0{place + 1}-01"}
        values |= {f"rows-{place}-{key}": value for key, value in row.items()}
    return values | {f"rows-{len(amounts) - 1}-is_balance": "y"}


def forms_of(two: Two) -> dict[str, tuple[dict[str, Any], dict[str, Any], str]]:
    """What the first saves, what the second saves, and what of the first the second must be shown."""
    order = {f"place_{party.position}": party.id for party in two.file.agreement.parties}
    swapped = order | {"place_1": order["place_2"], "place_2": order["place_1"]}
    together, full = SigningOrder.TOGETHER.value, Instrument.INVESTMENT_CONTRACT.value
    return {
        "/tranches": (schedule("10000", "8000"), schedule("9000", "9000"), "EUR 10,000.00"),
        f"/parties/{two.party}": (two.party_values(ODD), two.party_values("Deputy"), ODD),
        "/instrument": (
            {"instrument": full, "reason": "Works may follow"}, {"instrument": "memorandum"}, "Works may follow",
        ),
        "/order": ({"order": together, **order}, {"order": "in_turn", **swapped}, "Signs at place 1"),
    }  # fmt: skip


@pytest.mark.parametrize("form", range(4))
def test_who_saves_second_sees_both_and_may_then_decide(two: Two, form: int) -> None:
    page, (mine, yours, shown) = list(forms_of(two).items())[form]
    address = two.path + page
    first, second = seen(two.first, address), seen(two.second, address)
    assert two.first.post(address, data={**mine, "seen": first}).status_code == 303
    answer = two.second.post(address, data={**yours, "seen": second})
    assert answer.status_code == 409
    text = unescape(answer.text).replace("\xa0", " ")
    assert CHANGED in text and f"Stored now: {two.file.manager.name}" in text and shown in text
    again = HIDDEN.search(answer.text)
    assert again is not None and again[1] not in ("", second)
    assert two.second.post(address, data={**yours, "seen": again[1]}).status_code == 303
    assert CHANGED not in two.first.get(address).text


def test_nothing_of_the_first_is_overwritten_and_what_the_second_typed_stays(two: Two) -> None:
    address = f"{two.path}/parties/{two.party}"
    stale = seen(two.second, address)
    two.first.post(address, data={**two.party_values("Mayor"), "seen": seen(two.first, address)})
    answer = two.second.post(address, data={**two.party_values(ODD), "seen": stale})
    assert answer.status_code == 409 and ODD in unescape(answer.text)
    db.session.expire_all()
    assert db.session.get_one(AgreementParty, two.party).capacity == "Mayor"


def test_another_form_of_the_same_draft_is_nobodys_conflict(two: Two) -> None:
    tranches, party = f"{two.path}/tranches", f"{two.path}/parties/{two.party}"
    opened = seen(two.second, party)
    sent = {**schedule("10000", "8000"), "seen": seen(two.first, tranches)}
    assert two.first.post(tranches, data=sent).status_code == 303
    assert two.second.post(party, data={**two.party_values("Deputy"), "seen": opened}).status_code == 303


def test_the_language_too(two: Two) -> None:
    """There is a template in one language alone here, so the stored one is changed by hand."""
    address = f"{two.path}/language"
    opened = seen(two.second, address)
    with writing():
        two.file.agreement.language = "nl"
    answer = two.second.post(address, data={"language": "en", "seen": opened})
    assert answer.status_code == 409 and "Dutch" in answer.text


def test_two_at_the_same_moment_do_not_both_save(app: Flask, two: Two) -> None:
    """On PostgreSQL the second has read the row before it waits for the lock: it must read it once more."""
    address = f"{two.path}/parties/{two.party}"
    opened = {client: seen(client, address) for client in (two.first, two.second)}
    sent = [{**two.party_values(f"Capacity {place}"), "seen": opened[client]} for place, client in enumerate(opened)]
    eligible = use_cases.eligible

    def slowly(*given: Any) -> Any:
        time.sleep(0.3)
        return eligible(*given)

    def send(client: FlaskClient, values: dict[str, Any]) -> int:
        with app.app_context():
            return client.post(address, data=values).status_code

    db.session.remove()
    with patch.object(use_cases, "eligible", slowly), ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, opened, sent))
    assert sorted(answers) == [303, 409]
