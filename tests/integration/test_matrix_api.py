"""What a program reads of a file with somebody's token: the matrix, and that it is told the same as its person [G1].

The letters, states and files are those of `test_matrix`. A foreign file is not found, and nobody without a token gets
anything. The moves that a program is told are those of the page, and the door refuses them with the same codes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from tests.factories import people
from tests.factories.reading import bearer, token_of
from tests.integration import test_matrix as matrix
from webapp import policy
from webapp.api import queries, shapes
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.people import AccessToken, Person
from webapp.models.types import Case
from webapp.policy import Action
from webapp.services import scope
from webapp.services.advance import advance
from webapp.services.versions import CASES
from workflows.engine import NOT_YOURS
from workflows.vocabulary import Machine, Trigger

world = matrix.world  # the fixture
EVERYBODY = (*matrix.PEOPLE, "X")
MANAGERS = "RX"  # hold a role of the office somewhere
ALL = "".join(EVERYBODY)

TABLE: dict[str, matrix.Row] = {
    "/api/v1/applications/<application_id>": matrix.SUMMARY,
    "/api/v1/cases/<machine>/<case_id>/moves": matrix.FILE,
    "/api/v1/cases/<machine>/<case_id>/path": matrix.FILE,
}
ANYWHERE = {
    "/api/v1/applications": ALL,
    "/api/v1/workflows": MANAGERS,
    "/api/v1/workflows/<machine>": MANAGERS,
}
WITHOUT_TOKEN = {"/api/v1/openapi.json"}
Told = tuple[str, tuple[str, ...]]


def addresses(app: Flask) -> set[str]:
    """Every address below /api/."""
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    return {re.sub(r"<[^>]*?(\w+)>", r"<\1>", rule) for rule in rules}


@dataclass(frozen=True)
class Readers:
    """The files, a program, and the headers of the people it may read for."""

    world: matrix.World
    client: FlaskClient
    headers: dict[str, dict[str, str]]

    def get(self, letter: str, address: str) -> Any:
        return self.client.get(address, headers=self.headers[letter])

    def page(self, letter: str, address: str) -> str:
        return matrix._client(self.world, letter).get(address).text


def test_no_address_is_left_out(app: Flask) -> None:
    assert addresses(app) == {*TABLE, *ANYWHERE, *WITHOUT_TOKEN}
    careless = Flask("careless")
    careless.add_url_rule("/api/v1/secrets", "secrets", lambda: "all of them")
    assert addresses(careless) - {*TABLE, *ANYWHERE, *WITHOUT_TOKEN} == {"/api/v1/secrets"}


def test_programs_are_told_what_their_people_are_told(world: matrix.World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One loaded world for all of it: the cells, the moves, the ways, the list; and a planted mutant of each."""
    told = Readers(world, world.app.test_client(), {letter: _headers(world, letter) for letter in EVERYBODY})
    before = _digest(world.app)
    assert wrong_cells(told) == []
    assert _digest(world.app) == before, "reading left a trace"
    assert different_moves(told) == []
    assert different_ways(told) == []
    assert different_lists(told) == []
    assert different_codes(told) == []
    _mutants_are_noticed(told, monkeypatch)


def _headers(world: matrix.World, letter: str) -> dict[str, str]:
    with world.app.app_context():
        return bearer(token_of(world.persons[letter]))


def _digest(app: Flask) -> dict[str, Any]:
    """All rows but those that note a use."""
    return {table: rows for table, rows in matrix.digest(app).items() if table != AccessToken.__tablename__}


# --- the cells ----------------------------------------------------------------------------------------------------


def wrong_cells(told: Readers) -> list[str]:
    wrong = []
    for pattern, row in TABLE.items():
        for place, state in enumerate(matrix.STATES):
            address = f"{told.world.address(pattern, state)}{'?to=signed' if pattern.endswith('path') else ''}"
            wrong += _wrong(told, address, row[place] or "")
    for pattern, letters in ANYWHERE.items():
        wrong += _wrong(told, pattern.replace("<machine>", "review"), letters)
    return wrong


def _wrong(told: Readers, address: str, letters: str) -> list[str]:
    """One address: who is listed reads it, for everybody else it is not there, and without a token nothing is."""
    found = {letter: told.get(letter, address).status_code for letter in told.headers}
    expected = {letter: 200 if letter in letters else 404 for letter in told.headers}
    wrong = [f"{letter} at {address}: {found[letter]}" for letter in found if found[letter] != expected[letter]]
    return wrong + ([f"nobody at {address}"] if told.client.get(address).status_code != 401 else [])


# --- the moves are the page's -------------------------------------------------------------------------------------


def different_moves(told: Readers) -> list[str]:
    """Labels and reasons of each file: what stands on its page against what a program is told."""
    wrong = []
    for state, number in told.world.files.items():
        for letter in told.headers:
            answer = told.get(letter, f"/api/v1/cases/application/{number}/moves")
            if answer.status_code == 200:
                said, shown = (
                    sorted(_told(answer.json["moves"])),
                    sorted(_shown(told.page(letter, f"/applications/{number}"))),
                )
                wrong += [f"{letter} in {state}: {said} is not {shown}"] if said != shown or not said else []
    return wrong


def _told(moves: list[dict[str, Any]]) -> Iterator[Told]:
    for move in moves:
        yield move["label"], tuple(b["message"] for b in move["blockers"] if b["code"] != NOT_YOURS)


