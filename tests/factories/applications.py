"""A call that is open, the two municipalities that answer it, and an application as far as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.factories import people
from webapp import clock
from webapp.applications import use_cases
from webapp.extensions import db
from webapp.models.application import Application, Section
from webapp.models.people import Organisation, OrganisationType, Person
from webapp.models.programme import Call, CountryPlan, Programme, Theme
from webapp.policy import Principal
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows.vocabulary import Role, State, Trigger


@dataclass(frozen=True)
class Setting:
    """Numbers of rows, so that they outlive a session."""

    programme: int
    plan: int
    call: int
    theme: int
    lead: int
    partner: int
    editor: int  # writes for the lead
    signatory: int  # signs for the lead
    partner_signatory: int
    manager: int
    stranger: int  # a signatory of a municipality that takes no part

    def who(self, name: str) -> Principal:
        """The principal of one of these people, as of now."""
        return people.acting(db.session.get_one(Person, getattr(self, name), populate_existing=True))


def setting(lead: str = "Rheden", partner: str = "Rubavu", floor: int = 5_000, ceiling: int = 50_000) -> Setting:
    """An open call under an approved plan, with people on both sides; in a transaction of its own."""
    with writing():
        lga = people.organisation("RALGA", type=OrganisationType.LGA, country="RW")
        vng = people.organisation("VNG", type=OrganisationType.LGA, country="NL")
        office = people.organisation("Programme office", type=OrganisationType.OPERATOR)
        ours = people.organisation(lead, lga=vng)
        theirs = people.organisation(partner, country="RW", type=OrganisationType.DISTRICT, lga=lga)
        others = people.organisation("Elsewhere", country="NL")
        manager = people.person("Manager")
        programme, plan, theme, call = _programme(office, lga, manager, floor, ceiling)
        people.grant(manager, Role.PROGRAMME_MANAGER, programme_id=programme.id)
        return Setting(
            programme.id,
            plan.id,
            call.id,
            theme.id,
            ours.id,
            theirs.id,
            editor=people.grant(people.person("Project officer"), Role.APPLICANT_EDITOR, organisation=ours).id,
            signatory=people.grant(people.person("Mayor"), Role.SIGNATORY, organisation=ours).id,
            partner_signatory=people.grant(people.person("District mayor"), Role.SIGNATORY, organisation=theirs).id,
            manager=manager.id,
            stranger=people.grant(people.person("Stranger"), Role.SIGNATORY, organisation=others).id,
        )


def _programme(
    office: Organisation, lga: Organisation, manager: Person, floor: int, ceiling: int
) -> tuple[Programme, CountryPlan, Theme, Call]:
    today = clock.today()
    years = {"starts_on": today - timedelta(days=300), "ends_on": today + timedelta(days=1000)}
    programme = Programme(
        code="LGP", title="Local Government Partnerships", budget=Decimal(2_400_000), currency="EUR",
        funder="Ministry", operator_id=office.id, rules={}, state=State.OPEN, **years,
    )  # fmt: skip
    db.session.add(programme)
    db.session.flush()
    plan = CountryPlan(
        programme=programme, title="Plan Rwanda", country="RW", envelope=Decimal(1_200_000), lga_id=lga.id,
        drafted_by_id=manager.id, state=State.APPROVED, **years,
    )  # fmt: skip
    theme = Theme(plan=plan, title="Local economy and tourism", sdg_goal=8)
    call = Call(
        plan=plan, title="Call 2026", opens_on=today - timedelta(days=10), closes_on=today + timedelta(days=40),
        floor=Decimal(floor), ceiling=Decimal(ceiling), state=State.OPEN,
    )  # fmt: skip
    db.session.add_all([plan, theme, call])
    db.session.flush()
    return programme, plan, theme, call


def draft(rooms: Setting, title: str = "Tourism that stays") -> int:
    """A draft of the lead with this partner; its number."""
    with writing():
        call = db.session.get_one(Call, rooms.call)
        return use_cases.start(call, rooms.lead, [rooms.partner], title, rooms.who("editor")).id


def whole(rooms: Setting) -> dict[Section, dict[str, Any]]:
    """Values that make an application complete."""
    risks = [
        {"kind": kind, "likelihood": 2, "impact": 3, "mitigation": "We meet every month.", "owner": "Project officer"}
        for kind in ("delay", "commitment", "political_support", "staff_turnover", "corruption", "security")
    ]
    return {
        Section.PARTIES: {"title": "Tourism that stays", "starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)},
        Section.FIT: {"theme_id": rooms.theme, "sdg_goal": 8, "plan_fit": "It helps.", "national_policy": "NST2"},
        Section.PROBLEM: {"problem": "Few guests.", "approach": "Together.", "stakeholders": "Chamber of commerce"},
        Section.OBJECTIVES: {"objectives": [objective()]},
        Section.LEARNING: {"lead_learns": "Craft.", "partner_learns": "Routes.", "exchange": "Visits."},
        Section.BUDGET: {"lines": [line(rooms)]},
        Section.RISKS: {"risks": risks},
        Section.SUSTAINABILITY: {"continuation": "A fund.", "dissemination": "A day.", "lga_role": "RALGA invites."},
        Section.DECLARATIONS: {"double_funding": True, "truth": True, "conflict": True},
    }


def objective(title: str = "More guests") -> dict[str, Any]:
    return {
        "title": title, "activity": "Walks", "how": "Guides learn from guides", "owner": "Head of economy",
        "due_on": date(2027, 6, 1), "indicator": "Guests per month", "baseline_value": "100", "target_value": "150",
    }  # fmt: skip


def line(rooms: Setting, **changed: Any) -> dict[str, Any]:
    plain = {
        "title": "Visits", "category": "travel", "requested": Decimal("18000"), "own_share": Decimal("2000"),
        "payer_id": rooms.lead, "payee_id": rooms.partner,
    }  # fmt: skip
    return plain | changed


def complete(rooms: Setting) -> int:
    """A draft in which nothing is missing."""
    number = draft(rooms)
    with writing():
        application = db.session.get_one(Application, number)
        for section, values in whole(rooms).items():
            use_cases.save_section(application, section, values, rooms.who("editor"))
    return number


def signed_off(rooms: Setting) -> int:
    """A complete draft that both signed off."""
    number = complete(rooms)
    with writing():
        application = db.session.get_one(Application, number)
        for name in ("signatory", "partner_signatory"):
            use_cases.sign_off(application, rooms.who(name))
    return number


def submitted(rooms: Setting) -> int:
    number = signed_off(rooms)
    with writing():
        advance(db.session.get_one(Application, number), Trigger.SUBMIT, rooms.who("signatory"))
    return number


def clarifying(rooms: Setting, *sections: Section) -> int:
    """Sent, and sent back with a question that opens these sections."""
    number = submitted(rooms)
    with writing():
        application = db.session.get_one(Application, number)
        advance(application, Trigger.START_ELIGIBILITY, rooms.who("manager"))
        due_on = clock.today() + timedelta(days=10)
        use_cases.ask_clarification(
            application, "Where is the land title?", list(sections), due_on, rooms.who("manager")
        )
    return number


def enter(app: Flask, rooms: Setting, name: str) -> FlaskClient:
    """A browser of its own in which this person is signed in."""
    with app.app_context():
        return people.sign_in(app.test_client(), db.session.get_one(Person, getattr(rooms, name)))


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that run inside the block; SQLite announces its transactions as well, which do no work."""
    seen: list[str] = []

    def note(*call: Any) -> None:
        if not call[2].startswith("BEGIN"):
            seen.append(call[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
