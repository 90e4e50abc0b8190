"""The API as a program meets it: pages of a list, one file, languages, errors, and the page that explains it."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import applications as a
from tests.factories import many, people
from tests.factories import register as r
from tests.factories.reading import bearer, token_of
from webapp import clock, create_app, site
from webapp.api import description
from webapp.auth.login import limiter
from webapp.extensions import db
from webapp.models.people import Person
from webapp.transaction import writing
from workflows.definitions import ALL, CURRENT
from workflows.vocabulary import Machine, Role, State

LIST = "/api/v1/applications"


@pytest.fixture
def rooms(app: Flask) -> a.Setting:
    with app.app_context():
        return a.setting()


class Program:
    """A client that sends one person's token."""

    def __init__(self, app: Flask, person_id: int) -> None:
        self.client: FlaskClient = app.test_client()
        with app.app_context():
            self.headers = bearer(token_of(person_id))
        self.get(LIST)  # the first use of a day is noted

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(address, headers=self.headers | headers)

    def json(self, address: str) -> Any:
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        return answer.json


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_list_is_read_page_by_page(app: Flask) -> None:
    with app.app_context():
        heap = many.heap(7, State.REVIEW)
    program = Program(app, heap.people["manager"])
    found, address, pages = [], f"{LIST}?limit=3&state=review&call={heap.call}", 0
    while address:
        page = program.json(address)
        assert len(page["items"]) <= 3
        found += [row["id"] for row in page["items"]]
        address, pages = page["next"], pages + 1
    assert found == sorted(heap.files)
    assert pages == 3
    assert program.json(f"{LIST}?state=draft")["items"] == []
    assert program.json(f"{LIST}?call={heap.call + 1}") == {"items": [], "next": None}
    assert program.json(f"{LIST}?after={found[-1]}")["items"] == []
    assert program.json(LIST)["items"][0] == {
        "id": found[0],
        "reference": program.json(f"{LIST}/{found[0]}")["reference"],
        "title": "Project 1",
        "partners": program.json(f"{LIST}/{found[0]}")["partners"],
        "state": {"code": "review", "label": "LGA review"},
        "since": program.json(f"{LIST}/{found[0]}")["since"],
        "call": program.json(f"{LIST}/{found[0]}")["call"],
        "requested": {"amount": "18000.00", "currency": "EUR"},
    }


