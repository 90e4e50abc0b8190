"""The API does what its OpenAPI description says: schemathesis asks, and a planted fault shows that it can fail."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import FailureGroup

from tests.factories import applications as a
from tests.factories import register as r
from tests.factories.reading import bearer, token_of
from webapp import clock
from webapp.api import shapes
from webapp.extensions import db
from webapp.models.programme import Call, CountryPlan
from webapp.transaction import writing
from workflows.vocabulary import Role, State

FEW = settings(
    derandomize=True, database=None, deadline=None, max_examples=25, suppress_health_check=list(HealthCheck)
)  # fmt: skip
FEWER = settings(FEW, max_examples=8)
IDS = ("application_id", "case_id")
MOST = 4  # rows of each kind at most: numbers above are brought down, so that most questions hit something
Seen = dict[str, set[int]]


@pytest.fixture
def headers(app: Flask) -> dict[str, str]:
    """The token of a manager who sees two files of a call, one of them with an agreement and a report."""
    with app.app_context():
        with writing():
            world = r.world()
            r.application(world, State.DECISION)
            running = r.application(world, State.MONITORING)
            r.report(r.agreement(running), due_on=clock.today())
            manager = world.of_office(Role.PROGRAMME_MANAGER).id
            assert db.session.get(CountryPlan, 1)
            assert db.session.get(Call, 1)
        a.draft(a.setting())
        return bearer(token_of(manager))


def ask(app: Flask, headers: dict[str, str]) -> Seen:
    """Ask every address with what its description allows and with what it forbids; the states that it answered."""
    described: Any = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    return {operation.label: set(_ask(operation, headers)) for operation in _operations(described)}


def _operations(described: Any) -> Iterator[Any]:
    for found in described.get_all_operations():
        yield found.ok()


def _ask(operation: Any, headers: dict[str, str]) -> list[int]:
    seen = []

    @FEW
    @given(case=operation.as_strategy())
    def sound(case: Any) -> None:
        for name in set(IDS) & set(case.path_parameters or ()):
            case.path_parameters[name] = 1 + case.path_parameters[name] % MOST
        seen.append(case.call_and_validate(headers=headers).status_code)

    @FEWER
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def unsound(case: Any) -> None:
        seen.append(case.call_and_validate(headers=headers).status_code)

    sound()
    if operation.query or operation.path_parameters:
        unsound()
    return seen


def test_every_address_does_what_is_said_of_it(app: Flask, headers: dict[str, str]) -> None:
    seen = ask(app, headers)
    assert len(seen) == 6
    assert all(200 in states for states in seen.values()), seen
    assert not {state for states in seen.values() for state in states if state >= 500}
    assert 422 in seen["GET /api/v1/applications"]


def test_a_fault_is_noticed(app: Flask, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An amount in another form, and an error of ours."""
    with monkeypatch.context() as patch:
        patch.setattr(shapes, "money", lambda amount, currency: {"amount": "18.000", "currency": currency})
        with pytest.raises((FailureGroup, ExceptionGroup), match="distinct failure"):
            ask(app, headers)
    monkeypatch.setattr(shapes, "line", lambda _row: 1 / 0)
    monkeypatch.setattr(app, "testing", False)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        with pytest.raises((FailureGroup, ExceptionGroup), match="distinct failure"):
            ask(app, headers)
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