def _shown(page: str) -> Iterator[Told]:
    """What a reader sees under "What can happen next" and "What others can do now"."""
    tree = html.fromstring(page)
    for link in tree.xpath("//div[@class='offers__open']/a"):
        yield _words(link), ()
    for closed in tree.xpath("//div[@class='offers__closed']"):
        yield _words(closed.find("h3")).removesuffix(" not yet"), _reasons(closed)
    for other in tree.xpath("//section[@aria-labelledby='others-title']//li[@class='stack']"):
        yield _words(other.find("p/strong")), _reasons(other)


def _reasons(place: Any) -> tuple[str, ...]:
    found = []
    for line in place.xpath(".//ul[@class='offers__why']/li"):
        for who in line.xpath("./span"):
            line.remove(who)
        found.append(_words(line))
    return tuple(found)


def _words(element: Any) -> str:
    return " ".join(element.text_content().split())


def different_ways(told: Readers) -> list[str]:
    """Each step to "signed": what a program is told of it stands on the page too."""
    wrong = []
    for state in ("draft", "review", "decision", "contracting"):
        way = f"applications/{told.world.files[state]}/path?to=signed".replace("applications", "{}")
        for letter in told.headers:
            answer = told.get(letter, "/api/v1/cases/" + way.format("application"))
            if answer.status_code == 200:
                page = _words(html.fromstring(told.page(letter, "/" + way.format("applications"))))
                said = list(_said(answer.json["steps"]))
                wrong += [f"{letter} in {state}: {one}" for one in said if one not in page]
                wrong += [] if said else [f"{letter} in {state}: nothing"]
    return wrong


def _said(steps: list[dict[str, Any]]) -> Iterator[str]:
    for step in steps:
        yield from (step["label"], *step["needed"], *(" ".join(why["message"].split()) for why in step["missing"]))


def different_lists(told: Readers) -> list[str]:
    """The numbers in the list of each person, here and on the page."""
    wrong = []
    for letter in told.headers:
        said = [row["id"] for row in told.get(letter, "/api/v1/applications").json["items"]]
        shown = sorted(
            {int(number) for number in re.findall(r'"/applications/(\d+)"', told.page(letter, "/applications"))}
        )
        wrong += [f"{letter}: {said} is not {shown}"] if said != shown else []
    return wrong


# --- the door says the same ---------------------------------------------------------------------------------------


def different_codes(told: Readers) -> list[str]:
    """Every move of every case of every machine that a program is told of: tried by its person, and taken back."""
    wrong: list[str] = []
    seen = set()
    for letter in told.headers:
        for machine, number in _cases(told.world, letter):
            answer = told.get(letter, f"/api/v1/cases/{machine}/{number}/moves")
            for move in answer.json["moves"]:
                refused = _try(told.world, letter, machine, number, Trigger(move["trigger"]))
                wrong += _compare(move, refused, f"{letter}: {move['trigger']} of {machine} {number}")
                seen.add((machine, bool(refused)))
    return wrong if len(seen) >= 8 else ["too little was tried"]


def _cases(world: matrix.World, letter: str) -> list[tuple[Machine, int]]:
    with world.app.app_context():
        who = people.acting(db.session.get_one(Person, world.persons[letter]))
        found = []
        for machine, kind in CASES.items():
            cases = db.session.scalars(select(kind).order_by(kind.id)).all()
            seen = [c for c in cases if policy.may(who, policy.LOOK[machine], scope.scope_of(c))]
            found += [(machine, case.id) for case in seen]
        db.session.rollback()
        return found


def _try(world: matrix.World, letter: str, machine: Machine, number: int, trigger: Trigger) -> set[str]:
    """The codes with which the door refuses; none when the move was made, and then it is undone."""
    with world.app.app_context():
        who = people.acting(db.session.get_one(Person, world.persons[letter]))
        case: Case = db.session.get_one(CASES[machine], number)
        try:
            advance(case, trigger, who)
        except Refused as refused:
            return {blocker.code for blocker in refused.refusal.blockers}
        finally:
            db.session.rollback()
            db.session.remove()
        return set()


def _compare(move: dict[str, Any], refused: set[str], where: str) -> list[str]:
    told = [blocker["code"] for blocker in move["blockers"]]
    expected = {*told, *move["asked_there"]} if move["mine"] else {NOT_YOURS}
    wrong = [f"{where}: told {sorted(expected)}, refused with {sorted(refused)}"] if refused != expected else []
    if move["allowed"] != (not told) or move["allowed"] != (not refused - set(move["asked_there"])):
        wrong.append(f"{where}: allowed is {move['allowed']}")
    return wrong


# --- planted faults -----------------------------------------------------------------------------------------------


def _mutants_are_noticed(told: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    few = Readers(told.world, told.client, {letter: told.headers[letter] for letter in "PM"})
    with monkeypatch.context() as patch:  # everybody may read every file
        tight = policy.may
        patch.setattr(policy, "may", lambda who, what, room: what is Action.VIEW_FILE or tight(who, what, room))
        assert len(wrong_cells(few)) >= 3 * 6
    with monkeypatch.context() as patch:  # a program that is told another reason
        reason = shapes.reason
        patch.setattr(shapes, "reason", lambda one: reason(one) | {"code": "none", "message": "All is well."})
        assert different_moves(few)
        assert different_ways(few)
        assert different_codes(few)
    with monkeypatch.context() as patch:  # a list that leaves one out
        listed = queries.listed
        patch.setattr(queries, "listed", lambda *asked: (listed(*asked)[0][1:], False))
        assert different_lists(few)