def test_many_rows_cost_no_more_statements(app: Flask) -> None:
    with app.app_context():
        heap = many.heap(50)
    program = Program(app, heap.people["manager"])
    counted = []
    for limit in (2, 50):
        with a.statements() as seen:
            assert len(program.json(f"{LIST}?limit={limit}")["items"]) == limit
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 5
    with a.statements() as seen:
        program.json(f"{LIST}/{heap.files[0]}")
    assert len(seen) <= 7
    with a.statements() as seen:
        program.json(f"/api/v1/cases/application/{heap.files[0]}/moves")
    assert len(seen) <= 10


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("limit=1e9", "limit"), ("call=0", "call"),
        ("after=-1", "after"), ("after=99999999999999", "after"), ("state=nonsense", "state"), ("state=", "state"),
        ("call=%00", "call"), ("state=%F0", "state"), ("sort=amount", "sort"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(app: Flask, rooms: a.Setting, query: str, parameter: str) -> None:
    answer = Program(app, rooms.editor).get(f"{LIST}?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["status"] == 422
    assert list(answer.json["errors"]["query"]) == [parameter]


# --- one file -----------------------------------------------------------------------------------------------------


def test_a_file_in_force_with_its_parts(app: Flask) -> None:
    with app.app_context(), writing():
        world = r.world()
        file = r.application(world, State.MONITORING)
        r.report(r.agreement(file), due_on=clock.today(), state=State.SUBMITTED)
        manager, stranger = world.of_office(Role.PROGRAMME_MANAGER).id, people.person("Nobody here").id
        editor = world.of_lead(Role.APPLICANT_EDITOR).id
        number = file.id
    told = Program(app, manager).json(f"{LIST}/{number}")
    assert told["whole"] is True
    assert told["grant"] == {"amount": "18000.00", "currency": "EUR"}
    assert re.fullmatch(r"\d+\.\d\d", told["own_share"]["amount"])
    assert {part["machine"] for part in told["parts"]} == {"agreement", "report"}
    for part in told["parts"]:
        case = Program(app, editor).json(part["moves"])["case"]
        assert {key: case[key] for key in ("machine", "id", "state", "since")} == {
            key: part[key] for key in ("machine", "id", "state", "since")
        }
    unknown, foreign = (Program(app, stranger).get(f"{LIST}/{n}") for n in (number, number + 1000))
    assert unknown.status_code == foreign.status_code == 404
    assert unknown.json == foreign.json


def test_an_association_reads_a_summary_before_and_after_its_review(app: Flask) -> None:
    with app.app_context(), writing():
        world = r.world()
        number = r.application(world, State.DECISION).id
        officer = people.grant(people.person("Officer"), Role.LGA_OFFICER, organisation=world.partner_lga).id
    told = Program(app, officer).json(f"{LIST}/{number}")
    assert (told["whole"], told["own_share"], told["parts"]) == (False, None, [])
    assert list(told["links"]) == ["page"]
    assert Program(app, officer).get(f"/api/v1/cases/application/{number}/moves").status_code == 404


def test_nobody_is_named(app: Flask) -> None:
    """No answer about a file holds the name or the address of a person, whoever reads it."""
    with app.app_context():
        heap = many.heap(2, State.DECISION)
        with writing():
            many.recommend(heap)
            everybody = db.session.query(Person).all()
            for number, person in enumerate(everybody):
                person.name = f"Zanele Xhosa {number}"
    for reader in heap.people.values():
        program = Program(app, reader)
        for address in (LIST, f"{LIST}/{heap.files[0]}", *_of(heap.files[0])):
            answer = program.get(address)
            assert answer.status_code == 200, address
            assert "Zanele" not in answer.text
            assert "@example" not in answer.text


def _of(number: int) -> tuple[str, str]:
    case = f"/api/v1/cases/application/{number}"
    return f"{case}/moves", f"{case}/path?to=signed"


# --- words and codes ----------------------------------------------------------------------------------------------


def test_codes_stay_and_words_follow_the_reader(app: Flask, rooms: a.Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header of the request first, then the language of the person; a cookie has no say."""
    monkeypatch.setattr(site, "LANGUAGES", {"en": "English", "nl": "Nederlands", "fr": "Français"})
    spoken: list[str] = []
    with app.app_context():
        number = a.draft(rooms)
        with writing():
            db.session.get_one(Person, rooms.editor).language = "fr"
    program = Program(app, rooms.editor)
    program.client.post("/language", data={"lang": "nl"})

    def codes(**headers: str) -> list[str]:
        with app.test_request_context():
            moves = program.get(f"/api/v1/cases/application/{number}/moves", **headers).json["moves"]
        return [blocker["code"] for move in moves for blocker in move["blockers"]]

    real = site._language
    monkeypatch.setattr(app.extensions["babel"], "locale_selector", lambda: spoken.append(real()) or spoken[-1])
    answers = [codes(**{"Accept-Language": "nl, en;q=0.5"}), codes(), codes(**{"Accept-Language": "sw"})]
    assert answers[0] == answers[1] == answers[2] != []
    assert list(dict.fromkeys(spoken)) == ["nl", "fr"]


# --- workflows ----------------------------------------------------------------------------------------------------


def test_the_workflows_are_those_that_cases_follow(app: Flask, rooms: a.Setting) -> None:
    manager = Program(app, rooms.manager)
    lines = manager.json("/api/v1/workflows")["items"]
    assert [(line["machine"], line["version"], line["digest"]) for line in lines] == [
        (d.machine.value, d.version, d.digest()) for d in ALL
    ]
    for definition in ALL:
        told = manager.json(f"/api/v1/workflows/{definition.machine}")
        assert [s["code"] for s in told["states"]] == [spec.name.value for spec in definition.states]
        assert [
            (t["trigger"], t["source"], t["dest"], [o["code"] for o in t["owners"]]) for t in told["transitions"]
        ] == [(m.trigger.value, m.source.value, m.dest.value, sorted(r.value for r in m.by)) for m in definition.moves]
    version = CURRENT[Machine.REVIEW].version
    assert manager.get(f"/api/v1/workflows/review?version={version}").status_code == 200
    assert manager.get(f"/api/v1/workflows/review?version={version + 1}").status_code == 404
    assert manager.get("/api/v1/workflows/review?version=x").status_code == 422
    assert manager.get("/api/v1/workflows/nonsense").status_code == 404


# --- the way ------------------------------------------------------------------------------------------------------


def test_the_way_needs_a_state_of_this_workflow(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        number = a.draft(rooms)
    editor = Program(app, rooms.editor)
    way = f"/api/v1/cases/application/{number}/path"
    assert [step["dest"]["code"] for step in editor.json(f"{way}?to=eligibility")["steps"]] == [
        "submitted",
        "eligibility",
    ]
    assert editor.json(f"{way}?to=draft") | {"case": 0} == {
        "case": 0, "target": {"code": "draft", "label": "Draft"}, "reachable": True, "steps": [],
    }  # fmt: skip
    assert editor.get(way).json["errors"] == {"query": {"to": ["Missing data for required field."]}}
    assert editor.get(f"{way}?to=nonsense").status_code == 422
    assert editor.get(f"{way}?to=in_force").status_code == 404  # an agreement's


# --- errors -------------------------------------------------------------------------------------------------------


def test_it_only_reads(app: Flask, rooms: a.Setting) -> None:
    program = Program(app, rooms.editor)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = program.client.open(LIST, method=method, headers=program.headers)
        assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert program.client.head(LIST, headers=program.headers).status_code == 200


def test_every_answer_says_what_it_is(app: Flask, rooms: a.Setting) -> None:
    program = Program(app, rooms.editor)
    good, gone = program.get(LIST), program.get("/api/v1/nonsense")
    assert (good.mimetype, gone.mimetype) == ("application/json", "application/problem+json")
    assert gone.json == {
        "type": "about:blank", "title": "Not Found", "status": 404,
        "detail": "There is no such thing, or it is not yours to see.",
    }  # fmt: skip
    for answer in (good, gone):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
    assert app.test_client().get("/nonsense").mimetype == "text/html"


def test_a_fault_of_ours_is_a_problem_with_a_reference(
    app: Flask, rooms: a.Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(app, rooms.editor)

    def breaks(*_asked: object) -> None:
        raise RuntimeError("planted, and not for a reader")

    monkeypatch.setattr("webapp.api.queries.listed", breaks)
    monkeypatch.setattr(app, "testing", False)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = program.get(LIST)
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert re.fullmatch(r"[0-9a-f]{8}", answer.json["reference"])
    assert "planted" not in answer.text


def test_too_many_requests_have_to_wait(app: Flask, rooms: a.Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "enabled", False)  # as it is after this test
    client = create_app(replace(app.config["SETTINGS"], testing=False)).test_client()
    limiter.reset()
    answers = [client.get(LIST).status_code for _number in range(301)]
    last = client.get(LIST)
    limiter.reset()
    assert answers == [401] * 300 + [429]
    assert (last.mimetype, last.headers["Retry-After"]) == ("application/problem+json", "60")


# --- finding it ---------------------------------------------------------------------------------------------------


def test_the_page_lists_every_address_with_an_example(app: Flask, client: FlaskClient) -> None:
    page = client.get("/api")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    spec = client.get("/api/v1/openapi.json").json
    assert spec
    for path, item in spec["paths"].items():
        assert f"<code>GET {path}</code>" in page.text
        assert item["get"]["summary"] in page.text.replace("’", "'").replace("&#39;", "'")
    root = app.config["SETTINGS"].base_url
    assert f'curl -H "Authorization: Bearer $TOKEN" "{root}/api/v1/applications"' in page.text
    assert len(spec["paths"]) == 6


def test_one_finds_it_from_the_account_and_from_every_page(app: Flask, rooms: a.Setting) -> None:
    with app.app_context():
        editor = people.sign_in(app.test_client(), db.session.get_one(Person, rooms.editor))
    assert 'href="/api"' in editor.get("/account").text.partition("<footer")[0]
    assert 'href="/api"' in editor.get("/about").text.partition("<footer")[2]
    assert 'href="/account/tokens/new"' in editor.get("/api").text


def test_the_description_is_plain_data_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context():
        spec = description.of(app)
    assert json.loads(json.dumps(spec)) == spec
    assert spec["security"] == [{"token": []}]
    assert all(set(item) <= {"get", "parameters"} for item in spec["paths"].values())
