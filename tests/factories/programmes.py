"""A programme office, an association and the people who set a programme up; plans and calls as far as a test needs."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.factories import people
from webapp import clock
from webapp.extensions import db
from webapp.models.people import OrganisationType, Person
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.policy import Principal
from webapp.programmes import use_cases
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows.vocabulary import Role, Trigger

STATEMENT = "We were part of it from the first meeting."
BENEFIT = "Every district hears of it in the learning week."


@dataclass(frozen=True)
class Rooms:
    """Numbers of rows, so that they outlive a session."""

    office: int
    lga: int
    municipality: int
    programme: int
    director: int
    manager: int
    officer: int  # of the association
    other_officer: int  # of another association
    admin: int  # of the installation
    local_admin: int  # of the municipality

    def who(self, name: str) -> Principal:
        return people.acting(db.session.get_one(Person, getattr(self, name), populate_existing=True))


def rooms(budget: int = 2_400_000) -> Rooms:
    """An open programme without plans, made by its director; in transactions of its own."""
    with writing():
        office = people.organisation("Programme office", type=OrganisationType.OPERATOR)
        lga = people.organisation("RALGA", type=OrganisationType.LGA, country="RW", time_zone="Africa/Kigali")
        other = people.organisation("ULGA", type=OrganisationType.LGA, country="UG")
        town = people.organisation("Rheden")
        director = people.grant(people.person("Director"), Role.DIRECTOR, organisation=office)
        programme = use_cases.create_programme(programme_values(office.id, budget), people.acting(director))
        made = Rooms(
            office.id,
            lga.id,
            town.id,
            programme.id,
            director.id,
            manager=people.grant(people.person("Manager"), Role.PROGRAMME_MANAGER, programme_id=programme.id).id,
            officer=people.grant(people.person("Officer"), Role.LGA_OFFICER, organisation=lga).id,
            other_officer=people.grant(people.person("Other officer"), Role.LGA_OFFICER, organisation=other).id,
            admin=people.grant(people.person("Administrator"), Role.SYSTEM_ADMIN).id,
            local_admin=people.grant(people.person("Town admin"), Role.MUNICIPALITY_ADMIN, organisation=town).id,
        )
    with writing():
        advance(db.session.get_one(Programme, made.programme), Trigger.OPEN_PROGRAMME, made.who("director"))
    return made


def programme_values(office: int, budget: int = 2_400_000, **changed: Any) -> dict[str, Any]:
    year = clock.today().year
    plain = {
        "code": "LGP", "title": "Local Government Partnerships", "starts_on": date(year, 1, 1),
        "ends_on": date(year + 3, 12, 31), "budget": Decimal(budget), "currency": "EUR", "payment_mode": "advance",
        "funder": "Ministry", "funder_reference": "", "operator_id": office,
    }  # fmt: skip
    return plain | changed


def plan_values(rooms: Rooms, **changed: Any) -> dict[str, Any]:
    year = clock.today().year
    plain = {
        "title": "Plan Rwanda", "country": "RW", "area": "", "starts_on": date(year, 1, 1),
        "ends_on": date(year + 3, 12, 31), "actors": "Districts.", "policies": "Decentralisation.",
        "windows": "New strategies.", "objectives": "Better services.", "sector_benefit": "",
        "envelope": Decimal(1_200_000), "lga_id": rooms.lga,
    }  # fmt: skip
    return plain | changed


def theme_values(**changed: Any) -> dict[str, Any]:
    return {"title": "Local economy", "objective": "More income.", "sector_code": "15112", "sdg_goal": 8} | changed


def call_values(**changed: Any) -> dict[str, Any]:
    today = clock.today("Africa/Kigali")  # days of a call are days there
    plain = {
        "title": "First call", "summary": "Learn together.", "opens_on": today - timedelta(days=1),
        "closes_on": today + timedelta(days=12), "floor": Decimal(5_000), "ceiling": Decimal(250_000),
    }  # fmt: skip
    return plain | changed


def plan(rooms: Rooms, **changed: Any) -> int:
    """A plan in draft with everything that consultation needs; its number."""
    with writing():
        manager = rooms.who("manager")
        row = use_cases.create_plan(
            db.session.get_one(Programme, rooms.programme), plan_values(rooms, **changed), manager
        )
        use_cases.set_references(row, [{"title": "Decentralisation policy", "issuer": "Ministry", "url": ""}], manager)
        use_cases.add_theme(row, theme_values(), manager)
        return row.id


def move(plan_id: int, trigger: Trigger, rooms: Rooms, who: str, reason: str = "") -> None:
    with writing():
        advance(db.session.get_one(CountryPlan, plan_id), trigger, rooms.who(who), reason=reason)


def endorsed(rooms: Rooms) -> int:
    """A plan that its association has endorsed; its number."""
    number = plan(rooms)
    move(number, Trigger.CONSULT, rooms, "manager")
    with writing():
        use_cases.endorse(db.session.get_one(CountryPlan, number), STATEMENT, BENEFIT, rooms.who("officer"))
    return number


def approved(rooms: Rooms) -> int:
    number = endorsed(rooms)
    move(number, Trigger.APPROVE_PLAN, rooms, "director")
    return number


def call(rooms: Rooms, plan_id: int, *, opened: bool = True, **changed: Any) -> int:
    """A call under this plan; its number."""
    with writing():
        manager = rooms.who("manager")
        row = use_cases.create_call(db.session.get_one(CountryPlan, plan_id), call_values(**changed), manager)
        if opened:
            advance(row, Trigger.OPEN_CALL, manager)
        return row.id


def open_call(rooms: Rooms, **changed: Any) -> int:
    return call(rooms, approved(rooms), **changed)


def enter(app: Flask, rooms: Rooms, name: str) -> FlaskClient:
    """A client signed in as one of these people."""
    client = app.test_client()
    with app.app_context():
        return people.sign_in(client, db.session.get_one(Person, getattr(rooms, name)))


def posted(values: dict[str, Any]) -> dict[str, str]:
    """Values as a browser sends them."""
    return {key: "" if value is None else str(value) for key, value in values.items()}


def closing(call_id: int, day: date, opened: date) -> None:
    """Let a call that is open have been open from `opened` to `day`, as time does."""
    with writing():
        row = db.session.get_one(Call, call_id)
        row.opens_on, row.closes_on = opened, day


def main_part(page: str) -> str:
    """What a page says, without the frame and its tokens."""
    return page[page.index("<main") : page.index("</main>")]


def revision(page: str) -> str:
    """The revision of the record that a form was opened on."""
    found = re.search(r'name="revision"[^>]*value="(\w+)"', page)
    assert found, page
    return found[1]


def ticked(page: str) -> str:
    """The value of the box under figures that are doubted."""
    box = next(tag for tag in re.findall(r"<input[^>]*>", page) if 'name="confirmed"' in tag)
    assert 'type="checkbox"' in box and "checked" not in box.replace('type="checkbox"', "").replace("checkboxes", "")
    return re.findall(r'value="([^"]+)"', box)[0]
